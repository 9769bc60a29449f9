"""Why the other rows are no candidates."""

from typing import Any

import polars as pl

from flexscout.model import REASONS

_LISTED = 1_000  # reasons; those of a person's own rules may be many
_FIGURES = r"\d[\d,.]*"


def kept_out(others: pl.DataFrame) -> list[dict[str, Any]]:
    """`reason`, `rows`, the most frequent first; a row of several has them together, and figures that differ are left out."""
    if REASONS not in others.columns:
        return []
    written = others.group_by(pl.col(REASONS).alias("reason")).agg(pl.len().cast(pl.Int64).alias("rows"))
    # What was found differs from row to row; the reason is what is left without its figures.
    alike = written.with_columns(pl.col("reason").str.replace_all(_FIGURES, "...").alias("alike"))
    first = pl.when(pl.len() == 1).then(pl.col("reason").first()).otherwise(pl.col("alike").first())
    counted = alike.group_by("alike").agg(first.alias("reason"), pl.col("rows").sum()).drop("alike")
    ordered = counted.sort("rows", "reason", descending=[True, False])
    rest = int(ordered["rows"][_LISTED:].sum())
    return ordered.head(_LISTED).to_dicts() + ([{"reason": "other reasons", "rows": rest}] if rest else [])
