"""Why a property has another place by another profile, in words."""

from collections.abc import Sequence

import polars as pl

from flexscout.classification import Profile
from flexscout.classification.profile import points_column
from flexscout.comparison.ranking import RANK
from flexscout.model import POINTS, REASONS, SOURCE_COLUMNS, STATUS, RowStatus

_OF = "__{} {}"  # working columns: what A or B sees
_KNOWN = "Completeness"
_HIGHEST = 3  # factors that are told where the profiles share none
_DECIMALS = 2  # of points, as they are told and compared
_MOVED = "the same points; others pass it or fall behind"
_WEIGHED = "the same points, but they count otherwise"


def seen(rows: pl.DataFrame, letter: str, keys: Sequence[str] = SOURCE_COLUMNS) -> pl.DataFrame:
    """What the side `letter`, A or B, sees in the rows, beside the `keys` by which they are found."""
    points = [name for name in rows.columns if name.endswith(POINTS)]
    return rows.select(
        *keys,
        pl.col("Flex Score").alias(f"Score {letter}"),
        pl.col(RANK).alias(f"Rank {letter}"),
        *(pl.col(name).alias(_OF.format(letter, name)) for name in (*points, _KNOWN, STATUS, REASONS)),
        *(pl.col(name).alias(_OF.format(letter, name)) for name in SOURCE_COLUMNS),
    )


def reasons(pairs: pl.DataFrame, a: Profile, b: Profile, min_flex_score: float) -> pl.Series:
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
    factor = pl.lit(name.removesuffix(POINTS))
    if in_a and in_b:
        before, after = _points("A", name), _points("B", name)
        return pl.when(before != after).then(pl.format("{} {} -> {}", factor, _written(before), _written(after)))
    letter = "A" if in_a else "B"
    only = _points(letter, name)
    return pl.when(only != 0).then(pl.format("{} {} in {} only", factor, _written(only), pl.lit(letter)))


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
        pl.format("{} {}", pl.col("name").replace_strict(_names(profile, letter)), _written(pl.col("points"))).alias("told"),
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


def _written(points: pl.Expr) -> pl.Expr:
    return points.round(_DECIMALS).cast(pl.String).str.replace(r"\.0$", "")
