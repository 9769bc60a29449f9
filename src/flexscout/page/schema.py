"""Which column is called what in which file."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from flexscout.page.elements import brief, card, details, table

_SHEETS, _COLUMNS, _STRANGERS, _LETTERS = 16, 80, 60, 28


def schema(report: Mapping[str, Any]) -> Markup:
    """The columns that are understood, then those that pass through, by sheet."""
    drift = report["columns"]
    sheets = drift["sheets"][:_SHEETS]
    known = [entry for entry in drift["columns"] if entry["canonical"]]
    others = [entry for entry in drift["columns"] if not entry["canonical"]]
    parts = [_matrix("Columns that are understood, and their header in each file", known[:_COLUMNS], sheets)]
    if others:
        matrix = _matrix("Columns that pass through", others[:_STRANGERS], sheets)
        parts.append(details(f"{len(others):,} columns pass through under their own header", matrix))
    return (
        card(_title(drift["sheets"]), Markup("").join(parts))
        if known or others
        else Markup('<p class="none">No sheet was read.</p>')
    )


def _title(sheets: Sequence[str]) -> str:
    return f"The first {_SHEETS} of {len(sheets):,} sheets" if len(sheets) > _SHEETS else f"All {len(sheets):,} sheets"


def _matrix(title: str, entries: Sequence[Mapping[str, Any]], sheets: Sequence[str]) -> Markup:
    return table(title, [_entry(entry, sheets) for entry in entries])


def _entry(entry: Mapping[str, Any], sheets: Sequence[str]) -> dict[str, Any]:
    """A row; the number before a file's name keeps equal beginnings apart."""
    cells = {f"{i}. {brief(sheet, _LETTERS)}": _cell(entry, sheet) for i, sheet in enumerate(sheets, 1)}
    return {"Column": brief(entry["column"], _LETTERS), **cells, "What differs": brief(entry["differs"], 120)}


def _cell(entry: Mapping[str, Any], sheet: str) -> Any:
    header = entry["headers"].get(sheet)
    if header == entry["column"]:
        return Markup('<span class="yes" title="same name">●</span>')
    if header:
        return brief(header, _LETTERS)
    return (
        Markup('<span class="no">&ndash;</span>') if sheet in entry["missing"] else Markup('<span class="made">calculated</span>')
    )
