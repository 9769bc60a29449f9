"""The scan of the input folder."""

import difflib
import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from flexscout.errors import NothingToReadError, to_processing_error
from flexscout.ingest.file_filter import AUTO, PERHAPS, TABLES, check_not_overwritten, find_content_reason, find_skip_reason
from flexscout.ingest.file_types import is_readable
from flexscout.models import FileRecord, SkippedFile, SourceFile


@dataclass(frozen=True)
class Scan:
    """What a folder holds, each in the order of the names: files to read, files left out, files that can't be opened."""

    sources: tuple[SourceFile, ...]
    skipped: tuple[SkippedFile, ...]
    unreadable: tuple[FileRecord, ...]


def scan_folder(folder: Path, pattern: str = "*.xlsx", *, recursive: bool = False, own: Collection[Path] = ()) -> Scan:
    """The files of `folder` that match `pattern`; `own`: flexscout's output files, which are never input.

    The pattern `auto` takes every kind that can be read.

    Raises NothingToReadError if the folder is missing or nothing in it can be read, OutputError if an export stands where
    an output would.
    """
    _check_folder(folder)
    sources: list[SourceFile] = []
    skipped: list[SkippedFile] = []
    unreadable: list[FileRecord] = []
    seen: dict[str, str] = {}
    outputs = {path.resolve() for path in own}
    for path in _candidates(folder, pattern, recursive=recursive):
        name = display_name(path, folder)
        ours = Path(os.path.realpath(path)) in outputs
        if pattern != AUTO or path.suffix.lower() in TABLES or (ours and _looks_like_export(path, folder)):
            check_not_overwritten(path, name, outputs)
        try:
            if reason := find_skip_reason(path, folder, outputs) or _left_out(path, pattern):
                skipped.append(SkippedFile(name, reason))
                continue
            source = build_source_file(path, name)
        except OSError as error:
            unreadable.append(
                FileRecord(SourceFile(path, name, 0, 0.0, ""), error=to_processing_error(path, error).with_file(name))
            )
            continue
        if twin := seen.get(source.fingerprint):
            skipped.append(SkippedFile(name, f"Its content is the same as that of {twin}."))
        else:
            seen[source.fingerprint] = name
            sources.append(source)
    if not sources and not unreadable:
        raise _nothing_to_read(folder, pattern, skipped, recursive=recursive)
    return Scan(
        tuple(sorted(sources, key=lambda source: source.name)),
        tuple(sorted(skipped, key=lambda file: file.name)),
        tuple(sorted(unreadable, key=lambda record: record.source.name)),
    )


def display_name(path: Path, folder: Path) -> str:
    """The path below the folder, with `/`, as text that can always be written down."""
    relative = path.relative_to(folder).as_posix()
    return os.fsencode(relative).decode("utf-8", "backslashreplace")


def compute_fingerprint(path: Path) -> str:
    """SHA-256 of the content, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def build_source_file(path: Path, name: str) -> SourceFile:
    """What is known of a file before it is read as a table. Raises OSError if it can't be opened."""
    stat = path.stat()
    return SourceFile(path, name, stat.st_size, stat.st_mtime, compute_fingerprint(path))


def _candidates(folder: Path, pattern: str, *, recursive: bool) -> Iterator[Path]:
    """Files that match, and files that don't but look like exports."""
    found = (path for path in _files(folder, recursive=recursive) if _matches(path, pattern) or _looks_like_export(path, folder))
    # Of two names the shorter comes first: `export.xlsx` is the original of `export (1).xlsx`.
    yield from sorted(found, key=lambda path: (len(path.name), display_name(path, folder)))


def _files(folder: Path, *, recursive: bool) -> Iterable[Path]:
    for parent, folders, names in os.walk(folder, followlinks=False):
        # Hidden folders hold settings and backups, never exports.
        folders[:] = [name for name in folders if recursive and not name.startswith(".")]
        yield from (Path(parent, name) for name in names)


def _matches(path: Path, pattern: str) -> bool:
    return pattern == AUTO or fnmatchcase(path.name.lower(), pattern.lower())


def _looks_like_export(path: Path, folder: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in TABLES:
        return True
    try:
        return suffix in PERHAPS and not find_skip_reason(path, folder, ()) and not find_content_reason(path)
    except OSError:
        return False


def _left_out(path: Path, pattern: str) -> str:
    """The hint for an export that the pattern leaves out, or why `auto` does not take the file; empty if it is read."""
    if pattern == AUTO:
        return find_content_reason(path)
    if _matches(path, pattern):
        return ""
    if path.suffix.lower() in TABLES:
        return f'The file pattern {pattern} leaves it out; --file-pattern "*{path.suffix}" reads it, {AUTO} every kind.'
    return f"The file pattern {pattern} leaves it out; --file-pattern {AUTO} reads every kind."


def _check_folder(folder: Path) -> None:
    if os.path.isdir(folder):  # noqa: PTH112 - unlike Path.is_dir it is false, not an error, below a folder that may not be read
        if not os.access(folder, os.R_OK | os.X_OK):
            raise NothingToReadError(f"The input folder {folder} can't be listed: you may not read it.", "Check its permissions.")
        return
    if os.path.exists(folder):  # noqa: PTH110 - as above
        raise NothingToReadError(f"{folder} is a file, not a folder.", f"Give its folder: {folder.parent}.")
    there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if os.access(parent, os.R_OK | os.X_OK))
    inside = sorted(entry.name for entry in there.iterdir() if entry.is_dir() and not entry.name.startswith("."))[:8]
    near = difflib.get_close_matches(folder.absolute().name, inside, n=1)
    meant = f" Did you mean {there / near[0]}?" if near else ""
    holds = f"the folders {', '.join(inside)}" if inside else "no folders"
    raise NothingToReadError(
        f"The input folder {folder} does not exist (looked for {folder.absolute()}).",
        f"The nearest that does is {there}, with {holds}.{meant}",
    )


def _nothing_to_read(folder: Path, pattern: str, skipped: list[SkippedFile], *, recursive: bool) -> NothingToReadError:
    wanted = "is of a kind that can be read" if pattern == AUTO else f"matches {pattern}"
    message = f"Nothing to read in {folder.absolute()}: no file there {wanted}."
    found = () if recursive else _files(folder, recursive=True)
    below = [path for path in found if path.parent != folder and _to_read(path, folder, pattern)]
    hints = [f"{len(below)} below it do, such as {min(below)}: use --recursive, or name that folder."] if below else []
    if skipped:
        hints.append(f"Left out: {'; '.join(f'{file.name}: {file.reason}' for file in skipped[:5])}")
    if hints:
        return NothingToReadError(message, " ".join(hints))
    others = sorted(path.name for path in folder.iterdir())[:5]
    return NothingToReadError(message, f"It holds {', '.join(others)}." if others else "It is empty.")


def _to_read(path: Path, folder: Path, pattern: str) -> bool:
    try:
        return _matches(path, pattern) and not (find_skip_reason(path, folder, ()) or _left_out(path, pattern))
    except OSError:
        return False


class FileDiscovery:
    """Finds the exports of a folder.

    `file_pattern`: a glob over file names, whatever their case, or `auto` for every kind that can be read;
    `recursive`: whether to look below the folder too.
    """

    def __init__(self, file_pattern: str = "*.xlsx", *, recursive: bool = False) -> None:
        self.file_pattern = file_pattern
        self.recursive = recursive

    def scan_input_folder(self, folder_path: str | Path) -> list[Path]:
        """The files to read, by name. Raises NothingToReadError if there are none."""
        found = scan_folder(Path(folder_path), self.file_pattern, recursive=self.recursive)
        return [source.path for source in found.sources]

    def validate_file_format(self, file_path: str | Path) -> bool:
        """Whether the content is of a kind that can be read, whatever the name says."""
        return is_readable(Path(file_path))

    def get_file_metadata(self, file_path: str | Path) -> dict[str, Any]:
        """`name`, `size` (bytes), `modified` (seconds since 1970), `fingerprint` (SHA-256).

        Raises FileAccessError if it can't be opened.
        """
        path = Path(file_path)
        try:
            source = build_source_file(path, path.name)
        except OSError as error:
            raise to_processing_error(path, error) from error
        return {"name": source.name, "size": source.size, "modified": source.modified, "fingerprint": source.fingerprint}
