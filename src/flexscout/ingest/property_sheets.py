"""Select the property sheets of a workbook."""

from collections.abc import Mapping
from pathlib import Path

from flexscout.domain import is_unavailable, use_code_tables
from flexscout.errors import DataFormatError
from flexscout.ingest.header_row import SEARCHED_ROWS
from flexscout.ingest.mapping import (
    PEEKED_ROWS,
    ColumnMapping,
    MappedSheet,
    find_likeliest,
    find_missing_required,
    has_vague_headers,
    map_sheet,
)
from flexscout.ingest.options import IngestOptions, list_header_rows
from flexscout.ingest.readers import Workbook, peek_workbook
from flexscout.skipped import SheetSkipCode, SkippedSheet

_SHOWN_ROWS = 3


def select_property_sheets(
    path: Path, workbook: Workbook, mapping: ColumnMapping, required: tuple[str, ...] = ()
) -> tuple[list[MappedSheet], list[SkippedSheet]]:
    """Map all sheets, and select those with the columns of a property table.

    Args:
        path: The file.
        workbook: Its sheets.
        mapping: The user's mapping for it.
        required: Canonical columns without which it fails.

    Returns:
        The property sheets, and the skipped sheets with the reasons.

    Raises:
        DataFormatError: If there is no property sheet, or one lacks a column that the run requires.

    """
    candidates = [sheet for sheet in workbook.sheets if sheet.name == mapping.sheet] or list(workbook.sheets)
    mapped = [map_sheet(sheet, mapping) for sheet in candidates]
    missing = {sheet.sheet.name: find_missing_required(sheet.header_map) for sheet in mapped}
    selected = [sheet for sheet in mapped if not missing[sheet.sheet.name]]
    if not selected:
        raise _build_no_property_sheet_error(path, mapped, missing)
    for sheet in selected:
        _check_required_columns(path, sheet, required)
    skipped = [
        SkippedSheet(sheet.name, SheetSkipCode.NOT_MAPPED, (mapping.name, mapping.sheet))
        for sheet in workbook.sheets
        if sheet.name not in missing
    ]
    return selected, skipped + [_skip_sheet(sheet) for sheet in mapped if missing[sheet.sheet.name]]


def _skip_sheet(mapped: MappedSheet) -> SkippedSheet:
    is_vague = has_vague_headers(mapped.header_map)
    code = SheetSkipCode.VAGUE_HEADERS if is_vague else SheetSkipCode.NO_PROPERTY_TABLE
    return SkippedSheet(mapped.sheet.name, code, (" and no ".join(find_missing_required(mapped.header_map)),))


def peek_mapped_sheets(path: Path, options: IngestOptions) -> list[MappedSheet]:
    """Map all sheets of a file, given its first rows, whether they are property tables or not. Raises the readers' errors."""
    workbook = peek_workbook(path, PEEKED_ROWS)
    mapping = options.find_mapping(path.name, list_header_rows(workbook) if options.chooses else ())
    with use_code_tables((*mapping.tables, *options.tables)):
        return [map_sheet(sheet, mapping) for sheet in workbook.sheets]


def _build_no_property_sheet_error(path: Path, sheets: list[MappedSheet], missing: Mapping[str, list[str]]) -> DataFormatError:
    """Build the error that shows what the likeliest sheet has instead of the columns of a property table."""
    likeliest = find_likeliest(sheets)
    name, cells = likeliest.sheet.name, likeliest.sheet.cells
    questions = [suggestion.question for suggestion in likeliest.header_map.suggestions]
    if has_vague_headers(likeliest.header_map):
        headers = [column.header for column in likeliest.header_map.canonical]
        return DataFormatError.missing_columns(path, name, missing[name], headers, questions, is_vague=True)
    if likeliest.has_known_header:
        headers = [column.header for column in likeliest.header_map.columns]
        return DataFormatError.missing_columns(path, name, missing[name], headers, questions)
    rows = [(i + 1, [cell for cell in row if cell]) for i, row in enumerate(cells.head(SEARCHED_ROWS).rows()) if any(row)]
    return DataFormatError.no_header(path, name, SEARCHED_ROWS, rows[:_SHOWN_ROWS], questions)


def _check_required_columns(path: Path, mapped: MappedSheet, required: tuple[str, ...]) -> None:
    """Raise DataFormatError if a required column is missing, and so is what it could be calculated from."""
    unavailable = [name for name in required if is_unavailable(name, mapped.header_map.missing)]
    if unavailable:
        headers = [column.header for column in mapped.header_map.columns]
        questions = [each.question for each in mapped.header_map.suggestions if each.column in unavailable]
        raise DataFormatError.schema_violation(path, mapped.sheet.name, unavailable, headers, questions)
