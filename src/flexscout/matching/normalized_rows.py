"""Normalized rows: their values as matching compares them, in partitions that are matched one after another."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from flexscout.domain import (
    INFERRED_FROM,
    SOURCE_COLUMNS,
    apn_key,
    blank_to_null,
    city_key,
    county_key,
    infer_states,
    map_distinct,
    normalize_words,
    parse_addresses,
    repeat_missing_fields,
    select_as_text,
    split_places,
    state_key,
    unit_key,
    update_missing_field,
    zip_key,
)
from flexscout.matching.keys import build_address_key, build_duplicate_keys, scope_to_file
from flexscout.runtime import PartitionedTable

Rows = pl.DataFrame | Iterable[pl.DataFrame]
"""Rows to match: a frame, or parts of one that can be iterated over repeatedly, so that they need not be in memory together."""

ROWS_PER_PARTITION = 125_000
"""Rows that are compared at a time if there are more than MAX_UNDIVIDED; they take about 150 MB."""

MAX_UNDIVIDED = 250_000
"""Rows that are compared in one partition, which takes a fifth less processor time than two."""

KEY = "key"
"""Column of normalized rows: the key by which rows match first, see `build_duplicate_keys`."""

DETAIL_COLUMNS = ("Property Name", "Building SqFt")
"""Columns that tell apart two properties at one address, beside those that matching always reads."""

DETAILS = ("apn", "unit_column", "building", "size")
"""Normalized values by which two properties at one address are told apart, in this order."""

_ROWS_PER_THREAD = 5_000  # fewer aren't worth a thread
_FIBONACCI = 2_654_435_769  # the golden ratio of 2**32; spreads consecutive numbers evenly over the partitions


@dataclass(frozen=True)
class Partitioning:
    """How rows are split.

    Attributes:
        fields: Columns in which two rows have to agree.
        is_place_match: Whether rows match by place, so that they are split by house number, without one by APN; else by KEY.
        count: The number of partitions; 0 for one per ROWS_PER_PARTITION, and one for up to MAX_UNDIVIDED.

    """

    fields: Sequence[str]
    is_place_match: bool = True
    count: int = 0

    def choose_count(self, rows: int) -> int:
        """Return the number of partitions for so many rows."""
        return self.count or (1 if rows <= MAX_UNDIVIDED else -(-rows // ROWS_PER_PARTITION))

    def number_rows(self, rows: pl.DataFrame, count: int) -> pl.Series:
        """Return the partition of each of some normalized rows."""
        at_random = pl.col("row") % count
        if not self.is_place_match:
            return rows.select(pl.coalesce((pl.col(KEY).hash() % count).cast(pl.Int64), at_random)).to_series()
        by_text = (pl.coalesce("number", "apn").hash() % count).cast(pl.Int64)
        by_number = spread(extract_first_number(pl.col("number")), count)
        return rows.select(pl.coalesce(by_number, by_text, at_random)).to_series()


def partition_rows(
    rows: Rows, partitioning: Partitioning, missing_column: str = "", *, with_details: bool = False
) -> PartitionedTable:
    """Return the rows as `normalize_rows` does, with KEY, in partitions that hold all rows with one key.

    Args:
        rows: Any of the canonical columns, and Source File.
        partitioning: How to split them.
        missing_column: Column with the fields that the sheet of each row doesn't have. By default, those that the rows lack.
        with_details: Whether to add DETAILS, which decisions compare.

    """
    parts = (rows,) if isinstance(rows, pl.DataFrame) else rows
    cities = (
        pl.concat([_find_blank_cities(part) for part in parts]).group_by("file").agg(pl.col("is_blank").all(), pl.sum("rows"))
    )
    count = partitioning.choose_count(int(cities["rows"].sum()))
    table = PartitionedTable(count)
    for part in parts:
        missing = part[missing_column] if missing_column else repeat_missing_fields(part, partitioning.fields)
        normalized = normalize_rows(part, missing, cities.filter("is_blank")["file"]).with_columns(pl.col("row") + table.height)
        columns = {"City": "city", "State": "state", "Zip Code": "zip"}
        known = {"Address": build_address_key(normalized)} | {field: normalized[name] for field, name in columns.items()}
        keys = build_duplicate_keys(part, partitioning.fields, normalized["missing_fields"], known)
        details = normalize_details(part).get_columns() if with_details else []
        keyed = normalized.with_columns(keys.alias(KEY), *details)
        table.add(keyed, partitioning.number_rows(keyed, count) if count > 1 else None)
    return table


def extract_first_number(number: pl.Expr) -> pl.Expr:
    """Return the first of a range of house numbers, null where it doesn't begin with a digit."""
    return number.str.extract(r"^(\d+)").cast(pl.Int64, strict=False)


def spread(number: pl.Expr, count: int) -> pl.Expr:
    """Return the partition, out of `count`, of a house number."""
    return (number % 2**30 * _FIBONACCI % 2**32 * count) // 2**32


def normalize_rows(frame: pl.DataFrame, missing_fields: pl.Series, files_without_city: pl.Series | None = None) -> pl.DataFrame:
    """Return rows as they are compared.

    Args:
        frame: Any of Address, Unit, City, State, Zip Code, County, APN, Latitude, Longitude and Source File.
        missing_fields: The compared fields that the sheet of each row doesn't have.
        files_without_city: The files whose column City is blank. By default, those of which the frame has all rows so.

    Returns:
        For each row: `ADDRESS_PARTS`, and `state`, `city`, `zip`, `county`, `apn`, `unit_column`, `lat`, `lon` as they are
        compared; `written`, the address without the place; `row`, the position; `missing_fields`, the compared fields that the
        row doesn't have; `INFERRED_FROM`, what its state was inferred from.

    """
    missing_fields = _add_blank_cities(frame, missing_fields, files_without_city)
    size = max(_ROWS_PER_THREAD, -(-frame.height // (os.cpu_count() or 1)))
    starts = range(0, max(frame.height, 1), size)
    with ThreadPoolExecutor(len(starts)) as pool:
        parts = pool.map(lambda start: _normalize_slice(frame.slice(start, size), missing_fields.slice(start, size)), starts)
        return pl.concat(parts).with_row_index("row").cast({"row": pl.Int64})


def _find_blank_cities(frame: pl.DataFrame) -> pl.DataFrame:
    """Return each `file`, the number of its `rows`, and whether its column City `is_blank`."""
    texts = select_as_text(frame, ("City", SOURCE_COLUMNS[0]))
    city, file = pl.col("City"), pl.col(SOURCE_COLUMNS[0]).alias("file")
    is_blank = city.fill_null("").str.strip_chars() == ""
    return texts.group_by(file).agg(is_blank.all().alias("is_blank"), pl.len().alias("rows"))


def _add_blank_cities(frame: pl.DataFrame, missing_fields: pl.Series, files: pl.Series | None) -> pl.Series:
    """Return `missing_fields` with City for the rows of files whose column City is blank."""
    blank = _find_blank_cities(frame).filter("is_blank")["file"] if files is None else files
    if blank.is_empty():
        return missing_fields
    own = select_as_text(frame, SOURCE_COLUMNS[:1]).to_series()
    return update_missing_field(missing_fields, "City", own.is_in(blank.implode(), nulls_equal=True))


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
        _read_degrees("Latitude").alias("lat"),
        _read_degrees("Longitude").alias("lon"),
        missing_fields.alias("missing_fields"),
        inferred[INFERRED_FROM],
    ).with_columns(parse_addresses(texts["Address"]))


def _read_degrees(name: str) -> pl.Expr:
    """A coordinate; zero means that it is missing."""
    value = pl.col(name).cast(pl.Float64, strict=False)
    return pl.when(value.is_finite() & (value != 0)).then(value)


def normalize_details(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the name (`building`) and `size` of each row as they are compared."""
    name, size = map(pl.col, DETAIL_COLUMNS)
    number = size.str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False).round(0).cast(pl.Int64, strict=False)
    return select_as_text(frame, DETAIL_COLUMNS).select(
        blank_to_null(normalize_words(name)).alias("building"), number.cast(pl.String).alias("size")
    )
