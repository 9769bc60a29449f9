"""Why a file that looks like an export is not one to read."""

import os
import stat
import zipfile
import zlib
from codecs import BOM_UTF8
from collections.abc import Collection
from pathlib import Path

from flexscout.errors import OutputError
from flexscout.model import DUPLICATES_SUFFIX, ISSUES_SUFFIX, PAGE_MARK, WORKBOOK_CREATOR

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


def reason_to_skip(path: Path, folder: Path, outputs: Collection[Path]) -> str:
    """Why `path` is not read, in a sentence; empty if it is. `outputs`: resolved paths that flexscout writes."""
    return _reason_in_name(path) or _reason_in_kind(path, folder) or _reason_in_origin(path, outputs)


def check_not_overwritten(path: Path, name: str, outputs: Collection[Path]) -> None:
    """Raise OutputError if a run would write its result over an export, which would be lost."""
    # A twin is known by the workbook beside it; a CSV twin by its header too.
    if _real(path) in outputs and path.is_file() and path.stat().st_size and not _is_result(path):
        raise OutputError(
            f"{name} stands in the input folder and is no result of flexscout; this run would write over it.",
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
            return PAGE_MARK.encode() in file.read(_PAGE_HEAD)
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
