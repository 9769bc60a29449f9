"""The bands of the score, by which everything is colored."""

import polars as pl

BANDS = ((8, "8 to 10", "s8"), (6, "6 to 8", "s6"), (4, "4 to 6", "s4"), (2, "2 to 4", "s2"), (0, "below 2", "s0"))
"""Least score, words, class; the best first."""


def band(score: pl.Expr) -> pl.Expr:
    """The class of a score, 0-10."""
    found = pl.lit("s0")
    for least, _, name in reversed(BANDS):
        found = pl.when(score >= least).then(pl.lit(name)).otherwise(found)
    return found


def band_of(score: float) -> str:
    """The class of a single score."""
    return next((name for least, _, name in BANDS if score >= least), "s0")
