"""Write a run's outputs all or nothing: each goes to a temporary file first and is renamed into place on commit."""

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

from flexscout.config import PipelineConfiguration
from flexscout.errors import OutputError, is_panic
from flexscout.outputs.branding import Branding, load_branding
from flexscout.runtime import build_temporary_path, build_temporary_prefix, fsync_file, is_abandoned

UNPLACED_SUFFIX = ".new"
"""Added to the stem of an output that couldn't replace the previous one."""

_RUST_IO_ERROR = re.compile(r"\bOs \{ code: \d")  # Rust's Debug format of an I/O error


class OutputTransaction:
    """The output files of one run, replaced together by `commit`.

    The previous version of a file is kept as `NAME.bak`; a file whose content is unchanged is left alone. If one file can't be
    replaced, none is, and the new files are saved as `NAME.new.xlsx` and so on. Without `commit`, nothing changes.

    Raises:
        OutputError: A file can't be written, or the disk is full.

    """

    def __init__(self) -> None:
        self._staged: dict[Path, Path] = {}

    def __enter__(self) -> Self:
        return self

    def stage(self, path: Path) -> Path:
        """Return the temporary path to which the caller writes the content of `path`."""
        _make_parent(path)
        remove_leftovers(path)
        staged = build_temporary_path(path, f"{UNPLACED_SUFFIX}{path.suffix}")
        self._staged[path] = staged
        return staged

    def pick_free_path(self, path: Path) -> Path:
        """Return `path`, or `NAME.failed.json` and so on if it exists."""
        return path.with_suffix(f".failed{path.suffix}") if path.exists() else path

    def commit(self) -> tuple[Path, ...]:
        """Move every staged file to its path, or none; return the paths."""
        done: dict[Path, bool] = {}  # path -> whether it replaced a file
        try:
            for path, staged in self._staged.items():
                if not (path.is_file() and filecmp.cmp(path, staged, shallow=False)):
                    fsync_file(staged)
                    replaced = _back_up(path)
                    staged.replace(path)
                    done[path] = replaced
        except OSError as error:
            saved = self._save_elsewhere(done)
            where = f" The new results are saved under other names, such as {saved[0].name}." if saved else ""
            raise OutputError(
                f"Can't replace {path}: {error.strerror or error}. The previous results are unchanged.{where}",
                "Close the file in Excel, or choose another location with --output-file, then run again.",
            ) from None
        return tuple(self._staged)

    def _save_elsewhere(self, done: Mapping[Path, bool]) -> list[Path]:
        """Save all new files under other names and restore the previous ones; return the new paths."""
        saved: list[Path] = []
        for path, staged in self._staged.items():
            other = path.with_name(f"{path.stem}{UNPLACED_SUFFIX}{path.suffix}")
            with suppress(OSError):
                (path if path in done else staged).replace(other)
                saved.append(other)
            if done.get(path):
                shutil.copy2(build_backup_path(path), path)
            elif path in done:
                path.unlink(missing_ok=True)
        return saved

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for staged in self._staged.values():
            with suppress(OSError):
                staged.unlink(missing_ok=True)
        # The workbook writer panics if the disk of its temporary file is full.
        if isinstance(error, OSError) or (is_panic(error) and _RUST_IO_ERROR.search(str(error))):
            raise OutputError(
                f"Can't write the results: {error}. The previous results are unchanged.",
                "Free disk space, or choose another location with --output-file, then run again.",
            ) from error


def check_outputs(config: PipelineConfiguration) -> Branding:
    """Check that the outputs can be written, create their folders, and return the branding, whose logo can change.

    Raises:
        ConfigurationError: The logo can't be used, or the library that the memo needs isn't installed.
        OutputError: A path is a folder, or its folder can't be created.

    """
    branding = load_branding(config.model_dump())
    if config.memo:
        from flexscout.outputs.memo import require_pdf_library  # noqa: PLC0415 - few runs write it

        require_pdf_library()
    memo = [config.memo_file] if config.memo else []
    check_output_paths(Path(config.output_file), Path(config.report_file), config.page_file, *memo)
    return branding


def check_output_paths(*paths: Path) -> None:
    """Create the folder of each output.

    Raises:
        OutputError: A path is a folder, or its folder can't be created or written to.

    """
    for path in paths:
        if path.is_dir():
            raise OutputError(f"{path} is a folder, not a file.", f"Name a file in it, such as {path / path.name}.")
        _make_parent(path)


def build_backup_path(path: Path) -> Path:
    """Return where the previous version of a file is kept."""
    return path.with_name(f"{path.name}.bak")


def _make_parent(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        file = next((parent for parent in path.parents if parent.is_file()), None)
        reason = f"{file} is a file, not a folder" if file else error.strerror
        raise OutputError(f"Can't create the folder {path.parent}: {reason}.", "Choose another location.") from None
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"Can't write to the folder {path.parent}.", "Choose another location with --output-file.")


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files of `path` that belong to processes that no longer exist."""
    for leftover in path.parent.glob(f"{escape(build_temporary_prefix(path))}.*"):
        if is_abandoned(leftover.name):
            with suppress(OSError):
                leftover.unlink()


def _back_up(path: Path) -> bool:
    """Copy an existing file to its backup path; return whether there was one. An older backup stays otherwise."""
    if not path.is_file():
        return False
    copy = build_temporary_path(path, ".bak")
    try:
        shutil.copy2(path, copy)
        copy.replace(build_backup_path(path))
    finally:
        copy.unlink(missing_ok=True)
    return True
