"""Cells that are merged down a column: their value is in the first of them, and holds for all."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple, Self
from uuid import uuid4

import polars as pl

from flexscout.ingest.readers.chunked_cells import CellFile, ChunkedCells
from flexscout.models import IssueNote, IssueReason
from flexscout.runtime import write_table

_MAX_RANGES = 100_000  # of a sheet; the rest stays as it is


class Range(NamedTuple):
    """A rectangle of cells, by position from 0."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


class MergedCells(NamedTuple):
    """A column's cells that are merged, by position from 0."""

    column: int
    first_row: int
    last_row: int


class MergedRanges(NamedTuple):
    """The cells of a sheet that are merged down one column, and the number of those that are left out."""

    ranges: tuple[MergedCells, ...] = ()
    left_out: int = 0

    @classmethod
    def collect(cls, found: Iterable[Range]) -> Self:
        """Keep the ranges of one column; banners and groups of headers span several."""
        ranges: list[MergedCells] = []
        left_out = 0
        for first, last, left, right in found:
            if left == right and 0 <= first < last:
                if len(ranges) < _MAX_RANGES:
                    ranges.append(MergedCells(left, first, last))
                else:
                    left_out += 1
        return cls(tuple(ranges), left_out)

    @property
    def notes(self) -> tuple[IssueNote, ...]:
        """A note about the ranges that are left out."""
        total = len(self.ranges) + self.left_out
        return ((IssueReason.MERGED_CELLS, f"{self.left_out:,} of {total:,} ranges"),) if self.left_out else ()


def fill_merged_cells(
    cells: pl.DataFrame | ChunkedCells, merged: Collection[MergedCells], first_row: int, without: Collection[int]
) -> pl.DataFrame | ChunkedCells:
    """Repeat the value of merged cells in their other rows, unless these are blank.

    Args:
        cells: Cells of a sheet; of those on disk, files with merged cells are written anew.
        merged: Its merged cells.
        first_row: Position of the first row below the header; cells that are merged above it are left alone.
        without: Positions of columns that are left alone.

    """
    filled = [one for one in merged if first_row <= one.first_row and one.column < cells.width and one.column not in without]
    if isinstance(cells, pl.DataFrame):
        return _fill_rows(cells, filled)
    return _fill_files(cells, filled) if filled else cells


def _fill_files(cells: ChunkedCells, merged: Sequence[MergedCells]) -> ChunkedCells:
    """Fill the files that have merged cells. Values that reach into the next file are put into a row above it for a while."""
    files: list[CellFile] = []
    above: dict[int, str | None] = {}
    start = -cells.begin
    for file in cells.files:
        end = start + file.height
        ranges = [
            MergedCells(one.column, max(one.first_row - start + 1, 0), min(one.last_row - start, file.height) + 1)
            for one in merged
            if one.first_row < end and one.last_row >= start
        ]
        if ranges:
            row = {name: [above.get(int(name))] for name in cells.columns}
            frame = pl.concat([pl.DataFrame(row, dict.fromkeys(row, pl.String)), ChunkedCells((file,)).collect()], how="diagonal")
            above = {one.column: frame.item(one.first_row, one.column) for one in ranges if one.last_row > file.height}
            filled = _fill_rows(frame, ranges).slice(1)
            path = write_table(filled, file.path.with_name(f"merged-{uuid4().hex}.parquet"))
        files.append(CellFile(path, *filled.shape) if ranges else file)
        start = end
    return replace(cells, files=tuple(files))


def _fill_rows(cells: pl.DataFrame, merged: Sequence[MergedCells]) -> pl.DataFrame:
    by_column: dict[int, list[MergedCells]] = {}
    for one in merged:
        if one.first_row < cells.height:
            by_column.setdefault(one.column, []).append(one)
    if not by_column:
        return cells
    has_values = cells.select(pl.any_horizontal(pl.all().is_not_null()).alias("filled")).to_series()
    return cells.with_columns(_fill_column(cells.to_series(column), ranges, has_values) for column, ranges in by_column.items())


def _fill_column(values: pl.Series, ranges: list[MergedCells], has_values: pl.Series) -> pl.Series:
    """Repeat the values of one column; of ranges that overlap, the later begins anew."""
    firsts, lasts = [one.first_row for one in ranges], [one.last_row for one in ranges]
    none = pl.repeat(None, values.len(), dtype=pl.Int64, eager=True)
    begin = none.scatter(firsts, firsts).fill_null(strategy="forward")
    end = none.clone().scatter(firsts, lasts).fill_null(strategy="forward")
    rows = pl.int_range(values.len(), eager=True)
    is_empty = values.is_null() & has_values & (rows <= end).fill_null(value=False)
    return values.zip_with(~is_empty, values.gather(begin)).alias(values.name)
