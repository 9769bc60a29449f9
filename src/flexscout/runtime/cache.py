"""Tables of files that were read, found again by content and by all that their reading depends on."""

import errno
import logging
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import flexscout
from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError
from flexscout.models import FileRecord, SheetRecord, SourceFile
from flexscout.runtime.storage import TableFolder, file_checksum, open_record, seal_record, write_atomically
from flexscout.skipped import SkippedSheet

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_PACKAGE = Path(flexscout.__file__).parent
_IMPORT = re.compile(r"^\s*from flexscout\.(\w+)", re.MULTILINE)
_READER_LIBRARIES = ("fastexcel", "polars", "lxml")
_RESULT_LIBRARIES = (*_READER_LIBRARIES, "rustpy-xlsxwriter", "narwhals", "rapidfuzz")


@lru_cache
def hash_reading_code() -> str:
    """Return the hash of everything that turns a file into tables: `ingest`, every package it imports, and the libraries."""
    files: dict[Path, bytes] = {}
    names, waiting = set(), {"ingest"}
    while waiting:
        name = waiting.pop()
        names.add(name)
        own = _read_package(name)
        files |= own
        code = [content.decode() for file, content in own.items() if file.suffix == ".py"]
        waiting |= {imported for text in code for imported in _IMPORT.findall(text)} - names
    return _digest(files, _READER_LIBRARIES)


@lru_cache
def hash_result_code() -> str:
    """Return the hash of everything that turns a folder into a result: the whole package and the libraries."""
    return _digest({file: file.read_bytes() for file in _list_files(_PACKAGE)}, _RESULT_LIBRARIES)


def _digest(files: Mapping[Path, bytes], libraries: Iterable[str]) -> str:
    # The content, not a version number: a checkout changes without one.
    parts = [f"{file.relative_to(_PACKAGE).as_posix()} {sha256(content).hexdigest()}" for file, content in sorted(files.items())]
    parts += [f"{library} {version(library)}" for library in libraries]
    return sha256("\n".join(parts).encode()).hexdigest()


def _read_package(name: str) -> dict[Path, bytes]:
    """Return the content of each file of a package, or of a module beside the packages."""
    module = _PACKAGE / f"{name}.py"
    return {file: file.read_bytes() for file in ([module] if module.exists() else _list_files(_PACKAGE / name))}


def _list_files(folder: Path) -> Iterable[Path]:
    return (file for file in folder.rglob("*") if file.suffix in (".py", ".yaml", ".json"))


_FORMAT = 2  # of the records; others are not read
_RECORD, _SCRATCH = "record.json", "rows"
_IN_USE = 3600.0  # seconds for which an entry that a run has used is left alone

logger = logging.getLogger("flexscout.cache")


@dataclass(frozen=True)
class TableCache:
    """A folder with an entry per file: its tables, and a record, which is written when they are safe on the disk.

    `reading`: what reading depends on beside a file's content and name; `lasting`: whether entries outlive the run; `reuse`:
    whether those of other runs are found, `failures`: also of files that failed.
    """

    folder: Path
    reading: str = ""
    is_persistent: bool = False
    reuse: bool = True
    failures: bool = True

    def with_options(self, asked: object) -> "TableCache":
        """The same for readings that depend on what is asked, too: its `repr` tells all."""
        return replace(self, reading=f"{self.reading}\n{asked!r}")

    def entry_folder(self, source: SourceFile) -> Path:
        """The folder of a file's entry."""
        # The name says what the reader takes a text file for, and whether a mapping is for it.
        depends = sha256(f"{self.reading}\n{source.path.name}".encode("utf-8", "surrogateescape")).hexdigest()
        return self.folder / f"{source.fingerprint[:32]}-{depends[:16]}"

    def scratch_folder(self, source: SourceFile) -> Path:
        """The folder in it where what is too large for memory waits while the file is read."""
        return self.scratch_in(self.entry_folder(source))

    @staticmethod
    def scratch_in(place: Path) -> Path:
        """The same of an entry's folder."""
        return place / _SCRATCH

    def create_entry_folder(self, source: SourceFile) -> Path:
        """Make the folder of a file's entry, or a second one where damage or permissions make that unusable. Raises OSError."""
        place, second = self._places(source)
        try:
            return _make_usable(place)
        except OSError:
            return _make_usable(second)

    def _places(self, source: SourceFile) -> tuple[Path, Path]:
        place = self.entry_folder(source)
        return place, place.with_name(f"{place.name}-2")

    def find(self, source: SourceFile) -> FileRecord | None:
        """What is known of a file of this content from another run, with its tables; None if it has to be read.

        Every byte of the record and the tables is checked against their checksums; a damaged entry is logged and not used.
        """
        if not (self.is_persistent and self.reuse) or not source.fingerprint:
            return None
        key = self.entry_folder(source).name
        for place in self._places(source):
            entry = _entry_at(place, key, source.name)
            if entry:
                if entry.error and not self.failures:
                    return None
                with suppress(OSError):
                    os.utime(place / _RECORD)
                return entry.of(source, place)
        return None

    def store(self, record: FileRecord) -> None:
        """Mark a file as done, if what became of it depends on nothing but its content. Raises OSError."""
        if self.is_persistent and _is_certain(record) and _is_what_was_found(record.source):
            tables = [table for sheet in record.sheets for table in _tables(sheet)]
            place = tables[0].parent if tables else self.create_entry_folder(record.source)
            entry = _Entry.about(record, self.entry_folder(record.source).name)
            write_atomically(place / _RECORD, seal_record(_adapter().dump_json(entry, indent=1), _FORMAT))

    def invalidate(self, source: SourceFile) -> None:
        """Have the next run read the file again; the tables stay for this run. An entry that can't be changed stays."""
        with suppress(OSError):
            (self.entry_folder(source) / _RECORD).unlink(missing_ok=True)

    def trim(self, most_gb: float, idle: float = _IN_USE) -> tuple[int, int, int]:
        """Remove what was not used for longest until no more than `most_gb` are left, but nothing of the last `idle` seconds.

        Gives the entries removed, the bytes removed, the bytes kept.
        """
        entries = sorted(_entries(self.folder), key=lambda entry: (-entry.used, entry.path.name))
        kept, removed, freed = 0, 0, 0
        for entry in entries:
            superfluous = not entry.is_done or kept + entry.size > most_gb * 2**30
            if superfluous and entry.used <= time.time() - idle:
                shutil.rmtree(entry.path, ignore_errors=True)
                removed, freed = removed + 1, freed + entry.size
            else:
                kept += entry.size
        return removed, freed, kept


@contextmanager
def open_table_cache(folder: Path, reading: str, *, reuse: bool = True, failures: bool = True) -> Iterator[TableCache]:
    """The cache in `folder`; where none can be written, one that ends with the run."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        usable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        usable = False
    if usable:
        yield TableCache(folder, reading, is_persistent=True, reuse=reuse, failures=failures)
        return
    with TableFolder() as temporary:
        yield TableCache(temporary, reading)


@dataclass(frozen=True)
class _Entry:
    """A record as it is kept: tables by their names in the entry's folder, each with its size in bytes.

    `key`: name of the folder that it was made for, so that a copy in another place is not taken for that file's.
    """

    key: str
    file: str
    sheets: tuple[SheetRecord, ...]
    skipped_sheets: tuple[SkippedSheet, ...]
    error: tuple[str, str, str] | None
    sizes: dict[str, int]

    @classmethod
    def about(cls, record: FileRecord, key: str) -> "_Entry":
        error = record.error
        told = (error.code, error.message, error.next_step) if error else None
        sizes = {table.name: table.stat().st_size for sheet in record.sheets for table in _tables(sheet)}
        return cls(key, record.source.name, tuple(map(_by_name, record.sheets)), record.skipped_sheets, told, sizes)

    def of(self, source: SourceFile, place: Path) -> FileRecord:
        error = DataFormatError(ErrorCode(self.error[0]), *self.error[1:], source.name) if self.error else None
        sheets = tuple(_in_folder(sheet, place) for sheet in self.sheets)
        return FileRecord(source, sheets, self.skipped_sheets, error=error, reused=True)


def _tables(sheet: SheetRecord) -> tuple[Path, ...]:
    return tuple(table for table in (sheet.table, sheet.issues) if table)


def _by_name(sheet: SheetRecord) -> SheetRecord:
    return replace(sheet, table=_named(sheet.table), issues=_named(sheet.issues))


def _named(table: Path | None) -> Path | None:
    return Path(table.name) if table else None


def _in_folder(sheet: SheetRecord, place: Path) -> SheetRecord:
    return replace(sheet, table=sheet.table and place / sheet.table, issues=sheet.issues and place / sheet.issues)


def _is_certain(record: FileRecord) -> bool:
    """Whether another run would end alike: limits of memory and time, or a lock, may be others then."""
    return record.error is None or isinstance(record.error, DataFormatError)


def _is_what_was_found(source: SourceFile) -> bool:
    """Whether the file is still the one whose content was looked at; it may have been replaced in the meantime."""
    try:
        now = source.path.stat()
    except OSError:
        return False
    return (now.st_size, now.st_mtime) == (source.size, source.modified)


def _make_usable(place: Path) -> Path:
    """Make the folder, and remove what keeps files from being written there. Raises OSError."""
    if not place.is_dir():
        place.unlink(missing_ok=True)
    place.mkdir(parents=True, exist_ok=True)
    for inside in place.iterdir():
        # Only folders are in the way. Files are replaced: another run may be reading them.
        if inside.is_dir() and inside.name != _SCRATCH:
            shutil.rmtree(inside)
    if not os.access(place, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))
    return place


def _entry_at(place: Path, key: str, file: str) -> _Entry | None:
    """Return the entry if its record and its tables are exactly as they were written; log if they are not."""
    try:
        entry = _read_entry(place, key)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):  # pydantic's errors are ValueErrors
        entry = None
    if entry is None:
        logger.warning(
            "What was kept of %s is damaged (%s): the file is read again. If this happens often, check the disk.",
            *(file, place),
            extra={"event": "cache_damaged", "data": {"file": file, "entry": str(place)}},
        )
    return entry


def _read_entry(place: Path, key: str) -> _Entry | None:
    """Return None if the entry belongs to another file or a table is damaged.

    Raises FileNotFoundError without a record; another OSError or ValueError if the record is unusable.
    """
    if not (place / _RECORD).is_file() and (place / _RECORD).exists():
        raise IsADirectoryError(place / _RECORD)
    entry = _adapter().validate_json(open_record((place / _RECORD).read_bytes(), _FORMAT))
    return entry if entry.key == key and all(_is_intact(sheet, place, entry.sizes) for sheet in entry.sheets) else None


def _is_intact(sheet: SheetRecord, place: Path, sizes: dict[str, int]) -> bool:
    """Whether the sheet's tables are there, byte for byte."""
    checksums = dict(sheet.checksums)
    tables = [place / table for table in _tables(sheet)]
    try:
        # The size tells most damage without reading the table.
        return all(
            table.is_file()
            and table.stat().st_size == sizes.get(table.name)
            and file_checksum(table) == checksums.get(table.name)
            for table in tables
        )
    except OSError:
        return False


@lru_cache
def _adapter() -> "TypeAdapter[_Entry]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - workers write tables, and need none of it

    return TypeAdapter(_Entry)


@dataclass(frozen=True)
class _Found:
    """An entry on the disk; `used`: seconds since 1970, `size`: bytes; `is_done`: whether it has a record."""

    path: Path
    used: float
    size: int
    is_done: bool


def _entries(folder: Path) -> Iterator[_Found]:
    with suppress(OSError):
        for place in folder.iterdir():
            with suppress(OSError):
                stats = [file.stat() for file in place.iterdir()]
                used = max((stat.st_mtime for stat in stats), default=place.stat().st_mtime)
                yield _Found(place, used, sum(stat.st_size for stat in stats), (place / _RECORD).is_file())
