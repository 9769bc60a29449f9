"""Draft a mapping file: how the headers of an export are understood, for the user to correct."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap

from flexscout.config import quote_yaml
from flexscout.domain import fold_header, format_column_letters, list_canonical_columns
from flexscout.errors import to_processing_error
from flexscout.findings import Suggestion, SuggestionReason
from flexscout.ingest.mapping.column_mapping import NO_MAPPING, PASS
from flexscout.ingest.mapping.draft_sections import fold_to_line, render_sections, sample_values
from flexscout.ingest.mapping.header_map import find_missing_required
from flexscout.ingest.mapping.sheet_mapping import (
    NO_HEADER,
    MappedSheet,
    find_likeliest,
    map_sheet,
    map_sheet_without_header,
)
from flexscout.ingest.mapping.sizes import UNCLEAR_LOT_UNIT
from flexscout.ingest.readers import peek_workbook
from flexscout.sheet_columns import DerivedKind, MappedColumn

PEEKED_ROWS = 500
"""Rows of each sheet that are enough to map its headers."""

_ENTRY_WIDTH = 44  # characters before the comment
_LINE_WIDTH = 120
_KEY_COLUMNS = ("Property Type", "Address", "City", "State", "Zip Code", "APN", "Building SqFt", "Lot Size Acres", "Year Built",
                "Occupancy")  # fmt: skip

_HELP = (
    "#",
    "# After each colon, write one of the columns listed below, or",
    "#   pass                                      to keep the column under its own header, without scoring it",
    "#   leave out                                 to drop the column from the results",
    "#   {column: Occupancy, inverted: true}       if the column holds the opposite: 100 - value, such as vacancy",
    "#   {column: Lot Size Acres, unit: LOT_UNITS}  if another column has the unit of each row",
    "# The unit of a lot size is part of its column: Lot Size Acres or Lot Size SqFt.",
    "# Headers that you delete from this file are mapped automatically.",
    "# The mapping applies to every file with these headers; case, spaces and punctuation don't matter.",
)


def draft_mapping(path: Path) -> str:
    """Return a mapping file for an export, as YAML: every header once, with its column and a few sample values.

    Covers the property sheets or, if there are none, the sheet with the most canonical columns.

    Raises:
        ProcessingError: If the file can't be read.

    """
    try:
        sheets = [map_sheet(sheet, NO_MAPPING) for sheet in peek_workbook(path, PEEKED_ROWS).sheets]
    except Exception as error:  # noqa: BLE001 - readers raise many types
        raise to_processing_error(path, error) from None
    chosen = [sheet for sheet in sheets if not find_missing_required(sheet.header_map)] or [find_likeliest(sheets)]
    drafted = [_drop_false_header(sheet) for sheet in chosen]
    lines = [*_render_head(path.name, drafted), "", *render_sections(drafted), "", "columns:", *_render_columns(drafted)]
    return "\n".join(lines) + "\n"


def _drop_false_header(mapped: MappedSheet) -> MappedSheet:
    """Treat all rows as data if the header row has no known name and looks like data."""
    first_row = mapped.sheet.cells.row(mapped.header)
    # Headers hardly ever start with a digit, values do.
    looks_like_data = any(text[:1].isdigit() for text in first_row if text)
    if looks_like_data and not mapped.has_known_header:
        return map_sheet_without_header(mapped.sheet, NO_MAPPING)
    return mapped


def _render_head(file: str, sheets: Sequence[MappedSheet]) -> Iterator[str]:
    yield f"# Column mapping for {fold_to_line(file)}. Correct the columns after the colons, then run:"
    yield "#   flexscout run FOLDER --mapping THIS_FILE"
    yield "# Without --mapping, it is used if it is in a folder `mappings`, in FOLDER or beside the configuration file."
    for mapped in sheets:
        header = "no header" if mapped.header == NO_HEADER else f"header in row {mapped.header + 1}"
        yield f'# Sheet "{fold_to_line(mapped.sheet.name)}": {header}; {mapped.header_map.recognized}.'
    missing = set.intersection(*(set(mapped.header_map.missing) for mapped in sheets))
    if missing_keys := [name for name in _KEY_COLUMNS if name in missing]:
        yield f"# Not found yet: {', '.join(missing_keys)}."
    yield from _HELP
    columns = "Columns: " + ", ".join(column.name for column in list_canonical_columns())
    yield from wrap(columns, _LINE_WIDTH, initial_indent="# ", subsequent_indent="#   ")
    yield ""
    yield from _render_scope(file, sheets)


def _render_scope(file: str, sheets: Sequence[MappedSheet]) -> Iterator[str]:
    """Yield where the mapping applies: active if there is no header, else commented out."""
    is_active = any(mapped.header == NO_HEADER for mapped in sheets)
    if is_active:
        yield "header_row: 0  # no header: columns are named by their letters"
    else:
        yield f"# header_row: {sheets[0].header + 1}  # row of the header; 0 if there is none"
    yield f"{'' if is_active else '# '}files: {quote_yaml(file)}  # files to apply this to; * matches any text"
    yield f"# sheet: {quote_yaml(sheets[0].sheet.name)}  # the only sheet to read, in files that have it"


def _render_columns(sheets: Sequence[MappedSheet]) -> Iterator[str]:
    """Yield a line per header, from the first sheet that has it."""
    seen: set[str] = set()
    for mapped in sheets:
        made = {each.position for each in mapped.header_map.derived}
        for column in (each for each in mapped.header_map.columns if each.position not in made):
            name = format_column_letters(column.position) if mapped.header == NO_HEADER else column.header
            if fold_header(name) and fold_header(name) not in seen:
                seen.add(fold_header(name))
                yield _render_column(name, column, mapped)


def _render_column(name: str, column: MappedColumn, mapped: MappedSheet) -> str:
    target = column.name if column.canonical else _name_measured(column.position, mapped) or PASS
    if column.inverted:
        target = f"{{column: {column.name}, inverted: true}}"
    entry = f"  {quote_yaml(name)}: {target}"
    codes = f"codes: {column.codes}" if column.codes else ""
    comments = [" | ".join(sample_values(mapped.get_texts(column.position))), codes, *_list_questions(column, mapped)]
    return f"{entry:<{_ENTRY_WIDTH}}  # {'; '.join(filter(None, comments))}".rstrip(" #")


def _name_measured(position: int, mapped: MappedSheet) -> str:
    """Return the entry of a size whose unit is in another column; empty for other columns."""
    names = {column.position: column.name for column in mapped.header_map.canonical}
    measured = [made for made in mapped.header_map.derived if made.kind is DerivedKind.MEASURE and made.sources[0][0] == position]
    return next((f"{{column: {names[made.position]}, unit: {quote_yaml(made.sources[1][1])}}}" for made in measured), "")


def _list_questions(column: MappedColumn, mapped: MappedSheet) -> Iterator[str]:
    """Yield what the user should decide about a column."""
    yield from (_ask(each) for each in mapped.header_map.suggestions if each.header == column.header)
    yield from (
        "in acres: Lot Size Acres; in square feet: Lot Size SqFt"
        for issue in mapped.header_map.issues
        if issue.column == column.header and (issue.reason, issue.detail) == UNCLEAR_LOT_UNIT
    )


def _ask(suggestion: Suggestion) -> str:
    if suggestion.reason is SuggestionReason.SIMILAR_HEADER:
        return f"did you mean {suggestion.column}?"
    return f"{suggestion.evidence}: {suggestion.column}?"
