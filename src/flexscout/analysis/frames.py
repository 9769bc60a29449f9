"""The seam between pandas and Polars: whole columns go in as Polars, the caller's own rows come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import polars as pl
from narwhals.dependencies import is_pandas_dataframe, is_polars_dataframe

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def labels(frame: Any) -> list[str]:
    """The names of the columns, as text. Raises TypeError if it is no frame."""
    is_pandas(frame)
    return [str(label) for label in frame.columns]


def column_at(frame: Any, position: int) -> pl.Series:
    """A column as Polars has it; one of mixed or foreign types as text.

    It has no name: Polars would take some of them for patterns.
    """
    return _of_pandas(frame.iloc[:, position].rename("")) if is_pandas(frame) else frame.to_series(position).alias("")


def as_texts(values: pl.Series) -> pl.Series:
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


def take(frame: FrameT, rows: pl.Series) -> FrameT:
    """The rows at these positions, a new frame: values, types, labels and columns as they were."""
    given: Any = frame
    taken: FrameT = given.take(rows.to_numpy()) if is_pandas(given) else given[rows]
    return taken


def pick(frame: FrameT, positions: Sequence[int], names: Sequence[str]) -> FrameT:
    """Some columns, under new names."""
    given: Any = frame
    if is_pandas(given):
        named: FrameT = given.iloc[:, list(positions)].set_axis(list(names), axis=1)
        return named
    chosen: Any = pl.DataFrame([given.to_series(i).alias(name) for i, name in zip(positions, names, strict=True)])
    return cast("FrameT", chosen)


def with_column(frame: FrameT, name: str, values: pl.Series) -> FrameT:
    """A new frame with one more column, or another in the place of one of that name."""
    given: Any = frame
    if is_pandas(given):
        added: FrameT = given.assign(**{name: values.to_numpy()})
        return added
    return cast("FrameT", given.with_columns(cast("Any", values.alias(name))))


def like(frame: FrameT, table: pl.DataFrame) -> FrameT:
    """A table as the kind of frame that the caller has."""
    same: Any = table.to_pandas() if is_pandas(frame) else table
    return cast("FrameT", same)


def beside(table: pl.DataFrame, frame: FrameT) -> FrameT:
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
