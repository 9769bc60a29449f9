"""Typed tables on disk, handed from the workers to the parent as Parquet."""

import os
import shutil
import weakref
from collections.abc import Iterable
from pathlib import Path
from tempfile import mkdtemp

import polars as pl

from flexscout import interrupts
from flexscout.journal.whole import make_safe


class TableFolder:
    """A folder for tables that lives as long as this object: whoever holds a result holds its tables."""

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="flexscout-"))
        self._given = 0
        self.remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def fresh(self) -> Path:
        """A path in the folder that no table has yet."""
        self._given += 1
        return self.path / f"table-{self._given}.parquet"

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with interrupts.held(count=kind is None):
            self.remove()


def write_parts(frames: Iterable[pl.DataFrame], path: Path, *, safe: bool = False) -> Path:
    """Write a table whose rows come part by part, of one schema, as `write_table` does; there is at least one part."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - few tables are so long

    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    parts = (frame.to_arrow() for frame in frames)
    first = next(parts)
    with pq.ParquetWriter(beside, first.schema, compression="lz4", write_statistics=False) as writer:
        writer.write_table(first)
        for part in parts:
            writer.write_table(part)
    if safe:
        make_safe(beside)
    beside.replace(path)
    return path


def write_table(frame: pl.DataFrame, path: Path, *, safe: bool = False) -> Path:
    """Write a table so that `path` is never a half-written one: beside it, then renamed; `safe`: once it is on the disk."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    frame.write_parquet(beside, compression="lz4", statistics=False)
    if safe:
        make_safe(beside)
    beside.replace(path)
    return path
