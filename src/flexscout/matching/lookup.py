"""The rows that a person means: by an address as they write it, by a parcel number."""

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
from flexscout.matching.keys import address_key

_MAY_BE_LEFT_OUT = ("predirectional", "suffix", "postdirectional", "unit")
_ZIP = re.compile(r"\D(\d{5})(?:-\d{4})?\s*$")
_ALIKE_FROM = 60  # of 100
_LEAST_PARCEL = 3  # letters and digits


def find_rows_by_address(address: str, rows: pl.DataFrame) -> pl.Series:
    """Positions of the rows at an address, which may end with the row's city, state and ZIP code.

    It is compared as duplicates are. Where no row has it as it stands, a direction, suffix or unit that it does not say may
    be any.
    """
    told = split_places(rows)
    asked = _seen_from(address, told)
    street = _street(told["Address"])
    own, meant = parse_addresses(told["Address"]), parse_addresses(asked)
    agrees = [(meant[part] == "") | (own[part] == meant[part]) for part in _MAY_BE_LEFT_OUT]
    stages = (
        address_key(own) == address_key(meant),
        (street == _street(asked)) | ((street == _street(_before_comma(address, told))) & _is_city_of(address, told)),
        pl.select(pl.all_horizontal(own["number"] == meant["number"], own["full"] == meant["full"], *agrees)).to_series(),
    )
    found = next((stage for stage in (stage.fill_null(value=False) for stage in stages) if stage.any()), stages[0].clear())
    return _in_zip_code(address, told, _in_a_city(address, told, found.arg_true().cast(pl.Int64)))


def find_rows_by_apn(number: str, rows: pl.DataFrame) -> pl.Series:
    """Positions of the rows with a parcel number, however it is written."""
    key = pl.select(apn_key(pl.lit(number)).alias("key")).item()
    if not key or len(key) < _LEAST_PARCEL or not any(letter.isdigit() for letter in key):
        return pl.Series("at", [], pl.Int64)
    own = select_as_text(rows, ("APN",)).select(apn_key(pl.col("APN")).alias("key"))["key"]
    found: pl.Series = (own == key).fill_null(value=False).arg_true().cast(pl.Int64)
    return found


def find_nearest_rows(address: str, rows: pl.DataFrame, most: int) -> list[int]:
    """A row at each of the addresses that are written most alike, the nearest first."""
    parts = ("Address", "City") if "," in address else ("Address",)
    told = select_as_text(rows, parts).with_row_index("at").filter(pl.col("Address").is_not_null())
    written = told.select("at", _street_of(pl.concat_str(parts, separator=" ", ignore_nulls=True)).alias("text"))
    distinct = written.unique("text", keep="first", maintain_order=True)
    asked = pl.select(_street_of(pl.lit(address))).item()
    if not asked:
        return []
    near = process.extract(asked, distinct["text"].to_list(), scorer=fuzz.ratio, limit=most, score_cutoff=_ALIKE_FROM)
    return [int(distinct["at"][position]) for _, _, position in near]


def _seen_from(address: str, told: pl.DataFrame) -> pl.Series:
    """The address without the place, for each row: what is the row's own city or state is cut.

    Of a row whose city is not known what follows the first comma is the city.
    """
    places = told.select("City", "State", "Zip Code").unique(maintain_order=True)
    written = pl.when(pl.col("City").is_null()).then(pl.lit(address.partition(",")[0])).otherwise(pl.lit(address))
    asked = split_places(places.with_columns(written.alias("Address")))["Address"]
    seen = places.with_columns(asked.alias("asked"))
    return told.select("City", "State", "Zip Code").join(
        seen, on=("City", "State", "Zip Code"), how="left", nulls_equal=True, maintain_order="left"
    )["asked"]


def _street(addresses: pl.Series) -> pl.Series:
    """Addresses without a house number in one spelling; null for others, of which the parts tell more."""
    street = addresses.alias("text").to_frame().select(_street_of(pl.col("text")).alias("street"))["street"]
    return street.set(~street.str.contains(r"^\D").fill_null(value=False), None)


def _before_comma(address: str, told: pl.DataFrame) -> pl.Series:
    return pl.repeat(address.partition(",")[0], told.height, dtype=pl.String, eager=True)


def _is_city_of(address: str, told: pl.DataFrame) -> pl.Series:
    """Whether what follows the first comma begins with the row's city: no place is cut from a street without a number."""
    city = city_key(pl.col("City"))
    after = city_key(pl.lit(address.partition(",")[2]))
    return told.select((after == city) | after.str.starts_with(city + " ")).to_series().fill_null(value=False)


def _street_of(text: pl.Expr) -> pl.Expr:
    return abbreviate_words(normalize_words(text))


def _in_a_city(address: str, told: pl.DataFrame, found: pl.Series) -> pl.Series:
    """Those whose city is known, if a place was named and any is: the others may be anywhere."""
    known = told["City"].gather(found).is_not_null()
    return found.filter(known) if "," in address and known.any() else found


def _in_zip_code(address: str, told: pl.DataFrame, found: pl.Series) -> pl.Series:
    """Those in the ZIP code that the address ends with, if any is."""
    code = _ZIP.search(address)
    if code is None:
        return found
    own = told[found].select((zip_key(pl.col("Zip Code")) == code[1]).fill_null(value=False).alias("own"))["own"]
    return found.filter(own) if own.any() else found
