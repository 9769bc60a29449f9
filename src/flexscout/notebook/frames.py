"""Convert between pandas and Polars: columns are processed in Polars, rows are returned in the caller's frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import polars as pl
from narwhals.dependencies import is_pandas_dataframe, is_polars_dataframe

from flexscout.domain import (
    UNVERIFIED,
    order_columns,
    unify_column_names,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

FrameT = TypeVar("FrameT", "pd.DataFrame", "pl.DataFrame")

_DIRECT_KINDS = frozenset("iufbM")  # numpy kinds: integers, floats, booleans and times
_DECIMALS = 9  # as the workbook reader rounds, so that both give the same numbers
MAX_EXACT_INTEGER = 2**53  # a larger float has no decimals


def is_pandas(frame: object, expected: str = "A DataFrame of pandas or Polars") -> bool:
    """Return whether a frame is pandas, not Polars. Raises TypeError, which names what was `expected`, for anything else."""
    if not (is_pandas_dataframe(frame) or is_polars_dataframe(frame)):
        hint = " Call .collect() first." if isinstance(frame, pl.LazyFrame) else ""
        raise TypeError(f"{expected} is needed, not {type(frame).__module__.split('.')[0]}.{type(frame).__name__}.{hint}")
    return is_pandas_dataframe(frame)


def label_columns(frame: Any) -> list[str]:
    """Return the column names as text. Raises TypeError if `frame` is not a frame."""
    is_pandas(frame)
    return [str(label) for label in frame.columns]


def select_column_at(frame: Any, position: int) -> pl.Series:
    """Return a column as a Polars series without a name; mixed and foreign types become text.

    Polars would take some names for patterns.
    """
    return _from_pandas(frame.iloc[:, position].rename("")) if is_pandas(frame) else frame.to_series(position).alias("")


def to_texts(values: pl.Series) -> pl.Series:
    """Convert values to the text of cells: whole numbers without decimals, missing values as null."""
    if values.dtype.is_float():
        return _format_floats(values.cast(pl.Float64).fill_nan(None))
    if isinstance(values.dtype, pl.Datetime):
        return values.dt.strftime("%Y-%m-%d %H:%M:%S")
    try:
        return values.cast(pl.String)
    except pl.exceptions.PolarsError:
        # Lists and bytes are not cells; only whether there is a value matters.
        return values.is_null().replace_strict({True: None, False: str(values.dtype)}, return_dtype=pl.String)


def take_rows(frame: FrameT, rows: pl.Series) -> FrameT:
    """Return the rows at these positions, with their labels and types."""
    given: Any = frame
    taken: FrameT = given.take(rows.to_numpy()) if is_pandas(given) else given[rows]
    return taken


def pick_columns(frame: FrameT, positions: Sequence[int], names: Sequence[str]) -> FrameT:
    """Return the columns at these positions under new names."""
    given: Any = frame
    if is_pandas(given):
        named: FrameT = given.iloc[:, list(positions)].set_axis(list(names), axis=1)
        return named
    chosen: Any = pl.DataFrame([given.to_series(i).alias(name) for i, name in zip(positions, names, strict=True)])
    return cast("FrameT", chosen)


def add_column(frame: FrameT, name: str, values: pl.Series) -> FrameT:
    """Return the frame with a column added or replaced."""
    given: Any = frame
    if is_pandas(given):
        added: FrameT = given.assign(**{name: values.to_numpy()})
        return added
    return cast("FrameT", given.with_columns(cast("Any", values.alias(name))))


def to_frame_kind(frame: FrameT, table: pl.DataFrame) -> FrameT:
    """Convert a table to the kind of the caller's frame."""
    same: Any = table.to_pandas() if is_pandas(frame) else table
    return cast("FrameT", same)


def join_columns(table: pl.DataFrame, frame: FrameT) -> FrameT:
    """Join the columns of a table and of a frame with as many rows; the row labels of the frame are kept."""
    other: Any = frame
    if not is_pandas(other):
        return cast("FrameT", cast("Any", table.hstack(other.get_columns())))
    import pandas as pd  # noqa: PLC0415 - already loaded by the caller

    return cast("FrameT", cast("Any", pd.concat([table.to_pandas().set_axis(other.index, axis=0), other], axis=1)))


def _from_pandas(values: pd.Series[Any]) -> pl.Series:
    """Convert a column: numbers, times and texts as they are; objects, categories and periods as text."""
    import pandas as pd  # noqa: PLC0415 - already loaded by the caller

    kind = values.dtype
    if kind.kind in _DIRECT_KINDS and not isinstance(kind, pd.SparseDtype):
        return pl.from_pandas(values)
    texts = pl.from_pandas(values if isinstance(kind, pd.StringDtype) else values.astype("string"))
    # pandas writes a number among texts as 28202.0; in a column of texts alone, 28202.0 is meant.
    is_text = isinstance(kind, pd.StringDtype) or pd.api.types.infer_dtype(values, skipna=True) == "string"
    return texts if is_text else texts.str.replace(r"^(-?\d+)\.0$", "$1")


def _format_floats(values: pl.Series) -> pl.Series:
    small = values.is_finite() & (values.abs() < MAX_EXACT_INTEGER)
    rounded = values.round(_DECIMALS).zip_with(small, values)
    whole = small & (rounded % 1 == 0)
    return rounded.cast(pl.Int64, strict=False).cast(pl.String).zip_with(whole, rounded.cast(pl.String))


def concat_pandas(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate pandas frames; types are kept where the frames agree."""
    import pandas as pd  # noqa: PLC0415 - loaded by the caller

    with_columns = [frame for frame in frames if len(frame.columns)]
    names_by_frame = unify_column_names(map(label_columns, with_columns))
    named = [_rename_columns(frame, names) for frame, names in zip(with_columns, names_by_frame, strict=True)]
    if not named:
        return pd.DataFrame()
    filled = {name for frame in named for name in frame.columns[frame.notna().any()]}
    parts = [frame for frame in named if len(frame)] or named
    numbered = all(isinstance(frame.index, pd.RangeIndex) for frame in parts)
    table = pd.concat([_drop_empty_columns(frame, filled) for frame in parts], ignore_index=numbered)
    names = [name for frame in named for name in frame.columns if name != UNVERIFIED or name in filled]
    return table.reindex(columns=order_columns(names))


def _rename_columns(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Rename the columns; of columns with the same name, keep the first value in each row."""
    renamed = frame.set_axis(list(names), axis=1)
    if renamed.columns.is_unique:
        return renamed
    import pandas as pd  # noqa: PLC0415 - loaded by the caller

    return pd.DataFrame({name: _take_first_values(renamed, name) for name in dict.fromkeys(names)}, index=frame.index)


def _take_first_values(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    same = frame.loc[:, frame.columns == name]
    return same.bfill(axis=1).iloc[:, 0] if same.shape[1] > 1 else same.iloc[:, 0]


def _drop_empty_columns(frame: pd.DataFrame, filled: set[str]) -> pd.DataFrame:
    """Drop columns that are empty here but not in other frames: their type would change the type of the others."""
    kept = frame.notna().any() | ~frame.columns.isin(list(filled))
    return frame.loc[:, kept]
