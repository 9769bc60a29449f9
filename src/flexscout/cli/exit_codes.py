"""Exit codes, and the translation of exceptions into a message and an exit code."""

import functools
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import IntEnum
from typing import ParamSpec, TypeVar

import typer

from flexscout.cli.terminal import print_error, print_error_lines
from flexscout.errors import ConfigurationError, FlexscoutError, is_panic
from flexscout.runtime import report_warnings

P = ParamSpec("P")
R = TypeVar("R")


class ExitCode(IntEnum):
    """Exit codes of the program; 143 (terminated) comes from the interrupt itself."""

    SUCCESS = 0
    FILE_FAILED = 1
    COULD_NOT_RUN = 2
    INTERRUPTED = 130


_PRINTED_LOGS = ("flexscout.history", "flexscout.cache")


def handle_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Print what a command raises on standard error and exit with its code; never show a traceback without --verbose."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with _print_warnings():
                return command(*args, **kwargs)
        except KeyboardInterrupt as interrupt:
            print_error(
                "Interrupted. No output was written. To continue, run the same command again; it keeps the files already read."
            )
            raise typer.Exit(getattr(interrupt, "exit_code", ExitCode.INTERRUPTED)) from None
        except BrokenPipeError:
            # The reader of our output, such as `head`, is done. Python must not flush to the closed pipe at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from None
        except ConfigurationError as error:
            print_error_lines(str(error))
            raise typer.Exit(ExitCode.COULD_NOT_RUN) from None
        except FlexscoutError as error:
            print_error(str(error))
            raise typer.Exit(ExitCode.COULD_NOT_RUN) from None
        except (typer.Exit, typer.Abort):
            raise
        except BaseException as error:
            if kwargs.get("verbose") or not (isinstance(error, Exception) or is_panic(error)):
                raise
            print_error(
                f"Unexpected error: {type(error).__name__}: {error}. Run again with --verbose, and report what it prints."
            )
            raise typer.Exit(ExitCode.COULD_NOT_RUN) from None

    return wrapped


def _print_warnings() -> AbstractContextManager[None]:
    """Print warnings about damaged records and caches on standard error, each message once."""
    return report_warnings(_PRINTED_LOGS, functools.cache(print_error))
