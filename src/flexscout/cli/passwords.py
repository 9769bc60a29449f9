"""The prompt for the password of protected workbooks: only in a terminal, and once per command."""

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flexscout.cli.terminal import print_error
from flexscout.domain import format_count

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration


def add_password(settings: "PipelineConfiguration") -> "PipelineConfiguration":
    """Return the settings with a password that the user types, if protected files are to be read and none is set."""
    if settings.password.get_secret_value() or not sys.stdin.isatty():
        return settings
    from flexscout.ingest import count_protected_files  # noqa: PLC0415 - only in a terminal

    count = count_protected_files(Path(settings.input_folder), settings.file_pattern, recursive=settings.recursive_scan)
    return settings.with_password(_ask(f"{format_count(count, 'file')} to read")) if count else settings


@contextmanager
def unlock(file: Path) -> Iterator[None]:
    """Open a protected file with the password of the environment, or one that the user types, within the context."""
    from flexscout.config import environment_variable  # noqa: PLC0415 - `--help` loads no settings
    from flexscout.ingest import is_protected, use_password  # noqa: PLC0415

    is_known = os.environ.get(environment_variable("password")) or not sys.stdin.isatty()
    with use_password("" if is_known or not is_protected(file) else _ask(file.name)):
        yield


def _ask(protected: str) -> str:
    """Ask for the password; empty if the user gives none."""
    try:
        return getpass.getpass(f"Password for {protected} (protected; press Enter to go on without): ", sys.stderr)
    except EOFError:
        print_error("No password was given.")
        return ""
