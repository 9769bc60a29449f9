"""The seam between pandas and Polars: whole columns go in as Polars, the caller's own rows come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import polars as pl
from narwhals.dependencies import is_pandas_dataframe, is_polars_dataframe

from flexscout.domain import OUTPUT_COLUMNS, SCORE_COLUMNS, canonical_columns, is_score_number, unify_column_names
from flexscout.ingest import convert_column, get_number_range

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd

FrameT = TypeVar("FrameT", "pd.DataFrame", "pl.DataFrame")

_KEPT_KINDS = frozenset("iufbM")  # numpy's letters for integers, floats, booleans and times
_DECIMALS = 9  # to which the workbook reader rounds, so that both ways give one number
_EXACT = 2**53  # beyond it a float has no decimals


def is_pandas(frame: object, what: str = "A DataFrame of pandas or Polars") -> bool:
    """Whether the frame is of pandas, else of Polars. Raises TypeError for anything else; `what` was expected."""
    if not (is_pandas_dataframe(frame) or is_polars_dataframe(frame)):
        hint = " Call .collect() first." if isinstance(frame, pl.LazyFrame) else ""
        raise TypeError(f"{what} is needed, not {type(frame).__module__.split('.')[0]}.{type(frame).__name__}.{hint}")
    return is_pandas_dataframe(frame)


def column_labels(frame: Any) -> list[str]:
    """The names of the columns, as text. Raises TypeError if it is no frame."""
    is_pandas(frame)
    return [str(label) for label in frame.columns]


def column_at(frame: Any, position: int) -> pl.Series:
    """A column as Polars has it; one of mixed or foreign types as text.

    It has no name: Polars would take some of them for patterns.
    """
    return _of_pandas(frame.iloc[:, position].rename("")) if is_pandas(frame) else frame.to_series(position).alias("")


def to_texts(values: pl.Series) -> pl.Series:
    """Values as the cells of a sheet read: whole numbers without decimals, missing ones null."""
    if values.dtype.is_float():
        return _float_texts(values.cast(pl.Float64).fill_nan(None))
    if isinstance(values.dtype, pl.Datetime):
        return values.dt.strftime("%Y-%m-%d %H:%M:%S")
    try:
        return values.cast(pl.String)
    except pl.exceptions.PolarsError:
        # Lists, bytes and the like are no cells; all that counts is that something is there.
        return values.is_null().replace_strict({True: None, False: str(values.dtype)}, return_dtype=pl.String)


def take_rows(frame: FrameT, rows: pl.Series) -> FrameT:
    """The rows at these positions, a new frame: values, types, labels and columns as they were."""
    given: Any = frame
    taken: FrameT = given.take(rows.to_numpy()) if is_pandas(given) else given[rows]
    return taken


def pick_columns(frame: FrameT, positions: Sequence[int], names: Sequence[str]) -> FrameT:
    """Some columns, under new names."""
    given: Any = frame
    if is_pandas(given):
        named: FrameT = given.iloc[:, list(positions)].set_axis(list(names), axis=1)
        return named
    chosen: Any = pl.DataFrame([given.to_series(i).alias(name) for i, name in zip(positions, names, strict=True)])
    return cast("FrameT", chosen)


def add_column(frame: FrameT, name: str, values: pl.Series) -> FrameT:
    """A new frame with one more column, or another in the place of one of that name."""
    given: Any = frame
    if is_pandas(given):
        added: FrameT = given.assign(**{name: values.to_numpy()})
        return added
    return cast("FrameT", given.with_columns(cast("Any", values.alias(name))))


def to_frame_kind(frame: FrameT, table: pl.DataFrame) -> FrameT:
    """A table as the kind of frame that the caller has."""
    same: Any = table.to_pandas() if is_pandas(frame) else table
    return cast("FrameT", same)


def join_columns(table: pl.DataFrame, frame: FrameT) -> FrameT:
    """The table's columns, then those of a frame of as many rows, whose row labels stay."""
    other: Any = frame
    if not is_pandas(other):
        return cast("FrameT", cast("Any", table.hstack(other.get_columns())))
    import pandas as pd  # noqa: PLC0415 - whoever hands in a pandas frame has it loaded

    return cast("FrameT", cast("Any", pd.concat([table.to_pandas().set_axis(other.index, axis=0), other], axis=1)))


def _of_pandas(values: pd.Series[Any]) -> pl.Series:
    """Numbers, times and texts as they are; objects, categories, periods and the like as text."""
    import pandas as pd  # noqa: PLC0415 - whoever hands in a pandas frame has it loaded

    kind = values.dtype
    if kind.kind in _KEPT_KINDS and not isinstance(kind, pd.SparseDtype):
        return pl.from_pandas(values)
    texts = pl.from_pandas(values if isinstance(kind, pd.StringDtype) else values.astype("string"))
    # A number among texts is written as pandas has it, 28202.0; a column of nothing but texts says what it means.
    is_text = isinstance(kind, pd.StringDtype) or pd.api.types.infer_dtype(values, skipna=True) == "string"
    return texts if is_text else texts.str.replace(r"^(-?\d+)\.0$", "$1")


def _float_texts(values: pl.Series) -> pl.Series:
    small = values.is_finite() & (values.abs() < _EXACT)
    rounded = values.round(_DECIMALS).zip_with(small, values)
    whole = small & (rounded % 1 == 0)
    return rounded.cast(pl.Int64, strict=False).cast(pl.String).zip_with(whole, rounded.cast(pl.String))


POSITION = "__position"
"""Working column: where a row stands in the caller's frame, from 0."""

_CANONICAL = tuple(column.name for column in canonical_columns())
_OF_TYPE: dict[str, type[pl.DataType]] = {"year": pl.Int32} | dict.fromkeys(
    ("number", "percent", "latitude", "longitude"), pl.Float64
)
_KINDS: dict[str, type[pl.DataType]] = {
    column.name: _OF_TYPE[column.type] for column in canonical_columns() if column.type in _OF_TYPE
}
_KINDS |= dict.fromkeys((*filter(is_score_number, SCORE_COLUMNS), "Score Before Filling"), pl.Float64)
_KINDS |= dict.fromkeys(("Source Row", "Duplicate Group", "Source Count"), pl.Int64)


_EXACT_KNOWN = 2**53  # greatest whole number that a float holds for sure
_SCORE_AT_MOST = 1_000
"""A score is 0-10, and one of another system perhaps 100; beyond this it can't be counted or drawn."""


def find_known_names(frame: Any) -> dict[str, int]:
    """Canonical and output columns that the frame has, up to case and spaces -> position; the first of equal names."""
    (spelled,) = unify_column_names([column_labels(frame)])
    positions = {name: position for position, name in reversed(list(enumerate(spelled)))}
    return {name: positions[name] for name in (*_CANONICAL, *OUTPUT_COLUMNS) if name in positions}


def type_known_columns(frame: Any, only: Collection[str] = ()) -> pl.DataFrame:
    """Those columns, typed, in the order of the rows, with POSITION: numbers as they are, texts converted.

    `only`: the names that are needed, all if empty.
    """
    there = {name: position for name, position in find_known_names(frame).items() if not only or name in only}
    typed = [_typed(name, column_at(frame, position)) for name, position in there.items()]
    return pl.DataFrame([pl.int_range(len(frame), eager=True).alias(POSITION), *typed])


def _typed(name: str, values: pl.Series) -> pl.Series:
    kind = _KINDS.get(name)
    if kind and values.dtype.is_numeric():
        return _within_range(name, values.cast(pl.Float64)).cast(kind, strict=False).alias(name)
    if name in _CANONICAL:
        return convert_column(name, to_texts(values))
    return to_texts(values).cast(kind or pl.String, strict=False).alias(name)


def _within_range(name: str, numbers: pl.Series) -> pl.Series:
    """Return the numbers, null where one is not finite or can't be true, as a run leaves such a cell blank."""
    if name in _CANONICAL:
        least, most = get_number_range(name)
    else:
        least, most = (-_SCORE_AT_MOST, _SCORE_AT_MOST) if is_score_number(name) else (-_EXACT_KNOWN, _EXACT_KNOWN)
    return numbers.set(~numbers.is_between(least, most).fill_null(value=True) | numbers.is_nan(), None)
