"""Map one sheet: find its header row, and what each header means."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from flexscout.domain import find_canonical_column
from flexscout.ingest.header_row import find_header, header_texts, knows_header
from flexscout.ingest.mapping.column_mapping import ColumnMapping
from flexscout.ingest.mapping.header_map import map_headers
from flexscout.ingest.readers import Cells, RawSheet, fill_merged_cells
from flexscout.models import HeaderMap, Issue

NO_HEADER = -1
"""Position of the header of a table without one: its rows start at 0."""


@dataclass(frozen=True)
class MappedSheet:
    """A sheet with its header.

    Attributes:
        sheet: Texts of the sheet.
        header: Position of the header row from 0, or NO_HEADER.
        header_map: What the headers mean, and the issues of the sheet as a whole.

    """

    sheet: RawSheet
    header: int
    header_map: HeaderMap

    @property
    def body(self) -> Cells:
        """The cells below the header."""
        return self.sheet.cells.slice(self.header + 1)

    def get_texts(self, position: int) -> pl.Series:
        """Return the texts of a column below the header."""
        return self.body.to_series(position)

    @property
    def has_known_header(self) -> bool:
        """Whether there is no header, or the header row has the name of some column."""
        return self.header == NO_HEADER or knows_header(self.sheet.cells, self.header)


def map_sheet(sheet: RawSheet, mapping: ColumnMapping) -> MappedSheet:
    """Find the header row of a sheet, and map its headers; a user's mapping comes first."""
    header = _choose_header_row(sheet.cells, mapping)
    if header == NO_HEADER:
        return map_sheet_without_header(sheet, mapping)
    texts, spans_two_rows = header_texts(sheet.cells, header, mapping.known_names)
    header_map = map_headers(sheet.name, texts, sheet.cells.slice(header + 1), mapping, spans_two_rows=spans_two_rows)
    return MappedSheet(_fill_merged(sheet, header + 1, header_map), header, _add_notes(sheet, header_map))


def map_sheet_without_header(sheet: RawSheet, mapping: ColumnMapping) -> MappedSheet:
    """Map a sheet whose rows are all data; a user's mapping names columns by letter."""
    header_map = map_headers(sheet.name, [None] * sheet.cells.width, sheet.cells, mapping)
    return MappedSheet(_fill_merged(sheet, 0, header_map), NO_HEADER, _add_notes(sheet, header_map))


def _fill_merged(sheet: RawSheet, first_row: int, header_map: HeaderMap) -> RawSheet:
    """Repeat the values of merged cells, but no amounts: one price or size for several buildings is that of all of them."""
    if not sheet.merged:
        return sheet
    amounts = {each.position for each in header_map.canonical if find_canonical_column(each.name).type == "number"}
    return replace(sheet, cells=fill_merged_cells(sheet.cells, sheet.merged, first_row, amounts))


def find_likeliest(sheets: Sequence[MappedSheet]) -> MappedSheet:
    """Return the sheet with the most canonical columns."""
    return max(sheets, key=lambda sheet: len(sheet.header_map.canonical))


def _choose_header_row(cells: Cells, mapping: ColumnMapping) -> int:
    """Return the row given by the user if it has as many mapped headers as the row that would be found, else that row."""
    detected = find_header(cells, mapping.known_names)
    if mapping.header_row is None:
        return detected
    if mapping.header_row == 0:
        return detected if mapping.files == "*" and knows_header(cells, detected) else NO_HEADER
    given = mapping.header_row - 1
    entries_given, entries_detected = (_count_mapped_headers(cells, row, mapping) for row in (given, detected))
    return given if entries_given and entries_given >= entries_detected else detected


def _count_mapped_headers(cells: Cells, row: int, mapping: ColumnMapping) -> int:
    return mapping.count_entries(header_texts(cells, row, mapping.known_names)[0]) if row < cells.height else 0


def _add_notes(sheet: RawSheet, header_map: HeaderMap) -> HeaderMap:
    """Put the reader's notes about the sheet before the issues of its headers."""
    notes = tuple(Issue(sheet.name, 0, "(all)", "", *note) for note in sheet.notes)
    return replace(header_map, issues=(*notes, *header_map.issues)) if notes else header_map
