"""Draft a mapping file: how the headers of an export are understood, for the user to correct."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap

import polars as pl

from flexscout.domain import canonical_columns, cell_values, column_letters, fold_header
from flexscout.errors import to_processing_error
from flexscout.ingest.mapping.column_mapping import NO_MAPPING, PASS
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
from flexscout.sheet_columns import MappedColumn

PEEKED_ROWS = 500
"""Rows of each sheet that are enough to map its headers."""

_PLAIN_SCALAR = re.compile(r"[A-Za-z][\w ()/.%$-]*$", re.ASCII)
_YAML_CONSTANTS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_SAMPLES, _SAMPLE_CHARACTERS = 3, 30
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
    return "\n".join([*_render_head(path.name, drafted), "", "columns:", *_render_columns(drafted)]) + "\n"


def _drop_false_header(mapped: MappedSheet) -> MappedSheet:
    """Treat all rows as data if the header row has no known name and looks like data."""
    first_row = mapped.sheet.cells.row(mapped.header)
    # Headers hardly ever start with a digit, values do.
    looks_like_data = any(text[:1].isdigit() for text in first_row if text)
    if looks_like_data and not mapped.has_known_header:
        return map_sheet_without_header(mapped.sheet, NO_MAPPING)
    return mapped


def _render_head(file: str, sheets: Sequence[MappedSheet]) -> Iterator[str]:
    yield f"# Column mapping for {_one_line(file)}. Correct the columns after the colons, then run:"
    yield "#   flexscout run FOLDER --mapping THIS_FILE"
    for mapped in sheets:
        header = "no header" if mapped.header == NO_HEADER else f"header in row {mapped.header + 1}"
        yield f'# Sheet "{_one_line(mapped.sheet.name)}": {header}; {mapped.header_map.recognized}.'
    missing = set.intersection(*(set(mapped.header_map.missing) for mapped in sheets))
    if missing_keys := [name for name in _KEY_COLUMNS if name in missing]:
        yield f"# Not found yet: {', '.join(missing_keys)}."
    yield from _HELP
    columns = "Columns: " + ", ".join(column.name for column in canonical_columns())
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
    yield f"{'' if is_active else '# '}files: {_quote_yaml(file)}  # files to apply this to; * matches any text"
    yield f"# sheet: {_quote_yaml(sheets[0].sheet.name)}  # the only sheet to read, in files that have it"


def _render_columns(sheets: Sequence[MappedSheet]) -> Iterator[str]:
    """Yield a line per header, from the first sheet that has it."""
    seen: set[str] = set()
    for mapped in sheets:
        for column in mapped.header_map.columns:
            name = column_letters(column.position) if mapped.header == NO_HEADER else column.header
            if fold_header(name) and fold_header(name) not in seen:
                seen.add(fold_header(name))
                yield _render_column(name, column, mapped)


def _render_column(name: str, column: MappedColumn, mapped: MappedSheet) -> str:
    target = column.name if column.canonical else PASS
    if column.inverted:
        target = f"{{column: {column.name}, inverted: true}}"
    entry = f"  {_quote_yaml(name)}: {target}"
    texts = mapped.sheet.cells.slice(mapped.header + 1).to_series(column.position)
    comments = [" | ".join(_sample_values(texts)), *_list_questions(column, mapped)]
    return f"{entry:<{_ENTRY_WIDTH}}  # {'; '.join(filter(None, comments))}".rstrip(" #")


def _list_questions(column: MappedColumn, mapped: MappedSheet) -> Iterator[str]:
    """Yield what the user should decide about a column."""
    yield from (f"did you mean {name}?" for header, name in mapped.header_map.suggestions if header == column.header)
    yield from (
        "in acres: Lot Size Acres; in square feet: Lot Size SqFt"
        for issue in mapped.header_map.issues
        if issue.column == column.header and (issue.reason, issue.detail) == UNCLEAR_LOT_UNIT
    )


def _sample_values(texts: pl.Series) -> list[str]:
    """Return the first distinct values, shortened to one line each."""
    trimmed = texts.drop_nulls().str.strip_chars()
    filled = trimmed.filter(~trimmed.str.to_lowercase().is_in(list(cell_values("missing"))))
    return [_one_line(text)[:_SAMPLE_CHARACTERS] for text in filled.unique(maintain_order=True).head(_SAMPLES)]


def _one_line(text: str) -> str:
    """Return the text without line breaks and control characters, which would end a YAML comment."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _quote_yaml(text: str) -> str:
    """Return the text as a YAML scalar."""
    is_plain = _PLAIN_SCALAR.match(text) and text.lower() not in _YAML_CONSTANTS and text == text.strip()
    return text if is_plain else json.dumps(text, ensure_ascii=not text.isprintable())
