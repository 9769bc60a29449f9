"""How the program ends when it can't go on: a sentence and an exit code, never a traceback."""

import functools
import os
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

from flexscout.cli.terminal import say, say_lines
from flexscout.errors import ConfigurationError, FlexscoutError

P = ParamSpec("P")
R = TypeVar("R")

COULD_NOT_RUN, INTERRUPTED = 2, 130


def ends_in_words(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what a command raises into words on standard error and an exit code."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt as interrupt:
            say("Interrupted. Nothing was written; the same command goes on, and what was read is not read again.")
            raise typer.Exit(getattr(interrupt, "exit_code", INTERRUPTED)) from None
        except BrokenPipeError:
            # Whoever reads our output has seen enough; nothing more can be said, not even at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from None
        except ConfigurationError as error:
            say_lines(str(error))
            raise typer.Exit(COULD_NOT_RUN) from None
        except FlexscoutError as error:
            say(str(error))
            raise typer.Exit(COULD_NOT_RUN) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if kwargs.get("verbose"):
                raise
            say(f"Something unforeseen: {type(error).__name__}: {error}. Please report it, with what --verbose shows.")
            raise typer.Exit(COULD_NOT_RUN) from None

    return wrapped
