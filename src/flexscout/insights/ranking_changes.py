"""Compare the rankings of two profiles, A and B, and explain each change."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import (
    ADDRESS_COLUMNS,
    POINTS_SUFFIX,
    REASONS,
    SOURCE_COLUMNS,
    STATUS,
    TO_VERIFY,
    format_points,
)
from flexscout.merging import ROW, MatchedRows, merge_rows
from flexscout.models import RowStatus
from flexscout.scoring import Criteria, Profile, points_column

PROPERTY, RANK = "__property", "__rank"
"""Working columns: number of the property a row belongs to; its rank on the list, from 1, null for rows that are not listed."""

SHOWN = (*ADDRESS_COLUMNS, "Score A", "Score B", "Rank A", "Rank B", "Rank Change", "Why")
ABOUT = ("Property Name", "Property Type", "Zip Code", "County", "APN", "Building SqFt", "Lot Size Acres", "Year Built")
"""Columns of a change, and of its property as far as the inputs have them."""

_EMPTY = {
    **dict.fromkeys(ADDRESS_COLUMNS, pl.String),
    **dict.fromkeys(("Score A", "Score B"), pl.Float64),
    **dict.fromkeys(("Rank A", "Rank B", "Rank Change"), pl.Int64),
    "Why": pl.String,
    **dict.fromkeys(SOURCE_COLUMNS[:2], pl.String),
    SOURCE_COLUMNS[2]: pl.Int64,
}

_OF = "__{} {}"  # working columns: a column as A or B has it
_KNOWN = "Completeness"
_TOP_FACTORS = 3  # that are listed if the profiles share no factor
_DECIMALS = 2  # of points
_OTHERS_MOVED = "same points; other properties moved"
_WEIGHTED = "same points, weighted differently"


@dataclass(frozen=True)
class Ranking:
    """Rows that either profile selects, as `profile` classifies them, with PROPERTY and RANK, by file, sheet and row."""

    profile: Profile
    rows: pl.DataFrame

    @property
    def listed(self) -> pl.DataFrame:
        """Listed rows, one per property."""
        return self.rows.filter(pl.col(RANK).is_not_null())


def rank_rows(rows: pl.DataFrame, matched: MatchedRows, criteria: Criteria, config: PipelineConfiguration) -> Ranking:
    """Rank the rows as a run would.

    Args:
        rows: Rows that either profile selects, as this one classifies them, with ROW.
        matched: All rows, as this profile classifies them.
        criteria: The criteria with this profile.
        config: Settings of the run.

    """
    if not rows.width:
        return Ranking(criteria.profile, rows)
    # Without deduplication, each row is a property.
    properties = matched.clusters.cluster_ids.gather(rows[ROW]) if config.enable_deduplication else rows[ROW]
    numbered = rows.with_columns(properties.alias(PROPERTY))
    if matched.candidates.is_empty():
        return Ranking(criteria.profile, numbered.with_columns(pl.lit(None, pl.Int64).alias(RANK)).sort(SOURCE_COLUMNS))
    merged = merge_rows(matched, config, criteria)
    outcome = (STATUS, REASONS, TO_VERIFY)
    joined = numbered.join(merged.outcome, on=ROW, how="left", maintain_order="left", suffix=" new")
    updated = joined.with_columns(pl.coalesce(f"{name} new", name).alias(name) for name in outcome)
    ranked = merged.survivors.with_row_index(RANK, offset=1).cast({RANK: pl.Int64})
    listed = ranked.join(updated.select(ROW, PROPERTY, *outcome), on=ROW, maintain_order="left")
    others = updated.select(numbered.columns).join(ranked, on=ROW, how="anti")
    return Ranking(criteria.profile, pl.concat([others, listed], how="diagonal_relaxed").sort(SOURCE_COLUMNS))


def select_side(rows: pl.DataFrame, letter: str, keys: Sequence[str] = SOURCE_COLUMNS) -> pl.DataFrame:
    """Select what the side `letter`, A or B, has for the rows, with the `keys` to join by."""
    points = [name for name in rows.columns if name.endswith(POINTS_SUFFIX)]
    return rows.select(
        *keys,
        pl.col("Flex Score").alias(f"Score {letter}"),
        pl.col(RANK).alias(f"Rank {letter}"),
        *(pl.col(name).alias(_OF.format(letter, name)) for name in (*points, _KNOWN, STATUS, REASONS)),
        *(pl.col(name).alias(_OF.format(letter, name)) for name in SOURCE_COLUMNS),
    )


def explain_moves(pairs: pl.DataFrame, a: Profile, b: Profile, min_flex_score: float) -> pl.Series:
    """Explain each row: which side rejects it and why, which points differ, and which row survives in A."""
    shared = a.factors.keys() & b.factors.keys()
    points = _describe_differences(a, b) if shared else _describe_top_factors(pairs, a, b)
    rejections = [_describe_rejection(letter, min_flex_score) for letter in "AB"]
    text = pl.concat_str(*rejections, points, _describe_other_survivor(), separator=". ", ignore_nulls=True)
    default = pl.when(pl.col("Score A") != pl.col("Score B")).then(pl.lit(_WEIGHTED)).otherwise(_describe_completeness())
    sentence = pl.when(text == "").then(default).otherwise(text)
    return pairs.select(sentence.alias("Why"))["Why"]


def _describe_rejection(letter: str, min_flex_score: float) -> pl.Expr:
    """Describe why a side rejects the row; null if it doesn't."""
    status, reason = pl.col(_OF.format(letter, STATUS)), pl.col(_OF.format(letter, REASONS))
    return (
        pl.when(status == RowStatus.NOT_ELIGIBLE)
        .then(pl.format("not eligible in {}: {}", pl.lit(letter), reason))
        .when(status == RowStatus.BELOW_SCORE)
        .then(pl.lit(f"score below {min_flex_score:g} in {letter}"))
    )


def _describe_differences(a: Profile, b: Profile) -> pl.Expr:
    """Return `Building Size 1 -> 3, Bonus 0 -> 0.5`; null if no points differ."""
    names = list(dict.fromkeys((*a.points_columns, *b.points_columns)))
    parts = [_describe_difference(name, in_a=name in a.points_columns, in_b=name in b.points_columns) for name in names]
    text = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _describe_difference(name: str, *, in_a: bool, in_b: bool) -> pl.Expr:
    factor = pl.lit(name.removesuffix(POINTS_SUFFIX))
    if in_a and in_b:
        points_a, points_b = _round_points("A", name), _round_points("B", name)
        return pl.when(points_a != points_b).then(
            pl.format("{} {} -> {}", factor, format_points(points_a), format_points(points_b))
        )
    letter = "A" if in_a else "B"
    points = _round_points(letter, name)
    return pl.when(points != 0).then(pl.format("{} {} in {} only", factor, format_points(points), pl.lit(letter)))


def _describe_top_factors(pairs: pl.DataFrame, a: Profile, b: Profile) -> pl.Expr:
    """Return the factors that add most on each side: `A: Building Size 3, Age 1. B: Zoning 10`."""
    sides = [
        pl.format("{}: {}", pl.lit(letter), _list_top_factors(pairs, profile, letter)) for letter, profile in (("A", a), ("B", b))
    ]
    return pl.concat_str(sides, separator=". ", ignore_nulls=True)


def _list_top_factors(pairs: pl.DataFrame, profile: Profile, letter: str) -> pl.Series:
    """List the factors that add most to the score of each row, with their points; null if none adds anything."""
    names = {_OF.format(letter, points_column(name)): name for name in profile.factors}
    weights = {_OF.format(letter, points_column(name)): factor.weight for name, factor in profile.factors.items()}
    long = pairs.select(list(weights)).with_row_index("row").unpivot(index="row", variable_name="name", value_name="points")
    counted = long.filter(pl.col("points") > 0).with_columns(
        (pl.col("points") * pl.col("name").replace_strict(weights)).alias("adds"),
        pl.format("{} {}", pl.col("name").replace_strict(names), format_points(pl.col("points"))).alias("text"),
    )
    first = counted.sort("row", "adds", descending=[False, True], maintain_order=True).group_by("row", maintain_order=True)
    texts = first.agg(pl.col("text").head(_TOP_FACTORS).str.join(", "))
    rows = pairs.select("Score A").with_row_index("row")
    return rows.join(texts, on="row", how="left", maintain_order="left")["text"]


def _describe_completeness() -> pl.Expr:
    """Describe why equal points rank differently: of equal scores, the more complete property comes first."""
    share_a, share_b = (pl.col(_OF.format(letter, _KNOWN)) for letter in "AB")
    shares = [((share * 100).round(0).cast(pl.Int64)) for share in (share_a, share_b)]
    text = pl.format("same points; {}% -> {}% of factors known, which ranks equal scores", *shares)
    return pl.when(share_a != share_b).then(text).otherwise(pl.lit(_OTHERS_MOVED))


def _describe_other_survivor() -> pl.Expr:
    """Describe the surviving row in A; null if it is the same as in B."""
    file, _, row = (pl.col(_OF.format("A", name)) for name in SOURCE_COLUMNS)
    same = pl.all_horizontal(pl.col(_OF.format("A", name)) == pl.col(_OF.format("B", name)) for name in SOURCE_COLUMNS)
    return pl.when(~same).then(pl.format("the surviving row in A is row {} of {}", row, file))


def _round_points(letter: str, name: str) -> pl.Expr:
    return pl.col(_OF.format(letter, name)).round(_DECIMALS)


@dataclass(frozen=True)
class RankingChanges:
    """Properties that enter, leave or move on the list from A to B, most important first.

    Columns: SHOWN, ABOUT and the source of the row, that of B if both have one. Scores are 0-10, ranks from 1, null if the
    property is not listed; `Rank Change` is positive for a property that rises.

    `enter`: listed in B only, by rank in B; `leave`: listed in A only, by rank in A; `moves`: listed in both with a different
    score or rank, those with a different score first, then by rank change. `counts`: properties `in_a`, `in_b`, `in_both`,
    `enter` and `leave`, and of those in both `other_score`, `only_other_rank` and `unchanged`.
    """

    enter: pl.DataFrame
    leave: pl.DataFrame
    moves: pl.DataFrame
    counts: dict[str, int]


def compare_rankings(a: Ranking, b: Ranking, min_flex_score: float) -> RankingChanges:
    """Compare two rankings of the same rows. `min_flex_score`: minimum score of a candidate, 0-10."""
    if not a.rows.width:
        empty = pl.DataFrame(schema=_EMPTY)
        return RankingChanges(empty, empty, empty, _count_changes(a, b, empty))
    both = b.listed.join(select_side(a.listed, "A", keys=(PROPERTY,)), on=PROPERTY, maintain_order="left")
    sides = [(_select_unshared(b, a, "A"), b, "B"), (_select_unshared(a, b, "B"), a, "A"), (both, b, "B")]
    enter, leave, shared = (
        _format_changes(rows.join(select_side(own.rows, letter), on=SOURCE_COLUMNS, maintain_order="left"), a, b, min_flex_score)
        for rows, own, letter in sides
    )
    has_other_score = pl.col("Score A") != pl.col("Score B")
    moves = shared.filter(has_other_score | (pl.col("Rank Change") != 0)).sort(
        has_other_score, pl.col("Rank Change").abs(), "Rank B", descending=[True, True, False]
    )
    return RankingChanges(enter.sort("Rank B"), leave.sort("Rank A"), moves, _count_changes(a, b, shared))


def _select_unshared(own: Ranking, other: Ranking, letter: str) -> pl.DataFrame:
    """Select properties that only one side lists, with what the other side has for their surviving row."""
    unshared = own.listed.join(other.listed, on=PROPERTY, how="anti", maintain_order="left")
    return unshared.join(select_side(other.rows, letter), on=SOURCE_COLUMNS, maintain_order="left")


def _format_changes(pairs: pl.DataFrame, a: Ranking, b: Ranking, min_flex_score: float) -> pl.DataFrame:
    """Add the rank change and the explanation, and select the columns of a change."""
    complete = pairs.with_columns(pl.lit(None, pl.String).alias(name) for name in ADDRESS_COLUMNS if name not in pairs.columns)
    why = explain_moves(complete, a.profile, b.profile, min_flex_score)
    changes = complete.with_columns((pl.col("Rank A") - pl.col("Rank B")).alias("Rank Change"), why.alias("Why"))
    return changes.select(*SHOWN, *(name for name in ABOUT if name in changes.columns), *SOURCE_COLUMNS)


def _count_changes(a: Ranking, b: Ranking, both: pl.DataFrame) -> dict[str, int]:
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
