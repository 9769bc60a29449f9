"""Two rankings -> who enters, who leaves, who moves, and why."""

from dataclasses import dataclass

import polars as pl

from flexscout.comparison.ranking import PROPERTY, RANK, Ranking
from flexscout.comparison.why import reasons, seen
from flexscout.model import SOURCE_COLUMNS

SHOWN = ("Address", "City", "State", "Score A", "Score B", "Rank A", "Rank B", "Rank Change", "Why")
ABOUT = ("Property Name", "Property Type", "Zip Code", "County", "APN", "Building SqFt", "Lot Size Acres", "Year Built")
"""Columns of a change, as far as the inputs have them: what changes, what property it is."""

_PLACE = ("Address", "City", "State")
_EMPTY = {
    **dict.fromkeys(_PLACE, pl.String),
    **dict.fromkeys(("Score A", "Score B"), pl.Float64),
    **dict.fromkeys(("Rank A", "Rank B", "Rank Change"), pl.Int64),
    "Why": pl.String,
    **dict.fromkeys(SOURCE_COLUMNS[:2], pl.String),
    SOURCE_COLUMNS[2]: pl.Int64,
}


@dataclass(frozen=True)
class Changes:
    """Properties whose place on the list changes from A to B, most important first.

    Columns: SHOWN, ABOUT and the source of the row, that of B where both have one. Scores are 0-10, ranks from 1, null where
    the property is not on the list; `Rank Change` is positive for one that rises. `enter`: by their rank in B; `leave`: by
    that in A; `moves`: of those on both lists with another score or rank, first those with another score, then by how far
    they move. `counts`: properties `in_a`, `in_b`, `in_both`; `enter`, `leave`; of those in both `other_score`,
    `only_other_rank` and `unchanged`.
    """

    enter: pl.DataFrame
    leave: pl.DataFrame
    moves: pl.DataFrame
    counts: dict[str, int]


def changes(a: Ranking, b: Ranking, min_flex_score: float) -> Changes:
    """What becomes of each property. `min_flex_score`: least score of a candidate."""
    if not a.rows.width:
        nothing = pl.DataFrame(schema=_EMPTY)
        return Changes(nothing, nothing, nothing, _counts(a, b, nothing))
    both = b.listed.join(seen(a.listed, "A", keys=(PROPERTY,)), on=PROPERTY, maintain_order="left")
    enter = _only(b, a, "A")
    leave = _only(a, b, "B")
    moved = _told(both.join(seen(b.rows, "B"), on=SOURCE_COLUMNS, maintain_order="left"), a, b, min_flex_score)
    others_score = pl.col("Score A") != pl.col("Score B")
    moves = moved.filter(others_score | (pl.col("Rank Change") != 0)).sort(
        others_score, pl.col("Rank Change").abs(), "Rank B", descending=[True, True, False]
    )
    entering = _told(enter.join(seen(b.rows, "B"), on=SOURCE_COLUMNS, maintain_order="left"), a, b, min_flex_score)
    leaving = _told(leave.join(seen(a.rows, "A"), on=SOURCE_COLUMNS, maintain_order="left"), a, b, min_flex_score)
    return Changes(entering.sort("Rank B"), leaving.sort("Rank A"), moves, _counts(a, b, moved))


def _only(own: Ranking, other: Ranking, letter: str) -> pl.DataFrame:
    """Properties on one list alone, with how the other profile sees the row that stands for them."""
    alone = own.listed.join(other.listed, on=PROPERTY, how="anti", maintain_order="left")
    return alone.join(seen(other.rows, letter), on=SOURCE_COLUMNS, maintain_order="left")


def _told(pairs: pl.DataFrame, a: Ranking, b: Ranking, min_flex_score: float) -> pl.DataFrame:
    """The pairs as a person reads them."""
    known = pairs.with_columns(pl.lit(None, pl.String).alias(name) for name in _PLACE if name not in pairs.columns)
    why = reasons(known, a.profile, b.profile, min_flex_score)
    told = known.with_columns((pl.col("Rank A") - pl.col("Rank B")).alias("Rank Change"), why.alias("Why"))
    return told.select(*SHOWN, *(name for name in ABOUT if name in told.columns), *SOURCE_COLUMNS)


def _counts(a: Ranking, b: Ranking, both: pl.DataFrame) -> dict[str, int]:
    in_a, in_b = (side.rows[RANK].count() if side.rows.width else 0 for side in (a, b))
    other_score = both.filter(pl.col("Score A") != pl.col("Score B")).height
    other_rank = both.filter(pl.col("Rank Change") != 0, pl.col("Score A") == pl.col("Score B")).height
    return {
        "in_a": in_a,
        "in_b": in_b,
        "in_both": both.height,
        "enter": in_b - both.height,
        "leave": in_a - both.height,
        "other_score": other_score,
        "only_other_rank": other_rank,
        "unchanged": both.height - other_score - other_rank,
    }
