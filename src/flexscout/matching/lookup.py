"""Find the rows that a user means by an address or an APN."""

import re

import polars as pl
from rapidfuzz import fuzz, process

from flexscout.domain import (
    abbreviate_words,
    apn_key,
    city_key,
    normalize_words,
    parse_addresses,
    select_as_text,
    split_places,
    zip_key,
)
from flexscout.matching.keys import build_address_key

_AREA = ("City", "State", "Zip Code")
_OPTIONAL_PARTS = ("predirectional", "suffix", "postdirectional", "unit")
_ZIP_CODE = re.compile(r"\D(\d{5})(?:-\d{4})?\s*$")
_MIN_SIMILARITY = 60  # of 100
_MIN_APN_LENGTH = 3  # letters and digits


def find_rows_by_address(address: str, rows: pl.DataFrame) -> pl.Series:
    """Return the positions of the rows at an address, which may end with the city, state and ZIP code.

    Addresses are compared as in matching. If no row has exactly this address, a direction, suffix or unit that the user left out
    matches any.

    Args:
        address: The address as the user writes it.
        rows: Rows with Address, City, State and Zip Code.

    """
    places = split_places(rows)
    wanted = _remove_area(address, places)
    street = _normalize_streets(places["Address"])
    own, other = parse_addresses(places["Address"]), parse_addresses(wanted)
    agrees = [(other[part] == "") | (own[part] == other[part]) for part in _OPTIONAL_PARTS]
    before_comma = pl.repeat(address.partition(",")[0], places.height, dtype=pl.String, eager=True)
    # From the strictest comparison to the most lenient; the first with any match counts.
    comparisons = (
        build_address_key(own) == build_address_key(other),
        (street == _normalize_streets(wanted)) | ((street == _normalize_streets(before_comma)) & _is_in_city(address, places)),
        pl.select(pl.all_horizontal(own["number"] == other["number"], own["full"] == other["full"], *agrees)).to_series(),
    )
    filled = [comparison.fill_null(value=False) for comparison in comparisons]
    matches = next((comparison for comparison in filled if comparison.any()), filled[0].clear()).arg_true().cast(pl.Int64)
    return _prefer_zip_code(address, places, _prefer_known_city(address, places, matches))


def find_rows_by_apn(apn: str, rows: pl.DataFrame) -> pl.Series:
    """Return the positions of the rows with an APN, whatever its punctuation. A text without a digit is not an APN."""
    key = pl.select(apn_key(pl.lit(apn)).alias("key")).item()
    if not key or len(key) < _MIN_APN_LENGTH or not any(letter.isdigit() for letter in key):
        return pl.Series("at", [], pl.Int64)
    own = select_as_text(rows, ("APN",)).select(apn_key(pl.col("APN")).alias("key"))["key"]
    positions: pl.Series = (own == key).fill_null(value=False).arg_true().cast(pl.Int64)
    return positions


def find_nearest_rows(address: str, rows: pl.DataFrame, limit: int) -> list[int]:
    """Return the position of one row at each of the most similar addresses, the most similar first."""
    columns = ("Address", "City") if "," in address else ("Address",)
    texts = select_as_text(rows, columns).with_row_index("at").filter(pl.col("Address").is_not_null())
    joined = pl.concat_str(columns, separator=" ", ignore_nulls=True)
    distinct = texts.select("at", _normalize_street(joined).alias("text")).unique("text", keep="first", maintain_order=True)
    wanted = pl.select(_normalize_street(pl.lit(address))).item()
    if not wanted:
        return []
    nearest = process.extract(wanted, distinct["text"].to_list(), scorer=fuzz.ratio, limit=limit, score_cutoff=_MIN_SIMILARITY)
    return [int(distinct["at"][position]) for _, _, position in nearest]


def _remove_area(address: str, places: pl.DataFrame) -> pl.Series:
    """Return the address for each row without the row's city, state and ZIP code.

    For a row without a city, everything after the first comma is removed.
    """
    areas = places.select(_AREA).unique(maintain_order=True)
    text = pl.when(pl.col("City").is_null()).then(pl.lit(address.partition(",")[0])).otherwise(pl.lit(address))
    streets = areas.with_columns(split_places(areas.with_columns(text.alias("Address")))["Address"].alias("street"))
    return places.select(_AREA).join(streets, on=_AREA, how="left", nulls_equal=True, maintain_order="left")["street"]


def _normalize_streets(addresses: pl.Series) -> pl.Series:
    """Return the normalized addresses that have no house number; null for the others, which are compared by parts."""
    street = addresses.alias("text").to_frame().select(_normalize_street(pl.col("text")).alias("street"))["street"]
    return street.set(~street.str.contains(r"^\D").fill_null(value=False), None)


def _normalize_street(text: pl.Expr) -> pl.Expr:
    return abbreviate_words(normalize_words(text))


def _is_in_city(address: str, places: pl.DataFrame) -> pl.Series:
    """Whether the text after the first comma begins with the row's city."""
    city = city_key(pl.col("City"))
    after_comma = city_key(pl.lit(address.partition(",")[2]))
    is_city = (after_comma == city) | after_comma.str.starts_with(city + " ")
    return places.select(is_city).to_series().fill_null(value=False)


def _prefer_known_city(address: str, places: pl.DataFrame, matches: pl.Series) -> pl.Series:
    """Drop rows without a city if the address names one and some match has a city."""
    has_city = places["City"].gather(matches).is_not_null()
    return matches.filter(has_city) if "," in address and has_city.any() else matches


def _prefer_zip_code(address: str, places: pl.DataFrame, matches: pl.Series) -> pl.Series:
    """Keep the rows in the ZIP code at the end of the address, if there are any."""
    code = _ZIP_CODE.search(address)
    if code is None:
        return matches
    in_code = places[matches].select((zip_key(pl.col("Zip Code")) == code[1]).fill_null(value=False).alias("own"))["own"]
    return matches.filter(in_code) if in_code.any() else matches
