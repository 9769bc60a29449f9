"""Checksums of what is kept between runs: tables, and the records that describe them.

SHA-256: processors have instructions for it (2 GB a second), and 32 bits of a CRC would miss damage in large caches.
"""

import json
import os
import shutil
import weakref
from collections.abc import Iterable, Sequence
from enum import StrEnum
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import mkdtemp

import polars as pl

from flexscout.runtime import interrupts

_HEAD = '{{"format": {}, "checksum": "{}", '
_HEX_DIGITS = 64


class RecordProblem(StrEnum):
    """Why a record can't be used."""

    DAMAGED = "damaged"
    NEWER = "newer"
    OLDER = "older"
    FOREIGN = "foreign"


class UnusableRecordError(ValueError):
    """Raised when a record is damaged, of another version, or not one of ours."""

    def __init__(self, problem: RecordProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def file_checksum(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal, read in chunks. Raises OSError."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def seal_record(fields: bytes, version: int) -> bytes:
    """Return a JSON object, which has at least one field, with `format` and the `checksum` of all its other bytes in front."""
    rest = fields.removeprefix(b"{")
    return _HEAD.format(version, sha256(rest).hexdigest()).encode() + rest


def open_record(content: bytes, version: int) -> bytes:
    """Return the JSON object that was sealed. Raises UnusableRecordError if any byte of the record is not as it was written."""
    length = len(_HEAD.format(version, "0" * _HEX_DIGITS))
    head, rest = content[:length], content[length:]
    if head != _HEAD.format(version, sha256(rest).hexdigest()).encode():
        raise UnusableRecordError(_problem(content, version))
    return b"{" + rest


def _problem(content: bytes, version: int) -> RecordProblem:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return RecordProblem.DAMAGED
    number = found.get("format") if isinstance(found, dict) else None
    if not isinstance(number, int):
        return RecordProblem.FOREIGN
    if number == version:
        return RecordProblem.DAMAGED
    return RecordProblem.NEWER if number > version else RecordProblem.OLDER


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside the path, make sure that it is on the disk, and put it in its place. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def fsync_file(path: Path) -> None:
    """Wait until what was written to the file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


class TableFolder:
    """A folder for tables that lives as long as this object: whoever holds a result holds its tables."""

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="flexscout-"))
        self._given = 0
        self.remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def new_path(self) -> Path:
        """A path in the folder that no table has yet."""
        self._given += 1
        return self.path / f"table-{self._given}.parquet"

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with interrupts.defer_interrupts(reraise=kind is None):
            self.remove()


def write_table_parts(frames: Iterable[pl.DataFrame], path: Path, *, fsync: bool = False) -> Path:
    """Write a table whose rows come part by part, of one schema, as `write_table` does; there is at least one part."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - few tables are so long

    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    parts = (frame.to_arrow() for frame in frames)
    first = next(parts)
    with pq.ParquetWriter(beside, first.schema, compression="lz4", write_statistics=False) as writer:
        writer.write_table(first)
        for part in parts:
            writer.write_table(part)
    if fsync:
        fsync_file(beside)
    beside.replace(path)
    return path


def write_table(frame: pl.DataFrame, path: Path, *, fsync: bool = False) -> Path:
    """Write a table so that `path` is never a half-written one: beside it, then renamed; `safe`: once it is on the disk."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    frame.write_parquet(beside, compression="lz4", statistics=False)
    if fsync:
        fsync_file(beside)
    beside.replace(path)
    return path


LARGE = 2**23
"""Cells from which a table waits on disk; to write and read a million rows of 43 columns takes a second."""


class SpillableTable:
    """Holds a table until it is taken, as often as it is.

    `spill`: whether a large one waits in a folder of its own, which lives as long as the shelf.
    """

    def __init__(self, table: pl.DataFrame, *, spill: bool = True) -> None:
        self.columns = table.columns
        self._held: pl.DataFrame | None = table
        if spill and table.height * table.width >= LARGE:
            self._folder = TableFolder()
            self._path = write_table(table, self._folder.new_path())
            self._held = None

    def load(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The table, or some of its columns."""
        if self._held is None:
            return pl.read_parquet(self._path, columns=None if columns is None else list(columns))
        return self._held if columns is None else self._held.select(columns)
