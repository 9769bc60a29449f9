"""Columns with several parts of a place: `City / State`, `City, State ZIP`, and addresses with everything in them."""

from collections.abc import Iterator

from flexscout.domain import POSTAL_COLUMNS
from flexscout.ingest.mapping.meanings import Meanings, SheetColumns
from flexscout.sheet_columns import DerivedColumn, DerivedKind

_MOSTLY = 0.7
_WHOLE_ADDRESS = r"(?i)^\W*\d.*\S[,\s]+[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?\s*(?:,?\s*USA?)?$|^\W*\d.*,.*,\s*[A-Z]{2}\.?$"
_STATE_AT_END = r"(?i)[,/\s]\s*[A-Z]{2}\.?$"


def find_splits(columns: SheetColumns, meanings: Meanings, next_position: int) -> list[tuple[str, DerivedColumn]]:
    """Return the columns that can be taken out of others, with the canonical column of each.

    Args:
        columns: Columns of the sheet.
        meanings: Position -> meaning, with the places of owners removed. Headers of several parts have the part `split`.
        next_position: Position for the first of them.

    """
    present = {meaning.column for meaning in meanings.values() if not meaning.part}
    found: list[tuple[str, DerivedColumn]] = []
    for position, names in _list_sources(columns, meanings, present):
        for name in names:
            if name not in {column for column, _ in found}:
                source = (position, columns.header(position))
                found.append((name, DerivedColumn(next_position + len(found), DerivedKind.PLACE, (source,), name)))
    return found


def _list_sources(columns: SheetColumns, meanings: Meanings, present: set[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the position of each column with several parts, and what to take from it."""
    missing = [name for name in POSTAL_COLUMNS if name not in present]
    for i, meaning in meanings.items():
        if meaning.is_chosen:
            continue
        if meaning.part == "split" and "City" in missing:
            yield i, [name for name in missing if name != "Address"]
        elif meaning.column == "Address" and not meaning.part and "City" in missing:
            if columns.is_mostly(i, _WHOLE_ADDRESS, _MOSTLY):
                yield i, ["Address", *missing]
        elif meaning.column == "City" and "State" in missing and columns.is_mostly(i, _STATE_AT_END, _MOSTLY):
            yield i, ["City", *(name for name in missing if name not in ("Address", "City"))]
