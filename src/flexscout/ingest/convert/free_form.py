"""Rewrite numbers as people type them into forms that can be parsed: `±61,913 SF`, `22'-24' clear`, `1995 / 2011`.

Only texts that no usual form fits come here. Nothing is guessed: ranges of sizes or prices, decades and rates stay as they are
and can't be parsed.
"""

from dataclasses import dataclass

import polars as pl

from flexscout.ingest.convert.door_counts import count_doors
from flexscout.ingest.convert.numbers import PER_PATTERN, SCALE_PATTERN, build_unit_pattern, parse_numbers

VACANCY = "percent vacant 0-100"
"""Unit of a column of vacancies. Its values are inverted later."""

# Lower-case characters that mean the same; the first is ± in a file that was read in the wrong encoding.
_SAME_CHARACTERS = {
    "\u00e2\u00b1": "±", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2018": "'",
    "\u2019": "'", "\u2032": "'", "\u201c": '"', "\u201d": '"', "\u2033": '"', "\u00d7": "x",
}  # fmt: skip
_MARKS = (
    r"±|\+ ?/ ?-|- ?/ ?\+|\+-|~|≈|\b(?:approximately|approximate|approx|appx|aprox|about|abt|around|roughly|circa|ca|estimated"
    r"|est|more or less|or so|m/l|mol)\b\.?"
)
_YEAR_MARKS = rf"{_MARKS}|\bc\b\.?"
_JOINED_MARK = r"(?i)\bc(\d{4})"  # c1995
_PLUS_AFTER_NUMBER = r"""([\d'")a-z.%]) ?\+( ?(?:[a-z(].*)?)$"""  # 58,000+ SF; not 4 + 2

# Unit of the column -> words around a number that don't change it. `Available` and `office` do: they are of a part.
_SOURCES = r"(?:as )?per (?:the )?(?:county|city|owner|seller|assessor|tax|public|survey|appraisal|costar|gis)(?:'?s)?"
_SIZE_WORDS = (
    rf"gla|rba|gba|nra|gfa|gross|rentable|total(?: of)?|divisible|{_SOURCES}(?: (?:assessor|tax|records?|rolls?|data|survey))*"
)
_PRICE_WORDS = (
    r"asking|ask|list(?:ed)?(?: at)?|price|offered at|reduced(?: to)?|obo|o\.b\.o|or best offer|firm|negotiable|cash|usd"
)
_OF_LAND = r"(\bac|acres?|acre\(s\)|ac\.)(?: of land| land| lot| site| parcel)$"  # lot 5 isn't five acres
_NEUTRAL_WORDS = {
    "acres": _SIZE_WORDS,
    "square feet": _SIZE_WORDS,
    "feet": r"min(?:imum)?|clear|clr|clearance|ceilings?|height|ht|hgt|high|h|eaves?",
    "units": r"units?|suites?",
    "USD": _PRICE_WORDS,
    "USD per square foot": _PRICE_WORDS,
}

_WORD_BEFORE_UNIT = r"(\d) (?:gross|rentable|total) ([a-z])"
_LOWEST_CEILING = 5.0  # feet; 1-2 is something else
_AREAS_AGREE = 0.1  # relative difference of two sizes that are one: acres are rounded
_MONEY = rf"\$? ?\d[\d,]*(?:\.\d+)? ?(?:{SCALE_PATTERN})?"
_BETWEEN_VALUES = r"(?:\(|[/|;=@-]|, |\bor\b|\bat\b)"  # 1,200,000/acre isn't 1,200 and 000/acre
_CAP_RATE = rf"^({_MONEY}) ?{_BETWEEN_VALUES} ?\d{{1,2}}(?:\.\d+)?% ?cap(?: rate)?\)?$"
_HEIGHT = r"\d{1,3}(?:\.\d+)?(?: ?(?:'|feet|foot|ft\.?))?(?:[ -]?\d{1,2} ?(?:\"|''|inches|in\.?))?"
_HEIGHTS = rf"^({_HEIGHT}) ?(?:-|to|/) ?({_HEIGHT})$"
_RENOVATED = (
    r"(?:renovat(?:ed|ion)|renov|reno'?d?|rehab(?:bed)?|remodell?(?:ed)?|remod|updated|expanded|expansion|addition|added|refurbished"
    r"|effective|eff|ren|r)\.?:?(?: in)?"
)
_OTHER_YEAR = rf"(?: ?(?:[/,;&(-]|and|to|w/|with) ?(?:{_RENOVATED} ?)?| {_RENOVATED} )\d{{4}}(?: ?\(?{_RENOVATED})?\)?"
_YEARS = rf"^\d{{4}}(?:{_OTHER_YEAR})*(?: ?\(?built\)?)?$"
_BUILT = r"^(?:(?:year|yr)\.? )?(?:built|blt)\.?(?: in)?:? ?"
_PERCENTAGE = (
    r"^(\d{1,3}(?:\.\d+)?|\.\d+) ?(%|percent|pct\.?)? ?(?:\(?(leased|occupied|occ\.?|occupancy|let|rented)\)?|(vacant|vacancy))$"
)
_FULL = r"^(?:fully |currently )?(?:leased|occupied|let|rented)$"
_VACANT = r"^(?:fully |currently )?(?:vacant|unoccupied|empty)$"
_PERCENT_DECIMALS = 9


@dataclass(frozen=True)
class RewrittenTexts:
    """Rewritten texts of one column.

    Attributes:
        texts: Texts that may be parsed now.
        is_approximate: Whether a mark such as `±` was removed.
        is_partial: Whether the text holds other values, which were dropped.

    """

    texts: pl.Series
    is_approximate: pl.Series
    is_partial: pl.Series


def rewrite_numbers(texts: pl.Series, unit: str) -> RewrittenTexts:
    """Rewrite numbers with marks, words or several values; `unit` is that of the column."""
    plain, is_approximate = _strip_marks(texts, _MARKS)
    if unit in ("acres", "square feet"):
        plain = plain.str.replace(_OF_LAND, "$1").str.replace(_WORD_BEFORE_UNIT, "$1 $2")
    if unit in _NEUTRAL_WORDS:
        words = rf"(?:{_NEUTRAL_WORDS[unit]})\b\.?\)?"
        plain = plain.str.replace(rf"(?:[ ,;/-]*\(?\b{words})+$", "").str.replace(rf"^(?:\(?\b{words}[ :,-]*)+", "")
    selected = _select_value(plain, unit)
    has_several = selected.is_not_null() & (plain.str.count_matches(r"\d[\d,.]*") > 1)
    return RewrittenTexts(selected.fill_null(plain), is_approximate, has_several)


def rewrite_years(texts: pl.Series, _unit: str) -> RewrittenTexts:
    """Rewrite years of construction; of several, such as built and renovated, the first is used if it is the earliest."""
    plain, is_approximate = _strip_marks(texts.str.replace(_JOINED_MARK, "c $1"), _YEAR_MARKS)
    plain = plain.str.replace(_BUILT, "")
    years = plain.str.extract_all(r"\d{4}")
    is_earliest = plain.str.contains(_YEARS) & (years.list.first() == years.list.min())
    return RewrittenTexts(years.list.first().zip_with(is_earliest, plain), is_approximate, is_earliest & (years.list.len() > 1))


def rewrite_percentages(texts: pl.Series, unit: str) -> RewrittenTexts:
    """Rewrite words about occupancy as percentages; in a column of vacancies, `95% leased` is 5%."""
    plain, is_approximate = _strip_marks(texts, _MARKS)
    parts = plain.to_frame("text").select(pl.col("text").str.extract_groups(_PERCENTAGE)).to_series().struct.unnest()
    number = parts["1"].cast(pl.Float64, strict=False)
    number = number.set(parts["2"].is_null() & (number <= 1), None)  # 0.95 leased
    is_full, is_vacant = plain.str.contains(_FULL), plain.str.contains(_VACANT)
    number = number.set(is_full | is_vacant, 100.0)
    speaks_of_vacancy = parts["4"].is_not_null() | is_vacant
    number = (100 - number).round(_PERCENT_DECIMALS).zip_with(speaks_of_vacancy != (unit == VACANCY), number)
    worded = number.cast(pl.String) + "%"
    has_several = pl.repeat(value=False, n=texts.len(), dtype=pl.Boolean, eager=True)
    return RewrittenTexts(worded.fill_null(plain), is_approximate, has_several)


def _strip_marks(texts: pl.Series, marks: str) -> tuple[pl.Series, pl.Series]:
    """Return the texts in lower case without marks of approximation, and whether they had any."""
    lower = texts.str.to_lowercase().str.replace_many(_SAME_CHARACTERS)
    stripped = lower.str.replace_all(marks, " ").str.replace(_PLUS_AFTER_NUMBER, "$1$2")
    tidy = stripped.str.replace_all(r"\(\s*\)", "").str.replace_all(r"\s+", " ").str.replace(r" \)$", ")")
    return tidy.str.strip_chars(" :;,="), stripped != lower


def _select_value(plain: pl.Series, unit: str) -> pl.Series:
    """Return the value that the column means, of texts with several; null elsewhere."""
    if unit in ("docks", "doors"):
        return count_doors(plain, unit)
    if unit in ("acres", "square feet"):
        return _select_area(plain, unit)
    if unit == "feet":
        return _select_lower_height(plain)
    if unit.startswith("USD"):
        return _select_price(plain, is_rate=unit != "USD")
    return pl.repeat(None, plain.len(), dtype=pl.String, eager=True)


def _select_area(plain: pl.Series, unit: str) -> pl.Series:
    """Return the area in the column's unit, if the text has one area in two units: `2.5 acres (108,900 SF)`."""
    area = rf"(?:\d[\d,]*(?:\.\d+)?|\.\d+) ?(?:{build_unit_pattern('acres', 'square_feet')})"
    first, second = _extract_pair(plain, rf"^({area}) ?{_BETWEEN_VALUES} ?({area})\)?$")
    sizes = parse_numbers(first, unit), parse_numbers(second, unit)
    larger = sizes[0].zip_with(sizes[0] > sizes[1], sizes[1])
    agree = ((sizes[0] - sizes[1]).abs() <= _AREAS_AGREE * larger).fill_null(value=False)
    is_own = first.str.contains(rf"(?:{build_unit_pattern(unit.replace(' ', '_'))})$").fill_null(value=False)
    return first.zip_with(is_own, second).set(~agree, None)


def _select_lower_height(plain: pl.Series) -> pl.Series:
    """Return the lower end of a range of heights."""
    first, second = _extract_pair(plain, _HEIGHTS)
    heights = parse_numbers(first, "feet"), parse_numbers(second, "feet")
    is_fraction = plain.str.contains("/", literal=True) & ~plain.str.contains("['f]")  # 1/2
    lower = first.zip_with((heights[0] <= heights[1]).fill_null(value=False), second)
    are_ceilings = (heights[0] >= _LOWEST_CEILING) & (heights[1] >= _LOWEST_CEILING)
    return lower.set(is_fraction | ~are_ceilings.fill_null(value=False), None)


def _select_price(plain: pl.Series, *, is_rate: bool) -> pl.Series:
    """Return the total or the rate of a text with both: `$1,200,000 ($85/SF)`. A total may have a cap rate instead."""
    rate = rf"{_MONEY} ?(?:{PER_PATTERN})"
    total_first = _extract_pair(plain, rf"^({_MONEY}) ?{_BETWEEN_VALUES} ?({rate})\)?$")
    rate_first = _extract_pair(plain, rf"^({rate}) ?{_BETWEEN_VALUES} ?({_MONEY})\)?$")
    price = total_first[int(is_rate)].fill_null(rate_first[int(not is_rate)])
    return price if is_rate else price.fill_null(plain.str.extract(_CAP_RATE))


def _extract_pair(texts: pl.Series, pattern: str) -> tuple[pl.Series, pl.Series]:
    groups = texts.to_frame("text").select(pl.col("text").str.extract_groups(pattern)).to_series().struct.unnest()
    return groups["1"], groups["2"]
