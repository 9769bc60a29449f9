"""Entry point to the readers: the content of a file decides which of them reads it."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl

from flexscout.ingest.file_types import FileType
from flexscout.ingest.header_row import is_transposed
from flexscout.ingest.readers.limits import DEFAULT_MEMORY, diagnose_limits
from flexscout.ingest.readers.passwords import open_unlocked
from flexscout.ingest.readers.raw_workbook import RawSheet, Workbook, collect_cells
from flexscout.ingest.readers.spreadsheet import peek_spreadsheet, read_spreadsheet
from flexscout.models import IssueReason

_SPREADSHEETS = {FileType.XLSX, FileType.XLSB, FileType.ODS, FileType.XLS}


def read_workbook(path: Path, memory: int = DEFAULT_MEMORY, folder: Path | None = None) -> Workbook:
    """Read every table of a file as text.

    Args:
        path: The file.
        memory: Bytes that reading may use.
        folder: Takes the rows of large sheets; None for a temporary folder that is removed with them.

    Raises:
        DataFormatError: The file is of a type that can't be read, is damaged, protected with another password, or has no cells.
        LimitError: It needs more than `memory` bytes.
        OSError: It can't be opened.

    """
    with open_unlocked(path, memory, folder) as (readable, kind):
        # Most files are Excel workbooks: the other readers are imported only when needed.
        if kind in _SPREADSHEETS:
            return _turn_sheets(read_spreadsheet(readable, kind, memory, folder))
        if kind is FileType.ARCHIVE:
            from flexscout.ingest.readers.archive import read_archive  # noqa: PLC0415

            return _turn_sheets(read_archive(readable, partial(read_member, memory=memory, folder=folder), memory))
        return _turn_sheets(read_member(readable, kind, memory, folder))


def read_member(path: Path, kind: FileType, memory: int = DEFAULT_MEMORY, folder: Path | None = None) -> Workbook:
    """Read every table of a file of a known type, except an archive. Raises what `read_workbook` does."""
    match kind:
        case FileType.DELIMITED:
            from flexscout.ingest.readers.delimited import read_delimited  # noqa: PLC0415

            return read_delimited(path)
        case FileType.HTML | FileType.MHTML:
            from flexscout.ingest.readers.web_page import read_web_page  # noqa: PLC0415

            return read_web_page(path, kind)
        case FileType.SPREADSHEETML:
            from flexscout.ingest.readers.spreadsheetml import read_spreadsheetml  # noqa: PLC0415

            return read_spreadsheetml(path)
        case _:
            return read_spreadsheet(path, kind, memory, folder)


def _turn_sheets(workbook: Workbook) -> Workbook:
    """Turn sheets with a property per column: their rows are the columns then."""
    turned = [isinstance(sheet.cells, pl.DataFrame) and is_transposed(sheet.cells) for sheet in workbook.sheets]
    if not any(turned):
        return workbook
    pairs = zip(workbook.sheets, turned, strict=True)
    return replace(workbook, sheets=tuple(_turn(sheet) if is_turned else sheet for sheet, is_turned in pairs))


def _turn(sheet: RawSheet) -> RawSheet:
    cells = collect_cells(sheet.cells)
    rows = cells.transpose(column_names=[str(i) for i in range(cells.height)])
    return replace(sheet, cells=rows, merged=(), notes=(*sheet.notes, (IssueReason.TRANSPOSED, "row 2 is column B")))


def peek_workbook(path: Path, rows: int, memory: int = DEFAULT_MEMORY) -> Workbook:
    """Read the first `rows` rows of every table, without the rest where the type allows it.

    Raises what `read_workbook` does.
    """
    with open_unlocked(path, memory) as (readable, kind):
        if kind is FileType.DELIMITED:
            from flexscout.ingest.readers.delimited import peek_delimited  # noqa: PLC0415 - as above

            return _turn_sheets(peek_delimited(readable, rows))
        if kind in _SPREADSHEETS:
            return _turn_sheets(peek_spreadsheet(readable, kind, rows, memory))
    return read_workbook(path, memory)


def diagnose_reader_failure(path: Path, memory: int) -> None:
    """Raise why reading a file killed a process that could use `memory` bytes; return if the content gives no reason.

    The file is never parsed as `read_workbook` does, which would kill this process too.
    """
    with open_unlocked(path, memory) as (readable, kind):
        if kind in _SPREADSHEETS:
            diagnose_limits(readable, kind, memory)
