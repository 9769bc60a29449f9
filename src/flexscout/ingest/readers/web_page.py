"""Tables of a web page, or of one saved with all its parts (MHTML): many portals' "Excel export" is one."""

import email
import email.policy
from itertools import islice, zip_longest
from pathlib import Path

import lxml.html
import polars as pl
from lxml import etree

from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError
from flexscout.ingest.file_types import FileType, decode_to_utf_8
from flexscout.ingest.readers.limits import MAX_COLUMNS
from flexscout.ingest.readers.raw_workbook import RawSheet, Workbook, trim_cells

_MOST_BYTES = 2**28
_MOST_TABLES = 1_000
_MOST_SPAN = 1_000
_MOST_CELLS = 2**26
_DIGITS = 9
_CELLS = ("td", "th")
_EXPORT = "Export the table as an Excel workbook or CSV instead; a page may be an error message or a login form."


def read_web_page(path: Path, kind: FileType) -> Workbook:
    """Each table of the page that has cells, as a sheet named `Table 1` and so on; a merged cell's text stands in its first.

    Raises DataFormatError if there is none; OSError if it can't be opened.
    """
    if path.stat().st_size > _MOST_BYTES:
        message = f"{path.name} is a web page of more than {_MOST_BYTES // 2**20} MB, too large to be read."
        raise DataFormatError(ErrorCode.TOO_LARGE, message, _EXPORT)
    content = path.read_bytes()
    page = _parsed(_page_of_archive(path, content) if kind is FileType.MHTML else content)
    tables = [] if page is None else list(islice(page.iter("table"), _MOST_TABLES + 1))
    if len(tables) > _MOST_TABLES:
        raise DataFormatError(ErrorCode.WEB_PAGE, f"{path.name} is a web page with more than {_MOST_TABLES:,} tables.", _EXPORT)
    # One that holds others only lays out the page.
    innermost = (table for table in tables if next(table.iterdescendants("table"), None) is None)
    frames = (trim_cells(_frame(path, table)) for table in innermost)
    sheets = tuple(RawSheet(f"Table {i}", frame) for i, frame in enumerate(frames, 1) if frame.height)
    if not sheets:
        raise DataFormatError(
            ErrorCode.WEB_PAGE, f"{path.name} can't be read: its content is a web page without a table.", _EXPORT
        )
    return Workbook(sheets, ())


def _parsed(content: bytes) -> lxml.html.HtmlElement | None:
    text, _ = decode_to_utf_8(content)
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        return lxml.html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _page_of_archive(path: Path, content: bytes) -> bytes:
    """The first page of a web archive that holds a table, else the first."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    parts = [part for part in message.walk() if part.get_content_type() == "text/html"]
    try:
        pages = [bytes(part.get_payload(decode=True) or b"") for part in parts]
    except (LookupError, ValueError, TypeError):
        pages = []
    if not pages:
        raise DataFormatError(
            ErrorCode.MHTML, f"{path.name} can't be read: its content is a web archive without a page.", _EXPORT
        )
    return next((page for page in pages if b"<table" in page.lower()), pages[0])


def _frame(path: Path, table: lxml.html.HtmlElement) -> pl.DataFrame:
    rows: list[list[str | None]] = []
    below: dict[int, int] = {}
    cells = 0
    for row in table.iter("tr"):
        texts, below = _texts(row, below)
        cells += len(texts)
        if len(texts) > MAX_COLUMNS or cells > _MOST_CELLS:
            message = f"{path.name}: its table has more than {MAX_COLUMNS:,} columns or {_MOST_CELLS:,} cells in all."
            raise DataFormatError(ErrorCode.TOO_MANY_COLUMNS, message, _EXPORT)
        rows.append(texts)
    return pl.DataFrame({str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(zip_longest(*rows))})


def _texts(row: lxml.html.HtmlElement, above: dict[int, int]) -> tuple[list[str | None], dict[int, int]]:
    """The cells of a row; `above`: column -> rows, from this one on, that a cell above still fills. And what is left of that."""
    texts: list[str | None] = []
    below = {column: rows - 1 for column, rows in above.items() if rows > 1}
    for cell in row.iterchildren(*_CELLS):
        while len(texts) in above:
            texts.append(None)
        columns, rows = _span(cell, "colspan"), _span(cell, "rowspan")
        if rows > 1:
            below |= dict.fromkeys(range(len(texts), len(texts) + columns), rows - 1)
        # Line breaks and blanks of the source are no part of the text that a page shows.
        texts.append(" ".join("".join(_shown(cell)).split()) or None)
        texts += [None] * (columns - 1)
    return texts, below


def _shown(cell: lxml.html.HtmlElement) -> list[str]:
    return [text for text in cell.itertext() if isinstance(text, str)]


def _span(cell: lxml.html.HtmlElement, name: str) -> int:
    span = cell.get(name, "1").strip()
    return min(max(int(span), 1), _MOST_SPAN) if span.isascii() and span.isdecimal() and len(span) < _DIGITS else 1
