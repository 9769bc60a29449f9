"""Cells of an .xlsx that are merged down a column: their value is in the first of them, and holds for all."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flexscout.errors import DataFormatError
from flexscout.ingest.readers.cell_extent import align_to_tags, parse_column_letters
from flexscout.ingest.readers.limits import WorkbookParts

_MAX_RANGES = 100_000  # of a sheet; the rest stays as it is
_TAG = b"mergeCell "
_RANGE = re.compile(
    rb"""<(?:\w{1,20}:)?mergeCell\s(?:[^<>]{0,200}?\s)?ref=["']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})["']"""
)


class MergedCells(NamedTuple):
    """A column's cells that are merged, by position from 0."""

    column: int
    first_row: int
    last_row: int


def find_merged_cells(path: Path) -> dict[str, tuple[MergedCells, ...]]:
    """Return sheet -> its cells that are merged down one column, of an .xlsx that has been read."""
    found: dict[str, tuple[MergedCells, ...]] = {}
    try:
        with WorkbookParts(path, ".xlsx") as parts:
            for part, sheet in parts.list_titled():
                if sheet:
                    found[sheet] = tuple(_list_ranges(align_to_tags(parts.inflate_counted(part, part.file_size))))
    except DataFormatError:
        pass  # the check for ill-formed XML reports it
    return found


def _list_ranges(texts: Iterator[bytes]) -> Iterator[MergedCells]:
    """Yield the ranges of one column; banners and groups of headers span several."""
    count = 0
    for text in texts:
        for left, first, right, last in _RANGE.findall(text) if _TAG in text else ():
            count += 1
            if count > _MAX_RANGES:
                return
            if left == right and 0 < int(first) < int(last):
                yield MergedCells(parse_column_letters(left) - 1, int(first) - 1, int(last) - 1)


def fill_merged_cells(
    cells: pl.DataFrame, merged: Collection[MergedCells], first_row: int, without: Collection[int]
) -> pl.DataFrame:
    """Repeat the value of merged cells in their other rows, unless these are blank.

    Args:
        cells: Cells of a sheet.
        merged: Its merged cells.
        first_row: Position of the first row below the header; cells that are merged above it are left alone.
        without: Positions of columns that are left alone.

    """
    by_column: dict[int, list[MergedCells]] = {}
    for one in merged:
        if first_row <= one.first_row < cells.height and one.column < cells.width and one.column not in without:
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
