"""Counts, times and properties in words, for a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def format_time(text: str) -> str:
    """`2026-11-25 02:10`, where the user is, of a time in ISO 8601."""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")


def format_count(number: int, noun: str) -> str:
    """`1 property`, `1,200 properties`."""
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else many}"


def describe_property(row: Mapping[str, Any]) -> str:
    """`12 MAIN ST, Norcross, GA | 20,622 sq ft | 1.59 acres | built 1999`, as far as known; a missing value is None."""
    place = ", ".join(str(row[name]) for name in ("Address", "City", "State") if row.get(name))
    size, acres, year = row.get("Building SqFt"), row.get("Lot Size Acres"), row.get("Year Built")
    facts = [f"{size:,.0f} sq ft" if size else "", f"{acres:.2f} acres" if acres else "", f"built {year:.0f}" if year else ""]
    return " | ".join(part for part in (place, *facts) if part)
