"""Frames of pandas as one, as `aggregation.combine` makes one of Polars'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flexscout.aggregation import column_order, one_spelling
from flexscout.analysis.frames import labels
from flexscout.model import UNVERIFIED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def join_pandas(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all frames; types stay where the frames agree on them."""
    import pandas as pd  # noqa: PLC0415 - only pandas frames come here

    given = [frame for frame in frames if len(frame.columns)]
    named = [_respelled(frame, names) for frame, names in zip(given, one_spelling(map(labels, given)), strict=True)]
    if not named:
        return pd.DataFrame()
    filled = {name for frame in named for name in frame.columns[frame.notna().any()]}
    parts = [frame for frame in named if len(frame)] or named
    numbered = all(isinstance(frame.index, pd.RangeIndex) for frame in parts)
    table = pd.concat([_without_empty(frame, filled) for frame in parts], ignore_index=numbered)
    names = [name for frame in named for name in frame.columns if name != UNVERIFIED or name in filled]
    return table.reindex(columns=column_order(names))


def _respelled(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Of columns that have one name the first value of each row."""
    renamed = frame.set_axis(list(names), axis=1)
    if renamed.columns.is_unique:
        return renamed
    import pandas as pd  # noqa: PLC0415 - only pandas frames come here

    return pd.DataFrame({name: _first_values(renamed, name) for name in dict.fromkeys(names)}, index=frame.index)


def _first_values(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    same = frame.loc[:, frame.columns == name]
    return same.bfill(axis=1).iloc[:, 0] if same.shape[1] > 1 else same.iloc[:, 0]


def _without_empty(frame: pd.DataFrame, filled: set[str]) -> pd.DataFrame:
    """Without the columns that are empty here and not elsewhere: their type would change that of the others."""
    kept = frame.notna().any() | ~frame.columns.isin(list(filled))
    return frame.loc[:, kept]
