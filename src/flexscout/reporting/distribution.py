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
    place = pl.col(column)
    if column != "State":
        bare = place.str.replace(r"(?i)\s+county$", "")
        # McAllen keeps its capitals; MECKLENBURG and mecklenburg are one county.
        plain = (bare == bare.str.to_uppercase()) | (bare == bare.str.to_lowercase())
        place = pl.when(plain).then(bare.str.to_titlecase()).otherwise(bare)
        if "State" in master.columns:
            place = pl.concat_str(
                place, pl.when(pl.col("State").is_not_null()).then(pl.format(", {}", "State")).otherwise(pl.lit(""))
            )
    named = master.select(place.alias("place")).drop_nulls().group_by("place").len()
    return dict(named.sort("len", "place", descending=[True, False]).iter_rows())
