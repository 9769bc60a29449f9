"""How the program ends when it can't go on: a sentence and an exit code, never a traceback."""

import functools
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import typer

from flexscout.cli.terminal import print_error, print_error_lines
from flexscout.errors import ConfigurationError, FlexscoutError, is_panic

P = ParamSpec("P")
R = TypeVar("R")

COULD_NOT_RUN, INTERRUPTED = 2, 130

_SHOWN_LOGS = ("flexscout.history", "flexscout.cache")


def report_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what a command raises into words on standard error and an exit code."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with _warnings_shown():
                return command(*args, **kwargs)
        except KeyboardInterrupt as interrupt:
            print_error("Interrupted. Nothing was written; the same command goes on, and what was read is not read again.")
            raise typer.Exit(getattr(interrupt, "exit_code", INTERRUPTED)) from None
        except BrokenPipeError:
            # Whoever reads our output has seen enough; nothing more can be said, not even at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from None
        except ConfigurationError as error:
            print_error_lines(str(error))
            raise typer.Exit(COULD_NOT_RUN) from None
        except FlexscoutError as error:
            print_error(str(error))
            raise typer.Exit(COULD_NOT_RUN) from None
        except (typer.Exit, typer.Abort):
            raise
        except BaseException as error:
            if kwargs.get("verbose") or not (isinstance(error, Exception) or is_panic(error)):
                raise
            print_error(f"Something unforeseen: {type(error).__name__}: {error}. Please report it, with what --verbose shows.")
            raise typer.Exit(COULD_NOT_RUN) from None

    return wrapped


@contextmanager
def _warnings_shown() -> Iterator[None]:
    """Print warnings about damaged records and caches on standard error, each sentence once."""
    handler = _Warnings(logging.WARNING)
    for name in _SHOWN_LOGS:
        logging.getLogger(name).addHandler(handler)
    try:
        yield
    finally:
        for name in _SHOWN_LOGS:
            logging.getLogger(name).removeHandler(handler)


class _Warnings(logging.Handler):
    def __init__(self, level: int) -> None:
        super().__init__(level)
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Print the sentence, if it is new."""
        sentence = record.getMessage()
        if sentence not in self._said:
            self._said.add(sentence)
            print_error(sentence)
