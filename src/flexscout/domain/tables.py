"""Combine tables with different columns into one, and keep track of the columns that each sheet lacks."""

from collections.abc import Collection, Iterable, Sequence

import polars as pl

from flexscout.domain.column_names import (
    COMPARISON_COLUMNS,
    CORRECTED_CELLS,
    INFERRED,
    LINK_COLUMNS,
    OUTPUT_COLUMNS,
    POINTS_SUFFIX,
    RECORD_COLUMNS,
    SCORE_COLUMNS,
    SEEN_COLUMNS,
    SOURCE_COLUMNS,
    UNVERIFIED,
    WORKBOOK_COLUMNS,
)
from flexscout.domain.columns import list_canonical_columns
from flexscout.domain.escaping import is_polars_pattern


def combine_tables(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of all frames, in the order given.

    Columns are in the order of `order_columns`. Columns whose names differ only in case and spaces become one.
    """
    tables = [frame for frame in frames if frame.width]
    names = unify_column_names(frame.columns for frame in tables)
    renamed = [_rename_columns(frame, new) for frame, new in zip(tables, names, strict=True)]
    table = pl.concat(renamed, how="diagonal_relaxed") if renamed else pl.DataFrame()
    if UNVERIFIED in table.columns and not table[UNVERIFIED].count():
        table = table.drop(UNVERIFIED)
    return table.select(order_columns(table.columns))


def look_up_columns(frame: pl.DataFrame, table: pl.DataFrame, key: str, table_key: str = "") -> pl.DataFrame:
    """Return the frame with the other columns of a table, null where it lacks the key; a join would copy the whole frame.

    Args:
        frame: Any rows.
        table: One row per key.
        key: The column of the frame with keys.
        table_key: The same of the table; by default it has the same name.

    """
    found = frame.select(key).join(table, left_on=key, right_on=table_key or key, how="left", maintain_order="left")
    return frame.with_columns(found.drop(key))


def order_columns(names: Iterable[str]) -> list[str]:
    """Return the names in the order of the master table: canonical, scores, source, then all others as given."""
    given = dict.fromkeys(names)
    score, band, *rest = SCORE_COLUMNS
    first = [
        *(column.name for column in list_canonical_columns()),
        score,
        band,
        *(name for name in given if name.endswith(POINTS_SUFFIX)),
        *rest,
        *SOURCE_COLUMNS,
        *LINK_COLUMNS,
        *SEEN_COLUMNS,
        *RECORD_COLUMNS,
        INFERRED,
        *COMPARISON_COLUMNS,
        CORRECTED_CELLS,
        UNVERIFIED,
    ]
    return list(dict.fromkeys([*(name for name in first if name in given), *given]))


def is_reserved_column(name: str) -> bool:
    """Return whether a user's column can't have the name because flexscout, or Polars, gives it a meaning."""
    own = {own.casefold() for own in (*OUTPUT_COLUMNS, *WORKBOOK_COLUMNS, *(column.name for column in list_canonical_columns()))}
    return name.casefold() in own or name.endswith(POINTS_SUFFIX) or name.startswith("__") or is_polars_pattern(name)


def unify_column_names(headers: Iterable[Sequence[str]]) -> list[list[str]]:
    """Return each table's column names in one spelling: the vocabulary's, or the first one given."""
    spellings = {_fold(name): name for name in (*(column.name for column in list_canonical_columns()), *OUTPUT_COLUMNS)}
    return [[spellings.setdefault(_fold(name), name) for name in names] for names in headers]


def describe_missing_fields(columns: Collection[str], fields: Sequence[str]) -> str:
    """Return the duplicate `fields`, and City and State, that are not among a sheet's columns, as `|City||State|`."""
    return "".join(f"|{name}|" for name in dict.fromkeys((*fields, "City", "State")) if name not in columns)


def repeat_missing_fields(frame: pl.DataFrame, fields: Sequence[str]) -> pl.Series:
    """Return `describe_missing_fields` for each row of a frame that is one sheet."""
    return pl.repeat(describe_missing_fields(frame.columns, fields), frame.height, dtype=pl.String, eager=True)


def is_missing_field(missing_fields: pl.Expr, field: str) -> pl.Expr:
    """Return whether the sheet of each row lacks the field, from texts of `describe_missing_fields`."""
    return missing_fields.str.contains(f"|{field}|", literal=True)


def update_missing_field(missing_fields: pl.Series, field: str, is_missing: pl.Series) -> pl.Series:
    """Return the texts of `describe_missing_fields`, with or without the field in each row."""
    without = pl.lit(missing_fields).str.replace(f"|{field}|", "", literal=True)
    return pl.select(
        pl.when(pl.lit(is_missing)).then(without + f"|{field}|").otherwise(without).alias(missing_fields.name)
    ).to_series()


def _rename_columns(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Rename the columns; columns that get the same name are merged, as no row has a value in both."""
    if names == frame.columns:
        return frame
    sources: dict[str, list[str]] = {}
    for old, new in zip(frame.columns, names, strict=True):
        sources.setdefault(new, []).append(old)
    return frame.select(pl.coalesce(old).alias(new) for new, old in sources.items())


def _fold(name: str) -> str:
    return "".join(name.casefold().split())
