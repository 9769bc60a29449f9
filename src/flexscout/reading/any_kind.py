"""One door to every kind of file: what it really is decides who reads it."""

from pathlib import Path

from flexscout.kinds import Kind, kind_of
from flexscout.reading.workbook import Workbook, peek_spreadsheet, read_spreadsheet


def read_workbook(path: Path) -> Workbook:
    """Every table of a file as a sheet of text.

    Raises DataFormatError if the file is of no kind that can be read, is damaged, or has no cells; OSError if it can't be
    opened.
    """
    kind = kind_of(path)
    if kind is Kind.ARCHIVE:
        from flexscout.reading.archive import read_archive  # noqa: PLC0415 - as below

        return read_archive(path, read_member)
    return read_member(path, kind)


def peek_workbook(path: Path, rows: int) -> Workbook:
    """The first `rows` rows of every table, without reading the rest where the kind allows that.

    Raises as `read_workbook` does.
    """
    kind = kind_of(path)
    if kind is Kind.DELIMITED:
        from flexscout.reading.delimited import peek_delimited  # noqa: PLC0415 - as below

        return peek_delimited(path, rows)
    if kind in {Kind.XLSX, Kind.XLSB, Kind.ODS, Kind.XLS}:
        return peek_spreadsheet(path, kind, rows)
    return read_workbook(path)


def read_member(path: Path, kind: Kind) -> Workbook:
    """Every table of a file that is no archive. Raises as `read_workbook` does."""
    match kind:
        # Most files are workbooks of Excel; who reads only these loads nothing for the others.
        case Kind.DELIMITED:
            from flexscout.reading.delimited import read_delimited  # noqa: PLC0415

            return read_delimited(path)
        case Kind.HTML | Kind.MHTML:
            from flexscout.reading.web_page import read_web_page  # noqa: PLC0415

            return read_web_page(path, kind)
        case Kind.SPREADSHEETML:
            from flexscout.reading.spreadsheetml import read_spreadsheetml  # noqa: PLC0415

            return read_spreadsheetml(path)
        case _:
            return read_spreadsheet(path, kind)
