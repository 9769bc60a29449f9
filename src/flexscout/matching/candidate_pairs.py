"""Candidate pairs: the pairs of places worth comparing (blocking)."""

from collections.abc import Iterable

import polars as pl

from flexscout.matching.keys import is_known_area
from flexscout.matching.normalized_rows import spread

WINDOW = 24
"""Neighbors that a place is compared with on each side, so that no block is quadratic."""

_MAX_RANGE = 200  # between the first and the last house number of a range
_STREET = ("first_number", "full")


def find_candidate_pairs(places: pl.DataFrame, partition: tuple[int, int] = (0, 1)) -> pl.DataFrame:
    """Return the pairs of places worth comparing.

    Both have the same digits in the street name, and

    - the same first house number, state, and city or ZIP code, and names that begin or end with the same letter. In a block of
      more than 25 streets, only alphabetical neighbors are paired, forwards or backwards; or
    - the same street and area, and a range of house numbers on one side that includes a number of the other; or
    - the same house number and street, and one side has no unit; or no known state or city.

    Args:
        places: One row per place, with `first_number`, `low`, `high`, `full` (street name), `unit`, `city`, `state` and `zip`;
            the places of a partition, and those of others with a range of numbers that reaches into it.
        partition: The number of the partition, and how many there are.

    Returns:
        `left` < `right`, positions in `places`.

    """
    streets = places.select(
        pl.int_range(pl.len()).alias("place"),
        *("first_number", "low", "high", "state", "city", "zip", "full", "unit"),
        pl.col("full").str.reverse().alias("reversed_full"),
        pl.col("full").str.extract_all(r"\d+").list.join(" ").alias("digits"),
    )
    number, count = partition
    own = streets.filter((spread(pl.col("low"), count) == number).fill_null(value=True))
    letters = [(name, pl.col(name).str.head(1).alias("letter")) for name in ("full", "reversed_full")]
    blocks = {area: ["first_number", "state", area, "digits", "letter"] for area in ("city", "zip")}
    by_city = [_pair_neighbors(own.with_columns(letter), blocks["city"], name) for name, letter in letters]
    by_zip = [_pair_neighbors(own.with_columns(letter), blocks["zip"], name, across="city") for name, letter in letters]
    return _drop_repeated(
        places.height, [*by_city, *by_zip, *_pair_ranges(streets, partition), *_pair_units(own), *_pair_unknown_places(own)]
    )


def _drop_repeated(size: int, passes: Iterable[pl.DataFrame]) -> pl.DataFrame:
    # Encode a pair as one integer: finding distinct integers is faster than finding distinct pairs.
    size = max(1, size)
    codes = pl.concat(passes).select(pl.col("left").cast(pl.Int64) * size + pl.col("right")).to_series().unique().sort()
    return pl.select((codes // size).alias("left"), (codes % size).alias("right"))


def _pair_neighbors(streets: pl.DataFrame, block: list[str], name: str, across: str = "") -> pl.DataFrame:
    """Pair each street with its neighbors in a block, in the order of `name`; only in blocks with several values of `across`."""
    known = streets.drop_nulls(block)
    shared = known.filter(pl.len().over(block) > 1)
    if across:
        shared = shared.filter((pl.col(across).n_unique().over(block) > 1) | pl.col(across).is_null())
    ordered = shared.sort(*block, name, "place").with_row_index("at").with_columns(pl.col("at").max().over(block).alias("end"))
    neighbors = pl.int_ranges(pl.col("at") + 1, pl.min_horizontal(pl.col("end"), pl.col("at") + WINDOW) + 1)
    pairs = ordered.select("place", neighbors.alias("other")).explode("other", empty_as_null=False)
    return _order_pairs(pairs["place"], ordered["place"].gather(pairs["other"]))


def _order_pairs(place: pl.Series, other: pl.Series) -> pl.DataFrame:
    return pl.select(pl.min_horizontal(place, other).alias("left"), pl.max_horizontal(place, other).alias("right"))


def has_range() -> pl.Expr:
    """Whether a place has a range of house numbers, not longer than a site."""
    return (pl.col("high") - pl.col("low")).is_between(1, _MAX_RANGE).fill_null(value=False)


def list_covered_numbers(places: pl.DataFrame) -> pl.DataFrame:
    """Return the places that have a range of house numbers, once for each number in it, which is `low`."""
    ranges = places.filter(has_range())
    return ranges.with_columns(pl.int_ranges("low", pl.col("high") + 1).alias("low")).explode("low", empty_as_null=True)


def _pair_ranges(streets: pl.DataFrame, partition: tuple[int, int]) -> list[pl.DataFrame]:
    """Pair ranges of house numbers with the numbers and ranges in them, on the same street."""
    number, count = partition
    covered = list_covered_numbers(streets).with_columns(pl.lit(value=True).alias("is_range"))
    if covered.is_empty():
        return []
    single = streets.filter(pl.col("low").is_not_null() & ~((pl.col("high") - pl.col("low")) > 0).fill_null(value=False))
    numbered = pl.concat([single.with_columns(pl.lit(value=False).alias("is_range")), covered])
    near = numbered.filter(spread(pl.col("low"), count) == number).join(
        covered.select("low", "full").unique(), on=["low", "full"], how="semi"
    )
    blocks = [["low", "state", area, "full"] for area in ("city", "zip")]
    return [_pair_neighbors(near.filter(pl.col("is_range").any().over(block)), block, "place") for block in blocks]


def _pair_units(streets: pl.DataFrame) -> list[pl.DataFrame]:
    """Pair places without a unit with every unit at the same address."""
    is_whole = pl.col("unit") == ""
    if streets.select(is_whole.all()).item():
        return []
    return [_pair_all(streets.filter(is_whole), streets.filter(~is_whole), [*_STREET, "state", area]) for area in ("city", "zip")]


def _pair_unknown_places(streets: pl.DataFrame) -> list[pl.DataFrame]:
    """Pair places without a known state with those in a city of that name, and places without a ZIP code with each other."""
    has_state = is_known_area(pl.col("state"))
    without_zip = streets.filter(pl.col("zip").is_null() & has_state)
    in_same_block = streets.join(without_zip.select(*_STREET, "state"), on=[*_STREET, "state"], how="semi")
    return [
        _pair_all(streets.filter(~has_state), streets.filter(has_state), [*_STREET, "city"]),
        _pair_neighbors(in_same_block, [*_STREET, "state"], "place"),
    ]


def _pair_all(some: pl.DataFrame, others: pl.DataFrame, block: list[str]) -> pl.DataFrame:
    """Pair the first places of each block in `some` with all places of the block in `others`."""
    shared = some.drop_nulls(block).join(others, on=block, how="semi")
    first = shared.filter(pl.int_range(pl.len()).over(block) < WINDOW)
    pairs = first.select(*block, "place").join(others.select(*block, pl.col("place").alias("other")), on=block)
    return _order_pairs(pairs["place"], pairs["other"])
