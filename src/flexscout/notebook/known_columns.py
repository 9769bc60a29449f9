"""Recognize and type the canonical and output columns of a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout.domain import OUTPUT_COLUMNS, SCORE_COLUMNS, is_score_number, list_canonical_columns, unify_column_names
from flexscout.ingest import convert_column, get_number_range
from flexscout.notebook.frames import MAX_EXACT_INTEGER, label_columns, select_column_at, to_texts

if TYPE_CHECKING:
    from collections.abc import Collection

POSITION = "__position"
"""Working column: position of the row in the caller's frame, from 0."""

_CANONICAL = tuple(column.name for column in list_canonical_columns())
_TYPE_DTYPES: dict[str, type[pl.DataType]] = {"year": pl.Int32} | dict.fromkeys(
    ("number", "percent", "latitude", "longitude"), pl.Float64
)
_COLUMN_DTYPES: dict[str, type[pl.DataType]] = {
    column.name: _TYPE_DTYPES[column.type] for column in list_canonical_columns() if column.type in _TYPE_DTYPES
}
_COLUMN_DTYPES |= dict.fromkeys((*filter(is_score_number, SCORE_COLUMNS), "Score Before Filling"), pl.Float64)
_COLUMN_DTYPES |= dict.fromkeys(("Source Row", "Duplicate Group", "Source Count"), pl.Int64)

_MAX_SCORE = 1_000
"""Larger scores can't be counted or charted. flexscout scores 0-10; other systems may go to 100."""


def find_known_names(frame: Any) -> dict[str, int]:
    """Return the canonical and output columns of the frame -> position, ignoring case and spaces; the first of equals counts."""
    (spelled,) = unify_column_names([label_columns(frame)])
    positions = {name: position for position, name in reversed(list(enumerate(spelled)))}
    return {name: positions[name] for name in (*_CANONICAL, *OUTPUT_COLUMNS) if name in positions}


def type_known_columns(frame: Any, only: Collection[str] = ()) -> pl.DataFrame:
    """Return the canonical and output columns, typed, with POSITION: numbers as they are, texts converted.

    Args:
        frame: A pandas or Polars frame.
        only: Names of the columns to return; all if empty.

    """
    present = {name: position for name, position in find_known_names(frame).items() if not only or name in only}
    columns = [_convert_known(name, select_column_at(frame, position)) for name, position in present.items()]
    return pl.DataFrame([pl.int_range(len(frame), eager=True).alias(POSITION), *columns])


def _convert_known(name: str, values: pl.Series) -> pl.Series:
    dtype = _COLUMN_DTYPES.get(name)
    if dtype and values.dtype.is_numeric():
        return _blank_out_of_range(name, values.cast(pl.Float64)).cast(dtype, strict=False).alias(name)
    if name in _CANONICAL:
        return convert_column(name, to_texts(values))
    return to_texts(values).cast(dtype or pl.String, strict=False).alias(name)


def _blank_out_of_range(name: str, numbers: pl.Series) -> pl.Series:
    """Set numbers that are not finite or out of range to null, as a run does."""
    if name in _CANONICAL:
        least, most = get_number_range(name)
    else:
        least, most = (-_MAX_SCORE, _MAX_SCORE) if is_score_number(name) else (-MAX_EXACT_INTEGER, MAX_EXACT_INTEGER)
    return numbers.set(~numbers.is_between(least, most).fill_null(value=True) | numbers.is_nan(), None)
