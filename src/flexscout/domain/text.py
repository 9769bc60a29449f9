"""Numbers, dates, lists and addresses as text for people. One copy, so that every output formats them alike."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flexscout.domain.column_names import ADDRESS_COLUMNS

_GIGABYTE, _MEGABYTE = 2**30, 2**20
_MILLION, _THOUSAND = 1_000_000, 1_000
_LARGEST_ROUNDED = 1e15
_SHOWN_AS_MILLIONS = 999_500  # $1M instead of $1,000K
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
REASON_SEPARATOR = "; "
"""Between the rejection reasons of a row, see REASONS."""


def split_reasons(reasons: str) -> tuple[str, ...]:
    """Split the REASONS of a row into its rejection reasons."""
    return tuple(filter(None, reasons.split(REASON_SEPARATOR)))


def clean_reason(reason: str) -> str:
    """Replace the separator in a reason that quotes a user's own text, so that the reasons of a row can be split."""
    return reason.replace(REASON_SEPARATOR, ", ")


def format_count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 property`, `1,200 properties`."""
    return f"{number:,} {noun if number == 1 else pluralize(noun)}"


def pluralize(noun: str) -> str:
    """Return the plural of a regular English noun."""
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def format_date(day: date) -> str:
    """Return a date as `Jan 19, 2026`, in English whatever the locale."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def format_day(day: date, *, with_year: bool = False) -> str:
    """Return a date as `Jan 19`, or `Jan 19 2026` without a comma for use in lists."""
    return f"{MONTHS[day.month - 1]} {day.day}{f' {day.year}' if with_year else ''}"


def format_month(day: date) -> str:
    """Return the month of a date as `Jan 2026`."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def format_time(text: str) -> str:
    """Return an ISO 8601 time as `Jan 19, 2026, 02:10` in the user's time zone."""
    local = datetime.fromisoformat(text).astimezone()
    return f"{format_date(local)}, {local:%H:%M}"


def format_bytes(size: float) -> str:
    """Return a size in bytes as `1.5 GB` or `12 MB`."""
    return f"{size / _GIGABYTE:,.1f} GB" if size >= _GIGABYTE else f"{size / _MEGABYTE:,.0f} MB"


def format_number(number: float, *, is_year: bool = False) -> str:
    """Return a number with grouped thousands and no needless decimals: `20,000`, `0.5`. Years have no separators."""
    return f"{number:g}" if is_year else f"{number:,.12g}"


def format_with_unit(text: str | None, unit: str) -> str:
    """Return a value with its unit, as changes show it: `$3,500,000`, `60%`; `none` if it is missing.

    Args:
        text: The value as text.
        unit: The unit of its canonical column.

    """
    if text is None:
        return "none"
    return format_money(float(text)) if unit == "USD" else f"{text}%" if unit == "percent 0-100" else text


def format_money(amount: float) -> str:
    """Return an amount as `$4,600,000`, rounded half up."""
    return f"${_format_rounded(amount, 0)}"


def format_short_money(amount: float) -> str:
    """Return an amount as `$4.13M`, `$850K` or `$950`, rounded half up."""
    if amount >= _SHOWN_AS_MILLIONS:
        return f"${_format_rounded(amount / _MILLION, 2)}".rstrip("0").rstrip(".") + "M"
    return f"{format_money(amount / _THOUSAND)}K" if amount >= _THOUSAND else format_money(amount)


def _format_rounded(number: float, decimals: int) -> str:
    """Return a number rounded half up, as people do; formats alone round 4.125 to 4.12."""
    if not abs(number) < _LARGEST_ROUNDED:  # infinite, or so large that it has no decimals
        return f"{number:,.0f}"
    return f"{Decimal(str(number)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"


def join_some(names: Sequence[str], limit: int, *, last: str = ", ") -> str:
    """Return `a, b and 3 more`.

    Args:
        names: The names, most important first.
        limit: The number of names shown if there are more.
        last: The separator before the last name of a list that is shown whole, such as ` and `.

    """
    if len(names) <= limit:
        return last.join(filter(None, (", ".join(names[:-1]), *names[-1:])))
    return f"{', '.join(names[:limit])} and {len(names) - limit:,} more"


def shorten(text: str, limit: int, ellipsis: str = "...") -> str:
    """Return the text cut to `limit` characters, the ellipsis included."""
    return text if len(text) <= limit else f"{text[: limit - len(ellipsis)]}{ellipsis}"


def join_address(row: Mapping[str, Any], columns: Sequence[str] = ADDRESS_COLUMNS) -> str:
    """Return `12 MAIN ST, Norcross, GA` from a row's columns, without the missing ones."""
    return ", ".join(str(row[name]) for name in columns if row.get(name))


def describe_property(row: Mapping[str, Any]) -> str:
    """Return `12 MAIN ST, Norcross, GA | 20,622 sq ft | 1.59 acres | built 1999`, without what is missing."""
    size, acres, year = row.get("Building SqFt"), row.get("Lot Size Acres"), row.get("Year Built")
    facts = [f"{size:,.0f} sq ft" if size else "", f"{acres:.2f} acres" if acres else "", f"built {year:.0f}" if year else ""]
    return " | ".join(filter(None, (join_address(row), *facts)))


def format_column_letters(position: int) -> str:
    """Return Excel's letters of a column; position 0 is `A`."""
    letters, rest = "", position + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
