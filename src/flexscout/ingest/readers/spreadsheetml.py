"""Excel 2003's XML spreadsheets, which some portals send as .xls."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
from lxml import etree

from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError
from flexscout.ingest.readers.limits import MAX_COLUMNS
from flexscout.ingest.readers.raw_workbook import RawSheet, Workbook
from flexscout.skipped import SheetSkipCode, SkippedSheet

_NS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_MOST_BYTES = 2**30
_MOST_ROWS = 1_048_576
_MOST_CELLS = 2**27
_DIGITS = 9
_AGAIN = "Open it in Excel and save it as .xlsx, or export it again."


def read_spreadsheetml(path: Path) -> Workbook:
    """Every sheet as text, each cell at its place.

    Raises DataFormatError if it is damaged or has no cells; OSError if it can't be opened.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise DataFormatError(
            ErrorCode.TOO_LARGE, f"{path.name} is an XML spreadsheet of more than 1 GB, too large to be read.", _AGAIN
        )
    sheets: list[RawSheet] = []
    skipped: list[SkippedSheet] = []
    for name, frame in _sheets(path):
        if frame.width:
            sheets.append(RawSheet(name, frame))
        else:
            skipped.append(SkippedSheet(name, SheetSkipCode.EMPTY))
    if not sheets:
        raise DataFormatError(ErrorCode.EMPTY_WORKBOOK, f"{path.name} has no data: every sheet is empty.", _AGAIN)
    return Workbook(tuple(sheets), tuple(skipped))


def _sheets(path: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    try:
        with path.open("rb") as file:
            yield from _parsed(path, file)
    except etree.XMLSyntaxError as error:
        detail = " ".join(str(error).split())[:200]
        raise DataFormatError(
            ErrorCode.DAMAGED, f"{path.name} is damaged: its XML breaks off or is wrong: {detail}.", _AGAIN
        ) from None


def _parsed(path: Path, file: BinaryIO) -> Iterator[tuple[str, pl.DataFrame]]:
    wanted = f"{_NS}Row", f"{_NS}Worksheet"
    # Nothing outside of the file is looked at, and no entity is put in place of its name.
    parsing = etree.iterparse(file, tag=wanted, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    rows: dict[int, dict[int, str]] = {}
    row = 0
    for _, element in parsing:
        if element.tag == f"{_NS}Worksheet":
            yield element.get(f"{_NS}Name") or "Sheet", _frame(path, rows)
            rows, row = {}, 0
        else:
            row = _index(path, element, row, _MOST_ROWS)
            if cells := _cells(path, element):
                rows[row] = cells
            row += _count(element, "Span")
        element.clear()


def _cells(path: Path, row: Any) -> dict[int, str]:
    """Position from 1 -> text."""
    cells: dict[int, str] = {}
    column = 0
    for cell in row.iterchildren(f"{_NS}Cell"):
        column = _index(path, cell, column, MAX_COLUMNS)
        data = cell.find(f"{_NS}Data")
        if text := "".join(data.itertext()) if data is not None else "":
            cells[column] = _as_shown(text, data.get(f"{_NS}Type"))
        column += _count(cell, "MergeAcross")
    return cells


def _as_shown(text: str, kind: str) -> str:
    if kind == "DateTime":
        return text.replace("T", " ").removesuffix(".000")
    return text


def _index(path: Path, element: Any, last: int, most: int) -> int:
    """Where a row or cell stands, from 1: said by itself, or next to the last."""
    index = _count(element, "Index") or last + 1
    if not last < index <= most:
        what = "rows" if most == _MOST_ROWS else "columns"
        raise DataFormatError(
            ErrorCode.DAMAGED, f"{path.name} is damaged: its {what} are out of order or beyond {most:,}.", _AGAIN
        )
    return index


def _count(element: Any, attribute: str) -> int:
    said = element.get(f"{_NS}{attribute}", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < _DIGITS else 0


def _frame(path: Path, rows: dict[int, dict[int, str]]) -> pl.DataFrame:
    if not rows:
        return pl.DataFrame()
    height, width = max(rows), max(max(cells) for cells in rows.values())
    if height * width > _MOST_CELLS:
        message = f"{path.name} has a stray cell: its sheet of {height:,} rows x {width:,} columns is too large."
        raise DataFormatError(ErrorCode.TOO_LARGE, message, "Delete the cell far from the table, and save it as .xlsx.")
    numbers, columns = range(1, height + 1), range(1, width + 1)
    series = ([rows.get(number, {}).get(column) for number in numbers] for column in columns)
    return pl.DataFrame({str(i): pl.Series(texts, dtype=pl.String) for i, texts in enumerate(series)})
