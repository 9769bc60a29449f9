"""What a file really is, whatever its name says."""

import zipfile
from pathlib import Path

from flexscout.errors import DataFormatError

_ZIP, _EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_SEARCH = 16 * 2**20  # bytes; the directory of an honest file lies well inside

_SAVE_AS = "Open it in Excel and save it as .xlsx."
_STARTS = (
    (b"%PDF", "pdf", "a PDF document", "Export the table as an Excel workbook instead."),
    (b"\x1f\x8b", "gzip", "a gzip archive", "Unpack it and put the workbook inside into the folder."),
    (b"\x89PNG", "image", "a picture", "Export the table as an Excel workbook instead."),
    (b"\xff\xd8\xff", "image", "a picture", "Export the table as an Excel workbook instead."),
    (b"Rar!", "archive", "a RAR archive", "Unpack it and put the workbook inside into the folder."),
    (b"7z\xbc\xaf", "archive", "a 7-Zip archive", "Unpack it and put the workbook inside into the folder."),
    (_EMPTY_ZIP, "archive", "an empty zip archive", "Download it again."),
)
_TEXTS = (
    (b"urn:schemas-microsoft-com:office:spreadsheet", "spreadsheetml", "an XML spreadsheet of Excel 2003"),
    (b"mime-version:", "mhtml", "a web archive (MHTML)"),
    (b"<!doctype html", "web_page", "a web page"),
    (b"<html", "web_page", "a web page"),
    (b"<table", "web_page", "a web page"),
    (b"<?xml", "xml", "an XML document"),
)


def check_is_workbook(path: Path) -> str:
    """The suffix that the content deserves: `.xlsx`, `.xlsb`, `.ods` or `.xls`.

    Raises DataFormatError naming what the file is instead, with what to do next; OSError if it can't be opened.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(_ZIP):
        return _zip_kind(path)
    if head.startswith(_OLE):
        return _ole_kind(path)
    raise _not_a_workbook(path, head)


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OverflowError, EOFError):
        raise DataFormatError(
            "damaged", f"{path.name} is damaged: its end is missing or broken.", "Download or export it again."
        ) from None
    parts = {"xl/workbook.xml": ".xlsx", "xl/workbook.bin": ".xlsb", "content.xml": ".ods"}
    lower = {name.lower().replace("\\", "/") for name in names}
    for part, suffix in parts.items():
        if part in lower:
            return suffix
    if any(name.startswith("xl/") for name in lower):
        return ".xlsx"
    if "word/document.xml" in lower:
        raise _instead(path, "word", "a Word document", "Copy its table into Excel and save that as .xlsx.")
    if "ppt/presentation.xml" in lower:
        raise _instead(path, "powerpoint", "a presentation", "Copy its table into Excel and save that as .xlsx.")
    raise _instead(path, "archive", "a zip archive without a workbook in it", "Unpack it and put the workbooks into the folder.")


def _ole_kind(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(_OLE_SEARCH)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise DataFormatError("password_protected", f"{path.name} is password-protected.", "Save an unprotected copy.")
    if "WordDocument".encode("utf-16-le") in content:
        raise _instead(path, "word", "a Word document", "Copy its table into Excel and save that as .xlsx.")
    return ".xls"


def _not_a_workbook(path: Path, head: bytes) -> DataFormatError:
    for start, code, what, next_step in _STARTS:
        if head.startswith(start):
            return _instead(path, code, what, next_step)
    if not head.strip(b"\0"):
        return _instead(path, "damaged", "nothing but zeros", "Download it again.")
    plain = head.replace(b"\0", b"").lower()
    for sign, code, what in _TEXTS:
        if sign in plain:
            return _instead(path, code, what, _SAVE_AS)
    if _is_text(head):
        return _instead(path, "plain_text", "plain text, such as CSV", _SAVE_AS)
    return _instead(path, "unknown_content", "something that no spreadsheet program writes", "Download or export it again.")


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    control = head.translate(None, bytes(range(32, 256)) + b"\t\r\n\f")
    return len(control) <= len(head) // 200  # text has next to none


def _instead(path: Path, code: str, what: str, next_step: str) -> DataFormatError:
    return DataFormatError(code, f"{path.name} is not an Excel workbook: its content is {what}.", next_step)
