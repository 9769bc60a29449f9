"""The order of the result: total, so that equal input gives equal output."""

import polars as pl

from flexscout.model import SOURCE_COLUMNS

# Column -> whether the greatest comes first. A row is named by its source, so no two rows are equal.
_ORDER = {
    "Flex Score": True,
    "Completeness": True,
    "Building SqFt": True,
    "Address": False,
    **dict.fromkeys(SOURCE_COLUMNS, False),
}


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Best first: by score, completeness, size; then by address and source. Missing values come last, equal rows stay."""
    there = {name: descending for name, descending in _ORDER.items() if name in frame.columns}
    return frame.sort(list(there), descending=list(there.values()), nulls_last=True, maintain_order=True) if there else frame
