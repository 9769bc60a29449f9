"""Excel and LibreOffice workbooks as raw text: no header, no types, no value changed."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl

from flexscout.errors import DataFormatError
from flexscout.ingest.file_types import FileType
from flexscout.ingest.readers.excel_parser import counts_from_1904, load_sheet, open_by_content
from flexscout.ingest.readers.limits import DEFAULT_MEMORY, check_limits, is_large, open_parts
from flexscout.ingest.readers.merge_records import find_merged_cells
from flexscout.ingest.readers.merged_cells import MergedRanges
from flexscout.ingest.readers.raw_workbook import LoadedSheet, Workbook, collect_cells, collect_sheets, translate_reader_errors
from flexscout.ingest.readers.second_reader import SecondReader, peek_xlsx
from flexscout.ingest.readers.xml_check import find_ill_formed
from flexscout.models import IssueNote


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
    with open_parts(path, kind, memory) as parts:
        in_blocks = parts is not None and is_large(parts, memory, pl.thread_pool_size())
        if parts:
            parts.check(memory, in_blocks=in_blocks)
        with SecondReader(path, memory) as second:
            load_again = second.load if kind is FileType.XLSX else None
            try:
                names, load = _open_large(path, memory, folder) if in_blocks else _open(path, kind)
            except DataFormatError:
                if not load_again or not second.sheet_names:
                    raise
                names, load = second.sheet_names, load_again
            workbook = collect_sheets(path, names, load, load_again)
        if parts and kind in (FileType.XLSX, FileType.ODS) and not in_blocks:
            workbook = _add_notes(workbook, find_ill_formed(parts))
        if not in_blocks:
            workbook = _add_merged_cells(workbook, find_merged_cells(path, kind, parts))
        return replace(workbook, from_1904=parts is not None and counts_from_1904(parts))


def _add_notes(workbook: Workbook, notes: dict[str, IssueNote]) -> Workbook:
    """Add the note about each sheet, and that about all of them."""
    if not notes:
        return workbook
    added = [tuple(notes[name] for name in dict.fromkeys((sheet.name, "")) if name in notes) for sheet in workbook.sheets]
    sheets = tuple(replace(sheet, notes=(*sheet.notes, *more)) for sheet, more in zip(workbook.sheets, added, strict=True))
    return replace(workbook, sheets=sheets)


def _add_merged_cells(workbook: Workbook, merged: dict[str, MergedRanges]) -> Workbook:
    found = [merged.get(sheet.name, MergedRanges()) for sheet in workbook.sheets]
    pairs = zip(workbook.sheets, found, strict=True)
    sheets = (replace(sheet, merged=each.ranges, notes=(*sheet.notes, *each.notes)) for sheet, each in pairs)
    return replace(workbook, sheets=tuple(sheets))


def _open(path: Path, kind: FileType) -> tuple[list[str], Callable[[str], LoadedSheet]]:
    """Open a workbook; return the names of its sheets, and the function that loads one."""
    with translate_reader_errors(path):
        book = open_by_content(path, kind)
    return book.sheet_names, partial(load_sheet, book)


def _open_large(path: Path, memory: int, folder: Path | None) -> tuple[list[str], Callable[[str], LoadedSheet]]:
    from flexscout.ingest.readers.streaming import LargeWorkbook  # noqa: PLC0415 - few workbooks are large

    book = LargeWorkbook(path, memory, folder)
    with translate_reader_errors(path):
        return book.sheet_names, book.load


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
            return peek_xlsx(path, rows)
        except DataFormatError:
            pass  # the peeking parser is stricter than the full one
    return read_spreadsheet(path, kind, memory)
