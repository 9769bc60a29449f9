"""Cells of a large sheet on disk, in files of some ten thousand rows each, and a view of them as of one frame."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import polars as pl

from flexscout.ingest.readers.streaming.row_splitter import UnknownDialect
from flexscout.runtime import TableFolder, write_table

HELD = 2**24
"""Bytes of cells that are gathered before they are written."""
_VIEW = 16  # bytes that a text takes beside its letters
_WIDEST_GAP = 2**24  # cells


@dataclass(frozen=True)
class _File:
    path: Path
    height: int
    width: int


@dataclass(frozen=True)
class ChunkedCells:
    """A sheet's cells in files, asked as a frame is; a column or some rows at a time are loaded.

    `own`: the folder of the files, if they have one of their own, which is to stay as long as they are needed.
    """

    files: tuple[_File, ...]
    begin: int = 0
    own: TableFolder | None = None

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self.files[0].path.parent

    @property
    def height(self) -> int:
        """Rows."""
        return max(0, sum(file.height for file in self.files) - self.begin)

    @property
    def width(self) -> int:
        """Columns."""
        return max(file.width for file in self.files)

    @property
    def columns(self) -> list[str]:
        """Their names, which are their positions."""
        return [str(position) for position in range(self.width)]

    def is_empty(self) -> bool:
        """Whether there is no row."""
        return not self.height

    def to_series(self, index: int, /) -> pl.Series:
        """The column at a position."""
        texts = pl.Series(str(index), dtype=pl.String)
        return pl.concat([texts, *(frame.to_series() for frame in self.frames([str(index)]))])

    def below(self, row: int, /) -> "ChunkedCells":
        """The rows from that position on."""
        return replace(self, begin=self.begin + row)

    def slice(self, offset: int, length: int | None = None) -> "Cells":
        """The rows from `offset` on, and only so many of them if `length` is given: those are loaded."""
        rest = self.below(offset)
        return rest if length is None else rest.head(length)

    def head(self, count: int) -> pl.DataFrame:
        """The first rows, loaded."""
        taken: list[pl.DataFrame] = []
        for frame in self.frames(self.columns):
            taken.append(frame.head(count))
            count -= taken[-1].height
            if not count:
                break
        return pl.concat(taken)

    def row(self, position: int) -> tuple[str | None, ...]:
        """One row."""
        return self.slice(position, 1).row(0)

    def frames(self, columns: Sequence[str], *, last_first: bool = False) -> Iterator[pl.DataFrame]:
        """All rows with these columns, file by file, from the first or the last."""
        placed = list(zip(self.files, accumulate(file.height for file in self.files), strict=True))
        for file, end in reversed(placed) if last_first else placed:
            if end > self.begin:
                yield _frame(file, columns).slice(max(0, self.begin - (end - file.height)))

    def collect(self) -> pl.DataFrame:
        """All cells, loaded."""
        return pl.concat(list(self.frames(self.columns)))


Cells = pl.DataFrame | ChunkedCells
"""The cells of a sheet, columns named by position, all texts."""


class LoadedSheet(NamedTuple):
    """A sheet's cells; whether it is hidden; and what is to say of how it was read."""

    cells: Cells
    hidden: bool = False
    notes: tuple[str, ...] = ()


def collect_cells(cells: Cells) -> pl.DataFrame:
    """All cells as one frame."""
    return cells if isinstance(cells, pl.DataFrame) else cells.collect()


def store_cells(blocks: Iterable[tuple[int, pl.DataFrame]], folder: Path, own: TableFolder | None = None) -> Cells:
    """A sheet from its rows: number of the first, as Excel numbers it, and cells. What is too much for memory goes to `folder`.

    Raises UnknownDialect if cells are too far apart, and what `blocks` raises; then nothing stays in the folder.
    """
    writer = _Writer(folder)
    try:
        for first, cells in blocks:
            writer.add(first, cells)
        if not writer.files:
            return writer.held()
        writer.flush()
    except BaseException:
        for file in writer.files:
            file.path.unlink(missing_ok=True)
        raise
    return ChunkedCells(tuple(writer.files), own=own)


class _Writer:
    """Gathers rows and writes them when they are many."""

    def __init__(self, folder: Path) -> None:
        self.files: list[_File] = []
        self._name = folder / f"sheet-{uuid4().hex}"
        self._frames: list[pl.DataFrame] = []
        self._bytes = self._rows = self._width = 0

    def add(self, first: int, cells: pl.DataFrame) -> None:
        if not cells.height:
            return
        self._fill(first - 1 - self._rows)
        self._frames.append(cells)
        self._rows += cells.height
        self._width = max(self._width, cells.width)
        self._bytes += int(cells.estimated_size()) + cells.height * cells.width * _VIEW
        if self._bytes > HELD:
            self.flush()

    def held(self) -> pl.DataFrame:
        """What is not yet written."""
        return pl.concat(self._frames, how="diagonal") if self._frames else pl.DataFrame()

    def flush(self) -> None:
        if self._frames:
            cells = self.held()
            path = self._name.with_name(f"{self._name.name}-{len(self.files)}.parquet")
            self.files.append(_File(write_table(cells, path), *cells.shape))
        self._frames, self._bytes = [], 0

    def _fill(self, rows: int) -> None:
        """Rows without a cell, which the blocks leave out."""
        if rows * max(self._width, 1) > _WIDEST_GAP:
            raise UnknownDialect("its cells are far apart")
        if rows:
            self._frames.append(pl.DataFrame({"0": pl.repeat(None, rows, dtype=pl.String, eager=True)}))
            self._rows += rows


def _frame(file: _File, columns: Sequence[str]) -> pl.DataFrame:
    there = [name for name in columns if int(name) < file.width]
    lacking = [pl.lit(None, dtype=pl.String).alias(name) for name in columns if int(name) >= file.width]
    if there:
        return pl.read_parquet(file.path, columns=there).with_columns(lacking).select(columns)
    return pl.select(pl.repeat(None, file.height, dtype=pl.String).alias(name) for name in columns)
