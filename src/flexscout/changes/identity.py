"""By what a property is known in both of two tables."""

from collections.abc import Sequence

import polars as pl

from flexscout.changes.spelling import spelled
from flexscout.errors import AggregationError
from flexscout.model import LINK_COLUMNS, SOURCE_COLUMNS

KEY, NUMBER, RANK = "__key", "__number", "__rank"
"""Working columns: what is equal in the rows of one property; which of its rows it is, from 0; its place in the table, from 1."""

ID = LINK_COLUMNS[0]

_PLACE = ("Address", "City", "State")
_BETWEEN = "\x1f"  # a separator that no cell holds


def told_by(old: pl.DataFrame, new: pl.DataFrame) -> tuple[str, ...]:
    """The columns that tell a property: its ID, or the place where a table lacks that. A table without rows lacks nothing.

    Raises AggregationError if a table has neither.
    """
    tables = [table for table in (old, new) if table.height]
    if all(ID in table.columns for table in tables):
        return (ID,)
    for table in tables:
        if "Address" not in table.columns:
            needed = [f"{ID} or Address"]
            raise AggregationError.missing_columns("compare it", needed, table.columns, "Compare two results of flexscout.")
    return tuple(name for name in _PLACE if all(name in table.columns for table in tables))


def ranked(table: pl.DataFrame, identity: Sequence[str]) -> pl.DataFrame:
    """The table with KEY, NUMBER and RANK; a row of which nothing is known has no KEY."""
    if not table.width:
        return pl.DataFrame(schema={KEY: pl.String, NUMBER: pl.UInt32, RANK: pl.UInt32})
    known = table.with_row_index(RANK, offset=1).with_columns(_key(identity).alias(KEY))
    order = [name for name in (*SOURCE_COLUMNS, RANK) if name in known.columns]
    # A table is wide: only what tells the order is sorted.
    sources = known.select(KEY, *order).sort(order)
    numbers = sources.select(RANK, pl.int_range(pl.len(), dtype=pl.UInt32).over(KEY).alias(NUMBER)).sort(RANK)
    return known.with_columns(numbers[NUMBER], pl.col(RANK).cast(pl.UInt32))


def _key(identity: Sequence[str]) -> pl.Expr:
    if identity == (ID,):
        return pl.col(ID).cast(pl.String)
    first, *rest = (spelled(pl.col(name).cast(pl.String)) for name in identity)
    return pl.concat_str(first, *(part.fill_null("") for part in rest), separator=_BETWEEN)
