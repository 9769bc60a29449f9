"""Cities, states and ZIP codes: in one spelling, and out of the addresses that end with them."""

from collections.abc import Sequence
from functools import cache

import polars as pl

from flexscout.domain.normalization import abbreviate_words, normalize_words
from flexscout.domain.vocabulary import address_terms, state_codes, states_of_zip_codes

_WORKING = ("__rest", "__cut", "__same_code")
_LONGEST = 300  # bytes; taking longer texts apart would cost a hostile file's reader minutes
PLACE = ("City", "State", "Zip Code")


def split_places(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame's Address, City, State and Zip Code as text; an address no longer says where it is, and lends what the row lacks.

    `1 Main St, Boca Raton, FL 33432` becomes `1 Main St`. A city is cut where the row has that city, or where it stands
    between commas before a state or ZIP code; a state only with a comma or a ZIP code, because CT is a court too. Where no state
    is told the ZIP code tells it. A text that is longer than any address says nothing.
    """
    given = select_as_text(frame, ("Address", *PLACE))
    placed = _without_place(given.with_columns(pl.when(pl.all().str.len_bytes() <= _LONGEST).then(pl.all())))
    return placed.with_columns(pl.coalesce(_filled(pl.col("State")), _of_zip()).alias("State"))


def _without_place(given: pl.DataFrame) -> pl.DataFrame:
    longer = given["Address"].str.contains(_may_end_with_place(), literal=False).fill_null(value=False)
    if not longer.any():
        return given
    rows = given.with_row_index("__row")
    # One chunk: comparing the ends of texts in chunks of different lengths panics in Polars 2.1.
    cut = _cut(rows.filter(longer).rechunk())
    return pl.concat([rows.filter(~longer), cut]).sort("__row").drop("__row")


def select_as_text(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """These columns as text; one that the frame lacks is null."""
    lacking = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    return pl.DataFrame([(frame[name].cast(pl.String) if name in frame.columns else lacking).alias(name) for name in names])


def city_key(city: pl.Expr) -> pl.Expr:
    """A city in one spelling: SAINT LOUIS is ST LOUIS; null if it says nothing."""
    return _filled(abbreviate_words(normalize_words(city)))


def state_key(state: pl.Expr) -> pl.Expr:
    """The two letters of a state, or what stands there."""
    return _filled(normalize_words(state)).replace(state_codes())


def zip_key(code: pl.Expr) -> pl.Expr:
    """The first five digits of a ZIP code."""
    return _filled(code.str.strip_chars().str.slice(0, 5))


def _filled(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _of_zip() -> pl.Expr:
    """The state of a ZIP code."""
    prefix = pl.col("Zip Code").str.extract(r"^\s*(\d{3})\d\d")
    return prefix.replace_strict(states_of_zip_codes(), default=None, return_dtype=pl.String)


def _may_end_with_place() -> str:
    """A comma or a line's end inside, or two words after a street's suffix: few addresses, and all that are cut."""
    return rf"(?i)[,\n]|\d{{5}}\s*$|\b(?:{'|'.join(_suffix_forms())})\b\.?\s+[^\d\s#]\S+"


@cache
def _suffix_forms() -> tuple[str, ...]:
    return tuple(form for short, forms in address_terms("suffixes").items() for form in (short, *forms))


@cache
def _any_state() -> str:
    return "|".join(sorted(state_codes(), key=len, reverse=True))


def _cut(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose address may end with a place, from the end on: country, ZIP code, state, city."""
    steps = (_without_country, _without_zip, _without_state, _without_city)
    table = rows.with_columns(_comma_text(pl.col("Address")).alias("__rest"), pl.lit(value=False).alias("__cut"))
    for step in steps:
        table = step(table)
    is_cut = pl.col("__cut") & pl.col("__rest").str.contains(r"\d\S* \S")
    return table.with_columns(pl.when(is_cut).then("__rest").otherwise("Address").alias("Address")).drop(_WORKING)


def _comma_text(text: pl.Expr) -> pl.Expr:
    """Upper case with single spaces, a comma for each line's end."""
    lines = text.str.to_uppercase().str.replace_all(r"[\s\u00a0]*[\n;]+[\s\u00a0]*", ", ").str.replace_all(r"[.'@]", "")
    return lines.str.replace_all(r"\s+", " ").str.strip_chars(" ,")


def _without_country(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.col("__rest").str.replace(r"[ ,]+(?:USA|UNITED STATES(?: OF AMERICA)?)$", ""))


def _without_zip(table: pl.DataFrame) -> pl.DataFrame:
    """A ZIP code after a state or a comma, or the row's own."""
    found = (
        pl.col("__rest").str.extract_groups(rf"^(.*?)(?:,| (?:{_any_state()})\b,?) ?(\d{{5}})(?:-\d{{4}})?$").struct.field("2")
    )
    own = pl.col("__rest").str.extract(r" (\d{5})(?:-\d{4})?$")
    code = pl.coalesce(found, pl.when(own == zip_key(pl.col("Zip Code"))).then(own))
    is_there = code.is_not_null()
    return table.with_columns(
        pl.coalesce(_filled(pl.col("Zip Code")), code).alias("Zip Code"),
        pl.when(is_there).then(pl.col("__rest").str.replace(r"[ ,]+\d{5}(?:-\d{4})?$", "")).otherwise("__rest").alias("__rest"),
        is_there.alias("__cut"),
        (code == zip_key(pl.col("Zip Code"))).fill_null(value=False).alias("__same_code"),
    )


def _without_state(table: pl.DataFrame) -> pl.DataFrame:
    """A state after a comma, after the row's own city, or where a ZIP code was cut; none but the row's: NE is a direction too."""
    found = pl.col("__rest").str.extract_groups(rf"^(.*[^, ])(,? )({_any_state()})$").struct
    city = pl.format(" {}", pl.col("City").str.to_uppercase()).fill_null("\0")
    is_other = state_key(found.field("3")) != state_key(pl.col("State"))
    is_there = (
        found.field("3").is_not_null()
        & ~is_other.fill_null(value=False)
        & (pl.col("__cut") | (found.field("2") == ", ") | found.field("1").str.ends_with(city))
    )
    return table.with_columns(
        pl.coalesce(_filled(pl.col("State")), pl.when(is_there).then(found.field("3"))).alias("State"),
        pl.when(is_there).then(found.field("1")).otherwise("__rest").alias("__rest"),
        (pl.col("__cut") | is_there).fill_null(value=False).alias("__cut"),
    )


_STREET_AND_CITY_OF_UNIT = r"^(\d.* (?:#|STE|SUITE|APT|UNIT) ?\w+) ([A-Z ]+)$"


def _without_city(table: pl.DataFrame) -> pl.DataFrame:
    """The row's own city; else, where more of the place was cut, what stands there, if the row names no other city."""
    city = _filled(_comma_text(pl.col("City")))
    before = pl.col("__rest").str.strip_suffix(city).str.strip_chars_end(" ")
    is_own = pl.col("__rest").str.ends_with(pl.format(" {}", city)).fill_null(value=False) & (
        pl.col("__cut") | before.str.contains(rf"(?:,|\b(?:{'|'.join(_suffix_forms())})(?: [NSEW]{{1,2}})?|\b\d+[A-Z]?)$")
    )
    patterns = (r"^(.*\d.*), ([^\d,#]*)$", _STREET_AND_CITY_OF_UNIT, rf"^(\d.* (?:{'|'.join(_suffix_forms())})) ([A-Z ]+)$")
    several = [pl.col("__rest").str.extract_groups(pattern).struct for pattern in patterns]
    last = pl.struct(pl.coalesce(one.field(number) for one in several).alias(number) for number in ("1", "2")).struct
    agrees = (city_key(last.field("2")) == city_key(pl.col("City"))) | pl.col("__same_code")
    is_last = pl.col("__cut") & last.field("2").is_not_null() & (city.is_null() | agrees)
    return table.with_columns(
        pl.coalesce(_filled(pl.col("City")), pl.when(is_last & ~is_own).then(last.field("2"))).alias("City"),
        pl.when(is_own)
        .then(before.str.strip_chars_end(" ,"))
        .when(is_last)
        .then(last.field("1"))
        .otherwise("__rest")
        .alias("__rest"),
        (pl.col("__cut") | is_own | is_last).alias("__cut"),
    )
