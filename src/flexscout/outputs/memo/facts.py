"""The facts of a property as labeled texts, for people."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

from flexscout.domain import (
    CORRECTED_CELLS,
    MISSING_FACTORS,
    SEEN_COLUMNS,
    UNVERIFIED,
    format_money,
    format_month,
    format_short_money,
    join_address,
    join_some,
    shorten,
)

Row = Mapping[str, Any]
Entry = dict[str, Any]

UNKNOWN = "\N{EN DASH}"
HIGH_SCORE, _GOOD_SCORE = 8, 6
_CITY_COLUMNS = ("City", "State", "Zip Code")
_MAX_DOUBTS = 4
_SHORT, _LONG = 40, 120  # characters


def format_address(row: Row) -> str:
    """Return the street address, else the name, the APN or the Property ID."""
    names = ("Address", "Property Name", "APN", "Property ID")
    return cut(next((str(row[name]) for name in names if row.get(name)), "No address"))


def format_place(row: Row) -> str:
    """Return `Greenville, SC 29607`."""
    city, zip_code = join_address(row, _CITY_COLUMNS[:2]), row.get("Zip Code")
    return " ".join(filter(None, (city, str(zip_code) if zip_code else "")))


def describe_location(row: Row) -> str:
    """Return `Greenville, SC 29607 | Greenville County | Piedmont Park`; a name that repeats the address is left out."""
    county, name = row.get("County"), str(row.get("Property Name") or "")
    repeats_address = name.casefold().startswith(format_address(row).casefold())
    parts = (format_place(row), f"{county} County" if county else "", "" if repeats_address else name)
    return " | ".join(cut(part, _SHORT) for part in parts if part)


def format_size(row: Row) -> str:
    """Return `26,500 sq ft`."""
    return _format(row, "Building SqFt", "{:,.0f} sq ft")


def format_price(row: Row, name: str = "Asking Price") -> str:
    """Return `$4,600,000`."""
    price = get_number(row, name)
    return UNKNOWN if price is None else format_money(price)


def format_short_price(row: Row, name: str = "Asking Price") -> str:
    """Return `$4.6M` or `$850K`."""
    price = get_number(row, name)
    return UNKNOWN if price is None else format_short_money(price)


def format_unit_price(row: Row) -> str:
    """Return the asking price per square foot, `$135`."""
    return format_price(row, "Asking Price/SqFt")


def compare_price(row: Row) -> str:
    """Return `22% below` for an asking price per square foot that is lower than the median of comparable properties."""
    price, median = (get_number(row, name) for name in ("Asking Price/SqFt", "Median Asking/SqFt"))
    if price is None or not median:
        return UNKNOWN
    percent = round((price / median - 1) * 100)
    return f"{abs(percent):,}% {'above' if percent > 0 else 'below'}" if percent else "at the median"


def format_score(score: float | None) -> str:
    """Return `9.0`."""
    return UNKNOWN if score is None else f"{score:.2f}".removesuffix("0")


def format_class(name: str | None) -> str:
    """Return `Prime flex` for PRIME_FLEX."""
    return (name or "").replace("_", " ").capitalize()


def rate_score(score: float) -> int:
    """Return 0 for the best scores, 1 for good ones and 2 for the others."""
    return 0 if score >= HIGH_SCORE else 1 if score >= _GOOD_SCORE else 2


def list_facts(row: Row) -> list[Entry]:
    """Return the facts of a property for a card of six columns: each with its `label`, `value` and `span` of columns."""
    others = int(get_number(row, "Owner Properties") or 1) - 1
    owner = cut(str(row.get("Owner Group") or row.get("Owner Name") or UNKNOWN))
    return [
        _build_fact("Type", cut(str(row.get("Property Type") or UNKNOWN), _SHORT)),
        _build_fact("Building", format_size(row)),
        _build_fact("Lot", _format(row, "Lot Size Acres", "{:,.2f} acres")),
        _build_fact("Year built", _format(row, "Year Built", "{:.0f}")),
        _build_fact("Occupancy", _format(row, "Occupancy", "{:.0f}%")),
        _build_fact("APN", cut(str(row.get("APN") or UNKNOWN), _SHORT)),
        _build_fact("Asking price", format_price(row)),
        _build_fact("Per sq ft", format_unit_price(row)),
        _build_fact("Last sale", _describe_sale(row), span=2),
        _build_fact(f"Owner ({others:,} more on the list)" if others > 0 else "Owner", owner, span=2),
    ]


def list_doubts(row: Row, duplicates: Sequence[str] = ()) -> list[str]:
    """Return what to verify about a property, in sentences.

    Args:
        row: The property, as the list has it.
        duplicates: Addresses of properties that may be the same.

    """
    price = "no asking price" if get_number(row, "Asking Price") is None else ""
    missing = [name.lower() for name in filter(None, (row.get(MISSING_FACTORS) or "").split(", "))]
    nothing_on = f"no data on {join_some(missing, len(missing), last=' and ')}" if missing else ""
    gap = " and ".join(filter(None, (nothing_on, price)))
    doubts = [
        f"{gap[0].upper()}{gap[1:]}" if gap else "",
        f"Not checked, for want of a column: {row[UNVERIFIED]}" if row.get(UNVERIFIED) else "",
        f"No longer in {row[SEEN_COLUMNS[3]]}" if row.get(SEEN_COLUMNS[3]) else "",
        f"May be the same property as {join_some(duplicates, 2)}" if duplicates else "",
        f"Corrected by hand: {row[CORRECTED_CELLS]}" if row.get(CORRECTED_CELLS) else "",
    ]
    return [cut(doubt, _LONG) for doubt in doubts if doubt][:_MAX_DOUBTS]


def cut(text: str, limit: int = 60) -> str:
    """Return the text cut to `limit` characters."""
    return shorten(text, limit, "\N{HORIZONTAL ELLIPSIS}")


def get_number(row: Row, name: str) -> float | None:
    """Return a value as a finite number, or None if it is missing or no number."""
    value = row.get(name)
    return float(value) if isinstance(value, int | float) and isfinite(value) else None


def _build_fact(label: str, value: str, span: int = 1) -> Entry:
    return {"label": label, "value": value, "span": span}


def _format(row: Row, name: str, pattern: str) -> str:
    number = get_number(row, name)
    return UNKNOWN if number is None else pattern.format(number)


def _describe_sale(row: Row) -> str:
    """Return `$3.45M in Jan 2017`, without what is missing."""
    price, day = get_number(row, "Sold Price"), row.get("Sale Date")
    when = format_month(day) if isinstance(day, date) else ""
    return " in ".join(filter(None, (format_short_price(row, "Sold Price") if price else "", when))) or UNKNOWN
