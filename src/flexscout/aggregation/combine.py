"""One table of many, whatever their columns."""

from collections.abc import Iterable, Sequence

import polars as pl

from flexscout.model import FILL_COLUMNS, LINK_COLUMNS, OUTPUT_COLUMNS, POINTS, SCORE_COLUMNS, SOURCE_COLUMNS, UNVERIFIED
from flexscout.vocabulary import columns

_WRITTEN_LAST = (*SOURCE_COLUMNS, *LINK_COLUMNS, *FILL_COLUMNS, UNVERIFIED)


def combine(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The rows of all frames, in the order given.

    Columns: canonical, scores, source, then every other; names that are equal up to case and spaces are one column.
    """
    given = [frame for frame in frames if frame.width]
    named = [_respelled(frame, names) for frame, names in zip(given, one_spelling(frame.columns for frame in given), strict=True)]
    table = pl.concat(named, how="diagonal_relaxed") if named else pl.DataFrame()
    if UNVERIFIED in table.columns and not table[UNVERIFIED].count():
        table = table.drop(UNVERIFIED)
    return table.select(column_order(table.columns))


def column_order(names: Iterable[str]) -> list[str]:
    """The names in the order of the master table: canonical, scores, source, then every other as they come."""
    given = dict.fromkeys(names)
    score, band, *rest = SCORE_COLUMNS
    points = [name for name in given if name.endswith(POINTS)]
    first = [
        *(column.name for column in columns()),
        score,
        band,
        *points,
        *rest,
        *SOURCE_COLUMNS,
        *LINK_COLUMNS,
        *FILL_COLUMNS,
        UNVERIFIED,
    ]
    return list(dict.fromkeys([*(name for name in first if name in given), *given]))


def one_spelling(headers: Iterable[Sequence[str]]) -> list[list[str]]:
    """Each table's column names as they were first spelled, known ones as the vocabulary has them."""
    spelled = {_fold(name): name for name in (*(column.name for column in columns()), *OUTPUT_COLUMNS)}
    return [[spelled.setdefault(_fold(name), name) for name in names] for names in headers]


def _respelled(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Two spellings in one frame, of which no row has both, are one column."""
    if names == frame.columns:
        return frame
    same: dict[str, list[str]] = {}
    for old, new in zip(frame.columns, names, strict=True):
        same.setdefault(new, []).append(old)
    return frame.select(pl.coalesce(old).alias(new) for new, old in same.items())


def _fold(name: str) -> str:
    return "".join(name.casefold().split())
