"""Figures of columns, of plain types."""

from math import isfinite

import polars as pl

_SIZES = (20_000, 50_000, 100_000, 200_000)  # square feet, where the default profile changes its points


def value_counts(table: pl.DataFrame, name: str) -> dict[str, int]:
    """Value -> rows, most first; without missing ones; empty without the column."""
    if name not in table.columns:
        return {}
    counts = table.select(pl.col(name).alias("value")).drop_nulls().group_by("value").len()
    return dict(counts.sort("len", "value", descending=[True, False]).iter_rows())


def number_range(values: pl.Series) -> dict[str, float | None]:
    """`mean`, `median`, `min` and `max` of what is there, to 2 decimals; None where nothing is, or the sum is too large."""
    figures = {"mean": values.mean(), "median": values.median(), "min": values.min(), "max": values.max()}
    return {name: _finite(value) for name, value in figures.items()}


def _finite(value: object) -> float | None:
    return round(float(value), 2) if isinstance(value, int | float) and isfinite(value) else None


def building_sizes(table: pl.DataFrame) -> dict[str, int]:
    """Band of Building SqFt -> rows; a band holds its lower bound; without missing ones."""
    if "Building SqFt" not in table.columns:
        return {}
    bounds = zip((0, *_SIZES), (*_SIZES, float("inf")), strict=True)
    sizes = table["Building SqFt"]
    return {_band(lower, upper): int(((sizes >= lower) & (sizes < upper)).sum()) for lower, upper in bounds}


def _band(lower: float, upper: float) -> str:
    return f"{lower:,} and more" if upper == float("inf") else f"{lower:,}-{upper:,}"
