"""Filter for the input folder: which files that look like exports are not read, and why."""

import os
import re
import stat
import zipfile
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path, PurePosixPath

from flexscout.config import YAML_SUFFIXES
from flexscout.domain import (
    DECISIONS_SUFFIX,
    DUPLICATES_SUFFIX,
    ISSUES_SUFFIX,
    NOTES_HEADER,
    PAGE_GENERATOR_TAG,
    PDF_KEYWORDS_TAG,
    RECORDS_FOLDER,
    WORKBOOK_CREATOR,
)
from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError, OutputError
from flexscout.ingest.file_types import FileType, UnsupportedContent, identify_content
from flexscout.skipped import FileSkipCode, SkippedFile

AUTO = "auto"
"""The file pattern that stands for every type that can be read."""
TABLE_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv")
"""Suffixes of tables: a file with one of them whose content is something else is an error."""
POSSIBLE_SUFFIXES = (".zip", ".txt", ".tab", ".psv", ".dat", ".htm", ".html", ".mht", ".mhtml", ".xml", "")
"""Suffixes that exports may have too; the content decides."""

_PREFIX_CODES = {
    "~$": FileSkipCode.EXCEL_LOCK_FILE,
    ".~lock": FileSkipCode.LIBREOFFICE_LOCK_FILE,
    "._": FileSkipCode.MACOS_SIDE_FILE,
    ".": FileSkipCode.HIDDEN,
}
_SUFFIX_CODES = {
    ".tmp": FileSkipCode.TEMPORARY,
    ".crdownload": FileSkipCode.UNFINISHED_DOWNLOAD,
    ".part": FileSkipCode.UNFINISHED_DOWNLOAD,
    ".download": FileSkipCode.UNFINISHED_DOWNLOAD,
    ".yaml": FileSkipCode.SETTINGS,
    ".yml": FileSkipCode.SETTINGS,
}

# What flexscout adds to the name of an output: of a backup, one that couldn't be read back, or one not put in place.
_COPY_MARKS = re.compile(r"\.bak$| \(not read back(?: \d+)?\)(?=\.[^.]+$)|\.new(?=\.[^.]+$)")

_BINARY_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_SOURCE_COLUMNS = {b"Source File", b"Source Sheet", b"Source Row"}
_RESULT_COLUMNS = (
    _SOURCE_COLUMNS | {b"Flex Score"},
    _SOURCE_COLUMNS | {b"Reason", b"In Words"},
    {b"Duplicate Group", b"Kept File", b"Removed File", b"Evidence"},
    {name.encode() for name in NOTES_HEADER},
    {b"Decision", b"Date", b"Address", b"Other Address"},
)
"""Sets of columns that only results of flexscout have together."""
_HEADER_BYTES = 2**17  # longest header line of a result
_PAGE_HEAD_BYTES = 512

_HEAD_BYTES = 2**18  # a genuine table has its header well within
_MIN_KNOWN_COLUMNS = 2
_CELL_BOUNDARY = re.compile(r"[,;\t|<>\r\n]")
_XLS_STREAMS = "Book".encode("utf-16-le"), "Workbook".encode("utf-16-le")
_PROPERTIES_BYTES = 2**16


def find_skip(path: Path, name: str, folder: Path, outputs: frozenset[Path]) -> SkippedFile | None:
    """Return why a file is not read, from its name, its place and its origin, or None if it is.

    Args:
        path: The file.
        name: How messages name it.
        folder: The input folder.
        outputs: Resolved paths of the files that flexscout writes.

    """
    code = _check_name(path) or _check_place(path, folder)
    if code is None and (is_output(path, outputs) or _is_copy(path, outputs) or _is_result(path)):
        code = FileSkipCode.OWN_RESULT
    return SkippedFile(name, code) if code else None


def find_left_out(name: str, patterns: Iterable[str]) -> SkippedFile | None:
    """Return that the user leaves a file out, and the first glob that its path or name matches, or None if none does."""
    texts = name.casefold(), PurePosixPath(name).name.casefold()
    matching = (pattern for pattern in patterns if any(fnmatchcase(text, pattern.casefold()) for text in texts))
    return next((SkippedFile(name, FileSkipCode.LEFT_OUT, (pattern,)) for pattern in matching), None)


def find_content_skip(path: Path, name: str) -> SkippedFile | None:
    """Return why the content of a regular file is not a readable table, or None if the file is to be read, even if that fails.

    Raises OSError if it can't be opened.
    """
    if path.suffix.lower() in TABLE_SUFFIXES:
        return None
    try:
        content = identify_content(path)
    except DataFormatError as error:
        if path.suffix.lower() == ".zip" and error.code == ErrorCode.DAMAGED:
            return None
        return SkippedFile(name, FileSkipCode.UNREADABLE, (error.message,))
    if isinstance(content, UnsupportedContent):
        return SkippedFile(name, FileSkipCode.OTHER_CONTENT, (content.description,))
    code = _check_content(path, content)
    return SkippedFile(name, code) if code else None


def is_output(path: Path, outputs: frozenset[Path]) -> bool:
    """Return whether the path, or what it links to, is one of the resolved `outputs`."""
    # To resolve the path of every export would take a third of the time of a scan.
    may_be = path.name.casefold() in _fold_names(outputs) or path.is_symlink()
    return may_be and _resolve(path) in outputs


@lru_cache(maxsize=2)
def _fold_names(paths: frozenset[Path]) -> frozenset[str]:
    return frozenset(path.name.casefold() for path in paths)


def check_not_overwritten(path: Path, name: str) -> None:
    """Raise OutputError if the run would overwrite an export, at the path of an output, with its result."""
    if not path.is_file() or not path.stat().st_size:
        return
    # A copy of the results is recognized by the workbook beside it, or by its own header.
    suffixes = f"{ISSUES_SUFFIX}|{DUPLICATES_SUFFIX}|{DECISIONS_SUFFIX}"
    workbook = path.with_name(f"{re.sub(f'({suffixes})$', '', path.stem)}.xlsx")
    # Another program may have saved the workbook without its properties; its runs are on record then.
    has_runs = any((workbook.parent / RECORDS_FOLDER / workbook.stem).glob("run-*.json"))
    if not (has_runs or _is_own_workbook(workbook) or _has_result_header(path) or _is_own_page(path) or _is_own_pdf(path)):
        raise OutputError(
            f"{name} is in the input folder and is not a result of flexscout; this run would overwrite it.",
            "Choose another place with --output-file, --report-file or logging.file, or move the file away.",
        )


def _check_name(path: Path) -> FileSkipCode | None:
    by_prefix = (code for prefix, code in _PREFIX_CODES.items() if path.name.startswith(prefix))
    return next(by_prefix, _SUFFIX_CODES.get(path.suffix.lower()))


def _check_place(path: Path, folder: Path) -> FileSkipCode | None:
    if path.is_symlink() and not _resolve(path).is_relative_to(_resolve(folder)):
        return FileSkipCode.LINK_OUT
    try:
        status = path.stat()
    except FileNotFoundError:
        return FileSkipCode.BROKEN_LINK
    except OSError:
        return None  # opening the file will give the reason
    if not stat.S_ISREG(status.st_mode):
        return FileSkipCode.NOT_REGULAR
    return None if status.st_size else FileSkipCode.EMPTY


def _resolve(path: Path) -> Path:
    """Return the path without links; a circular link is returned as it is."""
    return Path(os.path.realpath(path))


def _is_copy(path: Path, outputs: frozenset[Path]) -> bool:
    """Return whether flexscout made the file from an output: the user may have saved that with another program."""
    original = _COPY_MARKS.sub("", path.name)
    return original != path.name and is_output(path.with_name(original), outputs)


def _is_result(path: Path) -> bool:
    return _is_own_workbook(path) or _has_result_header(path) or _is_own_page(path)


def _is_own_workbook(path: Path) -> bool:
    """Return whether the workbook's properties name flexscout as its creator."""
    return f"<dc:creator>{WORKBOOK_CREATOR}</dc:creator>".encode() in read_workbook_properties(path)


def read_workbook_properties(path: Path) -> bytes:
    """Return the start of the properties (title, creator, keywords) of an Excel workbook, as XML; empty if it has none."""
    try:
        with zipfile.ZipFile(path) as book, book.open("docProps/core.xml") as part:
            return part.read(_PROPERTIES_BYTES)
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error):
        return b""


def _is_own_page(path: Path) -> bool:
    """Return whether the head of a web page names flexscout as its generator."""
    if path.suffix.lower() in _BINARY_SUFFIXES:
        return False
    try:
        with path.open("rb") as file:
            return PAGE_GENERATOR_TAG.encode() in file.read(_PAGE_HEAD_BYTES)
    except OSError:
        return False


def _is_own_pdf(path: Path) -> bool:
    """Return whether the properties of a PDF file name flexscout."""
    if path.suffix.lower() != ".pdf":
        return False
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - _PROPERTIES_BYTES, 0))
            return PDF_KEYWORDS_TAG.encode() in file.read(_PROPERTIES_BYTES)
    except OSError:
        return False


def _has_result_header(path: Path) -> bool:
    """Return whether the first line of a text has the columns of a result."""
    if path.suffix.lower() in _BINARY_SUFFIXES:
        return False
    try:
        with path.open("rb") as file:
            first = file.readline(_HEADER_BYTES).removeprefix(BOM_UTF8)
    except OSError:
        return False
    columns = {cell.strip(b'" \r\n') for cell in first.split(b",")}
    return any(columns >= own for own in _RESULT_COLUMNS)


def _check_content(path: Path, file_type: FileType) -> FileSkipCode | None:
    match file_type:
        case FileType.ARCHIVE:
            return None if _contains_tables(path) else FileSkipCode.ARCHIVE_WITHOUT_TABLES
        case FileType.XLS:
            is_workbook = any(stream in _read_head(path) for stream in _XLS_STREAMS)
            return None if is_workbook else FileSkipCode.OLD_OFFICE_FILE
        case FileType.DELIMITED:
            return None if _names_columns(path) else FileSkipCode.TEXT_WITHOUT_HEADER
        case FileType.HTML | FileType.MHTML:
            return None if _names_columns(path) else FileSkipCode.PAGE_WITHOUT_TABLE
        case _:
            return None


def _contains_tables(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return any(PurePosixPath(name).suffix.lower() in TABLE_SUFFIXES for name in archive.namelist())


def _names_columns(path: Path) -> bool:
    """Return whether the head of a text has at least two different column names, each between delimiters or tags."""
    from flexscout.domain import map_header_aliases, normalize_header  # noqa: PLC0415 - not needed for a folder of workbooks

    text = _read_head(path).replace(b"\0", b"").decode("utf-8", "replace")
    cells = {normalize_header(cell.strip(' "\ufeff')) for cell in _CELL_BOUNDARY.split(text)}
    aliases = map_header_aliases()
    return len({aliases[cell].column for cell in cells & aliases.keys()}) >= _MIN_KNOWN_COLUMNS


def _read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def is_mapping_file(path: Path) -> bool:
    """Return whether a file in a folder of mappings is one of them, by its name."""
    return path.suffix.lower() in YAML_SUFFIXES and not path.name.startswith((".", "~"))
