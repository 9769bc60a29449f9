"""Split the city, state and ZIP code off addresses that end with them."""

from collections.abc import Sequence
from functools import cache

import polars as pl

from flexscout.domain.column_names import POSTAL_COLUMNS
from flexscout.domain.normalization import blank_to_null, city_key, state_key, zip_key
from flexscout.domain.vocabulary import map_address_terms, map_state_codes

_WORKING_COLUMNS = ("__rest", "__shortened", "__same_code")
_UNIT_THEN_CITY = r"^(\d.* (?:#|STE|SUITE|APT|UNIT) ?\w+) ([A-Z -]+)$"
_CITY_AFTER_COMMA = r"^\d.*, [A-Z][A-Z -]+$"
_MAX_BYTES = 300  # per cell; parsing longer texts would let a hostile file cost minutes


def split_places(frame: pl.DataFrame) -> pl.DataFrame:
    """Return Address, City, State and Zip Code of each row, with addresses that hold only the street.

    `1 Main St, Boca Raton, FL 33432` becomes `1 Main St`, and the row's missing city, state and ZIP code are filled from it. A
    city is split off if it is the row's city, or stands between commas before a state or ZIP code. A state is split off only
    after a comma or before a ZIP code, because CT is also Court. Texts longer than any address become null.
    """
    given = select_as_text(frame, POSTAL_COLUMNS)
    return _remove_places(given.with_columns(pl.when(pl.all().str.len_bytes() <= _MAX_BYTES).then(pl.all())))


def _remove_places(given: pl.DataFrame) -> pl.DataFrame:
    is_candidate = given["Address"].str.contains(_build_candidate_pattern(), literal=False).fill_null(value=False)
    if not is_candidate.any():
        return given
    rows = given.with_row_index("__row")
    # One chunk: comparing the ends of texts in chunks of different lengths panics in Polars 2.1.
    shortened = _remove_place(rows.filter(is_candidate).rechunk())
    return pl.concat([rows.filter(~is_candidate), shortened]).sort("__row").drop("__row")


def select_as_text(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return these columns as text; a column that the frame lacks is null."""
    missing = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    return pl.DataFrame([(frame[name].cast(pl.String) if name in frame.columns else missing).alias(name) for name in names])


def _build_candidate_pattern() -> str:
    """Return a pattern that matches few addresses, and all that end with a place."""
    return rf"(?i)[,\n]|\d{{5}}\s*$|\b(?:{'|'.join(_list_suffix_forms())})\b\.?\s+[^\d\s#]\S+"


@cache
def _list_suffix_forms() -> tuple[str, ...]:
    return tuple(form for short, forms in map_address_terms("suffixes").items() for form in (short, *forms))


@cache
def _build_state_pattern() -> str:
    return "|".join(sorted(map_state_codes(), key=len, reverse=True))


def _remove_place(rows: pl.DataFrame) -> pl.DataFrame:
    """Remove country, ZIP code, state and city from the end of each address, in that order."""
    steps = (_remove_country, _remove_zip, _remove_state, _remove_city)
    table = rows.with_columns(_comma_text(pl.col("Address")).alias("__rest"), pl.lit(value=False).alias("__shortened"))
    for step in steps:
        table = step(table)
    is_shortened = pl.col("__shortened") & pl.col("__rest").str.contains(r"\d\S* \S")
    return table.with_columns(pl.when(is_shortened).then("__rest").otherwise("Address").alias("Address")).drop(_WORKING_COLUMNS)


def _comma_text(text: pl.Expr) -> pl.Expr:
    """Return upper case with single spaces, and commas for line ends."""
    lines = text.str.to_uppercase().str.replace_all(r"[\s\u00a0]*[\n;]+[\s\u00a0]*", ", ").str.replace_all(r"[.'@]", "")
    return lines.str.replace_all(r"\s+", " ").str.replace_all(r" ?,[ ,]*", ", ").str.strip_chars(" ,")


def _remove_country(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.col("__rest").str.replace(r"[ ,]+(?:USA|UNITED STATES(?: OF AMERICA)?)$", ""))


def _remove_zip(table: pl.DataFrame) -> pl.DataFrame:
    """Remove a ZIP code after a state or a comma, or the row's own ZIP code."""
    found = (
        pl.col("__rest")
        .str.extract_groups(rf"^(.*?)(?:,| (?:{_build_state_pattern()})\b,?) ?(\d{{5}})(?:-\d{{4}})?$")
        .struct.field("2")
    )
    own = pl.col("__rest").str.extract(r" (\d{5})(?:-\d{4})?$")
    code = pl.coalesce(found, pl.when(own == zip_key(pl.col("Zip Code"))).then(own))
    is_found = code.is_not_null()
    return table.with_columns(
        pl.coalesce(blank_to_null(pl.col("Zip Code")), code).alias("Zip Code"),
        pl.when(is_found).then(pl.col("__rest").str.replace(r"[ ,]+\d{5}(?:-\d{4})?$", "")).otherwise("__rest").alias("__rest"),
        is_found.alias("__shortened"),
        (code == zip_key(pl.col("Zip Code"))).fill_null(value=False).alias("__same_code"),
    )


def _remove_state(table: pl.DataFrame) -> pl.DataFrame:
    """Remove a state after a comma, after the row's city, or before a ZIP code, unless the row has another: NE is a direction."""
    found = pl.col("__rest").str.extract_groups(rf"^(.*[^, ])(,? )({_build_state_pattern()})$").struct
    city = pl.format(" {}", pl.col("City").str.to_uppercase()).fill_null("\0")
    is_other = state_key(found.field("3")) != state_key(pl.col("State"))
    is_found = (
        found.field("3").is_not_null()
        & ~is_other.fill_null(value=False)
        & (
            pl.col("__shortened")
            | (found.field("2") == ", ")
            | found.field("1").str.ends_with(city)
            | found.field("1").str.contains(_CITY_AFTER_COMMA)
        )
    )
    return table.with_columns(
        pl.coalesce(blank_to_null(pl.col("State")), pl.when(is_found).then(found.field("3"))).alias("State"),
        pl.when(is_found).then(found.field("1")).otherwise("__rest").alias("__rest"),
        (pl.col("__shortened") | is_found).fill_null(value=False).alias("__shortened"),
    )


def _remove_city(table: pl.DataFrame) -> pl.DataFrame:
    """Remove the row's city, or after other parts of the place any text in its position, unless the row has another city."""
    city = blank_to_null(_comma_text(pl.col("City")))
    before = pl.col("__rest").str.strip_suffix(city).str.strip_chars_end(" ")
    is_own = pl.col("__rest").str.ends_with(pl.format(" {}", city)).fill_null(value=False) & (
        pl.col("__shortened")
        | before.str.contains(rf"(?:,|\b(?:{'|'.join(_list_suffix_forms())})(?: [NSEW]{{1,2}})?|\b\d+[A-Z]?)$")
    )
    patterns = (
        r"^(.*\d.*), ([^\d,#]*)$",
        _UNIT_THEN_CITY,
        rf"^(\d.* (?:{'|'.join(_list_suffix_forms())})(?: [NS][EW])?) ([A-Z -]+)$",
    )
    matches = [pl.col("__rest").str.extract_groups(pattern).struct for pattern in patterns]
    last = pl.struct(pl.coalesce(match.field(number) for match in matches).alias(number) for number in ("1", "2")).struct
    is_same = (city_key(last.field("2")) == city_key(pl.col("City"))).fill_null(value=False)  # WINSTON-SALEM, Winston Salem
    agrees = city.is_null() | is_same | pl.col("__same_code")
    is_last = last.field("2").is_not_null() & (is_same | (pl.col("__shortened") & agrees))
    return table.with_columns(
        pl.coalesce(blank_to_null(pl.col("City")), pl.when(is_last & ~is_own).then(last.field("2"))).alias("City"),
        pl.when(is_own)
        .then(before.str.strip_chars_end(" ,"))
        .when(is_last)
        .then(last.field("1"))
        .otherwise("__rest")
        .alias("__rest"),
        (pl.col("__shortened") | is_own | is_last).alias("__shortened"),
    )
