"""Files that outlive a step: checksums, sealed records, atomic writes and tables.

Checksums are SHA-256: processors have instructions for it (2 GB/s), and a 32-bit CRC would miss damage in large caches.
"""

import json
import os
import platform
import re
import shutil
import sys
import weakref
from collections.abc import Iterable, Sequence
from enum import StrEnum
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import polars as pl

from flexscout.runtime import interrupts

ROWS_PER_PART = 250_000
"""Rows of a long table that are loaded together."""

_SEAL = '{{"format": {}, "checksum": "{}", '
_CHECKSUM_LENGTH = 64
_HOST = re.sub("[^A-Za-z0-9]", "", platform.node())[:20] or "host"
_OWNER_MARK = re.compile(r"\.([A-Za-z0-9]{1,20})-(\d{1,10})-[0-9a-f]{32}\b")
_PARTITION = "__partition"  # working column
_FEW_ROWS = 1_000  # of a table that is written by one thread
_LARGE_FILES = "/var/tmp"  # noqa: S108  # nosec B108 # its files have random names
_STEM_BYTES = 120  # names of files have at most 255


class RecordProblem(StrEnum):
    """Why a record can't be used."""

    DAMAGED = "damaged"
    NEWER = "newer"
    OLDER = "older"
    FOREIGN = "foreign"


class UnusableRecordError(ValueError):
    """Raised when a record is damaged, of another version, or not written by flexscout.

    Attributes:
        problem: Which of these it is.

    """

    def __init__(self, problem: RecordProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def compute_checksum(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal, read in chunks. Raises OSError."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def seal_record(fields: bytes, version: int) -> bytes:
    """Add `format` and a checksum of all other bytes to a record.

    Args:
        fields: A JSON object with at least one field.
        version: Version of its format.

    """
    rest = fields.removeprefix(b"{")
    return _SEAL.format(version, sha256(rest).hexdigest()).encode() + rest


def open_record(content: bytes, version: int) -> bytes:
    """Return the JSON object of a sealed record. Raises UnusableRecordError unless every byte is as it was written."""
    length = len(_SEAL.format(version, "0" * _CHECKSUM_LENGTH))
    seal, rest = content[:length], content[length:]
    if seal != _SEAL.format(version, sha256(rest).hexdigest()).encode():
        raise UnusableRecordError(_find_problem(content, version))
    return b"{" + rest


def _find_problem(content: bytes, version: int) -> RecordProblem:
    try:
        record = json.loads(content)
    except (ValueError, RecursionError):
        return RecordProblem.DAMAGED
    number = record.get("format") if isinstance(record, dict) else None
    if not isinstance(number, int):
        return RecordProblem.FOREIGN
    if number == version:
        return RecordProblem.DAMAGED
    return RecordProblem.NEWER if number > version else RecordProblem.OLDER


def mark_owner() -> str:
    """Return the part of a temporary file's name that no other writer uses: host, process and a UUID."""
    return f".{_HOST}-{os.getpid()}-{uuid4().hex}"


def is_abandoned(name: str) -> bool:
    """Return whether a name has the mark of a process of this computer that has ended."""
    import psutil  # noqa: PLC0415 - few files are left behind

    mark = _OWNER_MARK.search(name)
    return bool(mark and mark[1] == _HOST and not psutil.pid_exists(int(mark[2])))


def build_temporary_path(path: Path, suffix: str = ".tmp") -> Path:
    """Return a hidden path beside `path` that no other writer uses, on any computer."""
    return path.with_name(f"{build_temporary_prefix(path)}{mark_owner()}{suffix}")


def build_temporary_prefix(path: Path) -> str:
    """Return how the names of the temporary files of `path` begin."""
    return "." + path.name.encode("utf-8", "surrogateescape")[:_STEM_BYTES].decode("utf-8", "ignore")


def write_atomically(path: Path, content: bytes, *, fsync: bool = True) -> None:
    """Write a file so that `path` never has part of it: to a temporary file, then renamed. Raises OSError.

    Args:
        path: The file, which is replaced.
        content: Its content.
        fsync: Wait until it is on disk. Without, a power failure can leave a damaged file, which its reader has to notice.

    """
    temporary = build_temporary_path(path)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            if fsync:
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def fsync_file(path: Path) -> None:
    """Wait until the content of a file is on disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def choose_temporary_folder() -> str | None:
    """Return the folder for large temporary files: TMPDIR, else /var/tmp, as /tmp may be in memory; None for the usual one."""
    folders = [os.environ.get("TMPDIR", ""), _LARGE_FILES if sys.platform == "linux" else ""]
    return next((folder for folder in folders if folder and os.access(folder, os.W_OK | os.X_OK)), None)


def write_table(frame: pl.DataFrame, path: Path) -> Path:
    """Write a table as Parquet so that `path` never has part of it, and return the path."""
    temporary = build_temporary_path(path)
    if frame.height > _FEW_ROWS:
        frame.write_parquet(temporary, compression="lz4", statistics=False)
    else:  # Polars would spend more time on its threads than on the rows
        import pyarrow.parquet as pq  # noqa: PLC0415 - a run that finds its tables in the cache writes none

        pq.write_table(frame.to_arrow(), temporary, compression="lz4", write_statistics=False, use_dictionary=False)
    return temporary.replace(path)


def write_table_parts(frames: Iterable[pl.DataFrame], path: Path) -> Path:
    """Write a table part by part, as `write_table` does; there is at least one part, and all have the same schema."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - few tables are so long

    temporary = build_temporary_path(path)
    parts = (frame.to_arrow() for frame in frames)
    first = next(parts)
    with pq.ParquetWriter(temporary, first.schema, compression="lz4", write_statistics=False) as writer:
        writer.write_table(first)
        for part in parts:
            writer.write_table(part)
    return temporary.replace(path)


class TableFolder:
    """A temporary folder for tables that is removed with this object, or at the end of a `with` block.

    Attributes:
        path: The folder.

    """

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="flexscout-", dir=choose_temporary_folder()))
        self._count = 0
        self.remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def build_new_path(self) -> Path:
        """Return a path in the folder that was not returned before."""
        self._count += 1
        return self.path / f"table-{self._count}.parquet"

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with interrupts.defer_interrupts(reraise=kind is None):
            self.remove()


class PartitionedTable:
    """A table with a column `row` whose rows are split into partitions; on disk if there are several.

    Args:
        count: The number of partitions.

    Attributes:
        count: The same.
        height: Rows added so far.

    """

    def __init__(self, count: int) -> None:
        self.count, self.height = count, 0
        self._frames: list[pl.DataFrame] = []
        self._empty: pl.DataFrame | None = None
        self._writers: dict[int, Any] = {}
        self._folder = TableFolder() if count > 1 else None

    def add(self, rows: pl.DataFrame, partitions: pl.Series | None = None) -> None:
        """Add rows to the partitions with these numbers, from 0; all calls have the same columns, and at least one is made."""
        self.height += rows.height
        self._empty = rows.clear() if self._empty is None else self._empty
        if self._folder is None:
            self._frames.append(rows)
        elif partitions is not None:
            import pyarrow.parquet as pq  # noqa: PLC0415 - few tables are so long

            numbered = rows.with_columns(partitions.alias(_PARTITION))
            parts = numbered.partition_by(_PARTITION, as_dict=True, include_key=False, maintain_order=True)
            for (number,), part in sorted(parts.items()):
                table = part.to_arrow()
                if number not in self._writers:
                    self._writers[number] = pq.ParquetWriter(
                        self._path(number), table.schema, compression="lz4", use_dictionary=False, write_statistics=False
                    )
                self._writers[number].write_table(table)

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of the partitions that have rows, of all if none has."""
        return sorted(self._writers) or range(self.count)

    def load(self, number: int, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Return a partition, or some of its columns, in the order in which its rows were added; no more rows can be added."""
        if self._folder is None:
            if len(self._frames) > 1:
                self._frames = [pl.concat(self._frames, rechunk=True)]
            return self._frames[0] if columns is None else self._frames[0].select(columns)
        for writer in self._writers.values():
            writer.close()
        if number not in self._writers:
            empty = self._empty if self._empty is not None else pl.DataFrame()
            return empty if columns is None else empty.select(columns)
        return pl.read_parquet(self._path(number), columns=None if columns is None else list(columns))

    def gather(self, rows: pl.Series, columns: Sequence[str]) -> pl.DataFrame:
        """Return columns of the rows with these values of `row`, in their order.

        In a table of one partition, `row` is the position of each row.
        """
        if self._folder is None:
            return self.load(0, columns)[rows]
        wanted = rows.unique().implode()
        parts = [self.load(number, ["row", *columns]).filter(pl.col("row").is_in(wanted)) for number in self.numbers]
        found = pl.concat(parts)
        return (
            rows.alias("row")
            .cast(found.schema["row"])
            .to_frame()
            .join(found, on="row", how="left", maintain_order="left")
            .drop("row")
        )

    def _path(self, number: int) -> Path:
        return (self._folder.path if self._folder else Path()) / f"partition-{number}.parquet"
