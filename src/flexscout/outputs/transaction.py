"""Outputs are written beside their place and renamed into it: what stands there is always whole."""

import filecmp
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from glob import escape
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from flexscout.errors import OutputError, is_panic
from flexscout.runtime import fsync_file

UNPLACED_SUFFIX = ".new"
"""What the name of an output adds that could not take its place."""

_SYSTEM_ERROR = re.compile(r"\bOs \{ code: \d")  # how Rust writes one
_PROCESS = re.compile(r"\.(\d{1,9})\.(?:new|bak)")  # whose file it is


class OutputTransaction:
    """The files of one run: each is written to a path beside its own, and all take their places at `commit`.

    What was there before is kept as `NAME.bak`; a file that would not change is left alone. If one can't take its place, none
    does, and all are saved as `NAME.new.xlsx` and the like. Without `commit`, nothing changes. Raises OutputError if a place
    can't be written.
    """

    def __init__(self) -> None:
        self._beside: dict[Path, Path] = {}

    def __enter__(self) -> Self:
        return self

    def stage(self, path: Path) -> Path:
        """Where to write the file that will stand at `path`."""
        _make_folder_of(path)
        _clear_away(path)
        beside = path.with_name(f".{path.stem}.{os.getpid()}.new{path.suffix}")
        self._beside[path] = beside
        return beside

    def pick_free_path(self, path: Path) -> Path:
        """The path itself, or where something stands there, `NAME.failed.json` and the like."""
        return path.with_suffix(f".failed{path.suffix}") if path.exists() else path

    def commit(self) -> tuple[Path, ...]:
        """Put every file in its place, or none; gives the places."""
        done: dict[Path, bool] = {}
        try:
            for path, beside in self._beside.items():
                if not _is_unchanged(path, beside):
                    fsync_file(beside)
                    had_one = _keep(path)
                    beside.replace(path)
                    done[path] = had_one
        except OSError as error:
            saved = self._saved(done)
            elsewhere = f" The new ones are saved as {saved[0].name} and the like." if saved else ""
            raise OutputError(
                f"{path} can't be replaced: {error.strerror or error}. The previous results are as they were.{elsewhere}",
                "Close it in Excel, or choose another place with --output-file, and run again.",
            ) from None
        return tuple(self._beside)

    def _saved(self, done: Mapping[Path, bool]) -> list[Path]:
        """Under another name what could not all take its place, which gets back what stood there."""
        saved: list[Path] = []
        for path, beside in self._beside.items():
            another = path.with_name(f"{path.stem}{UNPLACED_SUFFIX}{path.suffix}")
            with suppress(OSError):
                (path if path in done else beside).replace(another)
                saved.append(another)
            if path in done:
                _restore(path, had_one=done[path])
        return saved

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for beside in self._beside.values():
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        # A panic with an error of the system is how the workbook's writer ends when its own temporary file finds no room.
        if isinstance(error, OSError) or (is_panic(error) and _SYSTEM_ERROR.search(str(error))):
            raise OutputError(
                f"The results can't be written: {error}. The previous ones are as they were.",
                "Make room on the disk, or choose another place with --output-file, and run again.",
            ) from error


def check_output_paths(*paths: Path) -> None:
    """Make the folder of each output. Raises OutputError if nothing can be written there, with what is in the way."""
    for path in paths:
        if path.is_dir():
            raise OutputError(
                f"{path} is a folder, so no file can stand there.", f"Name a file in it, such as {path / path.name}."
            )
        _make_folder_of(path)


def _make_folder_of(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        file = next((parent for parent in path.parents if parent.is_file()), None)
        reason = f"{file} is a file, not a folder" if file else error.strerror
        raise OutputError(f"The folder {path.parent} can't be made: {reason}.", "Choose another place.") from None
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"The folder {path.parent} can't be written to.", "Choose another place with --output-file.")


def _clear_away(path: Path) -> None:
    """Remove what runs left beside the path that were killed."""
    stem, name, suffix = escape(path.stem), escape(path.name), escape(path.suffix)
    for left in (*path.parent.glob(f".{stem}.*.new{suffix}"), *path.parent.glob(f".{name}.*.bak")):
        run = _PROCESS.search(left.name)
        if run and not psutil.pid_exists(int(run[1])):
            with suppress(OSError):
                left.unlink()


def backup_path(path: Path) -> Path:
    """Where the previous file is kept."""
    return path.with_name(f"{path.name}.bak")


def _is_unchanged(path: Path, beside: Path) -> bool:
    return path.is_file() and filecmp.cmp(path, beside, shallow=False)


def _keep(path: Path) -> bool:
    """Copy what stands at the path to its backup; whether anything does. An older backup stays where nothing does."""
    if not path.is_file():
        return False
    copy = path.with_name(f".{path.name}.{os.getpid()}.bak")
    try:
        shutil.copy2(path, copy)
        copy.replace(backup_path(path))
    finally:
        copy.unlink(missing_ok=True)
    return True


def _restore(path: Path, *, had_one: bool) -> None:
    """Put back what `_keep` kept, or nothing where nothing was."""
    if had_one:
        shutil.copy2(backup_path(path), path)
    else:
        path.unlink(missing_ok=True)
