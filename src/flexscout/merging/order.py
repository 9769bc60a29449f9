"""The order of the result: total, so that equal input gives equal output."""

import polars as pl

from flexscout.domain import SOURCE_COLUMNS

# Column -> whether the greatest comes first. A row is named by its source, so no two rows are equal.
_ORDER = {
    "Flex Score": True,
    "Completeness": True,
    "Building SqFt": True,
    "Address": False,
    **dict.fromkeys(SOURCE_COLUMNS, False),
}


def sort_by_rank(frame: pl.DataFrame) -> pl.DataFrame:
    """Best first: by score, completeness, size; then by address and source. Missing values come last, equal rows stay."""
    by = _there(frame)
    return frame.sort(list(by), descending=list(by.values()), nulls_last=True, maintain_order=True) if by else frame


def rank_positions(frame: pl.DataFrame, rows: pl.Series) -> pl.Series:
    """Where, among these `rows` of the frame, the first in order stands, the second, and so on."""
    by = _there(frame)
    order = pl.arg_sort_by(list(by), descending=list(by.values()), nulls_last=True, maintain_order=True)
    return frame.select(list(by))[rows].select(order.alias("position"))["position"]


def _there(frame: pl.DataFrame) -> dict[str, bool]:
    return {name: descending for name, descending in _ORDER.items() if name in frame.columns}
