"""Entries of the cache: a folder per file with its tables, and a sealed record that is written once they are complete."""

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError
from flexscout.models import FileRecord, SheetRecord, SourceFile
from flexscout.runtime.storage import compute_checksum, open_record, seal_record, write_atomically
from flexscout.skipped import SkippedSheet

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_FORMAT = 3  # version of the records; others are not read
RECORD_NAME, HEADER_ROWS_NAME = "record.json", "headers.json"
"""Names of files in an entry."""
OBJECTS_FOLDER = "objects"
"""Folder in the cache with the local copies of objects, which are no entries."""

HeaderRows = tuple[tuple[str, ...], ...]
"""The folded texts of the rows of a file that may be a header."""

logger = logging.getLogger("flexscout.cache")


@dataclass(frozen=True)
class CacheEntry:
    """A record as it is stored: with tables by their names in the entry's folder.

    Attributes:
        key: Name of the folder that the entry was made for, so that a copy in another folder is not used.
        file: Name of the file.
        path: Where the file was.
        sheets: Its sheets.
        skipped_sheets: The other sheets.
        error: Code, message and next step.
        sizes: Name -> bytes of each table.

    """

    key: str
    file: str
    path: str
    sheets: tuple[SheetRecord, ...]
    skipped_sheets: tuple[SkippedSheet, ...]
    error: tuple[str, str, str] | None
    sizes: dict[str, int]

    @classmethod
    def from_record(cls, record: FileRecord, key: str) -> "CacheEntry":
        """Build the entry of a file whose tables are on disk. Raises OSError."""
        error = record.error
        stored_error = (error.code, error.message, error.next_step) if error else None
        sizes = {table.name: table.stat().st_size for table in list_tables(record.sheets)}
        sheets = tuple(
            replace(sheet, table=sheet.table and Path(sheet.table.name), issues=sheet.issues and Path(sheet.issues.name))
            for sheet in record.sheets
        )
        return cls(key, record.source.name, str(record.source.path), sheets, record.skipped_sheets, stored_error, sizes)

    @classmethod
    def from_bytes(cls, content: bytes, key: str) -> "CacheEntry":
        """Read a record. Raises ValueError if it is damaged, was made for another folder, or names files elsewhere."""
        entry = _build_adapter().validate_json(open_record(content, _FORMAT))
        tables = list_tables(entry.sheets)
        is_elsewhere = any(str(table) != table.name or table.name == ".." for table in tables)
        if entry.key != key or is_elsewhere or {table.name for table in tables} != entry.sizes.keys():
            raise ValueError
        return entry

    def to_record(self, source: SourceFile, folder: Path) -> FileRecord:
        """Return the record of a file whose tables are in a folder."""
        error = DataFormatError(ErrorCode(self.error[0]), *self.error[1:], source.name) if self.error else None
        sheets = tuple(
            replace(sheet, table=sheet.table and folder / sheet.table, issues=sheet.issues and folder / sheet.issues)
            for sheet in self.sheets
        )
        return FileRecord(source, sheets, self.skipped_sheets, error=error, reused=True)

    def write(self, folder: Path) -> None:
        """Write the record to a folder. Raises OSError."""
        # Not fsynced, as every byte is verified: waiting for the disk costs more than reading most files.
        content = seal_record(_build_adapter().dump_json(self, indent=1), _FORMAT)
        write_atomically(folder / RECORD_NAME, content, fsync=False)


def list_tables(sheets: tuple[SheetRecord, ...]) -> list[Path]:
    """Return the tables of sheets, and those of their issues."""
    return [table for sheet in sheets for table in (sheet.table, sheet.issues) if table]


def write_header_rows(path: Path, rows: HeaderRows) -> None:
    """Write the rows by which the mapping of a file is chosen. Raises OSError."""
    write_atomically(path, seal_record(json.dumps({"rows": rows}).encode(), _FORMAT), fsync=False)


def parse_header_rows(content: bytes) -> HeaderRows:
    """Return header rows. Raises ValueError if they are damaged."""
    return tuple(map(tuple, json.loads(open_record(content, _FORMAT))["rows"]))


def find_entry(folder: Path, key: str, file: str) -> CacheEntry | None:
    """Return the entry if its record and tables are exactly as they were written; log if they are not."""
    try:
        entry = read_entry(folder, key)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):  # pydantic's errors are ValueErrors
        entry = None
    if entry is None:
        logger.warning(
            "The cache entry of %s is damaged (%s), so the file is read again. If this happens often, check the disk.",
            *(file, folder),
            extra={"event": "cache_damaged", "data": {"file": file, "entry": str(folder)}},
        )
    return entry


def read_entry(folder: Path, key: str) -> CacheEntry | None:
    """Return the entry in a folder, or None if a table is damaged.

    Raises FileNotFoundError if there is no record; another OSError or ValueError if it can't be used.
    """
    record = folder / RECORD_NAME
    if not record.is_file() and record.exists():
        raise IsADirectoryError(record)
    entry = CacheEntry.from_bytes(record.read_bytes(), key)
    return entry if all(_is_intact(sheet, folder, entry.sizes) for sheet in entry.sheets) else None


def _is_intact(sheet: SheetRecord, folder: Path, sizes: dict[str, int]) -> bool:
    """Return whether the sheet's tables have the sizes and checksums they were written with."""
    checksums = dict(sheet.checksums)
    tables = [folder / table for table in list_tables((sheet,))]
    try:
        # The size reveals most damage without reading the table.
        return all(
            table.is_file()
            and table.stat().st_size == sizes.get(table.name)
            and compute_checksum(table) == checksums.get(table.name)
            for table in tables
        )
    except OSError:
        return False


@lru_cache
def _build_adapter() -> "TypeAdapter[CacheEntry]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - workers don't need it

    return TypeAdapter(CacheEntry)


@dataclass(frozen=True)
class EntryStatus:
    """An entry on disk.

    Attributes:
        path: Its folder.
        used: When it was last used, seconds since 1970.
        size: Bytes.
        is_complete: Whether it has a record or header rows.

    """

    path: Path
    used: float
    size: int
    is_complete: bool


def list_entries(folder: Path) -> Iterator[EntryStatus]:
    """Yield the entries of a cache."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name == OBJECTS_FOLDER:
                continue
            with suppress(OSError):
                stats = [file.stat() for file in path.iterdir()]
                used = max((stat.st_mtime for stat in stats), default=path.stat().st_mtime)
                yield EntryStatus(
                    path,
                    used,
                    sum(stat.st_size for stat in stats),
                    any((path / name).is_file() for name in (RECORD_NAME, HEADER_ROWS_NAME)),
                )
