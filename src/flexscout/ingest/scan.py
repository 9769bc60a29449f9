"""Scan of the input folder: which files are read, which are skipped, which can't be opened."""

import difflib
import hashlib
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from flexscout.config import DEFAULT_PATTERN, MAPPINGS_FOLDER
from flexscout.domain import date_file
from flexscout.errors import NothingToReadError, is_transient, to_processing_error
from flexscout.ingest.file_filter import (
    AUTO,
    POSSIBLE_SUFFIXES,
    TABLE_SUFFIXES,
    check_not_overwritten,
    find_content_skip,
    find_left_out,
    find_skip,
    is_mapping_file,
    is_output,
)
from flexscout.ingest.file_types import is_protected, is_readable
from flexscout.ingest.inputs import InputPlace, build_display_name, check_places, list_config_places, list_places, skip_seen
from flexscout.models import FileRecord, SourceFile
from flexscout.skipped import FileSkipCode, SkippedFile

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration

_FOLDERS_SHOWN = 8
_NAMES_SHOWN = 5


@dataclass(frozen=True)
class Scan:
    """Content of an input folder.

    Attributes:
        sources: Files to read, by name.
        skipped: Files that are not read, by name.
        unreadable: Files that can't be opened, as failed records, by name.

    """

    sources: tuple[SourceFile, ...]
    skipped: tuple[SkippedFile, ...]
    unreadable: tuple[FileRecord, ...]

    @property
    def locked(self) -> tuple[SourceFile, ...]:
        """The files that couldn't be opened for a reason that may be gone by now, such as a lock."""
        return tuple(record.source for record in self.unreadable if is_transient(record.error))

    @property
    def failed(self) -> tuple[FileRecord, ...]:
        """The records of the other files that couldn't be opened."""
        return tuple(record for record in self.unreadable if not is_transient(record.error))


def scan_inputs(
    config: "PipelineConfiguration", own: Collection[Path] = (), known: Mapping[Path, SourceFile] | None = None
) -> Scan:
    """Find the files that the settings name. Raises what `scan_folder` does.

    Args:
        config: The settings.
        own: Files that are never read, besides those that flexscout writes.
        known: Files whose content is known and may be elsewhere; their places are not opened.

    """
    more = [Path(path) for path in config.more_inputs]
    outputs = (*config.own_files, *own)
    return scan_folder(
        Path(config.input_folder),
        config.file_pattern,
        recursive=config.recursive_scan,
        own=outputs,
        more=more,
        skip=config.skip_files,
        known=known or {},
    )


def scan_folder(  # noqa: PLR0913 - a setting each
    folder: Path,
    pattern: str = DEFAULT_PATTERN,
    *,
    recursive: bool = False,
    own: Collection[Path] = (),
    more: Sequence[Path] = (),
    skip: Sequence[str] = (),
    known: Mapping[Path, SourceFile] = MappingProxyType({}),
) -> Scan:
    """Find the files to read.

    Args:
        folder: The input folder, or a file, which is read whatever the pattern.
        pattern: Glob for file names, whatever their case, or `auto` for every type that can be read.
        recursive: Search the folders below too.
        own: Files that flexscout writes, which are never read.
        more: More folders, and files that are read whatever the pattern.
        skip: Globs for the names or paths of files that are left out, whatever their case.
        known: Files whose content is known and may be elsewhere; their places are not opened.

    Raises:
        NothingToReadError: A folder or file is missing, or there is nothing to read.
        OutputError: The run would overwrite an export.

    """
    _check_folder(folder)
    places = list_places(folder, more)
    check_places(places)
    outputs = frozenset(path.resolve() for path in own)
    candidates = skip_seen(_list_all(places, pattern, recursive=recursive))
    found = [
        find_left_out(known[path].name, skip) or known[path]
        if path in known
        else _check_candidate(place, path, pattern, outputs, skip)
        for place, path in candidates
    ]
    sources = [one for one in found if isinstance(one, SourceFile)]
    skipped = [one for one in found if isinstance(one, SkippedFile)]
    unreadable = [one for one in found if isinstance(one, FileRecord)]
    if not sources and not unreadable:
        raise _describe_empty_scan(folder, pattern, skipped, recursive=recursive)
    _check_names([*(source.name for source in sources), *(record.source.name for record in unreadable)])
    sources, copies = _split_copies(sources)
    skipped += copies
    return Scan(
        tuple(sorted(sources, key=lambda source: source.name)),
        tuple(sorted(skipped, key=lambda file: file.name)),
        tuple(sorted(unreadable, key=lambda record: record.source.name)),
    )


def _check_candidate(
    place: InputPlace, path: Path, pattern: str, outputs: frozenset[Path], left_out: Sequence[str]
) -> SourceFile | SkippedFile | FileRecord:
    """Return a file to read, why it is skipped, or the record of one that can't be opened."""
    name, home = place.name_file(path), _find_home(place)
    wanted = AUTO if path == place.path else pattern
    if is_output(path, outputs) and (wanted != AUTO or path.suffix.lower() in TABLE_SUFFIXES or _looks_like_export(path, home)):
        check_not_overwritten(path, name)
    try:
        skip = find_skip(path, name, home, outputs) or find_left_out(name, left_out) or _find_pattern_skip(path, name, wanted)
        return skip or build_source_file(path, name)
    except OSError as error:
        return FileRecord(SourceFile(path, name, 0, 0.0, ""), error=to_processing_error(path, error).with_file(name))


def count_protected_files(config: "PipelineConfiguration") -> int:
    """Return how many files that a run would read need a password; places that can't be listed count as empty."""
    places = [place for place in list_config_places(config) if os.access(_find_home(place), os.R_OK | os.X_OK)]
    candidates = skip_seen(_list_all(places, config.file_pattern, recursive=config.recursive_scan))
    return sum(
        _is_to_read(path, _find_home(place), AUTO if path == place.path else config.file_pattern) and is_protected(path)
        for place, path in candidates
        if not find_left_out(place.name_file(path), config.skip_files)
    )


def _split_copies(sources: Sequence[SourceFile]) -> tuple[list[SourceFile], list[SkippedFile]]:
    """Return one file of each content, and the others as skipped.

    Of exports with a date in their names the latest is read, because its day is when the properties were last seen.
    """
    by_content: dict[str, list[SourceFile]] = {}
    for source in sources:
        by_content.setdefault(source.fingerprint, []).append(source)
    read = [max(files, key=_find_named_day) if len(files) > 1 else files[0] for files in by_content.values()]
    originals = {source.fingerprint: source.name for source in read}
    copies = [source for source in sources if source.name != originals[source.fingerprint]]
    return read, [SkippedFile(one.name, FileSkipCode.SAME_CONTENT, (originals[one.fingerprint],)) for one in copies]


def _find_named_day(source: SourceFile) -> date:
    """Return the day in the name of a file, or the earliest possible day."""
    found = date_file(source.name, source.modified)
    return found.day if found.is_named else date.min


class FileDiscovery:
    """Finds the exports in a folder.

    Args:
        file_pattern: Glob for file names, whatever their case, or `auto` for every type that can be read.
        recursive: Search the folders below too.

    """

    def __init__(self, file_pattern: str = "*.xlsx", *, recursive: bool = False) -> None:
        self.file_pattern = file_pattern
        self.recursive = recursive

    def scan_input_folder(self, folder_path: str | Path) -> list[Path]:
        """Return the files to read, by name. Raises NothingToReadError if there are none."""
        scan = scan_folder(Path(folder_path), self.file_pattern, recursive=self.recursive)
        return [source.path for source in scan.sources]

    def validate_file_format(self, file_path: str | Path) -> bool:
        """Return whether the content is of a type that can be read, whatever the file is called."""
        return is_readable(Path(file_path))

    def get_file_metadata(self, file_path: str | Path) -> dict[str, Any]:
        """Return `name`, `size` (bytes), `modified` (seconds since 1970) and `fingerprint` (SHA-256) of a file.

        Raises FileAccessError if it can't be opened.
        """
        path = Path(file_path)
        try:
            source = build_source_file(path, path.name)
        except OSError as error:
            raise to_processing_error(path, error) from error
        return {"name": source.name, "size": source.size, "modified": source.modified, "fingerprint": source.fingerprint}


def build_source_file(path: Path, name: str) -> SourceFile:
    """Return a file's metadata and fingerprint. Raises OSError if it can't be opened."""
    stat = path.stat()
    return SourceFile(path, name, stat.st_size, stat.st_mtime, compute_fingerprint(path))


def compute_fingerprint(path: Path) -> str:
    """Return the SHA-256 of the content in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _list_all(places: Sequence[InputPlace], pattern: str, *, recursive: bool) -> Iterator[tuple[InputPlace, Path]]:
    """List the candidates of all places; a file that is named is one."""
    for place in places:
        if place.label and place.path.is_file():
            yield place, place.path
        else:
            yield from ((place, path) for path in _list_candidates(place.path, pattern, recursive=recursive))


def _find_home(place: InputPlace) -> Path:
    """Return the folder in which a place's files are."""
    return place.path.parent if place.label and place.path.is_file() else place.path


def _check_names(names: Sequence[str]) -> None:
    """Raise NothingToReadError if two files would have the same name in outputs."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise NothingToReadError(
            f"Two input files are called {twice[0]}: one of the input folder, and one of input.more.",
            "Rename one of them or its folder.",
        )


def _list_candidates(folder: Path, pattern: str, *, recursive: bool) -> Iterator[Path]:
    """List files that match the pattern, and others that look like exports."""
    paths = (
        path for path in _walk(folder, recursive=recursive) if matches_pattern(path, pattern) or _looks_like_export(path, folder)
    )
    # The shorter name comes first: `export.xlsx` is the original of `export (1).xlsx`.
    yield from sorted(paths, key=lambda path: (len(path.name), build_display_name(path, folder)))


def _walk(folder: Path, *, recursive: bool) -> Iterable[Path]:
    for parent, folders, names in os.walk(folder, followlinks=False):
        in_mappings = Path(parent) == folder / MAPPINGS_FOLDER
        # Hidden folders have settings and backups, never exports.
        folders[:] = [name for name in folders if recursive and not name.startswith(".")]
        paths = (Path(parent, name) for name in names)
        yield from (path for path in paths if not (in_mappings and is_mapping_file(path)))


def matches_pattern(path: PurePath, pattern: str) -> bool:
    """Return whether the name of a file matches a pattern as in `scan_folder`."""
    return pattern == AUTO or fnmatchcase(path.name.lower(), pattern.lower())


def _looks_like_export(path: Path, folder: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in TABLE_SUFFIXES:
        return True
    try:
        return (
            suffix in POSSIBLE_SUFFIXES
            and find_skip(path, path.name, folder, frozenset()) is None
            and find_content_skip(path, path.name) is None
        )
    except OSError:
        return False


def _find_pattern_skip(path: Path, name: str, pattern: str) -> SkippedFile | None:
    """Return why the pattern leaves a file out, or, if it is `auto`, why the content does."""
    if pattern == AUTO:
        return find_content_skip(path, name)
    if matches_pattern(path, pattern):
        return None
    if pattern != DEFAULT_PATTERN:
        return SkippedFile(name, FileSkipCode.CHOSEN_PATTERN, (pattern,))
    if path.suffix.lower() in TABLE_SUFFIXES:
        return SkippedFile(name, FileSkipCode.PATTERN_TABLE, (pattern, path.suffix))
    return SkippedFile(name, FileSkipCode.PATTERN, (pattern,))


def _check_folder(folder: Path) -> None:
    """Raise NothingToReadError if the input folder, or the file that is given instead, is missing or can't be listed."""
    if os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises below a folder without permission; this returns False
        if not os.access(folder, os.R_OK | os.X_OK):
            raise NothingToReadError(f"The input folder {folder} can't be listed: you may not read it.", "Check its permissions.")
        return
    if os.path.isfile(folder):  # noqa: PTH113 - as above
        return
    nearest = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if os.access(parent, os.R_OK | os.X_OK))
    names = sorted(entry.name for entry in nearest.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    names = names[:_FOLDERS_SHOWN]
    similar = difflib.get_close_matches(folder.absolute().name, names, n=1)
    suggestion = f" Did you mean {nearest / similar[0]}?" if similar else ""
    content = f"the folders {', '.join(names)}" if names else "no folders"
    raise NothingToReadError(
        f"The input folder {folder} does not exist (looked for {folder.absolute()}).",
        f"The nearest that does is {nearest}, with {content}.{suggestion}",
    )


def _describe_empty_scan(folder: Path, pattern: str, skipped: list[SkippedFile], *, recursive: bool) -> NothingToReadError:
    criterion = "is of a type that can be read" if pattern == AUTO else f"matches {pattern}"
    message = f"Nothing to read in {folder.absolute()}: no file there {criterion}."
    if skipped and os.path.isfile(folder):  # noqa: PTH113 - as above
        message = f"Nothing to read: {folder.absolute()} can't be used."
    paths = () if recursive else _walk(folder, recursive=True)
    below = [path for path in paths if path.parent != folder and _is_to_read(path, folder, pattern)]
    hints = [f"{len(below)} below it do, such as {min(below)}: use --recursive, or name that folder."] if below else []
    if skipped:
        hints.append(f"Skipped: {'; '.join(f'{file.name}: {file.reason}' for file in skipped[:_NAMES_SHOWN])}")
    if not hints:
        others = sorted(path.name for path in folder.iterdir())[:_NAMES_SHOWN]
        hints = [f"It contains {', '.join(others)}." if others else "It is empty."]
    error = NothingToReadError(message, " ".join(hints))
    error.skipped = tuple(skipped)
    return error


def _is_to_read(path: Path, folder: Path, pattern: str) -> bool:
    try:
        return (
            matches_pattern(path, pattern)
            and find_skip(path, path.name, folder, frozenset()) is None
            and _find_pattern_skip(path, path.name, pattern) is None
        )
    except OSError:
        return False
