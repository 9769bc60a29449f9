"""The order of rows, as data: which row of a cluster survives, and how the list is sorted.

Both orders are total, because the source of a row is unique. Equal input therefore gives equal output.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from flexscout.domain import SOURCE_COLUMNS, list_canonical_columns
from flexscout.scoring import MODIFIED

FILLED_CELLS = "__filled_cells"
"""Working column: the number of canonical columns in which a row has a value."""


@dataclass(frozen=True)
class SortKey:
    """One criterion of an order.

    Attributes:
        column: The column to compare.
        descending: Whether the greatest value comes first.
        tie: Text for the user if both rows are equal in this criterion.
        loss: Text for the user if the row loses on this criterion; may use `{row}` and `{kept}`, the two values.

    """

    column: str
    descending: bool = False
    tie: str = ""
    loss: str = ""

    def is_worse(self, value: Any, other: Any) -> bool:
        """Whether `value` comes after `other`."""
        return bool(value < other if self.descending else value > other)


SURVIVOR_ORDER = (
    SortKey("Flex Score", descending=True, tie="same score", loss="lower score ({row:g}; the kept row has {kept:g})"),
    SortKey(
        FILLED_CELLS,
        descending=True,
        tie="same number of filled columns",
        loss="fewer filled columns ({row}; the kept row has {kept})",
    ),
    SortKey(MODIFIED, descending=True, tie="same file date", loss="older file"),
    *(SortKey(column, loss="the kept row comes first by file, sheet and row") for column in SOURCE_COLUMNS),
)
"""The first row of a cluster in this order survives."""

LIST_ORDER = (
    SortKey("Flex Score", descending=True),
    SortKey("Completeness", descending=True),
    SortKey("Building SqFt", descending=True),
    SortKey("Address"),
    *map(SortKey, SOURCE_COLUMNS),
)
"""The order of the list; missing values come last."""


def count_filled_cells(columns: Sequence[str]) -> pl.Expr:
    """Return the `FILLED_CELLS` of each row of a frame with these columns."""
    names = [column.name for column in list_canonical_columns() if column.name in columns]
    return pl.sum_horizontal(pl.lit(0, pl.UInt32), pl.col(names).is_not_null().cast(pl.UInt32)).alias(FILLED_CELLS)


def sort_survivors_first(frame: pl.DataFrame) -> pl.Series:
    """Return the positions of the rows in `SURVIVOR_ORDER`.

    Args:
        frame: Rows with `Flex Score`, `MODIFIED` and `SOURCE_COLUMNS`.

    """
    columns, descending = [key.column for key in SURVIVOR_ORDER], [key.descending for key in SURVIVOR_ORDER]
    counted = frame.with_columns(count_filled_cells(frame.columns))
    return counted.select(pl.arg_sort_by(columns, descending=descending).alias("position"))["position"]


def explain_survivor(row: Mapping[str, Any], kept: Mapping[str, Any], *, has_dates: bool = True) -> str:
    """Say why `kept` survives and `row` doesn't: the first criterion of `SURVIVOR_ORDER` in which they differ.

    Args:
        row: The removed row, with the columns of `SURVIVOR_ORDER`.
        kept: The survivor, likewise.
        has_dates: Whether `MODIFIED` of both rows is the file date recorded at run time.

    """
    ties: list[str] = []
    for key in SURVIVOR_ORDER:
        if key.column == MODIFIED and not has_dates:
            return "; ".join([*ties, "the file dates of the run are no longer known"])
        if key.is_worse(row[key.column], kept[key.column]):
            return "; ".join([*ties, key.loss.format(row=row[key.column], kept=kept[key.column])])
        ties += [key.tie] if key.tie else []
    return "; ".join(ties)


def sort_by_rank(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in `LIST_ORDER`, best first.

    Columns that the frame doesn't have are skipped; equal rows keep their order.
    """
    keys = _list_keys(frame)
    if not keys:
        return frame
    descending = [key.descending for key in keys]
    return frame.sort([key.column for key in keys], descending=descending, nulls_last=True, maintain_order=True)


def rank_positions(frame: pl.DataFrame, rows: pl.Series | None = None) -> pl.Series:
    """Return the order of the rows in `LIST_ORDER`, as positions; of some rows, as positions in `rows`."""
    keys = _list_keys(frame)
    columns, descending = [key.column for key in keys], [key.descending for key in keys]
    order = pl.arg_sort_by(columns, descending=descending, nulls_last=True, maintain_order=True)
    compared = frame.select(columns) if rows is None else frame.select(columns)[rows]
    return compared.select(order.alias("position"))["position"]


def _list_keys(frame: pl.DataFrame) -> list[SortKey]:
    return [key for key in LIST_ORDER if key.column in frame.columns]
