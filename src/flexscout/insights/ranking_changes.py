"""Why a property has another place by another profile, in words."""

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
    combine_tables,
    format_points,
)
from flexscout.matching import Clusters
from flexscout.merging import ROW, merge_matches
from flexscout.models import RowStatus
from flexscout.scoring import Profile, points_column

PROPERTY, RANK = "__property", "__rank"
"""Working columns: what is equal in the rows of one property; its place on the list, from 1, null for rows that are not on it."""


@dataclass(frozen=True)
class Ranking:
    """`rows`: those that either profile takes, as `profile` judges them, with PROPERTY and RANK, by file, sheet and row."""

    profile: Profile
    rows: pl.DataFrame

    @property
    def listed(self) -> pl.DataFrame:
        """A row per property on the list."""
        return self.rows.filter(pl.col(RANK).is_not_null())


def rank_candidates(
    frames: Sequence[pl.DataFrame], positions: pl.Series, groups: Clusters | None, profile: Profile, config: PipelineConfiguration
) -> Ranking:
    """The rows of all frames, ranked as a run would; `positions`: where each stands among the rows that `groups` are of."""
    rows = combine_tables(frames)
    if groups is None or not rows.width:
        return Ranking(profile, rows)
    # Where nothing is merged, each row is for itself.
    own = groups.cluster_ids.gather(positions) if config.enable_deduplication else positions
    known = rows.with_columns(positions.alias(ROW), own.alias(PROPERTY)).sort(SOURCE_COLUMNS)
    chosen = known.filter(pl.col(STATUS) == RowStatus.CANDIDATE).drop(STATUS, REASONS, TO_VERIFY)
    survivors = merge_matches(chosen, groups, config).survivors
    ranks = survivors.with_row_index(RANK, offset=1).select(*SOURCE_COLUMNS, pl.col(RANK).cast(pl.Int64))
    return Ranking(profile, known.join(ranks, on=SOURCE_COLUMNS, how="left", maintain_order="left"))


_OF = "__{} {}"  # working columns: what A or B sees
_KNOWN = "Completeness"
_HIGHEST = 3  # factors that are told where the profiles share none
_DECIMALS = 2  # of points, as they are told and compared
_MOVED = "the same points; others pass it or fall behind"
_WEIGHED = "the same points, but they count otherwise"


def collect_side(rows: pl.DataFrame, letter: str, keys: Sequence[str] = SOURCE_COLUMNS) -> pl.DataFrame:
    """What the side `letter`, A or B, sees in the rows, beside the `keys` by which they are found."""
    points = [name for name in rows.columns if name.endswith(POINTS_SUFFIX)]
    return rows.select(
        *keys,
        pl.col("Flex Score").alias(f"Score {letter}"),
        pl.col(RANK).alias(f"Rank {letter}"),
        *(pl.col(name).alias(_OF.format(letter, name)) for name in (*points, _KNOWN, STATUS, REASONS)),
        *(pl.col(name).alias(_OF.format(letter, name)) for name in SOURCE_COLUMNS),
    )


def explain_moves(pairs: pl.DataFrame, a: Profile, b: Profile, min_flex_score: float) -> pl.Series:
    """A sentence per row of what both sides saw: who refuses it and why, which points differ, which row speaks for it."""
    shared = a.factors.keys() & b.factors.keys()
    points = _differences(a, b) if shared else _highest(pairs, a, b)
    refused = [_refused(letter, min_flex_score) for letter in "AB"]
    told = pl.concat_str(*refused, points, _other_row(), separator=". ", ignore_nulls=True)
    silent = pl.when(pl.col("Score A") != pl.col("Score B")).then(pl.lit(_WEIGHED)).otherwise(_more_known())
    sentence = pl.when(told == "").then(silent).otherwise(told)
    return pairs.select(sentence.alias("Why"))["Why"]


def _refused(letter: str, min_flex_score: float) -> pl.Expr:
    """Why a side has the row not on its list."""
    status, reason = pl.col(_OF.format(letter, STATUS)), pl.col(_OF.format(letter, REASONS))
    return (
        pl.when(status == RowStatus.NOT_ELIGIBLE)
        .then(pl.format("not eligible in {}: {}", pl.lit(letter), reason))
        .when(status == RowStatus.BELOW_SCORE)
        .then(pl.lit(f"its score is below {min_flex_score:g} in {letter}"))
    )


def _differences(a: Profile, b: Profile) -> pl.Expr:
    """`Building Size 1 -> 3, Bonus 0 -> 0.5`; null where no points differ."""
    names = list(dict.fromkeys((*a.points_columns, *b.points_columns)))
    parts = [_difference(name, in_a=name in a.points_columns, in_b=name in b.points_columns) for name in names]
    told = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    return pl.when(told != "").then(told)


def _difference(name: str, *, in_a: bool, in_b: bool) -> pl.Expr:
    factor = pl.lit(name.removesuffix(POINTS_SUFFIX))
    if in_a and in_b:
        before, after = _points("A", name), _points("B", name)
        return pl.when(before != after).then(pl.format("{} {} -> {}", factor, format_points(before), format_points(after)))
    letter = "A" if in_a else "B"
    only = _points(letter, name)
    return pl.when(only != 0).then(pl.format("{} {} in {} only", factor, format_points(only), pl.lit(letter)))


def _highest(pairs: pl.DataFrame, a: Profile, b: Profile) -> pl.Expr:
    """`A: Building Size 3, Age 1. B: Zoning 10`: what counts most on each side."""
    sides = [pl.format("{}: {}", pl.lit(letter), _most(pairs, profile, letter)) for letter, profile in (("A", a), ("B", b))]
    return pl.concat_str(sides, separator=". ", ignore_nulls=True)


def _most(pairs: pl.DataFrame, profile: Profile, letter: str) -> pl.Series:
    """The factors that add most to each row's score, with their points; null where none adds anything."""
    weights = {_OF.format(letter, points_column(name)): factor.weight for name, factor in profile.factors.items()}
    long = pairs.select(list(weights)).with_row_index("row").unpivot(index="row", variable_name="name", value_name="points")
    counted = long.filter(pl.col("points") > 0).with_columns(
        (pl.col("points") * pl.col("name").replace_strict(weights)).alias("adds"),
        pl.format("{} {}", pl.col("name").replace_strict(_names(profile, letter)), format_points(pl.col("points"))).alias("told"),
    )
    first = counted.sort("row", "adds", descending=[False, True], maintain_order=True).group_by("row", maintain_order=True)
    told = first.agg(pl.col("told").head(_HIGHEST).str.join(", "))
    rows = pairs.select("Score A").with_row_index("row")
    return rows.join(told, on="row", how="left", maintain_order="left")["told"]


def _names(profile: Profile, letter: str) -> dict[str, str]:
    return {_OF.format(letter, points_column(name)): name for name in profile.factors}


def _more_known() -> pl.Expr:
    """Why the same points have another rank: of equal scores that comes first of which more is known."""
    before, after = (pl.col(_OF.format(letter, _KNOWN)) for letter in "AB")
    shares = [((share * 100).round(0).cast(pl.Int64)) for share in (before, after)]
    told = pl.format("the same points; {} % -> {} % of the factors known, which ranks equal scores", *shares)
    return pl.when(before != after).then(told).otherwise(pl.lit(_MOVED))


def _other_row() -> pl.Expr:
    """That another row of the property speaks for it in A, where it is so."""
    file, _, row = (pl.col(_OF.format("A", name)) for name in SOURCE_COLUMNS)
    same = pl.all_horizontal(pl.col(_OF.format("A", name)) == pl.col(_OF.format("B", name)) for name in SOURCE_COLUMNS)
    return pl.when(~same).then(pl.format("its best row in A is row {} of {}", row, file))


def _points(letter: str, name: str) -> pl.Expr:
    return pl.col(_OF.format(letter, name)).round(_DECIMALS)


SHOWN = (*ADDRESS_COLUMNS, "Score A", "Score B", "Rank A", "Rank B", "Rank Change", "Why")
ABOUT = ("Property Name", "Property Type", "Zip Code", "County", "APN", "Building SqFt", "Lot Size Acres", "Year Built")
"""Columns of a change, as far as the inputs have them: what changes, what property it is."""

_EMPTY = {
    **dict.fromkeys(ADDRESS_COLUMNS, pl.String),
    **dict.fromkeys(("Score A", "Score B"), pl.Float64),
    **dict.fromkeys(("Rank A", "Rank B", "Rank Change"), pl.Int64),
    "Why": pl.String,
    **dict.fromkeys(SOURCE_COLUMNS[:2], pl.String),
    SOURCE_COLUMNS[2]: pl.Int64,
}


@dataclass(frozen=True)
class RankingChanges:
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


def compare_rankings(a: Ranking, b: Ranking, min_flex_score: float) -> RankingChanges:
    """What becomes of each property. `min_flex_score`: least score of a candidate."""
    if not a.rows.width:
        nothing = pl.DataFrame(schema=_EMPTY)
        return RankingChanges(nothing, nothing, nothing, _counts(a, b, nothing))
    both = b.listed.join(collect_side(a.listed, "A", keys=(PROPERTY,)), on=PROPERTY, maintain_order="left")
    enter = _only(b, a, "A")
    leave = _only(a, b, "B")
    moved = _told(both.join(collect_side(b.rows, "B"), on=SOURCE_COLUMNS, maintain_order="left"), a, b, min_flex_score)
    others_score = pl.col("Score A") != pl.col("Score B")
    moves = moved.filter(others_score | (pl.col("Rank Change") != 0)).sort(
        others_score, pl.col("Rank Change").abs(), "Rank B", descending=[True, True, False]
    )
    entering = _told(enter.join(collect_side(b.rows, "B"), on=SOURCE_COLUMNS, maintain_order="left"), a, b, min_flex_score)
    leaving = _told(leave.join(collect_side(a.rows, "A"), on=SOURCE_COLUMNS, maintain_order="left"), a, b, min_flex_score)
    return RankingChanges(entering.sort("Rank B"), leaving.sort("Rank A"), moves, _counts(a, b, moved))


def _only(own: Ranking, other: Ranking, letter: str) -> pl.DataFrame:
    """Properties on one list alone, with how the other profile sees the row that stands for them."""
    alone = own.listed.join(other.listed, on=PROPERTY, how="anti", maintain_order="left")
    return alone.join(collect_side(other.rows, letter), on=SOURCE_COLUMNS, maintain_order="left")


def _told(pairs: pl.DataFrame, a: Ranking, b: Ranking, min_flex_score: float) -> pl.DataFrame:
    """The pairs as a person reads them."""
    known = pairs.with_columns(pl.lit(None, pl.String).alias(name) for name in ADDRESS_COLUMNS if name not in pairs.columns)
    why = explain_moves(known, a.profile, b.profile, min_flex_score)
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
