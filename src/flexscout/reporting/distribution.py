"""Where the candidates lie: by score and by place."""

import polars as pl

_BANDS = ((8, "8-10"), (6, "6-8"), (4, "4-6"), (2, "2-4"), (0, "0-2"))
_ALWAYS_FROM = 4  # the bands below stand in the report only where the threshold lets candidates in


def score_distribution(scores: pl.Series, min_flex_score: float) -> dict[str, int]:
    """Band -> candidates in it; a band holds its lower bound, and 10 is in the highest."""
    counts: dict[str, int] = {}
    upper = float("inf")
    for lower, name in _BANDS:
        if lower >= _ALWAYS_FROM or min_flex_score < upper:
            counts[name] = int(((scores >= lower) & (scores < upper)).sum())
        upper = lower
    return counts


def geographic_coverage(master: pl.DataFrame) -> dict[str, dict[str, int]]:
    """`states`, `counties` and `cities`: place -> candidates, most first; county and city with their state."""
    return {
        "states": _counts(master, "State"),
        "counties": _counts(master, "County"),
        "cities": _counts(master, "City"),
    }


def _counts(master: pl.DataFrame, column: str) -> dict[str, int]:
    if column not in master.columns:
        return {}
    named = ["State"] if column == "State" else [name for name in (column, "State") if name in master.columns]
    # Places are few, candidates many: each is named once.
    places = master.select(named).drop_nulls(column).group_by(named).len()
    counted = places.group_by(_name(column, named).alias("place")).agg(pl.col("len").sum())
    return dict(counted.sort("len", "place", descending=[True, False]).iter_rows())


def _name(column: str, named: list[str]) -> pl.Expr:
    """How a place is called in the report: a county or a city in one spelling, and with its state where that is known."""
    place = pl.col(column)
    if column == "State":
        return place
    bare = place.str.replace(r"(?i)\s+county$", "")
    # McAllen keeps its capitals; MECKLENBURG and mecklenburg are one county.
    plain = (bare == bare.str.to_uppercase()) | (bare == bare.str.to_lowercase())
    place = pl.when(plain).then(bare.str.to_titlecase()).otherwise(bare)
    if "State" not in named:
        return place
    return pl.concat_str(place, pl.when(pl.col("State").is_not_null()).then(pl.format(", {}", "State")).otherwise(pl.lit("")))
