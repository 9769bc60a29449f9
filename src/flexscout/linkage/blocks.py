"""Which streets are looked at together: those of one house number, in one city or ZIP code, that begin or end alike."""

import polars as pl

_WINDOW = 24  # neighbors, by alphabet, that a street is compared with on each side, so that no block is quadratic


def candidate_pairs(sites: pl.DataFrame) -> pl.DataFrame:
    """Pairs (`left` < `right`) of positions in `sites` that may be one place.

    `sites`: `low` (first house number), `full` (name), `city`, `state`, `zip`. Digits in names have to agree. All pairs of a
    block of up to 25 streets, and of a larger one those that are near by alphabet, forwards or backwards.
    """
    known = sites.select(
        pl.int_range(pl.len()).alias("site"),
        "low", "state", "city", "zip", pl.col("full").alias("name"),
        pl.col("full").str.reverse().alias("eman"),
        pl.col("full").str.extract_all(r"\d+").list.join(" ").alias("digits"),
    )  # fmt: skip
    passes = [_neighbors(known, place, spelled) for place in ("city", "zip") for spelled in ("name", "eman")]
    # A pair as one number: a set of numbers is made faster than one of pairs.
    numbers = pl.concat(passes).select(pl.col("left").cast(pl.Int64) * known.height + pl.col("right")).to_series().unique().sort()
    return pl.select((numbers // max(1, known.height)).alias("left"), (numbers % max(1, known.height)).alias("right"))


def _neighbors(known: pl.DataFrame, place: str, spelled: str) -> pl.DataFrame:
    block = ["low", "state", place, "digits", "letter"]
    lettered = known.with_columns(pl.col(spelled).str.head(1).alias("letter")).drop_nulls(block)
    shared = lettered.filter(pl.len().over(block) > 1).sort(*block, spelled, "site")
    placed = shared.with_row_index("at").with_columns(pl.col("at").max().over(block).alias("end"))
    partners = pl.int_ranges(pl.col("at") + 1, pl.min_horizontal(pl.col("end"), pl.col("at") + _WINDOW) + 1)
    pairs = placed.select("site", partners.alias("other")).explode("other", empty_as_null=False)
    other = placed["site"].gather(pairs["other"])
    return pairs.select(pl.min_horizontal("site", other).alias("left"), pl.max_horizontal("site", other).alias("right"))
