"""Distinct places: one row per address as it is compared, with what its rows say about it.

Matching compares distinct addresses, not rows.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from flexscout.domain import (
    ADDRESS_PARTS,
    INFERRED_FROM,
    SOURCE_COLUMNS,
    apn_key,
    city_key,
    county_key,
    infer_states,
    map_distinct,
    parse_addresses,
    select_as_text,
    split_places,
    state_key,
    unit_key,
    update_missing_field,
    zip_key,
)
from flexscout.matching.keys import scope_to_file

_ROWS_PER_THREAD = 5_000  # fewer aren't worth a thread
_IDENTITY = (*ADDRESS_PARTS, "state", "city", "zip")


@dataclass(frozen=True)
class DistinctPlaces:
    """Distinct places of a frame.

    Attributes:
        places: One row per place, sorted by its normalized address: `COMPARED_COLUMNS`, `state`, and `row`, its first row.
        place_ids: For each row of the frame, the position of its place, or null.
        normalized: For each row of the frame: `ADDRESS_PARTS`, and `state`, `city`, `zip`, `county`, `apn`, `unit_column`, `lat`,
            `lon` as they are compared; `written`, the address without the place; `row`, the position; `missing_fields`, the
            compared fields that the row doesn't have; `INFERRED_FROM`, what its state was inferred from.

    """

    places: pl.DataFrame
    place_ids: pl.Series
    normalized: pl.DataFrame


def find_distinct_places(frame: pl.DataFrame, missing_fields: pl.Series) -> DistinctPlaces:
    """Return the distinct places of a frame.

    Args:
        frame: Any of Address, Unit, City, State, Zip Code, County, APN, Latitude, Longitude and Source File.
        missing_fields: The compared fields that the sheet of each row doesn't have.

    """
    normalized = normalize_rows(frame, missing_fields)
    places = _group_places(normalized)
    rows = places.select(pl.int_range(pl.len(), dtype=pl.get_index_type()).alias("place"), "rows").explode("rows")
    place_ids = normalized.select("row").join(rows, left_on="row", right_on="rows", how="left", maintain_order="left")["place"]
    return DistinctPlaces(_add_parcels(places.drop("rows"), place_ids, normalized["apn"]), place_ids, normalized)


def normalize_rows(frame: pl.DataFrame, missing_fields: pl.Series) -> pl.DataFrame:
    """Return all rows as they are compared, see `DistinctPlaces.normalized`; one slice per processor core."""
    missing_fields = _add_blank_cities(frame, missing_fields)
    size = max(_ROWS_PER_THREAD, -(-frame.height // (os.cpu_count() or 1)))
    starts = range(0, max(frame.height, 1), size)
    with ThreadPoolExecutor(len(starts)) as pool:
        parts = pool.map(lambda start: _normalize_slice(frame.slice(start, size), missing_fields.slice(start, size)), starts)
        return pl.concat(parts).with_row_index("row").cast({"row": pl.Int64})


def _add_blank_cities(frame: pl.DataFrame, missing_fields: pl.Series) -> pl.Series:
    """Return `missing_fields` with City for the rows of files whose column City is blank."""
    city, file = (select_as_text(frame, (name,)).to_series() for name in ("City", SOURCE_COLUMNS[0]))
    is_blank = pl.select((pl.lit(city).fill_null("").str.strip_chars() == "").alias("blank"), pl.lit(file).alias("file"))
    if not is_blank["blank"].any():
        return missing_fields
    return update_missing_field(missing_fields, "City", is_blank.select(pl.col("blank").all().over("file")).to_series())


def _normalize_slice(frame: pl.DataFrame, missing_fields: pl.Series) -> pl.DataFrame:
    texts = split_places(frame).with_columns(select_as_text(frame, ("Unit", "County", "APN", "Latitude", "Longitude")))
    inferred = infer_states(texts)
    state, city = map_distinct(inferred["State"], state_key), map_distinct(texts["City"], city_key)
    missing_fields = update_missing_field(missing_fields, "State", state.is_null())
    return texts.select(
        pl.coalesce(pl.lit(state), scope_to_file(frame, missing_fields, "State")).alias("state"),
        pl.coalesce(pl.lit(city), scope_to_file(frame, missing_fields, "City")).alias("city"),
        zip_key(pl.col("Zip Code")).alias("zip"),
        pl.lit(map_distinct(texts["County"], county_key)).alias("county"),
        pl.col("Address").alias("written"),
        apn_key(pl.col("APN")).alias("apn"),
        map_distinct(texts["Unit"], unit_key).alias("unit_column"),
        _degrees("Latitude").alias("lat"),
        _degrees("Longitude").alias("lon"),
        missing_fields.alias("missing_fields"),
        inferred[INFERRED_FROM],
    ).with_columns(parse_addresses(texts["Address"]))


def _degrees(name: str) -> pl.Expr:
    """A coordinate; zero means that it is missing."""
    value = pl.col(name).cast(pl.Float64, strict=False)
    return pl.when(value.is_finite() & (value != 0)).then(value)


def _group_places(normalized: pl.DataFrame) -> pl.DataFrame:
    """Return one row per place that has a house number and a state, with the list of its `rows`."""
    known = normalized.lazy().filter(pl.col("number").is_not_null() & pl.col("state").is_not_null())
    places = known.group_by(_IDENTITY).agg(
        pl.col("full").first(),
        pl.when(pl.col("unit_column").n_unique() == 1).then(pl.col("unit_column").first()).alias("unit_column"),
        pl.col("lat").median(),
        pl.col("lon").median(),
        pl.col("row").min().alias("row"),
        pl.col("row").alias("rows"),
    )
    number = pl.col("number")
    return (
        places.sort(_IDENTITY)
        .with_columns(
            pl.coalesce(number.str.extract(r"^(\d+)"), number.str.extract(r"^(\w+)")).alias("first_number"),
            number.str.extract(r"^(\d+)").cast(pl.Int64, strict=False).alias("low"),
            number.str.extract(r"-(\d+)").cast(pl.Int64, strict=False).alias("high"),
            number.n_unique().over("state", "city", "name").alias("numbers_on_name"),
            number.n_unique().over("state", "city", "name", "suffix").alias("numbers_on_street"),
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
