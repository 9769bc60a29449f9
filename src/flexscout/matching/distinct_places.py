"""Distinct places: one row per address as it is compared, with what its rows say about it.

Matching compares distinct addresses, not rows.
"""

from dataclasses import dataclass

import polars as pl

from flexscout.domain import ADDRESS_PARTS
from flexscout.matching.normalized_rows import extract_first_number

IDENTITY = (*ADDRESS_PARTS, "state", "city", "zip")
"""Columns that a place has once."""

MAX_NUMBERS = 3
"""House numbers that are counted on a street: more are as good as that."""

_STREETS = {"numbers_on_name": ("state", "city", "name"), "numbers_on_street": ("state", "city", "name", "suffix")}


@dataclass(frozen=True)
class DistinctPlaces:
    """Distinct places of rows.

    Attributes:
        places: One row per place, sorted by IDENTITY: `COMPARED_COLUMNS` but for the numbers on its street, and its first `row`.
        place_rows: For each row, the first row at its place, or null.

    """

    places: pl.DataFrame
    place_rows: pl.Series


def find_distinct_places(normalized: pl.DataFrame) -> DistinctPlaces:
    """Return the distinct places of rows as `partition_rows` returns them."""
    places = _group_places(normalized)
    rows = places.select(pl.int_range(pl.len(), dtype=pl.get_index_type()).alias("place"), "rows").explode("rows")
    place_ids = normalized.select("row").join(rows, left_on="row", right_on="rows", how="left", maintain_order="left")["place"]
    with_parcels = _add_parcels(places.drop("rows"), place_ids, normalized["apn"])
    return DistinctPlaces(with_parcels, places["row"].gather(place_ids))


def count_numbers(places: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the house numbers known on each street, at most MAX_NUMBERS, for places that have all places at their numbers."""
    return {
        name: places.group_by(street).agg(pl.col("number").n_unique().clip(upper_bound=MAX_NUMBERS).alias(name))
        for name, street in _STREETS.items()
    }


def add_counts(parts: list[dict[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    """Return the house numbers on each street, counted in several partitions. No number is in two of them."""
    if len(parts) == 1:
        return parts[0]
    return {
        name: pl.concat([part[name] for part in parts]).group_by(street).agg(pl.col(name).sum().clip(upper_bound=MAX_NUMBERS))
        for name, street in _STREETS.items()
    }


def join_counts(places: pl.DataFrame, counts: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the places with the house numbers known on their streets."""
    for name, street in _STREETS.items():
        places = places.join(counts[name], on=street, how="left", nulls_equal=True, maintain_order="left")
    return places


def _group_places(normalized: pl.DataFrame) -> pl.DataFrame:
    """Return one row per place that has a house number and a state, with the list of its `rows`."""
    known = normalized.lazy().filter(pl.col("number").is_not_null() & pl.col("state").is_not_null())
    places = known.group_by(IDENTITY).agg(
        pl.col("full").first(),
        pl.when(pl.col("unit_column").n_unique() == 1).then(pl.col("unit_column").first()).alias("unit_column"),
        pl.col("lat").median(),
        pl.col("lon").median(),
        pl.col("row").min().alias("row"),
        pl.col("row").alias("rows"),
    )
    number = pl.col("number")
    return (
        places.sort(IDENTITY)
        .with_columns(
            pl.coalesce(number.str.extract(r"^(\d+)"), number.str.extract(r"^(\w+)")).alias("first_number"),
            extract_first_number(number).alias("low"),
            number.str.extract(r"-(\d+)").cast(pl.Int64, strict=False).alias("high"),
        )
        .collect()
    )


def _add_parcels(places: pl.DataFrame, place_ids: pl.Series, apns: pl.Series) -> pl.DataFrame:
    """Add the distinct `apns` of each place, and their `apn_formats`: only APNs of one format are comparable."""
    parcels = pl.DataFrame([place_ids.alias("place"), apns.alias("apns")]).drop_nulls()
    apn_format = pl.col("apns").str.replace_all(r"\d", "9").str.replace_all(r"[A-Z]", "A")
    formats = parcels.select("place", apn_format.alias("apn_formats"))
    return places.with_columns(_list_by_place(values, places.height) for values in (parcels, formats))


def _list_by_place(values: pl.DataFrame, places: int) -> pl.Series:
    """Return the sorted distinct values of each place."""
    name = values.columns[-1]
    # Sorting all values once takes a tenth of the time of sorting a million lists.
    lists = values.unique().sort("place", name).group_by("place", maintain_order=True).agg(name)
    every_place = pl.int_range(places, dtype=pl.get_index_type(), eager=True).alias("place").to_frame()
    joined = every_place.join(lists, on="place", how="left", maintain_order="left")
    return joined.select(pl.col(name).fill_null(pl.lit([], dtype=pl.List(pl.String))))[name]
