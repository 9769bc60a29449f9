"""SpreadsheetML, the XML format of Excel 2003, which some portals send as .xls."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
from lxml import etree

from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError
from flexscout.ingest.readers.limits import MAX_COLUMNS, MAX_ROWS
from flexscout.ingest.readers.merged_cells import MergedRanges, Range
from flexscout.ingest.readers.raw_workbook import RawSheet, Workbook
from flexscout.skipped import SheetSkipCode, SkippedSheet

_NS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_MAX_BYTES = 2**30
_MAX_CELLS = 2**27
_MAX_DIGITS = 9
_SAVE_AGAIN = "Open it in Excel and save it as .xlsx, or export it again."


def read_spreadsheetml(path: Path) -> Workbook:
    """Read every sheet as text, each cell at its position.

    Raises DataFormatError if it is damaged or has no cells; OSError if it can't be opened.
    """
    if path.stat().st_size > _MAX_BYTES:
        raise DataFormatError(
            ErrorCode.TOO_LARGE, f"{path.name} is an XML spreadsheet of more than 1 GB, too large to be read.", _SAVE_AGAIN
        )
    sheets: list[RawSheet] = []
    skipped: list[SkippedSheet] = []
    for name, frame, merged in _read_sheets(path):
        if frame.width:
            sheets.append(RawSheet(name, frame, notes=merged.notes, merged=merged.ranges))
        else:
            skipped.append(SkippedSheet(name, SheetSkipCode.EMPTY))
    if not sheets:
        raise DataFormatError(ErrorCode.EMPTY_WORKBOOK, f"{path.name} has no data: every sheet is empty.", _SAVE_AGAIN)
    return Workbook(tuple(sheets), tuple(skipped))


def _read_sheets(path: Path) -> Iterator[tuple[str, pl.DataFrame, MergedRanges]]:
    try:
        with path.open("rb") as file:
            yield from _parse(path, file)
    except etree.XMLSyntaxError as error:
        message = f"{path.name} is damaged: its XML is cut off or malformed in line {error.lineno:,} of the file."
        raise DataFormatError(ErrorCode.DAMAGED, message, _SAVE_AGAIN) from None


def _parse(path: Path, file: BinaryIO) -> Iterator[tuple[str, pl.DataFrame, MergedRanges]]:
    tags = f"{_NS}Row", f"{_NS}Worksheet"
    # No other file is read, and no entity is expanded.
    events = etree.iterparse(file, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    rows: dict[int, dict[int, str]] = {}
    merged: list[Range] = []
    row = 0
    for _, element in events:
        if element.tag == f"{_NS}Worksheet":
            yield element.get(f"{_NS}Name") or "Sheet", _build_frame(path, rows), MergedRanges.collect(merged)
            rows, merged, row = {}, [], 0
        else:
            row = _read_index(path, element, row, MAX_ROWS)
            if cells := _read_cells(path, element, row, merged):
                rows[row] = cells
            row += _read_number(element, "Span")
        element.clear()


def _read_cells(path: Path, row: Any, number: int, merged: list[Range]) -> dict[int, str]:
    """Return column number, from 1 -> text; `merged` receives the merged cells that begin in the row of this number."""
    cells: dict[int, str] = {}
    column = 0
    for cell in row.iterchildren(f"{_NS}Cell"):
        column = _read_index(path, cell, column, MAX_COLUMNS)
        data = cell.find(f"{_NS}Data")
        if text := "".join(data.itertext()) if data is not None else "":
            is_date = data.get(f"{_NS}Type") == "DateTime"
            cells[column] = text.replace("T", " ").removesuffix(".000") if is_date else text
        down, across = _read_number(cell, "MergeDown"), _read_number(cell, "MergeAcross")
        if down:
            merged.append(Range(number - 1, number - 1 + down, column - 1, column - 1 + across))
        column += across
    return cells


def _read_index(path: Path, element: Any, last: int, limit: int) -> int:
    """Return the number of a row or cell, from 1: its own index, or the one after the last."""
    index = _read_number(element, "Index") or last + 1
    if not last < index <= limit:
        unit = "rows" if limit == MAX_ROWS else "columns"
        raise DataFormatError(
            ErrorCode.DAMAGED, f"{path.name} is damaged: its {unit} are out of order or beyond {limit:,}.", _SAVE_AGAIN
        )
    return index


def _read_number(element: Any, attribute: str) -> int:
    text = element.get(f"{_NS}{attribute}", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _MAX_DIGITS else 0


def _build_frame(path: Path, rows: dict[int, dict[int, str]]) -> pl.DataFrame:
    if not rows:
        return pl.DataFrame()
    height, width = max(rows), max(max(cells) for cells in rows.values())
    if height * width > _MAX_CELLS:
        message = f"{path.name} has a stray cell: its sheet of {height:,} rows x {width:,} columns is too large."
        raise DataFormatError(ErrorCode.TOO_LARGE, message, "Delete the cell far from the table, and save it as .xlsx.")
    numbers, columns = range(1, height + 1), range(1, width + 1)
    series = ([rows.get(number, {}).get(column) for number in numbers] for column in columns)
    return pl.DataFrame({str(i): pl.Series(texts, dtype=pl.String) for i, texts in enumerate(series)})
