"""One door to every kind of file: what it really is decides who reads it."""

from functools import partial
from pathlib import Path

from flexscout.ingest.file_types import FileType, detect_file_type
from flexscout.ingest.readers.limits import DEFAULT_MEMORY, diagnose_limits
from flexscout.ingest.readers.workbook import Workbook, call_reader, peek_spreadsheet, read_spreadsheet

_WORKBOOKS = {FileType.XLSX, FileType.XLSB, FileType.ODS, FileType.XLS}


def read_workbook(path: Path, memory: int = DEFAULT_MEMORY, folder: Path | None = None) -> Workbook:
    """Every table of a file as a sheet of text.

    `folder`: where the rows of large sheets wait, none for one that is removed with them. Raises DataFormatError if the file is
    of no kind that can be read, is damaged, or has no cells; LimitError if it is seen to need more than `memory` bytes;
    OSError if it can't be opened.
    """
    kind = call_reader(path, lambda: detect_file_type(path))
    if kind is FileType.ARCHIVE:
        from flexscout.ingest.readers.archive import read_archive  # noqa: PLC0415 - as below

        return read_archive(path, partial(read_member, memory=memory, folder=folder))
    return read_member(path, kind, memory, folder)


def peek_workbook(path: Path, rows: int, memory: int = DEFAULT_MEMORY) -> Workbook:
    """The first `rows` rows of every table, without reading the rest where the kind allows that.

    Raises as `read_workbook` does.
    """
    kind = call_reader(path, lambda: detect_file_type(path))
    if kind is FileType.DELIMITED:
        from flexscout.ingest.readers.delimited import peek_delimited  # noqa: PLC0415 - as below

        return peek_delimited(path, rows)
    if kind in _WORKBOOKS:
        return peek_spreadsheet(path, kind, rows, memory)
    return read_workbook(path, memory)


def diagnose_reader_failure(path: Path, memory: int) -> None:
    """Raise what is wrong with a file that made a process die which may use `memory` bytes, if its content tells.

    Never reads it as `read_workbook` does, which would die again.
    """
    kind = call_reader(path, lambda: detect_file_type(path))
    if kind in _WORKBOOKS:
        diagnose_limits(path, kind, memory)


def read_member(path: Path, kind: FileType, memory: int = DEFAULT_MEMORY, folder: Path | None = None) -> Workbook:
    """Every table of a file that is no archive. Raises as `read_workbook` does."""
    match kind:
        # Most files are workbooks of Excel; who reads only these loads nothing for the others.
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
