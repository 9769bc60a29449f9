"""Possible duplicates: pairs of properties on the list that may be the same, for the user to review."""

import polars as pl

from flexscout.domain import POSTAL_COLUMNS, SOURCE_COLUMNS
from flexscout.matching import DECIDED, DECISION, Clusters, DecisionKind

POSSIBLE_SCHEMA = {
    "Match Score": pl.Float64,
    "Nearly Sure": pl.Boolean,
    "Evidence": pl.String,
    "Property ID": pl.String,
    "Other Property ID": pl.String,
    DECISION: pl.String,
    DECIDED: pl.String,
}
"""Columns that possible duplicates always have.

`Match Score` is 0-1; `Nearly Sure` tells whether `close_matches: merge` would merge the pair. `Decision` is the user's answer,
`Decided` the answer with its author.
"""

_PROPERTY_COLUMNS = ("Property Name", "Address", "Unit", *POSTAL_COLUMNS[1:], "APN", "Building SqFt", "Flex Score")


def find_possible_duplicates(clusters: Clusters, survivors: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """Return the pairs of survivors that may be the same property, surest first.

    Columns of the second property begin with `Other`. Pairs that the user told apart are left out; those that the user wants to
    decide later come last.

    Args:
        clusters: The clusters of the matched rows.
        survivors: One row per property, with `Property ID`.
        rows: The position of each survivor among the matched rows.

    """
    pairs = _add_decisions(_pair_survivors(clusters, rows), clusters, rows)
    names = ("Property ID", *(name for name in (*_PROPERTY_COLUMNS, *SOURCE_COLUMNS) if name in survivors.columns))
    properties = survivors.select(names)
    sides = [properties[pairs["first"]], properties[pairs["second"]].rename(lambda name: f"Other {name}")]
    matches = pairs.select(
        pl.col("Score").alias("Match Score"), pl.col("sure").alias("Nearly Sure"), "Evidence", DECISION, DECIDED
    )
    both = [name for column in names for name in (column, f"Other {column}")]
    return pl.concat([matches, *sides], how="horizontal").select(*matches.columns[:3], *both, DECISION, DECIDED)


def _add_decisions(pairs: pl.DataFrame, clusters: Clusters, rows: pl.Series) -> pl.DataFrame:
    """Add what the user decided about each pair of survivors."""
    ids = clusters.cluster_ids.gather(rows)
    decided = clusters.decided.describe_clusters(ids.gather(pairs["first"]), ids.gather(pairs["second"]), clusters.cluster_ids)
    with_decisions = pl.concat([pairs, decided], how="horizontal")
    answer = pl.col(DECISION).str.to_lowercase().fill_null("")
    return with_decisions.filter(answer != DecisionKind.DIFFERENT).sort(answer == DecisionKind.LATER, maintain_order=True)


def _pair_survivors(clusters: Clusters, rows: pl.Series) -> pl.DataFrame:
    """Return `first` and `second` survivor of each pair with a close match that was not merged, and the best such match."""
    pairs = clusters.match_pairs.filter(~pl.col("merge"))
    survivor_of = pl.DataFrame({"cluster": clusters.cluster_ids.gather(rows), "at": pl.int_range(rows.len(), eager=True)})
    left, right = (
        pl.DataFrame({"cluster": clusters.cluster_ids.gather(pairs[side])}).join(
            survivor_of, on="cluster", how="left", maintain_order="left"
        )["at"]
        for side in ("left", "right")
    )
    ends = pairs.select(
        pl.min_horizontal(left, right).alias("first"), pl.max_horizontal(left, right).alias("second"), "Score", "sure", "Evidence"
    ).filter(left.is_not_null() & right.is_not_null() & (left != right))
    best_first = ends.sort("Score", "first", "second", "Evidence", descending=[True, False, False, False])
    return best_first.unique(["first", "second"], keep="first", maintain_order=True)
