"""Unmapped columns, kept as is: what kind of values they hold, and dates without an artificial midnight."""

from collections.abc import Iterable

import polars as pl

from flexscout.domain import escape_name
from flexscout.ingest.cell_queries import find_columns
from flexscout.models import HeaderMap

NUMBERS, DATES, TEXTS, EMPTY = "n", "d", "t", "-"

SAMPLED_ROWS = 100
"""Number of rows, from the top, that show the kind of a column."""

_NUMBER = r"^[-($]*[\d,]*\.?\d+\)?%?$"
_DATE = r"^(?:\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4}$|[A-Z][a-z]{2,8} \d{1,2}, \d{4}$)"
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"
_NEARLY_ALL = 0.9


def _ends_at_midnight(text: pl.Expr) -> pl.Expr:
    return text.str.ends_with(" 00:00:00")


ENDS_AT_MIDNIGHT = _ends_at_midnight(pl.all()).any()


def find_unmapped_columns(header_map: HeaderMap) -> dict[str, str]:
    """Return the names of unmapped columns in a property table -> their positions, as column names of the body."""
    return {escape_name(column.name): str(column.position) for column in header_map.unmapped}


def detect_value_kinds(columns: pl.DataFrame) -> str:
    """Return a letter per column of texts: NUMBERS or DATES if at least 90% of its first values are, EMPTY, else TEXTS."""
    if not columns.width:
        return ""
    # One long column is one query; a query per column takes three times as long where rows are few.
    first = columns.head(SAMPLED_ROWS)
    first.columns = [str(position) for position in range(first.width)]  # a header may be `name` or `text`
    cells = first.unpivot(variable_name="name", value_name="text").group_by("name")
    text = pl.col("text")
    shares = cells.agg(text.str.contains(_NUMBER).mean(), text.str.contains(_DATE).mean().alias("dates")).rows()
    kinds = {name: _classify_shares(numbers, dates) for name, numbers, dates in shares}
    return "".join(kinds.get(name, EMPTY) for name in first.columns)


def _classify_shares(numbers: float | None, dates: float | None) -> str:
    if numbers is None or dates is None:
        return EMPTY
    return NUMBERS if numbers >= _NEARLY_ALL else DATES if dates >= _NEARLY_ALL else TEXTS


def drop_empty_columns(columns: pl.DataFrame) -> Iterable[pl.Series]:
    """Return the columns with any value; dates lose a midnight that the source has added."""
    with_midnights = set(find_columns(columns, _ends_at_midnight))
    filled = [values for values in columns if values.null_count() < values.len()]
    return [strip_midnight(values) if values.name in with_midnights else values for values in filled]


def strip_midnight(texts: pl.Series) -> pl.Series:
    """Remove ` 00:00:00` from dates."""
    return texts.str.replace(_MIDNIGHT, "$1")
