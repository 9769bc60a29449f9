"""Distinct places of many rows: what their rows say of them, and which row is at which."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from flexscout.domain import (
    ADDRESS_PARTS,
    apn_key,
    city_key,
    map_distinct,
    parse_addresses,
    select_as_text,
    split_places,
    state_key,
    unit_key,
    zip_key,
)
from flexscout.matching.keys import scope_to_file

_LEAST = 5_000  # rows that are worth a thread of their own
_IDENTITY = (*ADDRESS_PARTS, "state", "city", "zip")


@dataclass(frozen=True)
class DistinctPlaces:
    """`places`: a row per distinct place, in the order of its own texts; `rows`: for each row the position of its place, or null.

    `told`: what each row says: PARTS, and `state, city, zip, apn, lat, lon` as they are compared; `written`: its address.
    """

    places: pl.DataFrame
    rows: pl.Series
    told: pl.DataFrame


def find_distinct_places(frame: pl.DataFrame, lacking: pl.Series) -> DistinctPlaces:
    """The places of a frame with any of Address, City, State, Zip Code, APN, Latitude, Longitude and Source File.

    `lacking`: what each row's sheet lacks.
    """
    told = _all_told(frame, lacking)
    places = _distinct(told)
    at = places.select(pl.int_range(pl.len(), dtype=pl.get_index_type()).alias("site"), "rows").explode("rows")
    rows = told.select("row").join(at, left_on="row", right_on="rows", how="left", maintain_order="left")["site"]
    return DistinctPlaces(_with_parcels(places.drop("rows"), rows, told["apn"]), rows, told)


def _distinct(told: pl.DataFrame) -> pl.DataFrame:
    """The places in their order, with the `rows` at each."""
    known = told.lazy().filter(pl.col("number").is_not_null() & pl.col("state").is_not_null())
    places = known.group_by(_IDENTITY).agg(
        pl.col("full").first(),
        pl.when(pl.col("told_unit").n_unique() == 1).then(pl.col("told_unit").first()).alias("told_unit"),
        pl.col("lat").median(),
        pl.col("lon").median(),
        pl.col("row").min().alias("row"),
        pl.col("row").alias("rows"),
    )
    ordered = places.sort(_IDENTITY).with_columns(pl.col("number").str.extract(r"^(\w+)").alias("low"), _uses().alias("uses"))
    return ordered.collect()


def _with_parcels(places: pl.DataFrame, rows: pl.Series, apns: pl.Series) -> pl.DataFrame:
    """The places with the distinct parcel numbers of their rows, `apns`, and how those are written, `formats`, in order."""
    numbers = pl.DataFrame([rows.alias("site"), apns.alias("apns")]).drop_nulls()
    written = numbers.select("site", _format(pl.col("apns")).alias("formats"))
    return places.with_columns(_listed(values, places.height) for values in (numbers, written))


def _listed(values: pl.DataFrame, sites: int) -> pl.Series:
    """For each site its distinct values, in order."""
    name = values.columns[-1]
    # To sort all values once takes a tenth of the time of sorting a million lists.
    lists = values.unique().sort("site", name).group_by("site", maintain_order=True).agg(name)
    every = pl.int_range(sites, dtype=pl.get_index_type(), eager=True).alias("site").to_frame()
    joined = every.join(lists, on="site", how="left", maintain_order="left")
    return joined.select(pl.col(name).fill_null(pl.lit([], dtype=pl.List(pl.String))))[name]


def _all_told(frame: pl.DataFrame, lacking: pl.Series) -> pl.DataFrame:
    """What all rows say, with the position of each as `row`; a core for each part of them, as each row speaks for itself."""
    size = max(_LEAST, -(-frame.height // (os.cpu_count() or 1)))
    starts = range(0, max(frame.height, 1), size)
    with ThreadPoolExecutor(len(starts)) as pool:
        parts = pool.map(lambda start: _told(frame.slice(start, size), lacking.slice(start, size)), starts)
        return pl.concat(parts).with_row_index("row").cast({"row": pl.Int64})


def _told(frame: pl.DataFrame, lacking: pl.Series) -> pl.DataFrame:
    """What each row says of its place, in the spelling that is compared; an address no longer says where it is."""
    placed = split_places(frame).with_columns(select_as_text(frame, ("Unit", "APN", "Latitude", "Longitude")))
    parts = parse_addresses(placed["Address"])
    return placed.select(
        pl.coalesce(pl.lit(map_distinct(placed["State"], state_key)), scope_to_file(frame, lacking, "State")).alias("state"),
        pl.coalesce(pl.lit(map_distinct(placed["City"], city_key)), scope_to_file(frame, lacking, "City")).alias("city"),
        zip_key(pl.col("Zip Code")).alias("zip"),
        pl.col("Address").alias("written"),
        apn_key(pl.col("APN")).alias("apn"),
        map_distinct(placed["Unit"], unit_key).alias("told_unit"),
        _degrees("Latitude").alias("lat"),
        _degrees("Longitude").alias("lon"),
    ).with_columns(parts)


def _degrees(name: str) -> pl.Expr:
    """A coordinate; zero is none."""
    value = pl.col(name).cast(pl.Float64, strict=False)
    return pl.when(value.is_finite() & (value != 0)).then(value)


def _format(apn: pl.Expr) -> pl.Expr:
    """How a parcel number is written: numbers of one county are comparable if they are written alike."""
    return apn.str.replace_all(r"\d", "9").str.replace_all(r"[A-Z]", "A")


def _uses() -> pl.Expr:
    """How many house numbers the street has in its city."""
    return pl.col("number").n_unique().over("state", "city", "name")
