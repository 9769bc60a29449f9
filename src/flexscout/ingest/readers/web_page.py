"""Web pages, plain or saved as an archive (MHTML): the "Excel export" of many portals is one."""

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
from flexscout.ingest.readers.merged_cells import MergedRanges, Range
from flexscout.ingest.readers.raw_workbook import RawSheet, Workbook, trim_cells

_MAX_BYTES = 2**28
_MAX_TABLES = 1_000
_MAX_SPAN = 1_000
_MAX_CELLS = 2**26
_MAX_DIGITS = 9
_CELL_TAGS = ("td", "th")
_EXPORT_WORKBOOK = "Export the table as an Excel workbook or CSV instead; a page may be an error message or a login form."


def read_web_page(path: Path, kind: FileType) -> Workbook:
    """Read each table with cells as a sheet named `Table 1` and so on; the text of a merged cell is in its first one.

    Raises DataFormatError if it has no table; OSError if it can't be opened.
    """
    if path.stat().st_size > _MAX_BYTES:
        message = f"{path.name} is a web page of more than {_MAX_BYTES // 2**20} MB, too large to be read."
        raise DataFormatError(ErrorCode.TOO_LARGE, message, _EXPORT_WORKBOOK)
    content = path.read_bytes()
    page = _parse(_extract_page(path, content) if kind is FileType.MHTML else content)
    tables = [] if page is None else list(islice(page.iter("table"), _MAX_TABLES + 1))
    if len(tables) > _MAX_TABLES:
        raise DataFormatError(
            ErrorCode.WEB_PAGE, f"{path.name} is a web page with more than {_MAX_TABLES:,} tables.", _EXPORT_WORKBOOK
        )
    # A table around others only arranges the page.
    innermost = (table for table in tables if next(table.iterdescendants("table"), None) is None)
    tables_read = (_build_frame(path, table) for table in innermost)
    frames = ((trim_cells(frame), merged) for frame, merged in tables_read)
    sheets = tuple(
        RawSheet(f"Table {i}", frame, notes=merged.notes, merged=merged.ranges)
        for i, (frame, merged) in enumerate(frames, 1)
        if frame.height
    )
    if not sheets:
        raise DataFormatError(
            ErrorCode.WEB_PAGE, f"{path.name} can't be read: its content is a web page without a table.", _EXPORT_WORKBOOK
        )
    return Workbook(sheets, ())


def _parse(content: bytes) -> lxml.html.HtmlElement | None:
    text, _ = decode_to_utf_8(content)
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        return lxml.html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _extract_page(path: Path, content: bytes) -> bytes:
    """Return the first page of a web archive that has a table, else the first page."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    parts = [part for part in message.walk() if part.get_content_type() == "text/html"]
    try:
        pages = [bytes(part.get_payload(decode=True) or b"") for part in parts]
    except (LookupError, ValueError, TypeError):
        pages = []
    if not pages:
        raise DataFormatError(
            ErrorCode.MHTML, f"{path.name} can't be read: its content is a web archive without a page.", _EXPORT_WORKBOOK
        )
    return next((page for page in pages if b"<table" in page.lower()), pages[0])


def _build_frame(path: Path, table: lxml.html.HtmlElement) -> tuple[pl.DataFrame, MergedRanges]:
    rows: list[list[str | None]] = []
    merged: list[Range] = []
    spans: dict[int, int] = {}
    cells = 0
    for row in table.iter("tr"):
        texts, spans = _read_row(row, spans, len(rows), merged)
        cells += len(texts)
        if len(texts) > MAX_COLUMNS or cells > _MAX_CELLS:
            message = f"{path.name}: its table has more than {MAX_COLUMNS:,} columns or {_MAX_CELLS:,} cells in all."
            raise DataFormatError(ErrorCode.TOO_MANY_COLUMNS, message, _EXPORT_WORKBOOK)
        rows.append(texts)
    frame = pl.DataFrame({str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(zip_longest(*rows))})
    return frame, MergedRanges.collect(merged)


def _read_row(
    row: lxml.html.HtmlElement, spans: dict[int, int], number: int, merged: list[Range]
) -> tuple[list[str | None], dict[int, int]]:
    """Read the cells of a row.

    Args:
        row: The row.
        spans: Column -> number of rows, from this one on, that a cell above covers.
        number: Position of the row from 0.
        merged: Receives the merged cells that begin in it.

    Returns:
        The texts, and the spans for the next row.

    """
    texts: list[str | None] = []
    next_spans = {column: rows - 1 for column, rows in spans.items() if rows > 1}
    for cell in row.iterchildren(*_CELL_TAGS):
        while len(texts) in spans:
            texts.append(None)
        columns, rows = _read_span(cell, "colspan"), _read_span(cell, "rowspan")
        if rows > 1:
            merged.append(Range(number, number + rows - 1, len(texts), len(texts) + columns - 1))
            next_spans |= dict.fromkeys(range(len(texts), len(texts) + columns), rows - 1)
        # A browser shows line breaks and blanks of the source as one space. Only strings are text, not comments.
        content = "".join(text for text in cell.itertext() if isinstance(text, str))
        texts.append(" ".join(content.split()) or None)
        texts += [None] * (columns - 1)
    return texts, next_spans


def _read_span(cell: lxml.html.HtmlElement, name: str) -> int:
    span = cell.get(name, "1").strip()
    return min(max(int(span), 1), _MAX_SPAN) if span.isascii() and span.isdecimal() and len(span) < _MAX_DIGITS else 1
