"""File types, detected from content instead of the file name."""

import codecs
import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError
from flexscout.ingest.workbook_package import find_workbook_part, normalize_name, read_part


class FileType(StrEnum):
    """Types that can be read; the value of a workbook type is its usual suffix."""

    XLSX = ".xlsx"
    XLSB = ".xlsb"
    ODS = ".ods"
    XLS = ".xls"
    DELIMITED = "delimited"
    HTML = "html"
    MHTML = "mhtml"
    SPREADSHEETML = "spreadsheetml"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class UnsupportedContent:
    """Content that can't be read as a table.

    Attributes:
        code: Error code.
        description: The content with its article, such as `a PDF document`.
        next_step: What to do instead.

    """

    code: ErrorCode
    description: str
    next_step: str


_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_SEARCH_BYTES = 16 * 2**20  # a genuine file has its directory well within
_HEAD_BYTES = 4096

_EXPORT_WORKBOOK = "Export the table as an Excel workbook or CSV instead."
_UNPACK = "Unpack it and put the exports inside into the folder."
_COPY_TABLE = "Copy its table into Excel and save that as .xlsx."
_DOWNLOAD_AGAIN = "Download it again."

_WORD = UnsupportedContent(ErrorCode.WORD, "a Word document", _COPY_TABLE)
_SIGNATURES = (
    (b"%PDF", UnsupportedContent(ErrorCode.PDF, "a PDF document", _EXPORT_WORKBOOK)),
    (b"\x1f\x8b", UnsupportedContent(ErrorCode.GZIP, "a gzip archive", _UNPACK)),
    (b"\x89PNG", UnsupportedContent(ErrorCode.IMAGE, "a picture", _EXPORT_WORKBOOK)),
    (b"\xff\xd8\xff", UnsupportedContent(ErrorCode.IMAGE, "a picture", _EXPORT_WORKBOOK)),
    (b"GIF8", UnsupportedContent(ErrorCode.IMAGE, "a picture", _EXPORT_WORKBOOK)),
    (b"Rar!", UnsupportedContent(ErrorCode.ARCHIVE, "a RAR archive", _UNPACK)),
    (b"7z\xbc\xaf", UnsupportedContent(ErrorCode.ARCHIVE, "a 7-Zip archive", _UNPACK)),
    (b"PK\x05\x06", UnsupportedContent(ErrorCode.ARCHIVE, "an empty zip archive", _DOWNLOAD_AGAIN)),
    (b"PAR1", UnsupportedContent(ErrorCode.PARQUET, "a Parquet table", _EXPORT_WORKBOOK)),
    (b"SQLite format 3", UnsupportedContent(ErrorCode.DATABASE, "an SQLite database", _EXPORT_WORKBOOK)),
    (b"MZ", UnsupportedContent(ErrorCode.PROGRAM, "an executable", "Remove it from the folder.")),
    (b"\x7fELF", UnsupportedContent(ErrorCode.PROGRAM, "an executable", "Remove it from the folder.")),
    (b"{\\rtf", UnsupportedContent(ErrorCode.WORD, "a rich-text document", _COPY_TABLE)),
)
_OFFICE_DOCUMENTS = {
    "word/document.xml": _WORD,
    "ppt/presentation.xml": UnsupportedContent(ErrorCode.POWERPOINT, "a presentation", _COPY_TABLE),
}
_WORKBOOK_PARTS = {"xl/workbook.xml": FileType.XLSX, "xl/workbook.bin": FileType.XLSB, "content.xml": FileType.ODS}
_WORKBOOK_ROOT = re.compile(rb"<(?:\w{1,20}:)?workbook[\s>]")
_XLS_FILE_PASS = re.compile(rb"\x09\x08\x10\0\0\x06\x05\0.{12}(?:\x86\0\0\0)?\x2f\0", re.DOTALL)
"""The start of a workbook's records in an .xls, followed by the record that holds the parameters of its encryption."""
_MAIL_HEADERS = re.compile(
    rb"(mime-version|from|content-type|message-id|content-location|subject|date|snapshot-content-location):"
)
_JSON = re.compile(rb'[\[{]\s*(["{\[}\]]|-?\d)')
_MARKUP = re.compile(
    rb"<(!doctype html|!--|html|head|body|table|thead|tbody|tr|meta|style|div|p|center|font|h\d|title|span)\b", re.ASCII
)


def detect_file_type(path: Path) -> FileType:
    """Return the type of a file.

    Raises:
        DataFormatError: The file is empty, damaged, protected, or of a type that can't be read.
        OSError: The file can't be opened.

    """
    content = identify_content(path)
    if isinstance(content, UnsupportedContent):
        raise DataFormatError(
            content.code, f"{path.name} can't be read: its content is {content.description}.", content.next_step
        )
    return content


def identify_content(path: Path) -> FileType | UnsupportedContent:
    """Return what a file contains, by its signature or its first bytes.

    Raises:
        DataFormatError: The file is empty, damaged or protected.
        OSError: The file can't be opened.

    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(_ZIP):
        return _identify_zip(path)
    if head.startswith(_OLE):
        return _identify_ole(path)
    return _identify_other(path, head)


def is_readable(path: Path) -> bool:
    """Return whether the file is of a type that can be read, damaged or not; False if it is missing or not a regular file."""
    try:
        return path.is_file() and isinstance(identify_content(path), FileType)
    except (DataFormatError, OSError):
        return False


def is_protected(path: Path) -> bool:
    """Return whether a regular file needs a password."""
    try:
        identify_content(path)
    except DataFormatError as error:
        return error.code == ErrorCode.PASSWORD_PROTECTED
    except OSError:
        pass
    return False


def is_ole(path: Path) -> bool:
    """Return whether a file is an OLE file, as old Office files and protected new ones are."""
    with path.open("rb") as file:
        return file.read(len(_OLE)) == _OLE


def _identify_zip(path: Path) -> FileType | UnsupportedContent:
    try:
        with zipfile.ZipFile(path) as archive:
            found = _identify_parts(archive)
            if found is FileType.ODS and b"encryption-data" in read_part(archive, "meta-inf/manifest.xml"):
                raise _build_protected_error(path.name, "Save an unprotected copy.")
            return found
    except (zipfile.BadZipFile, ValueError, OverflowError, EOFError):
        raise DataFormatError(
            ErrorCode.DAMAGED,
            f"{path.name} is damaged: its end is missing; the download was probably interrupted or is still running.",
            "Download or export it again.",
        ) from None


def _identify_parts(archive: zipfile.ZipFile) -> FileType | UnsupportedContent:
    names = {normalize_name(name) for name in archive.namelist()}
    for part, file_type in _WORKBOOK_PARTS.items():
        if part in names:
            return file_type
    for part, document in _OFFICE_DOCUMENTS.items():
        if part in names:
            return document
    main = find_workbook_part(archive)
    if main.endswith(".bin"):
        return FileType.XLSB
    is_workbook = _WORKBOOK_ROOT.search(read_part(archive, main, _HEAD_BYTES).replace(b"\0", b"")) if main else None
    return FileType.XLSX if is_workbook or any(name.startswith("xl/") for name in names) else FileType.ARCHIVE


def _identify_ole(path: Path) -> FileType | UnsupportedContent:
    with path.open("rb") as file:
        content = file.read(_OLE_SEARCH_BYTES)
    if "EncryptedPackage".encode("utf-16-le") in content or _XLS_FILE_PASS.search(content):
        raise _build_protected_error(path.name)
    if "WordDocument".encode("utf-16-le") in content and "Workbook".encode("utf-16-le") not in content:
        return _WORD
    return FileType.XLS


def _build_protected_error(
    name: str, next_step: str = "Give its password with FLEXSCOUT_PASSWORD or input.password, or save an unprotected copy."
) -> DataFormatError:
    return DataFormatError(ErrorCode.PASSWORD_PROTECTED, f"{name} is password-protected.", next_step)


def _identify_other(path: Path, head: bytes) -> FileType | UnsupportedContent:
    """Identify content that is neither a zip nor an OLE file."""
    for signature, content in _SIGNATURES:
        if head.startswith(signature):
            return content
    if not head:
        raise DataFormatError(ErrorCode.EMPTY_FILE, f"{path.name} is empty (0 bytes).", _DOWNLOAD_AGAIN)
    if not head.strip(b"\0"):
        return UnsupportedContent(ErrorCode.DAMAGED, "nothing but zeros", _DOWNLOAD_AGAIN)
    return _identify_text(path, head)


def _identify_text(path: Path, head: bytes) -> FileType | UnsupportedContent:
    text = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\0", b"")
    text = text.lstrip().lower()
    if not text and _is_text(head):
        raise DataFormatError(ErrorCode.EMPTY_FILE, f"{path.name} is empty: it contains only whitespace.", _DOWNLOAD_AGAIN)
    if text.startswith(b"<"):
        return _identify_markup(text)
    if _JSON.match(text) and _is_text(head):
        return UnsupportedContent(ErrorCode.JSON, "a JSON document", _EXPORT_WORKBOOK)
    if _MAIL_HEADERS.match(text) and b"mime-version:" in text:
        return FileType.MHTML
    if _is_text(head):
        return FileType.DELIMITED
    return UnsupportedContent(ErrorCode.UNKNOWN_CONTENT, "not a spreadsheet, CSV or web page", "Download or export it again.")


def _identify_markup(text: bytes) -> FileType | UnsupportedContent:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text:
        return FileType.SPREADSHEETML
    if _MARKUP.search(text):
        return FileType.HTML
    if text.startswith((b"<?xml", b"<!doctype")) or b"xmlns" in text:
        return UnsupportedContent(ErrorCode.XML, "an XML document", _EXPORT_WORKBOOK)
    return FileType.DELIMITED


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or detect_utf_16(head):
        return True
    control = head.translate(None, bytes(range(32, 256)) + b"\t\r\n\f")
    return len(control) <= len(head) // 200  # text has hardly any control characters


def detect_utf_16(head: bytes) -> str:
    """Return the encoding of UTF-16 text without a byte order mark, from zeros in every other byte; else an empty string."""
    even, odd = head[0::2], head[1::2]
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if len(zeros) > 1 and zeros.count(0) > len(zeros) * 0.7 and others.count(0) < len(others) * 0.02:
            return name
    return ""


_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode_to_utf_8(content: bytes) -> tuple[bytes, str]:
    """Convert text to UTF-8 without a byte order mark.

    Text that has no mark and is not UTF-8 is taken as Windows-1252, Excel's own encoding for CSV: statistical detection takes
    `Cañon City` for Chinese.

    Returns:
        The text and its original encoding.

    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _reencode(content[len(mark) :], encoding), encoding
    if encoding := detect_utf_16(content[:_HEAD_BYTES]):
        return _reencode(content, encoding), encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        # Windows-1252 leaves five bytes undefined; like browsers, keep them as they are.
        return content.decode("latin-1").translate(_WINDOWS_1252).encode(), "windows-1252"
    return content, "utf-8"


def _reencode(content: bytes, encoding: str) -> bytes:
    return content.decode(encoding, "replace").encode("utf-8", "replace")


_WINDOWS_1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
