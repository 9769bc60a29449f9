"""What kind of values a column of texts holds, so that a column which changes its kind from file to file is seen."""

import polars as pl

NUMBERS, DATES, TEXTS, NOTHING = "n", "d", "t", "-"

_NUMBER = r"^[-($]*[\d,]*\.?\d+\)?%?$"
_DATE = r"^(?:\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4}$|[A-Z][a-z]{2,8} \d{1,2}, \d{4}$)"
LOOKED_AT = 100
"""Rows at the beginning that tell the kind."""

_NEARLY_ALL = 0.9


def kinds_of(columns: pl.DataFrame) -> str:
    """A letter per column of texts: NUMBERS or DATES if nearly all of its first values are, else TEXTS; NOTHING without any."""
    if not columns.width:
        return ""
    # One long column is asked twice; asking each column costs three times as much where rows are few.
    first = columns.head(LOOKED_AT)
    first.columns = [str(position) for position in range(first.width)]  # a header may be `name` or `text`
    cells = first.unpivot(variable_name="name", value_name="text").group_by("name")
    text = pl.col("text")
    shares = cells.agg(text.str.contains(_NUMBER).mean(), text.str.contains(_DATE).mean().alias("dates")).rows()
    kinds = {name: _kind(numbers, dates) for name, numbers, dates in shares}
    return "".join(kinds.get(name, NOTHING) for name in first.columns)


def _kind(numbers: float | None, dates: float | None) -> str:
    if numbers is None or dates is None:
        return NOTHING
    return NUMBERS if numbers >= _NEARLY_ALL else DATES if dates >= _NEARLY_ALL else TEXTS
