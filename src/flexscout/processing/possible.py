"""Properties of the result that may be one and were not merged: for a person to decide."""

import polars as pl

from flexscout.linkage import Groups
from flexscout.model import SOURCE_COLUMNS

_ABOUT = ("Property Name", "Address", "City", "State", "Zip Code", "APN", "Building SqFt", "Flex Score")
POSSIBLE_SCHEMA = {
    "Match Score": pl.Float64,
    "Nearly Sure": pl.Boolean,
    "Evidence": pl.String,
    "Property ID": pl.String,
    "Other Property ID": pl.String,
}
"""What is there in any case: score 0-1, whether `close_matches: merge` would merge the pair, why, and the two properties."""


def possible_duplicates(groups: Groups, survivors: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """A row per pair of survivors, the surest first; columns of the second begin with `Other`.

    `survivors`: in their order, with `Property ID`; `rows`: where each stands among the rows that were grouped.
    """
    pairs = _pairs(groups, rows)
    about = survivors.select("Property ID", *(name for name in (*_ABOUT, *SOURCE_COLUMNS) if name in survivors.columns))
    sides = [about[pairs["first"]], about[pairs["second"]].rename(lambda name: f"Other {name}")]
    told = pairs.select(pl.col("Score").alias("Match Score"), pl.col("sure").alias("Nearly Sure"), "Evidence")
    names = [name for column in about.columns for name in (column, f"Other {column}")]
    return pl.concat([told, *sides], how="horizontal").select(*told.columns, *names)


def _pairs(groups: Groups, rows: pl.Series) -> pl.DataFrame:
    """`first` and `second` survivor of each close match that was not merged, with the best of what links the two."""
    open_links = groups.links.filter(~pl.col("merge"))
    at = pl.DataFrame({"group": groups.numbers.gather(rows), "at": pl.int_range(rows.len(), eager=True)})
    ends_of = [pl.DataFrame({"group": groups.numbers.gather(open_links[side])}) for side in ("left", "right")]
    left, right = (end.join(at, on="group", how="left", maintain_order="left")["at"] for end in ends_of)
    ends = open_links.select(
        pl.min_horizontal(left, right).alias("first"), pl.max_horizontal(left, right).alias("second"), "Score", "sure", "Evidence"
    ).filter(left.is_not_null() & right.is_not_null() & (left != right))
    best_first = ends.sort("Score", "first", "second", "Evidence", descending=[True, False, False, False])
    return best_first.unique(["first", "second"], keep="first", maintain_order=True)
