"""Where else a property is: how many rows are merged into one, and of which files."""

import polars as pl

from flexscout.model import LINK_COLUMNS

_FILES = 5  # other files that are named


def with_sources(survivors: pl.DataFrame, ledger: pl.DataFrame, groups: pl.Series) -> pl.DataFrame:
    """The survivors with `Duplicate Group` (null if nothing was merged into one), `Source Count` and `Also In`.

    `groups`: the number of each survivor's group in the ledger, null for those that have none.
    """
    per_group = ledger.group_by("Duplicate Group").agg(
        (pl.len() + 1).cast(pl.Int64).alias("Source Count"),
        pl.col("Removed File").filter(pl.col("Removed File") != pl.col("Kept File")).unique().sort().alias("files"),
    )
    more = pl.col("files").list.len().cast(pl.Int64) - _FILES
    named = pl.col("files").list.head(_FILES).list.join(", ")
    all_files = pl.when(more > 0).then(pl.format("{} and {} more", named, more)).otherwise(named)
    told = per_group.select(
        "Duplicate Group",
        "Source Count",
        pl.when(named != "").then(all_files).alias("Also In"),
    )
    numbered = survivors.drop(LINK_COLUMNS, strict=False).with_columns(groups.cast(pl.Int64).alias("Duplicate Group"))
    joined = numbered.join(told, on="Duplicate Group", how="left", maintain_order="left")
    return joined.with_columns(pl.col("Source Count").fill_null(1))
