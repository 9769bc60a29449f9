"""Read the properties of a frame or a file as a run reads them."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import SOURCE_COLUMNS, combine_tables, list_canonical_columns, unescape_names
from flexscout.errors import DataFormatError
from flexscout.ingest import convert_sheet, find_header, find_missing_required, header_texts, map_headers
from flexscout.notebook.frames import (
    join_columns,
    label_columns,
    pick_columns,
    select_column_at,
    take_rows,
    to_frame_kind,
    to_texts,
)
from flexscout.notebook.known_columns import POSITION
from flexscout.notebook.processors import FileProcessor
from flexscout.outputs import sort_by_frequency

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from flexscout.models import HeaderMap

_SIZE_BANDS = (20_000, 50_000, 100_000, 200_000)  # square feet, at which the default profile changes its points


def count_values(table: pl.DataFrame, name: str) -> dict[str, int]:
    """Return value -> number of rows, most frequent first, without missing values; empty if the column is missing."""
    if name not in table.columns:
        return {}
    counts = table.select(pl.col(name).alias("value")).drop_nulls().group_by("value").len()
    return dict(counts.sort("len", "value", descending=[True, False]).iter_rows())


def summarize_numbers(values: pl.Series) -> dict[str, float | None]:
    """Return `mean`, `median`, `min` and `max`, rounded to 2 decimals; None without values, or if the sum overflows."""
    figures = {"mean": values.mean(), "median": values.median(), "min": values.min(), "max": values.max()}
    return {name: _round_finite(value) for name, value in figures.items()}


def _round_finite(value: object) -> float | None:
    return round(float(value), 2) if isinstance(value, int | float) and isfinite(value) else None


def count_building_sizes(table: pl.DataFrame) -> dict[str, int]:
    """Return size band in square feet -> number of rows, without missing sizes. A band includes its lower bound."""
    if "Building SqFt" not in table.columns:
        return {}
    bounds = zip((0, *_SIZE_BANDS), (*_SIZE_BANDS, float("inf")), strict=True)
    sizes = table["Building SqFt"]
    return {_format_band(lower, upper): int(((sizes >= lower) & (sizes < upper)).sum()) for lower, upper in bounds}


def _format_band(lower: float, upper: float) -> str:
    return f"{lower:,} and more" if upper == float("inf") else f"{lower:,}-{upper:,}"


_FRAME_SHEET = ""  # a frame has no sheet name
_NUMBERED_LABEL = r"^(.+?)(?:\.|_duplicated_)\d+$"  # how pandas and Polars number equal headers


@dataclass(frozen=True)
class Properties:
    """Typed property rows.

    Attributes:
        table: Canonical columns, and what `to_output` needs.
        sheets: All columns of each sheet, with `Source Sheet` and `Source Row`. The labels of a frame are row 1.
        header_maps: What the headers of each sheet mean.
        issues: Reason -> number of issues.
        rows: `read`, `blank` and `not_data` -> number of rows.
        to_output: Converts rows of `table` to the caller's kind of frame, with unmapped columns.
        to_caller_frame: Converts any table to the caller's kind of frame.

    """

    table: pl.DataFrame
    sheets: tuple[pl.DataFrame, ...]
    header_maps: tuple[HeaderMap, ...]
    issues: dict[str, int]
    rows: dict[str, int]
    to_output: Callable[[pl.DataFrame], Any]
    to_caller_frame: Callable[[pl.DataFrame], Any]


def read_frame(frame: Any) -> Properties:
    """Read a pandas or Polars frame. Its header may also be below its first rows.

    Raises:
        TypeError: If `frame` is not a frame.
        DataFormatError: If it has no columns.

    """
    cells = _to_cells(frame)
    if not cells.width:
        raise DataFormatError.missing_frame_columns(find_missing_required(map_headers(_FRAME_SHEET, (), cells)), [])
    header = find_header(cells)
    texts, spans_two_rows = header_texts(cells, header)
    header_map = map_headers(_FRAME_SHEET, texts, cells.slice(header + 1), spans_two_rows=spans_two_rows)
    converted = convert_sheet(_FRAME_SHEET, cells, header, header_map)
    canonical = [column.name for column in list_canonical_columns() if column.name in converted.table.columns]
    # Row 1 is the labels of the frame.
    table = converted.table.select(*canonical, (pl.col("Source Row") - 2).alias(POSITION))
    rows = {"read": converted.rows_read, "blank": converted.blank, "not_data": converted.not_data}
    return Properties(
        table,
        (converted.table,),
        (header_map,),
        sort_by_frequency(converted.issue_counts),
        rows,
        to_output=lambda chosen: _join_unmapped(chosen, frame, header_map),
        to_caller_frame=lambda other: to_frame_kind(frame, other),
    )


def read_file(path: Path) -> Properties:
    """Read all property sheets of a file, with the mapping files of its folder; frames are returned as pandas.

    Raises the ProcessingError of the file.
    """
    result = FileProcessor(PipelineConfiguration(input_folder=str(path.parent))).process_file(path)
    if result.record.error:
        raise result.record.error
    sheets = result.record.sheets
    tables = tuple(pl.read_parquet(sheet.table) for sheet in sheets if sheet.table)
    issues = sort_by_frequency(result.record.issue_counts)
    account = result.account
    rows = {"read": account.rows_read, "blank": account.blank, "not_data": account.not_data}
    header_maps = tuple(sheet.header_map for sheet in sheets)
    return Properties(
        combine_tables(tables), tables, header_maps, issues, rows, to_output=_to_pandas, to_caller_frame=pl.DataFrame.to_pandas
    )


def _to_pandas(table: pl.DataFrame) -> pd.DataFrame:
    """Convert a table to pandas, with the headers of the file."""
    return unescape_names(table).to_pandas()


def _to_cells(frame: Any) -> pl.DataFrame:
    """Convert a frame to the cells of a sheet: labels as the first row, all cells as text, columns named by position."""
    headers = pl.Series(label_columns(frame), dtype=pl.String).str.replace(_NUMBERED_LABEL, "$1")
    named = set(label_columns(frame))
    first = [bare if bare in named else label for bare, label in zip(headers, label_columns(frame), strict=True)]
    return pl.DataFrame(
        [
            pl.concat([pl.Series([label], dtype=pl.String), to_texts(select_column_at(frame, i))]).alias(str(i))
            for i, label in enumerate(first)
        ]
    )


def _join_unmapped(rows: pl.DataFrame, frame: Any, header_map: HeaderMap) -> Any:
    """Join rows with their unmapped columns and row labels, as they are in the frame."""
    positions = [column.position for column in header_map.unmapped]
    # Names of output columns are changed, except those that locate the row in its source.
    names = [column.header if column.header in SOURCE_COLUMNS else column.name for column in header_map.unmapped]
    return join_columns(rows.drop(POSITION), pick_columns(take_rows(frame, rows[POSITION]), positions, names))
