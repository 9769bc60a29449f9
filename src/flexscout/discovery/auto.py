"""Which files of a folder are taken under the file pattern `auto`: by suffix, or by content where that says nothing."""

import re
import zipfile
from pathlib import Path, PurePosixPath

from flexscout.errors import DataFormatError
from flexscout.kinds import Kind, kind_of

AUTO = "auto"
"""The file pattern that takes every kind that can be read."""
TABLES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv")
"""Suffixes that promise a table: a file that does not keep the promise is an error."""
PERHAPS = (".zip", ".txt", ".tab", ".psv", ".dat", ".htm", ".html", ".mht", ".mhtml", ".xml", "")
"""Suffixes under which exports come too; what is inside decides."""

_LOOKED_AT = 2**18  # bytes; the header of an honest table stands well inside
_FEWEST_NAMES = 2
_BETWEEN_CELLS = re.compile(r"[,;\t|<>\r\n]")
_WORKBOOK_STREAM = "Book".encode("utf-16-le"), "Workbook".encode("utf-16-le")


def reason_not_to_take(path: Path) -> str:
    """Why a regular file is no table to read, in a sentence; empty if it is to be read, were it to fail.

    Raises OSError if it can't be opened.
    """
    if path.suffix.lower() in TABLES:
        return ""
    try:
        return _reason_in_content(path, kind_of(path))
    except DataFormatError as error:
        if path.suffix.lower() == ".zip" and error.code == "damaged":
            return ""
        return error.message.replace(f"{path.name} can't be read: its", "Its", 1)


def _reason_in_content(path: Path, kind: Kind) -> str:
    match kind:
        case Kind.ARCHIVE:
            return "" if _holds_tables(path) else "A zip archive without a spreadsheet or CSV in it."
        case Kind.XLS:
            known = any(stream in _beginning(path) for stream in _WORKBOOK_STREAM)
            return "" if known else "A file of an old Office program or of Windows, not a workbook."
        case Kind.DELIMITED:
            return "" if _names_columns(path) else "Plain text; none of its lines is a header that is known."
        case Kind.HTML | Kind.MHTML:
            return "" if _names_columns(path) else "A web page without a table of properties."
        case _:
            return ""


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LOOKED_AT)


def _holds_tables(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return any(PurePosixPath(name).suffix.lower() in TABLES for name in archive.namelist())


def _names_columns(path: Path) -> bool:
    """Whether two different names of columns stand near the beginning, each between delimiters or tags."""
    from flexscout.vocabulary import aliases, known_as  # noqa: PLC0415 - a folder of workbooks does not need it

    text = _beginning(path).replace(b"\0", b"").decode("utf-8", "replace")
    cells = {known_as(cell.strip(' "\ufeff')) for cell in _BETWEEN_CELLS.split(text)}
    known = aliases()
    return len({known[cell].column for cell in cells & known.keys()}) >= _FEWEST_NAMES
