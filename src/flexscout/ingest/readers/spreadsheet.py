"""Excel and LibreOffice workbooks as raw text: no header, no types, no value changed."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.errors import DataFormatError
from flexscout.ingest.file_types import FileType
from flexscout.ingest.readers.excel_parser import counts_from_1904, load_sheet, open_by_content
from flexscout.ingest.readers.limits import DEFAULT_MEMORY, check_limits, is_large
from flexscout.ingest.readers.raw_workbook import LoadedSheet, Workbook, collect_cells, collect_sheets, translate_reader_errors


def read_spreadsheet(path: Path, kind: FileType, memory: int = DEFAULT_MEMORY, folder: Path | None = None) -> Workbook:
    """Read every sheet of a workbook; a large one is read in blocks.

    Args:
        path: The workbook.
        kind: Its type by content.
        memory: Bytes that reading may use.
        folder: Takes the rows of a large workbook; None for a temporary folder that is removed with them.

    Raises:
        DataFormatError: The workbook is damaged or has no cells.
        LimitError: It needs more than `memory` bytes.
        OSError: It can't be opened.

    """
    if is_large(path, kind, memory, pl.thread_pool_size()):
        from flexscout.ingest.readers.streaming import read_large_workbook  # noqa: PLC0415 - few workbooks are large

        workbook = read_large_workbook(path, memory, folder)
    else:
        check_limits(path, kind, memory)
        with translate_reader_errors(path):
            book = open_by_content(path, kind)
        workbook = collect_sheets(path, book.sheet_names, partial(load_sheet, book))
    return replace(workbook, from_1904=counts_from_1904(path))


def read_named_sheets(
    path: Path, kind: FileType, is_wanted: Callable[[str], bool], memory: int = DEFAULT_MEMORY
) -> dict[str, pl.DataFrame]:
    """Read the sheets whose names are wanted.

    Returns:
        Name -> cells, as RawSheet has them; a frame without columns for the other sheets.

    Raises:
        DataFormatError: The workbook or a wanted sheet is damaged.
        LimitError: It needs more than `memory` bytes.
        OSError: It can't be opened.

    """
    check_limits(path, kind, memory)
    with translate_reader_errors(path):
        book = open_by_content(path, kind)
        return {
            name: collect_cells(load_sheet(book, name).cells) if is_wanted(name) else pl.DataFrame() for name in book.sheet_names
        }


def peek_spreadsheet(path: Path, kind: FileType, rows: int, memory: int = DEFAULT_MEMORY) -> Workbook:
    """Read the first `rows` rows of every sheet, of an .xlsx without reading the rest.

    Raises what `read_spreadsheet` does.
    """
    if kind is FileType.XLSX:
        try:
            return _peek_xlsx(path, rows)
        except DataFormatError:
            pass  # the peeking parser is stricter than the full one
    return read_spreadsheet(path, kind, memory)


def _peek_xlsx(path: Path, rows: int) -> Workbook:
    import openpyxl  # noqa: PLC0415 - slow to import, and not needed by a run

    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with translate_reader_errors(path):
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        names = [sheet.title for sheet in book.worksheets]
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # many exporters write A1 whatever the size of the table
        return collect_sheets(path, names, lambda name: _peek_sheet(book[name], rows))


def _peek_sheet(sheet: Any, rows: int) -> LoadedSheet:
    return LoadedSheet(_first_rows(sheet.iter_rows(values_only=True), rows), sheet.sheet_state != "visible")


def _first_rows(rows: Iterator[tuple[object, ...]], count: int) -> pl.DataFrame:
    texts = [[_to_text(value) for value in row] for row in islice(rows, count)]
    width = max(map(len, texts), default=0)
    padded = [row + [None] * (width - len(row)) for row in texts if width]
    frame = pl.DataFrame(padded, schema={str(position): pl.String for position in range(width)}, orient="row")
    return frame if any(map(any, texts)) else frame.clear()


def _to_text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
