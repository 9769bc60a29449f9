"""What a file really is, whatever its name says."""

import codecs
import re
import zipfile
from enum import StrEnum
from pathlib import Path

from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError


class FileType(StrEnum):
    """The kinds of content that can be read; those of workbooks are the suffix that the content deserves."""

    XLSX = ".xlsx"
    XLSB = ".xlsb"
    ODS = ".ods"
    XLS = ".xls"
    DELIMITED = "delimited"
    HTML = "html"
    MHTML = "mhtml"
    SPREADSHEETML = "spreadsheetml"
    ARCHIVE = "archive"


_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_SEARCH = 16 * 2**20  # bytes; the directory of an honest file lies well inside
_HEAD = 4096  # bytes

_AS_WORKBOOK = "Export the table as an Excel workbook or CSV instead."
_UNPACK = "Unpack it and put the exports inside into the folder."
_STARTS = (
    (b"%PDF", ErrorCode.PDF, "a PDF document", _AS_WORKBOOK),
    (b"\x1f\x8b", ErrorCode.GZIP, "a gzip archive", _UNPACK),
    (b"\x89PNG", ErrorCode.IMAGE, "a picture", _AS_WORKBOOK),
    (b"\xff\xd8\xff", ErrorCode.IMAGE, "a picture", _AS_WORKBOOK),
    (b"GIF8", ErrorCode.IMAGE, "a picture", _AS_WORKBOOK),
    (b"Rar!", ErrorCode.ARCHIVE, "a RAR archive", _UNPACK),
    (b"7z\xbc\xaf", ErrorCode.ARCHIVE, "a 7-Zip archive", _UNPACK),
    (b"PK\x05\x06", ErrorCode.ARCHIVE, "an empty zip archive", "Download it again."),
    (b"PAR1", ErrorCode.PARQUET, "a Parquet table", _AS_WORKBOOK),
    (b"SQLite format 3", ErrorCode.DATABASE, "an SQLite database", _AS_WORKBOOK),
    (b"MZ", ErrorCode.PROGRAM, "a program", "Leave it out."),
    (b"\x7fELF", ErrorCode.PROGRAM, "a program", "Leave it out."),
    (b"{\\rtf", ErrorCode.WORD, "a rich-text document", "Copy its table into Excel and save that as .xlsx."),
)
_DOCUMENTS = (
    ("word/document.xml", ErrorCode.WORD, "a Word document"),
    ("ppt/presentation.xml", ErrorCode.POWERPOINT, "a presentation"),
)
_WORKBOOKS = {"xl/workbook.xml": FileType.XLSX, "xl/workbook.bin": FileType.XLSB, "content.xml": FileType.ODS}
_MAIL_HEADERS = re.compile(
    rb"(mime-version|from|content-type|message-id|content-location|subject|date|snapshot-content-location):"
)
_JSON = re.compile(rb'[\[{]\s*(["{\[}\]]|-?\d)')
_MARKUP = re.compile(
    rb"<(!doctype html|!--|html|head|body|table|thead|tbody|tr|meta|style|div|p|center|font|h\d|title|span)\b", re.ASCII
)


def detect_file_type(path: Path) -> FileType:
    """The kind that the content deserves.

    Raises DataFormatError naming what the file is instead, with what to do next; OSError if it can't be opened.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_ZIP):
        return _zip_kind(path)
    if head.startswith(_OLE):
        return _ole_kind(path)
    return _plain_kind(path, head)


def is_readable(path: Path) -> bool:
    """Whether the file is of a kind that can be read, damaged or not; false if it is missing or no file."""
    try:
        return path.is_file() and bool(detect_file_type(path))
    except (DataFormatError, OSError):
        return False


def _zip_kind(path: Path) -> FileType:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OverflowError, EOFError):
        raise DataFormatError(
            ErrorCode.DAMAGED,
            f"{path.name} is damaged: its end is missing or broken, as when a download is cut off or still going on.",
            "Download or export it again.",
        ) from None
    lower = {name.lower().replace("\\", "/") for name in names}
    for part, kind in _WORKBOOKS.items():
        if part in lower:
            return kind
    if any(name.startswith("xl/") for name in lower):
        return FileType.XLSX
    for part, code, what in _DOCUMENTS:
        if part in lower:
            raise _instead(path, code, what, "Copy its table into Excel and save that as .xlsx.")
    return FileType.ARCHIVE


def _ole_kind(path: Path) -> FileType:
    with path.open("rb") as file:
        content = file.read(_OLE_SEARCH)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise DataFormatError(ErrorCode.PASSWORD_PROTECTED, f"{path.name} is password-protected.", "Save an unprotected copy.")
    if "WordDocument".encode("utf-16-le") in content and "Workbook".encode("utf-16-le") not in content:
        raise _instead(path, ErrorCode.WORD, "a Word document", "Copy its table into Excel and save that as .xlsx.")
    return FileType.XLS


def _plain_kind(path: Path, head: bytes) -> FileType:
    for start, code, what, next_step in _STARTS:
        if head.startswith(start):
            raise _instead(path, code, what, next_step)
    if not head:
        raise DataFormatError(ErrorCode.EMPTY_FILE, f"{path.name} is empty (0 bytes).", "Download it again.")
    if not head.strip(b"\0"):
        raise _instead(path, ErrorCode.DAMAGED, "nothing but zeros", "Download it again.")
    plain = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\0", b"")
    plain = plain.lstrip().lower()
    if not plain and _is_text(head):
        raise DataFormatError(ErrorCode.EMPTY_FILE, f"{path.name} is empty: it holds nothing but blanks.", "Download it again.")
    if plain.startswith(b"<"):
        return _markup_kind(path, plain)
    if _JSON.match(plain) and _is_text(head):
        raise _instead(path, ErrorCode.JSON, "a JSON document", _AS_WORKBOOK)
    if _MAIL_HEADERS.match(plain) and b"mime-version:" in plain:
        return FileType.MHTML
    if _is_text(head):
        return FileType.DELIMITED
    raise _instead(
        path, ErrorCode.UNKNOWN_CONTENT, "something that no spreadsheet program writes", "Download or export it again."
    )


def _markup_kind(path: Path, plain: bytes) -> FileType:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in plain:
        return FileType.SPREADSHEETML
    if _MARKUP.search(plain):
        return FileType.HTML
    if plain.startswith((b"<?xml", b"<!doctype")) or b"xmlns" in plain:
        raise _instead(path, ErrorCode.XML, "an XML document", _AS_WORKBOOK)
    return FileType.DELIMITED


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or detect_utf_16(head):
        return True
    control = head.translate(None, bytes(range(32, 256)) + b"\t\r\n\f")
    return len(control) <= len(head) // 200  # text has next to none


def detect_utf_16(head: bytes) -> str:
    """The encoding of UTF-16 text without a mark, told by zeros in every other byte; empty if it is none."""
    even, odd = head[0::2], head[1::2]
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if len(zeros) > 1 and zeros.count(0) > len(zeros) * 0.7 and others.count(0) < len(others) * 0.02:
            return name
    return ""


def _instead(path: Path, code: ErrorCode, what: str, next_step: str) -> DataFormatError:
    return DataFormatError(code, f"{path.name} can't be read: its content is {what}.", next_step)


_LOOKED_AT = 4096  # bytes
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode_to_utf_8(content: bytes) -> tuple[bytes, str]:
    """The text as UTF-8 without a mark, and the encoding in which it was.

    What is neither marked nor UTF-8 is Windows-1252, Excel's own for CSV; guessing takes `Cañon City` for Chinese.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _converted(content[len(mark) :], name), name
    if name := detect_utf_16(content[:_LOOKED_AT]):
        return _converted(content, name), name
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _from_windows(content), "windows-1252"
    return content, "utf-8"


def _converted(content: bytes, name: str) -> bytes:
    return content.decode(name, "replace").encode("utf-8", "replace")


def _from_windows(content: bytes) -> bytes:
    # Five bytes have no character there; as in browsers, they stay what they are.
    return content.decode("latin-1").translate(_WINDOWS).encode()


_WINDOWS = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
