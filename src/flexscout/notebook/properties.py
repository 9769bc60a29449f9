"""The properties of a frame or a workbook, understood as a run understands a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout.domain import SOURCE_COLUMNS, canonical_columns, combine_tables, unescape_names
from flexscout.errors import DataFormatError
from flexscout.ingest import convert_sheet, find_header, find_missing_required, header_texts, map_headers
from flexscout.notebook.frames import (
    POSITION,
    column_at,
    column_labels,
    join_columns,
    pick_columns,
    take_rows,
    to_frame_kind,
    to_texts,
)
from flexscout.notebook.processors import FileProcessor
from flexscout.outputs import sort_by_frequency

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from flexscout.models import HeaderMap

_SIZES = (20_000, 50_000, 100_000, 200_000)  # square feet, where the default profile changes its points


def count_values(table: pl.DataFrame, name: str) -> dict[str, int]:
    """Value -> rows, most first; without missing ones; empty without the column."""
    if name not in table.columns:
        return {}
    counts = table.select(pl.col(name).alias("value")).drop_nulls().group_by("value").len()
    return dict(counts.sort("len", "value", descending=[True, False]).iter_rows())


def summarize_numbers(values: pl.Series) -> dict[str, float | None]:
    """`mean`, `median`, `min` and `max` of what is there, to 2 decimals; None where nothing is, or the sum is too large."""
    figures = {"mean": values.mean(), "median": values.median(), "min": values.min(), "max": values.max()}
    return {name: _finite(value) for name, value in figures.items()}


def _finite(value: object) -> float | None:
    return round(float(value), 2) if isinstance(value, int | float) and isfinite(value) else None


def count_building_sizes(table: pl.DataFrame) -> dict[str, int]:
    """Band of Building SqFt -> rows; a band holds its lower bound; without missing ones."""
    if "Building SqFt" not in table.columns:
        return {}
    bounds = zip((0, *_SIZES), (*_SIZES, float("inf")), strict=True)
    sizes = table["Building SqFt"]
    return {_band(lower, upper): int(((sizes >= lower) & (sizes < upper)).sum()) for lower, upper in bounds}


def _band(lower: float, upper: float) -> str:
    return f"{lower:,} and more" if upper == float("inf") else f"{lower:,}-{upper:,}"


_FRAME = ""  # a frame is a sheet without a name
_NUMBERED = r"^(.+?)(?:\.|_duplicated_)\d+$"  # how pandas and Polars tell equal headers apart


@dataclass(frozen=True)
class Properties:
    """Property rows, typed.

    `table`: their canonical columns, and what it takes to present them; `sheets`: all columns of each sheet, with
    `Source Sheet` and `Source Row` (a frame's labels are row 1); `header_maps`: of each sheet; `issues`: reason -> how
    many Issues they have; `rows`: `read`, `blank` and `not_data` -> how many; `present`: rows of `table` -> a frame of the
    caller's kind, with the columns that pass through; `like`: any table -> a frame of the caller's kind.
    """

    table: pl.DataFrame
    sheets: tuple[pl.DataFrame, ...]
    header_maps: tuple[HeaderMap, ...]
    issues: dict[str, int]
    rows: dict[str, int]
    present: Callable[[pl.DataFrame], Any]
    like: Callable[[pl.DataFrame], Any]


def read_frame(frame: Any) -> Properties:
    """The properties of a pandas or Polars frame; its header may also stand below its first rows.

    Raises TypeError if it is no frame, DataFormatError if it has no columns.
    """
    cells = _cells(frame)
    if not cells.width:
        raise DataFormatError.missing_frame_columns(find_missing_required(map_headers(_FRAME, (), cells)), [])
    header = find_header(cells)
    texts, spans_two_rows = header_texts(cells, header)
    header_map = map_headers(_FRAME, texts, cells.slice(header + 1), spans_two_rows=spans_two_rows)
    converted = convert_sheet(_FRAME, cells, header, header_map)
    canonical = [column.name for column in canonical_columns() if column.name in converted.table.columns]
    # Row 1 of the cells are the frame's labels.
    table = converted.table.select(*canonical, (pl.col("Source Row") - 2).alias(POSITION))
    rows = {"read": converted.rows_read, "blank": converted.blank, "not_data": converted.not_data}
    return Properties(
        table,
        (converted.table,),
        (header_map,),
        sort_by_frequency(converted.issue_counts),
        rows,
        present=lambda chosen: _presented(chosen, frame, header_map),
        like=lambda found: to_frame_kind(frame, found),
    )


def read_file(path: Path) -> Properties:
    """The properties of all sheets of a workbook; they are presented as pandas. Raises the ProcessingError of the file."""
    result = FileProcessor().process_file(path)
    if result.record.error:
        raise result.record.error
    sheets = result.record.sheets
    tables = tuple(pl.read_parquet(sheet.table) for sheet in sheets if sheet.table)
    issues = sort_by_frequency(result.record.issue_counts)
    account = result.account
    rows = {"read": account.rows_read, "blank": account.blank, "not_data": account.not_data}
    header_maps = tuple(sheet.header_map for sheet in sheets)
    return Properties(combine_tables(tables), tables, header_maps, issues, rows, present=_to_pandas, like=pl.DataFrame.to_pandas)


def _to_pandas(table: pl.DataFrame) -> pd.DataFrame:
    """Return the table for pandas, with its headers as the file has them."""
    return unescape_names(table).to_pandas()


def _cells(frame: Any) -> pl.DataFrame:
    """The frame as a sheet reads: its labels as the first row, all cells texts, columns named by position."""
    headers = pl.Series(column_labels(frame), dtype=pl.String).str.replace(_NUMBERED, "$1")
    named = set(column_labels(frame))
    first = [bare if bare in named else label for bare, label in zip(headers, column_labels(frame), strict=True)]
    return pl.DataFrame(
        [
            pl.concat([pl.Series([label], dtype=pl.String), to_texts(column_at(frame, i))]).alias(str(i))
            for i, label in enumerate(first)
        ]
    )


def _presented(rows: pl.DataFrame, frame: Any, header_map: HeaderMap) -> Any:
    """The rows with their row labels and the columns that pass through, as they are in the frame."""
    positions = [column.position for column in header_map.unmapped]
    # A name of flexscout's own is changed, unless it only says where the row comes from.
    names = [column.header if column.header in SOURCE_COLUMNS else column.name for column in header_map.unmapped]
    return join_columns(rows.drop(POSITION), pick_columns(take_rows(frame, rows[POSITION]), positions, names))
