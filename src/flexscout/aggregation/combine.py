"""One table of many, whatever their columns."""

from collections.abc import Iterable

import polars as pl

from flexscout.model import OUTPUT_COLUMNS, SCORE_COLUMNS, SOURCE_COLUMNS, UNVERIFIED
from flexscout.vocabulary import columns


def combine(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The rows of all frames, in the order given.

    Columns: canonical, scores, source, then every other; names that are equal up to case and spaces are one column.
    """
    named = _one_spelling(frame for frame in frames if frame.width)
    table = pl.concat(named, how="diagonal_relaxed") if named else pl.DataFrame()
    if UNVERIFIED in table.columns and not table[UNVERIFIED].count():
        table = table.drop(UNVERIFIED)
    first = [*(column.name for column in columns()), *SCORE_COLUMNS, *SOURCE_COLUMNS, UNVERIFIED]
    there = [name for name in first if name in table.columns]
    return table.select(*there, pl.exclude(there))


def _one_spelling(frames: Iterable[pl.DataFrame]) -> list[pl.DataFrame]:
    """Name each column as it was first spelled; two spellings in one frame, of which no row has both, are one."""
    spelled = {_fold(name): name for name in (*(column.name for column in columns()), *OUTPUT_COLUMNS)}
    return [_respelled(frame, [spelled.setdefault(_fold(name), name) for name in frame.columns]) for frame in frames]


def _respelled(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    if names == frame.columns:
        return frame
    same: dict[str, list[str]] = {}
    for old, new in zip(frame.columns, names, strict=True):
        same.setdefault(new, []).append(old)
    return frame.select(pl.coalesce(old).alias(new) for new, old in same.items())


def _fold(name: str) -> str:
    return "".join(name.casefold().split())
