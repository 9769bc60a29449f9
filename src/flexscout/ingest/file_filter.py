"""Why a file that looks like an export is not one to read."""

import os
import re
import stat
import zipfile
import zlib
from codecs import BOM_UTF8
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from flexscout.domain import DUPLICATES_SUFFIX, ISSUES_SUFFIX, PAGE_GENERATOR_TAG, WORKBOOK_CREATOR
from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError, OutputError
from flexscout.ingest.file_types import FileType, detect_file_type

_PREFIXES = {
    "~$": "Excel's lock file of an open workbook, not a workbook.",
    ".~lock": "LibreOffice's lock file of an open workbook, not a workbook.",
    "._": "macOS's side file, not a workbook.",
    ".": "A hidden file.",
}
_SUFFIXES = {
    ".tmp": "A temporary file.",
    ".crdownload": "A download that is not finished.",
    ".part": "A download that is not finished.",
    ".download": "A download that is not finished.",
}
_NO_TEXT = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_PLACE = {b"Source File", b"Source Sheet", b"Source Row"}
_ONLY_RESULTS_HAVE = (
    _PLACE | {b"Flex Score"},
    _PLACE | {b"Reason", b"In Words"},
    {b"Duplicate Group", b"Kept File", b"Removed File", b"Evidence"},
)
_LONGEST_HEADER = 2**17  # bytes
_PAGE_HEAD = 512  # bytes


def find_skip_reason(path: Path, folder: Path, outputs: Collection[Path]) -> str:
    """Why `path` is not read, in a sentence; empty if it is. `outputs`: resolved paths that flexscout writes."""
    return _reason_in_name(path) or _reason_in_kind(path, folder) or _reason_in_origin(path, outputs)


def check_not_overwritten(path: Path, name: str, outputs: Collection[Path]) -> None:
    """Raise OutputError if a run would write its result over an export, which would be lost."""
    # A twin is known by the workbook beside it; a CSV twin by its header too.
    if _real(path) in outputs and path.is_file() and path.stat().st_size and not _is_result(path):
        raise OutputError(
            f"{name} stands in the input folder and is not a result of flexscout; this run would write over it.",
            "Choose another place with --output-file, --report-file or logging.file, or move it away.",
        )


def _reason_in_name(path: Path) -> str:
    by_start = (reason for start, reason in _PREFIXES.items() if path.name.startswith(start))
    return next(by_start, _SUFFIXES.get(path.suffix.lower(), ""))


def _reason_in_kind(path: Path, folder: Path) -> str:
    if path.is_symlink() and not _real(path).is_relative_to(_real(folder)):
        return "A link out of the folder; copy the file itself here."
    try:
        status = path.stat()
    except FileNotFoundError:
        return "A link to a file that does not exist."
    except OSError:
        return ""  # opening it will say what is wrong
    if not stat.S_ISREG(status.st_mode):
        return "Not a regular file."
    return "" if status.st_size else "The file is empty (0 bytes): download it again."


def _reason_in_origin(path: Path, outputs: Collection[Path]) -> str:
    own = _real(path) in outputs or _made_by_flexscout(path) or _has_result_header(path) or _is_page(path)
    return "A result of flexscout itself, never taken as input." if own else ""


def _is_result(path: Path) -> bool:
    workbook = path.with_name(f"{path.stem.removesuffix(ISSUES_SUFFIX).removesuffix(DUPLICATES_SUFFIX)}.xlsx")
    return _made_by_flexscout(workbook) or _has_result_header(path) or _is_page(path)


def _real(path: Path) -> Path:
    """The path without links; one that leads in a circle stays as it is."""
    return Path(os.path.realpath(path))


def _made_by_flexscout(path: Path) -> bool:
    """Whether the workbook's properties name flexscout as its creator."""
    try:
        with zipfile.ZipFile(path) as book, book.open("docProps/core.xml") as part:
            return f"<dc:creator>{WORKBOOK_CREATOR}</dc:creator>".encode() in part.read(4096)
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error):
        return False


def _is_page(path: Path) -> bool:
    """Whether the head of a web page names flexscout as what generated it."""
    if path.suffix.lower() in _NO_TEXT:
        return False
    try:
        with path.open("rb") as file:
            return PAGE_GENERATOR_TAG.encode() in file.read(_PAGE_HEAD)
    except OSError:
        return False


def _has_result_header(path: Path) -> bool:
    """Whether the first line of a text has the columns that only a result has together."""
    if path.suffix.lower() in _NO_TEXT:
        return False
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST_HEADER).removeprefix(BOM_UTF8)
    except OSError:
        return False
    columns = {cell.strip(b'" \r\n') for cell in first.split(b",")}
    return any(columns >= own for own in _ONLY_RESULTS_HAVE)


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


def find_content_reason(path: Path) -> str:
    """Why a regular file is no table to read, in a sentence; empty if it is to be read, were it to fail.

    Raises OSError if it can't be opened.
    """
    if path.suffix.lower() in TABLES:
        return ""
    try:
        return _reason_in_content(path, detect_file_type(path))
    except DataFormatError as error:
        if path.suffix.lower() == ".zip" and error.code == ErrorCode.DAMAGED:
            return ""
        return error.message.replace(f"{path.name} can't be read: its", "Its", 1)


def _reason_in_content(path: Path, kind: FileType) -> str:
    match kind:
        case FileType.ARCHIVE:
            return "" if _holds_tables(path) else "A zip archive without a spreadsheet or CSV in it."
        case FileType.XLS:
            known = any(stream in _beginning(path) for stream in _WORKBOOK_STREAM)
            return "" if known else "A file of an old Office program or of Windows, not a workbook."
        case FileType.DELIMITED:
            return "" if _names_columns(path) else "Plain text; none of its lines is a header that is known."
        case FileType.HTML | FileType.MHTML:
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
    from flexscout.domain import header_aliases, normalize_header  # noqa: PLC0415 - a folder of workbooks does not need it

    text = _beginning(path).replace(b"\0", b"").decode("utf-8", "replace")
    cells = {normalize_header(cell.strip(' "\ufeff')) for cell in _BETWEEN_CELLS.split(text)}
    known = header_aliases()
    return len({known[cell].column for cell in cells & known.keys()}) >= _FEWEST_NAMES
