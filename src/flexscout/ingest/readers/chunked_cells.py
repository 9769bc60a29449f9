"""Cells of a large sheet on disk, in files of some ten thousand rows each, and one view of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import polars as pl

from flexscout.runtime import TableFolder


@dataclass(frozen=True)
class CellFile:
    """A Parquet file with some rows of a sheet; `height` and `width` are those of its frame."""

    path: Path
    height: int
    width: int


@dataclass(frozen=True)
class ChunkedCells:
    """Cells of a sheet in files; a column, or some rows, are loaded at a time.

    Attributes:
        files: The files, in the order of the rows.
        begin: Rows to skip at the top.
        temporary_folder: Folder of the files if it is removed with this object; else None.

    """

    files: tuple[CellFile, ...]
    begin: int = 0
    temporary_folder: TableFolder | None = None

    @property
    def folder(self) -> Path:
        """Folder of the files."""
        return self.files[0].path.parent

    @property
    def height(self) -> int:
        """Number of rows."""
        return max(0, sum(file.height for file in self.files) - self.begin)

    @property
    def width(self) -> int:
        """Number of columns."""
        return max(file.width for file in self.files)

    @property
    def columns(self) -> list[str]:
        """Column names, which are positions."""
        return [str(position) for position in range(self.width)]

    def is_empty(self) -> bool:
        """Return whether there are no rows."""
        return not self.height

    def to_series(self, index: int, /) -> pl.Series:
        """Load the column at a position."""
        texts = pl.Series(str(index), dtype=pl.String)
        return pl.concat([texts, *(frame.to_series() for frame in self.iter_frames([str(index)]))])

    def skip_rows(self, row: int, /) -> "ChunkedCells":
        """Return the rows from a position on, without loading them."""
        return replace(self, begin=self.begin + row)

    def slice(self, offset: int, length: int | None = None) -> "pl.DataFrame | ChunkedCells":
        """Return the rows from `offset` on: all of them without loading, or `length` of them, loaded."""
        rest = self.skip_rows(offset)
        return rest if length is None else rest.head(length)

    def head(self, count: int) -> pl.DataFrame:
        """Load the first rows."""
        parts = [pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))]
        for frame in self.iter_frames(self.columns):
            parts.append(frame.head(count))
            count -= parts[-1].height
            if not count:
                break
        return pl.concat(parts)

    def row(self, position: int) -> tuple[str | None, ...]:
        """Load one row."""
        return self.slice(position, 1).row(0)

    def iter_frames(self, columns: Sequence[str], *, files: int = 1, last_first: bool = False) -> Iterator[pl.DataFrame]:
        """Load all rows of some columns, so many files at a time, from the first or the last."""
        groups = [self.files[start : start + files] for start in range(0, len(self.files), files)]
        placed = list(zip(groups, accumulate(sum(file.height for file in group) for group in groups), strict=True))
        for group, end in reversed(placed) if last_first else placed:
            if end > self.begin:
                frame = _read_columns(group, columns)
                yield frame.slice(max(0, self.begin - (end - frame.height)))

    def collect(self) -> pl.DataFrame:
        """Load all cells."""
        return pl.concat([pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String)), *self.iter_frames(self.columns)])


def _read_columns(files: Sequence[CellFile], columns: Sequence[str]) -> pl.DataFrame:
    """Read columns of files; those that a file doesn't have are null."""
    schema = dict.fromkeys(columns, pl.String)
    paths = [file.path for file in files]
    return pl.scan_parquet(paths, glob=False, schema=schema, missing_columns="insert", extra_columns="ignore").collect()
