"""Apply the user's corrections to property records: they win over the values of every source."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, CORRECTED_CELLS, LINK_COLUMNS, REASONS, STATUS
from flexscout.models import RowStatus

ID, COLUMN, VALUE, SINCE, SOURCE_VALUE = LINK_COLUMNS[0], "Column", "Value", "Since", "Source Value"

CORRECTION_SCHEMA = dict.fromkeys((ID, *ADDRESS_COLUMNS, COLUMN, VALUE, SINCE), pl.String)
"""Columns of a frame of corrections: the property and its place, the canonical column, the value as text that can be cast to the
type of the column, the day."""

CORRECTED_SCHEMA = {**CORRECTION_SCHEMA, SOURCE_VALUE: pl.String}
"""The same with the text of the value from the sources; null if they have none, or if the property isn't among the records."""

FindCorrections = Callable[[pl.DataFrame], pl.DataFrame]
"""Properties with their IDs -> the corrections of them and of others (CORRECTION_SCHEMA)."""

_NEW, _IS_CHANGED, _ORDER = "__new", "__is_changed", "__order"  # working columns
_YES, _NO = "yes", "no"


@dataclass(frozen=True)
class CorrectedRows:
    """Rows with the user's corrections.

    Attributes:
        rows: All rows in their order, with CORRECTED_CELLS.
        corrections: The corrections with the values from the sources (CORRECTED_SCHEMA).
        changed: IDs of the rows in which a value is another one now.

    """

    rows: pl.DataFrame
    corrections: pl.DataFrame
    changed: pl.Series


def apply_corrections(rows: pl.DataFrame, corrections: pl.DataFrame) -> CorrectedRows:
    """Replace the corrected values.

    Args:
        rows: One row per property, with `Property ID` and typed canonical columns.
        corrections: At most one per property and column (CORRECTION_SCHEMA).

    """
    from flexscout.ingest import convert_column  # noqa: PLC0415 - a run without changes converts nothing

    if corrections.is_empty() or ID not in rows.columns:  # only an empty table has no IDs
        unused = corrections.with_columns(pl.lit(None, pl.String).alias(SOURCE_VALUE))
        return CorrectedRows(rows, unused, pl.Series(ID, [], dtype=pl.String))
    corrected, sources, changed = rows, [], []
    for (name,), values in corrections.partition_by(COLUMN, as_dict=True, maintain_order=True).items():
        column = str(name)
        dtype = rows.schema.get(column) or convert_column(column, pl.Series([], dtype=pl.String)).dtype
        typed = values.select(ID, _cast_text(pl.col(VALUE), dtype).alias(_NEW))
        joined = rows.select(ID, _column(rows, column, dtype)).join(typed, on=ID, how="left", maintain_order="left")
        corrected = corrected.with_columns(joined.select(pl.coalesce(_NEW, column).alias(column)).to_series())
        is_changed = pl.col(_NEW).is_not_null() & pl.col(_NEW).ne_missing(pl.col(column))
        own = joined.filter(pl.col(_NEW).is_not_null()).with_columns(is_changed.alias(_IS_CHANGED))
        sources.append(own.select(ID, pl.lit(column).alias(COLUMN), _format_text(column, dtype).alias(SOURCE_VALUE)))
        changed.append(own.filter(_IS_CHANGED)[ID])
    empty = pl.DataFrame(schema=dict.fromkeys((ID, COLUMN, SOURCE_VALUE), pl.String))
    with_sources = corrections.join(pl.concat([empty, *sources]), on=[ID, COLUMN], how="left", maintain_order="left")
    ids = pl.concat([pl.Series(ID, [], dtype=pl.String), *changed]).unique(maintain_order=True)
    return CorrectedRows(_mark(corrected, with_sources), with_sources, ids)


def build_empty_corrections(_properties: pl.DataFrame) -> pl.DataFrame:
    """Return an empty frame of corrections."""
    return pl.DataFrame(schema=CORRECTION_SCHEMA)


def correct_records(
    records: pl.DataFrame, corrections: pl.DataFrame, rescore: Callable[[pl.DataFrame], pl.DataFrame]
) -> CorrectedRows:
    """Correct the records of properties, and score those again that changed.

    Args:
        records: The records, with `Property ID`, STATUS and REASONS.
        corrections: At most one per property and column (CORRECTION_SCHEMA).
        rescore: Returns records classified again, in their order.

    """
    corrected = apply_corrections(records, corrections)
    if corrected.changed.is_empty():
        return corrected
    rows = corrected.rows.with_row_index(_ORDER)
    is_changed = pl.col(ID).is_in(corrected.changed.implode())
    rescored = rescore(rows.filter(is_changed))
    is_listed = pl.col(STATUS) == RowStatus.CANDIDATE
    reasons = pl.when(is_listed).then(REASONS).otherwise(build_corrected_reasons())
    parts = [rows.filter(~is_changed), rescored.with_columns(reasons.alias(REASONS))]
    return replace(corrected, rows=pl.concat(parts, how="diagonal_relaxed").sort(_ORDER).drop(_ORDER))


def build_corrected_reasons() -> pl.Expr:
    """Return the rejection reasons of a row that a correction changed."""
    return pl.format("{} (with your correction)", REASONS)


def _column(rows: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Expr:
    return pl.col(name) if name in rows.columns else pl.lit(None, dtype).alias(name)


def _cast_text(text: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Date:
        return text.str.to_date("%Y-%m-%d", strict=False)
    if dtype == pl.Boolean:
        return text == _YES
    return text.cast(pl.Float64, strict=False).cast(dtype) if dtype.is_numeric() else text


def _format_text(name: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean:
        return pl.when(name).then(pl.lit(_YES)).when(pl.col(name).is_not_null()).then(pl.lit(_NO))
    return pl.col(name).cast(pl.String).str.replace(r"^(-?\d+)\.0+$", "$1")


def _mark(rows: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Add CORRECTED_CELLS: `Asking Price (source: 4200000)`; null where nothing is corrected."""
    cell = pl.format("{} (source: {})", COLUMN, pl.col(SOURCE_VALUE).fill_null("none"))
    cells = corrections.group_by(ID, maintain_order=True).agg(cell.str.join("; ").alias(CORRECTED_CELLS))
    return rows.drop(CORRECTED_CELLS, strict=False).join(cells, on=ID, how="left", maintain_order="left")
