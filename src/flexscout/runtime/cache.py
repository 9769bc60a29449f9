"""Cache of tables: files that were read are found again by content and by everything that reading depends on."""

import errno
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import flexscout
from flexscout.error_codes import PASSWORD_CODES
from flexscout.errors import DataFormatError
from flexscout.models import FileRecord, SourceFile
from flexscout.runtime.cache_entries import (
    HEADER_ROWS_NAME,
    RECORD_NAME,
    CacheEntry,
    HeaderRows,
    find_entry,
    list_entries,
    list_tables,
    parse_header_rows,
    write_header_rows,
)
from flexscout.runtime.storage import TableFolder, is_abandoned, mark_owner

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration

_PACKAGE = Path(flexscout.__file__).parent
_IMPORT = re.compile(r"^\s*from flexscout\.(\w+)", re.MULTILINE)
_READER_LIBRARIES = ("fastexcel", "polars", "lxml")
_RESULT_LIBRARIES = (*_READER_LIBRARIES, "rustpy-xlsxwriter", "narwhals", "rapidfuzz")

_SCRATCH_NAME = "rows"
_IN_USE_SECONDS = 3600.0  # an entry is not removed within this time after a run used it


@lru_cache
def hash_reading_code() -> str:
    """Return the hash of everything that turns a file into tables: `ingest`, every package it imports, and the libraries."""
    files: dict[Path, bytes] = {}
    seen, waiting = set(), {"ingest"}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        content = _read_package(name)
        files |= content
        code = [text.decode() for file, text in content.items() if file.suffix == ".py"]
        waiting |= {imported for text in code for imported in _IMPORT.findall(text)} - seen
    return _hash_files(files, _READER_LIBRARIES)


@lru_cache
def hash_result_code() -> str:
    """Return the hash of everything that turns a folder into a result: the whole package and the libraries."""
    return _hash_files({file: file.read_bytes() for file in _list_files(_PACKAGE)}, _RESULT_LIBRARIES)


def _hash_files(files: Mapping[Path, bytes], libraries: Iterable[str]) -> str:
    # The content instead of a version number, which stays the same while code is edited.
    parts = [f"{file.relative_to(_PACKAGE).as_posix()} {sha256(content).hexdigest()}" for file, content in sorted(files.items())]
    parts += [f"{library} {version(library)}" for library in libraries]
    return sha256("\n".join(parts).encode()).hexdigest()


def _read_package(name: str) -> dict[Path, bytes]:
    """Return the content of each file of a package, or of a module beside the packages."""
    module = _PACKAGE / f"{name}.py"
    return {file: file.read_bytes() for file in ([module] if module.exists() else _list_files(_PACKAGE / name))}


def _list_files(folder: Path) -> Iterable[Path]:
    return (file for file in folder.rglob("*") if file.suffix in (".py", ".yaml", ".json", ".tsv"))


class TrimResult(NamedTuple):
    """Outcome of trimming a cache.

    Attributes:
        entries_removed: Number of entries removed.
        bytes_removed: Their size.
        bytes_kept: Size of the other entries.

    """

    entries_removed: int
    bytes_removed: int
    bytes_kept: int


@dataclass(frozen=True)
class TableCache:
    """A folder with an entry per file: its tables, and a record that is written once they are on disk.

    Attributes:
        folder: The folder of the cache.
        reading_key: What reading depends on in addition to the content and the name of a file.
        is_persistent: Whether entries outlive the run.
        reuse: Whether entries of other runs are used.
        reuse_failures: Whether entries of files that failed are used too.

    """

    folder: Path
    reading_key: str = ""
    is_persistent: bool = False
    reuse: bool = True
    reuse_failures: bool = True

    def with_options(self, options: object) -> "TableCache":
        """Return the cache for readings that depend on options too; their `repr` identifies them."""
        return replace(self, reading_key=f"{self.reading_key}\n{options!r}")

    def locate_entry(self, source: SourceFile) -> Path:
        """Return the folder of a file's entry."""
        # The name decides how a text file is read, and whether a mapping applies.
        key = sha256(f"{self.reading_key}\n{source.path.name}{source.mapping_key}".encode("utf-8", "surrogateescape")).hexdigest()
        return self.folder / f"{source.fingerprint[:32]}-{key[:16]}"

    def find_scratch_folders(self, source: SourceFile) -> list[Path]:
        """Return the scratch folders of a file, one per worker that reads it, or has read it and ended early."""
        return [
            each for folder in self._list_entry_folders(source.with_mapping("")) for each in folder.glob(f"{_SCRATCH_NAME}.*")
        ]

    def remove_scratch(self, source: SourceFile) -> None:
        """Remove what workers that ended early have left, such as a decrypted workbook."""
        for folder in self.find_scratch_folders(source):
            if is_abandoned(folder.name):
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def open_scratch(self, source: SourceFile) -> Iterator[Path]:
        """Yield a path for what is too large for memory while a file is read; readers create it.

        No other process uses it: a file may be read twice at a time, by two runs. Removes what ended workers have left.
        """
        self.remove_scratch(source)
        folder = self.create_entry_folder(source.with_mapping("")) / f"{_SCRATCH_NAME}{mark_owner()}"
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def create_entry_folder(self, source: SourceFile) -> Path:
        """Create the folder of a file's entry, or a second one if damage or permissions make it unusable. Raises OSError."""
        first, second = self._list_entry_folders(source)
        try:
            return _create_folder(first)
        except OSError:
            return _create_folder(second)

    def _list_entry_folders(self, source: SourceFile) -> tuple[Path, Path]:
        folder = self.locate_entry(source)
        return folder, folder.with_name(f"{folder.name}-2")

    def find_all_header_rows(self, sources: Sequence[SourceFile]) -> list[HeaderRows | None]:
        """Return what `find_header_rows` does for each file."""
        return [self.find_header_rows(source) for source in sources]

    def find_header_rows(self, source: SourceFile) -> HeaderRows | None:
        """Return the rows by which the mapping of a file is chosen, or None if the file has to be read."""
        if not (self.is_persistent and self.reuse) or not source.fingerprint:
            return None
        try:
            rows = parse_header_rows(self.locate_header_rows(source).read_bytes())
        except (OSError, ValueError):
            return None
        with suppress(OSError):
            os.utime(self.locate_header_rows(source))
        return rows

    def store_header_rows(self, source: SourceFile, rows: HeaderRows) -> None:
        """Keep the rows by which the mapping of a file is chosen. Best effort: I/O errors are ignored."""
        if self.is_persistent:
            with suppress(OSError):
                self.create_entry_folder(source.with_mapping(""))
                write_header_rows(self.locate_header_rows(source), rows)

    def has_header_rows(self, source: SourceFile) -> bool:
        """Return whether header rows are kept for a file."""
        return self.locate_header_rows(source).exists()

    def locate_header_rows(self, source: SourceFile) -> Path:
        """Return where the header rows of a file are kept."""
        return self.locate_entry(source.with_mapping("")) / HEADER_ROWS_NAME

    def find_all(self, sources: Sequence[SourceFile]) -> list[FileRecord | None]:
        """Return what `find` does for each file."""
        return [self.find(source) for source in sources]

    def find(self, source: SourceFile) -> FileRecord | None:
        """Return the record of a file from an earlier run, with its tables, or None if the file has to be read.

        Every byte of the record and the tables is verified; a damaged entry is logged and not used.
        """
        if not (self.is_persistent and self.reuse) or not source.fingerprint:
            return None
        key = self.locate_entry(source).name
        for folder in self._list_entry_folders(source):
            entry = find_entry(folder, key, source.name)
            if entry:
                # The error names a command with the path.
                if entry.error and not (self.reuse_failures and entry.path == str(source.path)):
                    return None
                with suppress(OSError):
                    os.utime(folder / RECORD_NAME)
                return entry.to_record(source, folder)
        return None

    def store(self, record: FileRecord) -> Path | None:
        """Complete the entry of a file if its outcome depends on nothing but its content; return its folder if it does.

        Raises OSError.
        """
        if not (self.is_persistent and _is_deterministic(record) and _is_unchanged(record.source)):
            return None
        tables = list_tables(record.sheets)
        folder = tables[0].parent if tables else self.create_entry_folder(record.source)
        CacheEntry.from_record(record, self.locate_entry(record.source).name).write(folder)
        return folder

    def invalidate(self, source: SourceFile) -> None:
        """Have the next run read the file again; this run can still use the tables. Best effort: I/O errors are ignored."""
        with suppress(OSError):
            (self.locate_entry(source) / RECORD_NAME).unlink(missing_ok=True)

    def trim(self, max_gb: float, idle_seconds: float = _IN_USE_SECONDS) -> TrimResult:
        """Remove the entries that were not used for longest, and those without a record.

        Args:
            max_gb: Size to trim to.
            idle_seconds: Entries that were used within this time stay.

        """
        kept = removed = freed = 0
        for entry in sorted(list_entries(self.folder), key=lambda entry: (-entry.used, entry.path.name)):
            is_superfluous = not entry.is_complete or kept + entry.size > max_gb * 2**30
            if is_superfluous and entry.used <= time.time() - idle_seconds:
                shutil.rmtree(entry.path, ignore_errors=True)
                removed, freed = removed + 1, freed + entry.size
            else:
                kept += entry.size
        return TrimResult(removed, freed, kept)


@contextmanager
def open_table_cache(config: "PipelineConfiguration", *, reuse_failures: bool = True) -> Iterator[TableCache]:
    """Open the cache of the settings, or, if its folder can't be written, a temporary one.

    Args:
        config: The settings.
        reuse_failures: Use entries of files that failed too.

    """
    folder, shared = config.cache_folder, config.cache_address
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_usable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        is_usable = False
    with ExitStack() as stack:
        place = folder if is_usable else stack.enter_context(TableFolder())
        cache = TableCache(place, hash_reading_code(), is_usable or bool(shared), config.reuse, reuse_failures)
        if shared:
            from flexscout.runtime.shared_cache import open_shared_cache  # noqa: PLC0415 - most caches are not shared

            cache = stack.enter_context(open_shared_cache(cache, shared))
        yield cache


def _is_deterministic(record: FileRecord) -> bool:
    """Return whether another run would end the same way; a limit, a timeout, a lock or a wrong password may be gone by then."""
    codes = {sheet.error_code for sheet in record.skipped_sheets} | ({record.error.code} if record.error else set())
    return (record.error is None or isinstance(record.error, DataFormatError)) and codes.isdisjoint(PASSWORD_CODES)


def _is_unchanged(source: SourceFile) -> bool:
    """Return whether the file is still the one that was scanned; it may have been replaced meanwhile."""
    try:
        status = source.path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime) == (source.size, source.modified)


def _create_folder(folder: Path) -> Path:
    """Create an entry's folder, and remove what prevents files from being written there. Raises OSError."""
    if not folder.is_dir():
        folder.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    for child in folder.iterdir():
        # Files are replaced later: another run may be reading them.
        if child.is_dir() and not child.name.startswith(f"{_SCRATCH_NAME}."):
            shutil.rmtree(child)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    return folder
