"""The columns of a frame that flexscout knows by name, typed as a run types them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout.aggregation import one_spelling
from flexscout.analysis.frames import as_texts, column_at, labels
from flexscout.conversion import convert_column, number_range_of
from flexscout.model import OUTPUT_COLUMNS, SCORE_COLUMNS, is_score_number
from flexscout.vocabulary import columns

if TYPE_CHECKING:
    from collections.abc import Collection

POSITION = "__position"
"""Working column: where a row stands in the caller's frame, from 0."""

_CANONICAL = tuple(column.name for column in columns())
_OF_TYPE: dict[str, type[pl.DataType]] = {"year": pl.Int32} | dict.fromkeys(
    ("number", "percent", "latitude", "longitude"), pl.Float64
)
_KINDS: dict[str, type[pl.DataType]] = {column.name: _OF_TYPE[column.type] for column in columns() if column.type in _OF_TYPE}
_KINDS |= dict.fromkeys((*filter(is_score_number, SCORE_COLUMNS), "Score Before Filling"), pl.Float64)
_KINDS |= dict.fromkeys(("Source Row", "Duplicate Group", "Source Count"), pl.Int64)


_EXACT = 2**53  # greatest whole number that a float holds for sure
_SCORE_AT_MOST = 1_000
"""A score is 0-10, and one of another system perhaps 100; beyond this it can't be counted or drawn."""


def known_names(frame: Any) -> dict[str, int]:
    """Canonical and output columns that the frame has, up to case and spaces -> position; the first of equal names."""
    (spelled,) = one_spelling([labels(frame)])
    positions = {name: position for position, name in reversed(list(enumerate(spelled)))}
    return {name: positions[name] for name in (*_CANONICAL, *OUTPUT_COLUMNS) if name in positions}


def known_columns(frame: Any, only: Collection[str] = ()) -> pl.DataFrame:
    """Those columns, typed, in the order of the rows, with POSITION: numbers as they are, texts converted.

    `only`: the names that are needed, all if empty.
    """
    there = {name: position for name, position in known_names(frame).items() if not only or name in only}
    typed = [_typed(name, column_at(frame, position)) for name, position in there.items()]
    return pl.DataFrame([pl.int_range(len(frame), eager=True).alias(POSITION), *typed])


def _typed(name: str, values: pl.Series) -> pl.Series:
    kind = _KINDS.get(name)
    if kind and values.dtype.is_numeric():
        return _within_range(name, values.cast(pl.Float64)).cast(kind, strict=False).alias(name)
    if name in _CANONICAL:
        return convert_column(name, as_texts(values))
    return as_texts(values).cast(kind or pl.String, strict=False).alias(name)


def _within_range(name: str, numbers: pl.Series) -> pl.Series:
    """Return the numbers, null where one is not finite or can't be true, as a run leaves such a cell blank."""
    if name in _CANONICAL:
        least, most = number_range_of(name)
    else:
        least, most = (-_SCORE_AT_MOST, _SCORE_AT_MOST) if is_score_number(name) else (-_EXACT, _EXACT)
    return numbers.set(~numbers.is_between(least, most).fill_null(value=True) | numbers.is_nan(), None)
