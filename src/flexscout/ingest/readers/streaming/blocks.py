"""Blocks of a large sheet: one thread decompresses and splits, others parse, and rows come out in order.

Each block is parsed as a workbook of its own, below a row that holds MARK right above the block's first row. The cells that come
out are counted against those that went in, so that no cell is lost silently.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple, TypeVar
from zipfile import ZipInfo

import polars as pl

from flexscout.errors import ProcessingError
from flexscout.ingest.readers.excel_parser import load_sheet, open_book
from flexscout.ingest.readers.limits import MAX_ROWS
from flexscout.ingest.readers.raw_workbook import collect_cells
from flexscout.ingest.readers.streaming.row_splitter import SplitPart, UnknownDialect, split_rows, split_texts
from flexscout.ingest.readers.streaming.xlsx_package import (
    MARK,
    XlsxPackage,
    build_pointer_rows,
    has_marker,
    resolve_texts,
    rewrite_pointers,
)

_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_SHEET_END = b"</sheetData></worksheet>"

T = TypeVar("T")
U = TypeVar("U")


class Block(NamedTuple):
    """Rows of a sheet.

    Attributes:
        first: Excel's number of the first row.
        cells: Cells, up to the last row with a value.
        estimate: Estimated number of rows of the whole sheet.

    """

    first: int
    cells: pl.DataFrame
    estimate: int


@dataclass(frozen=True)
class _RowXml:
    """XML of whole rows, and Excel's number of the first."""

    first: int
    xml: bytes


def read_sheet_blocks(
    package: XlsxPackage, name: str, texts: pl.Series, threads: int, size: int
) -> tuple[Iterator[Block], Iterator[bytes]]:
    """Read the rows of a sheet in order, then the XML that follows them.

    Args:
        package: The workbook.
        name: Name of the sheet.
        texts: Shared texts of the workbook.
        threads: Threads that parse; with 1, the calling thread does.
        size: Bytes of a block.

    Raises:
        UnknownDialect: The sheet has to be read as a whole; also raised after some blocks.

    """
    split = split_rows(package.read_chunks(package.sheets[name]), size)
    return _read_blocks(package, name, split, texts, threads), split.after


def _read_blocks(package: XlsxPackage, name: str, split: SplitPart, texts: pl.Series, threads: int) -> Iterator[Block]:
    parsed = _map_in_order(
        lambda rows: (len(rows.xml), rows.first, _parse_rows(package, name, split, rows, texts)), _number_blocks(split), threads
    )
    size = package.sheets[name].file_size
    last = done = 0
    for length, first, cells in parsed:
        if first <= last:
            raise UnknownDialect("its rows are out of order")
        last = first + max(cells.height, 1) - 1
        done += length
        yield Block(first, cells, max(last, round(last * size / done)))


def read_shared_texts(package: XlsxPackage, threads: int, size: int) -> Iterator[pl.Series]:
    """Read the shared texts of a workbook, in order. The arguments and errors are those of `read_sheet_blocks`."""
    part, sheet = package.texts, next(iter(package.sheets), None)
    if part and sheet:
        split = split_texts(package.read_chunks(part), size)
        yield from _map_in_order(lambda xml: _parse_texts(package, part, sheet, split, xml), split.blocks, threads)


@contextmanager
def require_parser() -> Iterator[None]:
    """Turn whatever the parser raises for a block into UnknownDialect, so that the sheet is read as a whole."""
    try:
        yield
    except (MemoryError, KeyboardInterrupt, ProcessingError):
        raise
    except BaseException:  # noqa: BLE001 - Rust panics are BaseExceptions
        raise UnknownDialect("the parser can't read a block of it") from None


def _map_in_order(work: Callable[[T], U], items: Iterable[T], threads: int) -> Iterator[U]:
    """Apply `work` to each item in threads, a few items ahead; exceptions are raised here."""
    if threads == 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[U]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _number_blocks(split: SplitPart) -> Iterator[_RowXml]:
    """Find the number of each block's first row."""
    first_row = re.compile(rb"\s*<" + split.prefix + rb"row(\s[^<>]*)?/?>")
    any_row = re.compile(rb"<" + split.prefix + rb"row(\s[^<>]*)?/?>")
    following, previous = 1, b""
    for xml in split.blocks:
        match = first_row.match(xml)
        if not match:
            raise UnknownDialect("its rows are written in an unusual way")
        number = _read_row_number(match[1])
        if number is None:
            # The row has no number of its own: it follows those of the previous block.
            for tag in any_row.finditer(previous):
                following = (_read_row_number(tag[1]) or following) + 1
            number = following
        if not 1 <= number <= MAX_ROWS:
            raise UnknownDialect("its rows have impossible numbers")
        yield _RowXml(number, xml)
        following, previous = number, xml


def _read_row_number(attributes: bytes | None) -> int | None:
    match = re.search(rb"\sr\s*=\s*[\"'](\d{1,9})[\"']", attributes or b"")
    return int(match[1]) if match else None


def _parse_rows(package: XlsxPackage, name: str, split: SplitPart, rows: _RowXml, texts: pl.Series) -> pl.DataFrame:
    xml, prefix = rows.xml, split.prefix
    if texts.len():
        if has_marker(xml):
            raise UnknownDialect("its texts are unusual")
        xml = rewrite_pointers(xml, prefix)
    above = _build_row_above(rows.first, prefix) if rows.first > 1 else b""
    content = package.zip_with({package.sheets[name].filename: (split.head, above, xml, split.tail)})
    with require_parser():
        cells = collect_cells(load_sheet(open_book(content), name, None if above else 0).cells)
    if above:
        if not cells.height or cells.item(0, 0) != MARK:
            raise UnknownDialect("its rows are out of order")
        cells = cells.slice(1)
    values = cells.height * cells.width - sum(column.null_count() for column in cells.iter_columns())
    if values != xml.count(b"</" + prefix + b"c>"):
        _check_order(rows.xml, prefix)
    return resolve_texts(cells, texts) if texts.len() else cells


def _build_row_above(first: int, prefix: bytes) -> bytes:
    c, row, v = (prefix + name for name in (b"c", b"row", b"v"))
    values = (row, first - 1, c, first - 1, v, MARK.encode(), v, c, row)
    return b'<%b r="%d"><%b r="A%d" t="str"><%b>%b</%b></%b></%b>' % values


def _check_order(xml: bytes, prefix: bytes) -> None:
    """Raise UnknownDialect unless rows ascend and every cell is in its own row."""
    try:
        text = xml.decode()
    except UnicodeDecodeError:
        raise UnknownDialect("it is not UTF-8") from None
    pattern = rf'<{re.escape(prefix.decode())}(?:row|c)\s(?:[^<>]*?\s)?r="[A-Za-z]*\d+"'
    places = pl.Series("place", [text]).str.extract_all(pattern).explode().str.extract(r'"([A-Za-z]*\d+)"$').to_frame()
    is_row = pl.col("place").str.contains(r"^\d")
    number = pl.col("place").str.extract(r"(\d+)$").cast(pl.Int64, strict=False)
    row_number = pl.when(is_row).then(number).forward_fill()
    follows = pl.when(is_row).then(number > row_number.shift(1).fill_null(0)).otherwise(number == row_number)
    if not places.select(follows.fill_null(value=False).all()).item():
        raise UnknownDialect("its cells are out of order")


def _parse_texts(package: XlsxPackage, part: ZipInfo, sheet: str, split: SplitPart, xml: bytes) -> pl.Series:
    """Parse shared texts by way of a sheet with one cell for each of them."""
    si = b"<" + split.prefix + b"si"
    count = sum(xml.count(si + end) for end in (b">", b" ", b"/>"))
    rows = (_SHEET, build_pointer_rows(count), _SHEET_END)
    content = package.zip_with(
        {part.filename: (split.head, xml, split.tail), package.sheets[sheet].filename: rows},
    )
    with require_parser():
        cells = collect_cells(load_sheet(open_book(content), sheet).cells)
    if cells.shape != (count, 1) or has_marker(xml):
        raise UnknownDialect("its shared texts are written in an unusual way")
    return cells.to_series()
