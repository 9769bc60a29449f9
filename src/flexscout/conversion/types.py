"""One converter a type: a column of texts -> typed values, and a reason where a text would not do.

Each takes cleaned texts (null where missing) and the column's unit, and gives two columns of the same length:
the values, and the reasons (null where all is well).
"""

from collections.abc import Callable

import polars as pl

from flexscout.conversion.dates import to_dates
from flexscout.conversion.numbers import to_numbers
from flexscout.vocabulary import cell_values, state_codes

Conversion = tuple[pl.Series, pl.Series]

YEARS = (1800, 2100)
_NEARLY_ALL = 0.9
_NEVER_NEGATIVE = {"square feet", "acres", "feet", "units", "docks", "doors"}


def clean(texts: pl.Series) -> pl.Series:
    """Texts with single spaces; placeholders such as `--` and `N/A` are missing."""
    # Looking for what is rare is cheaper than replacing it everywhere.
    untidy = texts.str.contains_any(["  ", "\t", "\r", "\n", "\u00a0"]).any()
    tidy = texts.str.replace_all(r"[\s\u00a0]+", " ").str.strip_chars() if untidy else texts
    return tidy.set(tidy.str.to_lowercase().is_in(list(cell_values("missing"))).fill_null(value=False), None)


def as_text(texts: pl.Series, _unit: str) -> Conversion:
    """The text itself."""
    return texts, _no_reasons(texts)


def as_number(texts: pl.Series, unit: str) -> Conversion:
    """A number in the column's unit; an area, a height or a count is never negative."""
    numbers = to_numbers(texts, unit)
    reasons = _reasons(texts, numbers, "not_a_number")
    if unit not in _NEVER_NEGATIVE:
        return numbers, reasons
    return _within(numbers, reasons, 0, float("inf"))


def as_percent(texts: pl.Series, _unit: str) -> Conversion:
    """Percent, 0-100; a column in which next to nothing exceeds 1 holds fractions (0.95 is 95 %)."""
    numbers = to_numbers(texts.str.strip_chars_end("% "), "")
    plain = ~texts.str.ends_with("%")
    bare = numbers.filter(plain.fill_null(value=False) & (numbers != 0).fill_null(value=False))
    if bare.len() and (bare <= 1).sum() >= _NEARLY_ALL * bare.len():
        numbers = (numbers * 100).zip_with(plain.fill_null(value=False), numbers)
    return _within(numbers, _reasons(texts, numbers, "not_a_percentage"), 0, 100)


def as_year(texts: pl.Series, _unit: str) -> Conversion:
    """A year of four digits, alone or at the head of a date; 0 is missing."""
    given = texts.set((texts.str.strip_chars("0.") == "").fill_null(value=False), None)
    # 1995, 1995.0, 1995-06-30 00:00:00 or 6/30/1995
    years = given.str.extract(r"^(?:\d{1,2}/\d{1,2}/)?(\d{4})(?:\.0+|-\d{2}-\d{2}.*)?$").cast(pl.Int32)
    return _within(years, _reasons(given, years, "not_a_year"), *YEARS)


def as_date(texts: pl.Series, _unit: str) -> Conversion:
    """A date, in any of the forms that exports have; 0 and 0000-00-00 are how county rolls say that there is none."""
    given = texts.set((texts.str.strip_chars("0-/ :") == "").fill_null(value=False), None)
    dates = to_dates(given)
    return dates, _reasons(given, dates, "not_a_date")


def as_state(texts: pl.Series, _unit: str) -> Conversion:
    """A two-letter code; a text that is no state stays as it is, with a reason."""
    upper = texts.str.to_uppercase().str.replace_all(".", "", literal=True)
    codes = upper.replace_strict(state_codes(), default=None, return_dtype=pl.String)
    return codes.zip_with(codes.is_not_null(), texts), _reasons(texts, codes, "not_a_state")


def as_zip(texts: pl.Series, _unit: str) -> Conversion:
    """A ZIP code as text: zeros that a number lost are put back, nine digits get their hyphen."""
    digits = texts.str.replace(r"^(\d+)\.0+$", "$1")
    padded = digits.str.replace(r"^(\d{3,4})$", "00$1").str.replace(r"^0*(\d{5})$", "$1")
    nine = padded.str.replace(r"^(\d{5})[ -]?(\d{4})$", "$1-$2")
    return nine, _no_reasons(texts)


def as_flag(texts: pl.Series, _unit: str) -> Conversion:
    """Yes or no."""
    words = dict.fromkeys(cell_values("yes"), True) | dict.fromkeys(cell_values("no"), False)
    flags = texts.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
    return flags, _reasons(texts, flags, "not_yes_or_no")


def _as_degrees(limit: int) -> Callable[[pl.Series, str], Conversion]:
    """Degrees within +-limit; 0 is how exports say that they do not know."""

    def convert(texts: pl.Series, _unit: str) -> Conversion:
        numbers = to_numbers(texts, "")
        reasons = _reasons(texts, numbers, "not_a_number")
        known = numbers.set((numbers == 0).fill_null(value=False), None)
        return _within(known, reasons, -limit, limit)

    return convert


CONVERTERS: dict[str, Callable[[pl.Series, str], Conversion]] = {
    "text": as_text,
    "state": as_state,
    "zip": as_zip,
    "number": as_number,
    "year": as_year,
    "percent": as_percent,
    "date": as_date,
    "latitude": _as_degrees(90),
    "longitude": _as_degrees(180),
    "flag": as_flag,
}


def _no_reasons(texts: pl.Series) -> pl.Series:
    return pl.repeat(None, texts.len(), dtype=pl.String, eager=True)


def _reasons(texts: pl.Series, values: pl.Series, reason: str) -> pl.Series:
    """`reason` where there is a text and no value."""
    failed = texts.is_not_null() & values.is_null()
    return _no_reasons(texts).set(failed, reason) if failed.any() else _no_reasons(texts)


def _within(values: pl.Series, reasons: pl.Series, least: float, most: float) -> Conversion:
    """Values outside the bounds are missing, with that reason."""
    outside = ((values < least) | (values > most)).fill_null(value=False)
    if not outside.any():
        return values, reasons
    return values.set(outside, None), reasons.set(outside, "out_of_range")
