"""One table of many, whatever their columns."""

from collections.abc import Collection, Iterable, Sequence

import polars as pl

from flexscout.domain.column_names import (
    FILL_COLUMNS,
    LINK_COLUMNS,
    OUTPUT_COLUMNS,
    POINTS_SUFFIX,
    SCORE_COLUMNS,
    SOURCE_COLUMNS,
    UNVERIFIED,
)
from flexscout.domain.columns import canonical_columns


def describe_missing_fields(columns: Collection[str], fields: Sequence[str]) -> str:
    """Which of the duplicate `fields`, and of city and state, a sheet with these columns lacks: a text for each of its rows."""
    return "".join(f"|{name}|" for name in dict.fromkeys((*fields, "City", "State")) if name not in columns)


def is_missing_field(sheets: pl.Expr, field: str) -> pl.Expr:
    """Whether the sheet of each row lacks the field; `sheets`: texts of `lacking`."""
    return sheets.str.contains(f"|{field}|", literal=True)


def common_missing_fields(frame: pl.DataFrame, fields: Sequence[str]) -> pl.Series:
    """What each row's sheet lacks, if all are of one."""
    return pl.repeat(describe_missing_fields(frame.columns, fields), frame.height, dtype=pl.String, eager=True)


_WRITTEN_LAST = (*SOURCE_COLUMNS, *LINK_COLUMNS, *FILL_COLUMNS, UNVERIFIED)


def combine_tables(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The rows of all frames, in the order given.

    Columns: canonical, scores, source, then every other; names that are equal up to case and spaces are one column.
    """
    given = [frame for frame in frames if frame.width]
    named = [
        _respelled(frame, names) for frame, names in zip(given, unify_column_names(frame.columns for frame in given), strict=True)
    ]
    table = pl.concat(named, how="diagonal_relaxed") if named else pl.DataFrame()
    if UNVERIFIED in table.columns and not table[UNVERIFIED].count():
        table = table.drop(UNVERIFIED)
    return table.select(order_columns(table.columns))


def order_columns(names: Iterable[str]) -> list[str]:
    """The names in the order of the master table: canonical, scores, source, then every other as they come."""
    given = dict.fromkeys(names)
    score, band, *rest = SCORE_COLUMNS
    points = [name for name in given if name.endswith(POINTS_SUFFIX)]
    first = [
        *(column.name for column in canonical_columns()),
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


def unify_column_names(headers: Iterable[Sequence[str]]) -> list[list[str]]:
    """Each table's column names as they were first spelled, known ones as the vocabulary has them."""
    spelled = {_fold(name): name for name in (*(column.name for column in canonical_columns()), *OUTPUT_COLUMNS)}
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
