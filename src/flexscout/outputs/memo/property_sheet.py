"""The sheet of one property: its facts and points, every source's values, merges, the owner's other properties, and history."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flexscout.domain import format_count, format_number
from flexscout.outputs.branding import Branding
from flexscout.outputs.memo.facts import (
    Row,
    cut,
    describe_location,
    format_address,
    format_class,
    format_score,
    list_doubts,
    list_facts,
    rate_score,
)
from flexscout.outputs.memo.typesetting import count_pages, typeset

_TEMPLATE = "property_sheet.typ"
_MAX_SOURCES, _MAX_COLUMNS = 4, 20
_LIST_LENGTHS = (6, 4, 2)  # of a section; the first with which the sheet fits on a page
_CELL_LENGTH, _ORIGIN_LENGTH, _TEXT_LENGTH = 48, 40, 220
_LEFT_OUT = {"Latitude", "Longitude", "Property Link", "Lot Size SqFt"}
_FIRST_COLUMNS = ("Asking Price", "Owner Name", "APN", "Sale Date", "Sold Price", "Address")


@dataclass(frozen=True)
class FactorBar:
    """The points of a factor.

    Attributes:
        name: Name of the factor.
        points: Points of the property.
        best: Highest possible points.
        text: What the points stand for, or what is missing.

    """

    name: str
    points: float
    best: float
    text: str


@dataclass(frozen=True)
class SourceValues:
    """The values of one source row.

    Attributes:
        title: Name of the source or its file.
        place: File, sheet and row.
        cells: Column -> its value as text, and where it comes from.

    """

    title: str
    place: str
    cells: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class PropertySheet:
    """What the sheet of a property shows.

    Attributes:
        row: The property as the list has it, with the comparison columns if they are known.
        verdict: Its rank, or why it isn't on the list.
        cap: Highest score of the profile.
        factors: The points of each factor, in the order of the profile.
        bonus: The bonuses with their points, empty if there are none.
        improvements: The points that each change would add, as text, and the change.
        used: Column -> the value that counts, as text.
        sources: The values of each source row: the surviving row first, those that a newer export replaced last.
        superseded: How many of them a newer export replaced; they are left out if others remain.
        merges: Why each other row belongs to the property, or doesn't.
        duplicates: Addresses of properties that may be the same.
        owned: The owner's other properties on the list.
        history: When it was seen, and what changed, latest first.
        footer: The run and the date of the data.

    """

    row: Row
    verdict: str
    cap: float
    factors: Sequence[FactorBar]
    bonus: str
    improvements: Sequence[tuple[str, str]]
    used: Mapping[str, str]
    sources: Sequence[SourceValues]
    superseded: int
    merges: Sequence[str]
    duplicates: Sequence[str]
    owned: Sequence[str]
    history: Sequence[str]
    footer: str


def render_property_sheet(sheet: PropertySheet, branding: Branding) -> bytes:
    """Return the sheet of a property as PDF.

    Raises:
        ConfigurationError: The library isn't installed.
        OutputError: The logo is damaged.

    """
    for limit in _LIST_LENGTHS:
        pdf = typeset(_TEMPLATE, build_sheet_content(sheet, limit), branding)
        if count_pages(pdf) == 1:
            break
    return pdf


def build_sheet_content(sheet: PropertySheet, limit: int) -> dict[str, Any]:
    """Return what the sheet shows, as its template takes it; `limit` is the highest number of texts of a section."""
    row, score = sheet.row, sheet.row["Flex Score"]
    return {
        "title": format_address(row),
        "subtitle": describe_location(row),
        "footer": sheet.footer,
        "verdict": sheet.verdict,
        "score": format_score(score),
        "out_of": f"of {sheet.cap:g}",
        "class": format_class(row.get("Flex Classification")),
        "level": rate_score(score),
        "facts": list_facts(row),
        "price": [row["Price Position"]] if row.get("Price Position") else [],
        "verify": list_doubts(row, sheet.duplicates),
        "factors": [
            asdict(factor)
            | {"share": min(max(factor.points / factor.best, 0), 1) if factor.best else 0, "points": _describe_points(factor)}
            for factor in sheet.factors
        ],
        "bonus": sheet.bonus,
        "improvements": [{"gain": gain, "text": text} for gain, text in sheet.improvements[:limit]],
        "values": _tabulate_values(sheet),
        "merges": _list_first(sheet.merges, limit, "row"),
        "owned": _list_first(sheet.owned, limit, "property"),
        "history": _list_first(sheet.history, limit, "entry"),
    }


def _describe_points(factor: FactorBar) -> str:
    return f"{format_number(factor.points)} of {format_number(factor.best)}"


def _tabulate_values(sheet: PropertySheet) -> dict[str, Any]:
    """Return the values of the sources side by side: columns of the score, price and owner first, then those that differ."""
    current = sheet.sources[: len(sheet.sources) - sheet.superseded] or sheet.sources
    shown = current[:_MAX_SOURCES]
    names = list(
        dict.fromkeys(name for source in shown for name, (value, _) in source.cells.items() if value and name not in _LEFT_OUT)
    )
    rows = [_build_value_row(name, shown, sheet.used.get(name, "")) for name in names]
    first = {name: at for at, name in enumerate(_FIRST_COLUMNS)}
    ordered = sorted(rows, key=lambda row: (first.get(row["name"], len(first)), not row["differs"]))[:_MAX_COLUMNS]
    hidden, rest = len(sheet.sources) - len(shown), len(rows) - len(ordered)
    notes = [
        f"{format_count(hidden, 'more row')} of this property: see flexscout explain." if hidden else "",
        f"{format_count(rest, 'more column')}: see the workbook." if rest else "",
    ]
    return {
        "sources": [
            {"title": cut(source.title, _ORIGIN_LENGTH), "place": cut(source.place, 2 * _ORIGIN_LENGTH)} for source in shown
        ],
        "rows": ordered,
        "notes": " ".join(filter(None, notes)),
    }


def _build_value_row(name: str, sources: Sequence[SourceValues], used: str) -> dict[str, Any]:
    """Return a row of the table; where the sources differ, the values that count are marked as `used`."""
    cells = [source.cells.get(name, ("", "")) for source in sources]
    differs = len({value.casefold() for value, _ in cells if value}) > 1
    return {
        "name": name,
        "differs": differs,
        "cells": [
            {
                "value": cut(value, _CELL_LENGTH),
                "origin": cut(origin, _ORIGIN_LENGTH),
                "used": differs and value.casefold() == used.casefold(),
            }
            for value, origin in cells
        ],
    }


def _list_first(texts: Sequence[str], limit: int, noun: str) -> list[str]:
    more = len(texts) - limit
    shown = [cut(text, _TEXT_LENGTH) for text in texts[:limit]]
    return [*shown, f"and {format_count(more, f'more {noun}')}"] if more > 0 else shown
