"""What each type of column makes of its texts.

A type says when a text means that there is no value, how nearly every value is written, and how the few others are.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from flexscout.domain import CanonicalColumn, cell_values, state_codes
from flexscout.ingest.convert.dates import NO_DATE, describe_date_order, to_dates
from flexscout.ingest.convert.numbers import money, plain_number, thousands, to_numbers

YEARS = (1800, 2100)
_NEARLY_ALL = 0.9
_NEVER_NEGATIVE = {"square feet", "acres", "feet", "units", "docks", "doors", "permits", "licenses"}
_NO_YEAR = r"^[0.]*$"
_PERCENT_DECIMALS = 9  # 0.57 * 100 is 56.99999999999999
_PERCENT = r"(?i)\s*(?:%|percent|pct\.?)(?:\s*(?:leased|occupied))?$"
_SPOILED = r"^\d(?:\.\d+)?[eE]\+\d{2}$|^\d{4}-\d{2}-\d{2} 00:00:00$"  # 1.23E+12; 2003-01-02 for 1-2-3
_NO_DEGREES = r"^[-+]?0*\.?0*$"  # how exports say that they do not know

Bounds = tuple[float, float]
"""Least and most."""


@dataclass(frozen=True)
class Conversion:
    """How a type of column is converted.

    `common`, then `second`: a column of texts -> its values, null where a text is written otherwise; `rest`: those texts
    and the column's unit -> their values; `reason`: why a text would not do; `nothing`: a text of this pattern is a missing
    value; `settle`: a last look at all texts and values; `bounds`: of the column, beyond which no value lies; `keeps_text`: a
    text that would not do stays, with its reason; `in_decimals`: its texts may have decimal commas; `note`: what is to say of the
    column as a whole, by its texts, or nothing.
    """

    common: Callable[[pl.Expr], pl.Expr]
    second: Callable[[pl.Expr], pl.Expr] | None = None
    rest: Callable[[pl.Series, str], pl.Series] | None = None
    reason: str = ""
    nothing: str = ""
    settle: Callable[[pl.Series, pl.Series], pl.Series] | None = None
    bounds: Callable[[CanonicalColumn], Bounds | None] = lambda _column: None
    keeps_text: bool = False
    in_decimals: bool = False
    note: Callable[[pl.Series], str] | None = None


def _year(texts: pl.Expr) -> pl.Expr:
    number = texts.cast(pl.Int32, strict=False)
    return pl.when(number.is_between(1000, 9999)).then(number)


def _other_years(texts: pl.Series, _unit: str) -> pl.Series:
    """1995.0, 1995-06-30 00:00:00, 6/30/1995, June 1995, or 1,995 of a program that takes it for a count."""
    bare = texts.str.replace(r"^([12]),(\d{3})$", "$1$2")
    month = r"(?:\d{1,2}/(?:\d{1,2}/)?|(?i:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? (?:\d{1,2}, )?)"
    return bare.str.extract(rf"^{month}?(\d{{4}})(?:\.0+|-\d{{2}}-\d{{2}}.*)?$").cast(pl.Int32)


def _other_percentages(texts: pl.Series, unit: str) -> pl.Series:
    return to_numbers(texts.str.replace(_PERCENT, ""), unit)


def _percent_of_fractions(texts: pl.Series, values: pl.Series) -> pl.Series:
    """A column in which next to nothing exceeds 1 holds fractions: 0.95 is 95 %."""
    plain = (~texts.str.contains(_PERCENT)).fill_null(value=False)
    bare = values.filter(plain & (values != 0).fill_null(value=False))
    if bare.len() and (bare <= 1).sum() >= _NEARLY_ALL * bare.len():
        return (values * 100).round(_PERCENT_DECIMALS).zip_with(plain, values)
    return values


def _state(texts: pl.Expr) -> pl.Expr:
    return texts.str.to_uppercase().str.replace_all(".", "", literal=True).replace_strict(state_codes(), default=None)


def _zip_code(texts: pl.Expr) -> pl.Expr:
    return pl.when(texts.str.contains(r"^\d{5}(?:-\d{4})?$")).then(texts)


def _other_zip_codes(texts: pl.Series, _unit: str) -> pl.Series:
    """Zeros that a number lost are put back, nine digits get their hyphen."""
    digits = texts.str.replace(r"^(\d+)\.0+$", "$1").str.replace(r"^(\d{3,4}|\d{7,8})(-\d{4})?$", "00$1$2")
    padded = digits.str.replace(r"^0*(\d{5}|\d{9}|\d{5}-\d{4})$", "$1")
    whole = padded.str.replace(r"^(\d{5})[ -]?(\d{4})$", "$1-$2")
    return whole.to_frame("zip").select(_unspoiled(pl.col("zip"))).to_series()


def _unspoiled(texts: pl.Expr) -> pl.Expr:
    """Null where Excel made a number or a date of what was neither."""
    return pl.when(~texts.str.contains(_SPOILED)).then(texts)


def _flag(texts: pl.Expr) -> pl.Expr:
    words = dict.fromkeys(cell_values("yes"), True) | dict.fromkeys(cell_values("no"), False)
    return texts.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)


def _degrees(limit: int) -> Conversion:
    return Conversion(
        plain_number,
        None,
        to_numbers,
        "not_a_number",
        nothing=_NO_DEGREES,
        bounds=lambda _column: (-limit, limit),
        in_decimals=True,
    )


def _number_bounds(column: CanonicalColumn) -> Bounds | None:
    """Return the range of a number, from the vocabulary; an area, a height or a count is never negative."""
    most = float("inf") if column.max_magnitude is None else column.max_magnitude
    return (0 if column.unit in _NEVER_NEGATIVE else -most), most


CONVERSIONS = {
    "text": Conversion(lambda texts: texts),
    "state": Conversion(_state, reason="not_a_state", keeps_text=True),
    "zip": Conversion(_zip_code, None, _other_zip_codes, reason="digits_lost", keeps_text=True),
    "number": Conversion(
        plain_number,
        money,
        to_numbers,
        "not_a_number",
        bounds=_number_bounds,
        in_decimals=True,
    ),
    "year": Conversion(_year, None, _other_years, "not_a_year", nothing=_NO_YEAR, bounds=lambda _column: YEARS),
    "percent": Conversion(
        plain_number,
        None,
        _other_percentages,
        "not_a_percentage",
        settle=_percent_of_fractions,
        bounds=lambda _column: (0, 100),
        in_decimals=True,
    ),
    # Month and day are words in some exports, digits in others: no form is the common one.
    "date": Conversion(
        lambda texts: pl.when(texts.is_null()).then(pl.lit(None, pl.Date)),
        None,
        to_dates,
        "not_a_date",
        nothing=NO_DATE,
        note=describe_date_order,
    ),
    "latitude": _degrees(90),
    "longitude": _degrees(180),
    "flag": Conversion(_flag, reason="not_yes_or_no"),
}
"""Type of a canonical column -> how it is converted."""

_IDENTIFIER = Conversion(_unspoiled, reason="digits_lost", keeps_text=True)
_IDENTIFIERS = frozenset({"APN", "Unit"})  # of digits and hyphens, and never a number


_NO_MONEY = replace(CONVERSIONS["number"], second=thousands)


def find_conversion(column: CanonicalColumn) -> Conversion:
    """How a canonical column is converted."""
    if column.name in _IDENTIFIERS:
        return _IDENTIFIER
    is_money = not column.unit or column.unit.startswith("USD")
    return CONVERSIONS[column.type] if column.type != "number" or is_money else _NO_MONEY
