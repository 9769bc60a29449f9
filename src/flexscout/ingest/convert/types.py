"""How each type of canonical column is converted.

For each type: which texts mean "missing", how nearly all values are written, and how the rest may be written.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from flexscout.domain import CanonicalColumn, list_cell_values, map_state_abbreviations, map_state_codes
from flexscout.ingest.cell_queries import CellExpression
from flexscout.ingest.convert.dates import NO_DATE, describe_date_order, parse_dates, parse_iso_dates, parse_spelled_dates
from flexscout.ingest.convert.free_form import RewrittenTexts, rewrite_numbers, rewrite_percentages, rewrite_years
from flexscout.ingest.convert.numbers import parse_money, parse_numbers, parse_plain_number, parse_thousands
from flexscout.models import IssueNote, IssueReason

YEARS = (1800, 2100)
_NEARLY_ALL = 0.9
_NEVER_NEGATIVE = {"square feet", "acres", "feet", "units", "docks", "doors", "permits", "licenses"}
_NO_YEAR = r"^[0.]*$"
_NO_PRICE = r"(?i)^(?:usd|us\$|\$)?\s*0*\.?0*$"  # a sale without a price, as in deeds of gift
_NO_DEGREES = r"^[-+]?0*\.?0*$"  # 0 means "unknown" in exports
_PERCENT_SIGN = r"(?i)\s*(?:%|percent|pct\.?)$"
_PERCENT_DECIMALS = 9  # 0.57 * 100 is 56.99999999999999
_ZIP_CODE = r"^\d{5}(?:-(?:[1-9]\d{3}|0[1-9]\d{2}|00[1-9]\d|000[1-9]))?$"  # 0000 is no extension
_SPOILED_BY_EXCEL = r"^\d(?:\.\d+)?[eE]\+\d{2}$|^\d{4}-\d{2}-\d{2} 00:00:00$"  # 1.23E+12; 2003-01-02 for 1-2-3
_STORED_AS_NUMBER = r"^(\d{7,})\.(?:0|0{4,})$"  # 3007000001.00000; shorter ones, and two decimals, may be their own

Bounds = tuple[float, float]
"""Smallest and largest value, both allowed."""


def _no_bounds(_column: CanonicalColumn) -> Bounds | None:
    return None


@dataclass(frozen=True)
class Conversion:
    """How the texts of a column become typed values.

    Attributes:
        parse_common: Parses the usual form; null where a text is written otherwise. None if texts are kept.
        parse_second: Parses the second most usual form.
        parse_rest: Parses the texts that are left, given the unit of the column.
        rewrite: Rewrites what people type into texts that `parse_rest` may parse, given the unit of the column.
        reason: Reason of a text that none of these can parse, or None if there is no such text.
        missing_pattern: Pattern of texts that mean "missing", besides the placeholders of all columns.
        is_missing: Tells which of the texts that can't be parsed mean that there is no value, such as `Call for offers`.
        adjust: Last step over all texts and values, such as fractions to percent.
        bounds: Returns the smallest and largest value of the column; values outside are reported and left blank.
        keeps_text: Whether a text that can't be parsed is kept, with its issue.
        has_decimals: Whether texts may have decimal commas.
        describe: Returns a note about a column in which the usual forms leave texts, or None.

    """

    parse_common: CellExpression | None
    parse_second: CellExpression | None = None
    parse_rest: Callable[[pl.Series, str], pl.Series] | None = None
    rewrite: Callable[[pl.Series, str], RewrittenTexts] | None = None
    reason: IssueReason | None = None
    missing_pattern: str = ""
    is_missing: Callable[[pl.Series], pl.Series] | None = None
    adjust: Callable[[pl.Series, pl.Series], pl.Series] | None = None
    bounds: Callable[[CanonicalColumn], Bounds | None] = _no_bounds
    keeps_text: bool = False
    has_decimals: bool = False
    describe: Callable[[pl.Series], IssueNote | None] | None = None


def find_conversion(column: CanonicalColumn) -> Conversion:
    """Return how a canonical column is converted."""
    if column.name in _IDENTIFIERS:
        return _IDENTIFIER
    if column.type != "number":
        return CONVERSIONS[column.type]
    if column.unit.startswith("USD"):
        return _PRICE if column.zero_is_missing else _VALUE
    return _SIZE if column.unit else CONVERSIONS["number"]


def _parse_year(texts: pl.Expr) -> pl.Expr:
    number = texts.cast(pl.Int32, strict=False)
    return pl.when(number.is_between(1000, 9999)).then(number)


def _parse_other_years(texts: pl.Series, _unit: str) -> pl.Series:
    """Parse 1995.0, 1995-06-30 00:00:00, 6/30/1995, June 1995, and 1,995 with a thousands separator."""
    without_comma = texts.str.replace(r"^([12]),(\d{3})$", "$1$2")
    month = r"(?:\d{1,2}/(?:\d{1,2}/)?|(?i:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? (?:\d{1,2}, )?)"
    return without_comma.str.extract(rf"^{month}?([0-9]{{4}})(?:\.0+|-\d{{2}}-\d{{2}}.*)?$").cast(pl.Int32)


def _parse_percentages(texts: pl.Series, unit: str) -> pl.Series:
    return parse_numbers(texts.str.replace(_PERCENT_SIGN, ""), unit)


def _fractions_to_percent(texts: pl.Series, values: pl.Series) -> pl.Series:
    """Multiply by 100 if nearly all values without a percent sign are at most 1: 0.95 means 95%."""
    if not ((values <= 1) & (values != 0)).any():
        return values
    has_no_sign = (~texts.str.contains(_PERCENT_SIGN)).fill_null(value=False)
    numbers = values.filter(has_no_sign & (values != 0).fill_null(value=False))
    if numbers.len() and (numbers <= 1).sum() >= _NEARLY_ALL * numbers.len():
        return (values * 100).round(_PERCENT_DECIMALS).zip_with(has_no_sign, values)
    return values


def _parse_state(texts: pl.Expr) -> pl.Expr:
    names = map_state_codes() | map_state_abbreviations()
    return texts.str.to_uppercase().str.replace_all(".", "", literal=True).replace_strict(names, default=None)


def _parse_zip_code(texts: pl.Expr) -> pl.Expr:
    return pl.when(texts.str.contains(_ZIP_CODE)).then(texts)


def _parse_other_zip_codes(texts: pl.Series, _unit: str) -> pl.Series:
    """Restore the leading zeros that a number has lost and the hyphen of nine digits; drop an extension of zeros."""
    digits = texts.str.replace(r"^(\d+)\.0+$", "$1").str.replace(r"^(\d{3,5}|\d{7,9})-0*$", "$1")
    digits = digits.str.replace(r"^(\d{3,4}|\d{7,8})(-\d{4})?$", "00$1$2")
    padded = digits.str.replace(r"^0*(\d{5}|\d{9}|\d{5}-\d{4})$", "$1")
    hyphenated = padded.str.replace(r"^(\d{5})[ -]?(\d{4})$", "$1-$2").str.replace(r"^(\d{5})-0000$", "$1")
    return hyphenated.to_frame("zip").select(_parse_identifier(pl.col("zip"))).to_series()


def _parse_identifier(texts: pl.Expr) -> pl.Expr:
    """Null where Excel has turned an identifier into a number or a date. Decimals that a program added are dropped."""
    return pl.when(~texts.str.contains(_SPOILED_BY_EXCEL)).then(texts.str.replace(_STORED_AS_NUMBER, "$1"))


def _parse_flag(texts: pl.Expr) -> pl.Expr:
    words = dict.fromkeys(list_cell_values("yes"), True) | dict.fromkeys(list_cell_values("no"), False)
    return texts.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)


def _is_missing_number(texts: pl.Series) -> pl.Series:
    return texts.str.to_lowercase().is_in(list(list_cell_values("missing_numbers")))


def _is_missing_price(texts: pl.Series) -> pl.Series:
    words = "|".join(pl.Series(list_cell_values("missing_prices")).str.escape_regex())
    has_no_digit = ~texts.str.contains(r"\d")
    return _is_missing_number(texts) | (has_no_digit & texts.str.contains(rf"(?i)(?:^|\W)(?:{words})(?:\W|$)"))


def _number_bounds(column: CanonicalColumn) -> Bounds | None:
    """Return the bounds of a number, from the vocabulary; areas, heights and counts are never negative."""
    most = float("inf") if column.max_magnitude is None else column.max_magnitude
    least = 0 if column.unit in _NEVER_NEGATIVE else -most
    return (least if column.min_value is None else column.min_value), most


def _build_degrees(limit: int) -> Conversion:
    return Conversion(
        parse_plain_number,
        parse_rest=parse_numbers,
        reason=IssueReason.NOT_A_NUMBER,
        missing_pattern=_NO_DEGREES,
        bounds=lambda _column: (-limit, limit),
        has_decimals=True,
    )


CONVERSIONS = {
    "text": Conversion(None),
    "state": Conversion(_parse_state, reason=IssueReason.NOT_A_STATE, keeps_text=True),
    "zip": Conversion(_parse_zip_code, parse_rest=_parse_other_zip_codes, reason=IssueReason.DIGITS_LOST, keeps_text=True),
    "number": Conversion(
        parse_plain_number,
        parse_money,
        parse_numbers,
        rewrite_numbers,
        reason=IssueReason.NOT_A_NUMBER,
        is_missing=_is_missing_number,
        bounds=_number_bounds,
        has_decimals=True,
    ),
    "year": Conversion(
        _parse_year,
        parse_rest=_parse_other_years,
        rewrite=rewrite_years,
        reason=IssueReason.NOT_A_YEAR,
        is_missing=_is_missing_number,
        missing_pattern=_NO_YEAR,
        bounds=lambda _column: YEARS,
    ),
    "percent": Conversion(
        parse_plain_number,
        parse_rest=_parse_percentages,
        rewrite=rewrite_percentages,
        reason=IssueReason.NOT_A_PERCENTAGE,
        is_missing=_is_missing_number,
        adjust=_fractions_to_percent,
        bounds=lambda _column: (0, 100),
        has_decimals=True,
    ),
    "date": Conversion(
        parse_iso_dates,
        parse_spelled_dates,
        parse_rest=parse_dates,
        reason=IssueReason.NOT_A_DATE,
        is_missing=_is_missing_number,
        missing_pattern=NO_DATE,
        describe=describe_date_order,
    ),
    "latitude": _build_degrees(90),
    "longitude": _build_degrees(180),
    "flag": Conversion(_parse_flag, reason=IssueReason.NOT_YES_OR_NO),
}
"""Type of a canonical column -> how it is converted."""

_SIZE = replace(CONVERSIONS["number"], parse_second=parse_thousands)
_VALUE = replace(CONVERSIONS["number"], is_missing=_is_missing_price)
_PRICE = replace(_VALUE, missing_pattern=_NO_PRICE)
_IDENTIFIERS = frozenset({"APN", "Unit"})  # digits and hyphens, but never numbers
_IDENTIFIER = Conversion(_parse_identifier, reason=IssueReason.DIGITS_LOST, keeps_text=True)
