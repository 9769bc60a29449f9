"""The terminal: printing, and asking for passwords.

Untrusted text can't control the terminal, start its own line or be read as markup.
"""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flexscout.domain import escape_controls, escape_json, format_count

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration


def print_line(text: str = "", *, blank_before: bool = False, err: bool = False) -> None:
    """Print one line; line breaks inside the text are escaped."""
    typer.echo(("\n" if blank_before else "") + escape_controls(text), err=err)


def print_block(text: str) -> None:
    """Print a text of several lines, such as YAML, that ends with a line break."""
    typer.echo(escape_controls(text, keep_lines=True), nl=False)


def print_json(text: str) -> None:
    """Print JSON, escaped so that it parses to the same value."""
    typer.echo(escape_json(text))


def print_error(text: str) -> None:
    """Print one line on standard error, after any pending standard output."""
    sys.stdout.flush()
    print_line(f"flexscout: {text}", err=True)


def print_error_lines(text: str) -> None:
    """Print a message of several lines on standard error; all but the first are indented, so none looks like a new message."""
    first, *others = text.split("\n")
    print_error(first)
    for line in others:
        print_line(line if line.startswith("  ") else f"  {line}", err=True)


def add_password(settings: "PipelineConfiguration") -> "PipelineConfiguration":
    """Return the settings with a password that the user types, if protected files are to be read and none is set."""
    if settings.password.get_secret_value() or not sys.stdin.isatty():
        return settings
    from flexscout.ingest import count_protected_files  # noqa: PLC0415 - only in a terminal

    count = count_protected_files(settings)
    return settings.with_password(_ask(f"{format_count(count, 'file')} to read")) if count else settings


@contextmanager
def unlock(file: Path, config: Path | None) -> Iterator[None]:
    """Open a protected file with the password of the settings, or one that the user types, within the context.

    Raises ConfigurationError if the settings have an error.
    """
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415 - `--help` loads no settings
    from flexscout.ingest import is_protected, use_password  # noqa: PLC0415

    password = ""  # nosec B105 # none: most files need none
    if is_protected(file):
        password = PipelineConfiguration.resolve(config)[0].password.get_secret_value()
        if not password and sys.stdin.isatty():
            password = _ask(file.name)
    with use_password(password):
        yield


def _ask(protected: str) -> str:
    """Ask for the password; empty if the user gives none."""
    try:
        return getpass.getpass(
            f"Password for {escape_controls(protected)} (protected; press Enter to go on without): ", sys.stderr
        )
    except EOFError:
        print_error("No password was given.")
        return ""
