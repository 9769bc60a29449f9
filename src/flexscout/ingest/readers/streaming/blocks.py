"""A large sheet, block by block: one thread inflates and cuts, others parse, and rows come out in their order.

Every block is parsed as a workbook of its own, below a row that holds MARK right above its first. What comes out is counted
against what went in, so that no cell is lost without a word.
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
from flexscout.ingest.readers.excel_parser import load_cells, open_book
from flexscout.ingest.readers.limits import MOST_ROWS
from flexscout.ingest.readers.streaming.package import (
    MARK,
    Package,
    build_pointer_rows,
    has_marker,
    resolve_texts,
    rewrite_pointers,
)
from flexscout.ingest.readers.streaming.row_splitter import SplitPart, UnknownDialect, split_rows, split_texts

SIZE = 9 * 2**19
"""Bytes of a block; smaller ones cost more each, of larger ones more memory is held at a time."""

_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_SHEET_END = b"</sheetData></worksheet>"

T = TypeVar("T")
U = TypeVar("U")


class Block(NamedTuple):
    """Cells from the row `first`, as Excel numbers it, on to the last row with a value; `estimate`: rows of the whole sheet."""

    first: int
    cells: pl.DataFrame
    estimate: int


@dataclass(frozen=True)
class _Task:
    first: int
    xml: bytes


def read_sheet_blocks(package: Package, name: str, texts: pl.Series, threads: int, size: int = SIZE) -> Iterator[Block]:
    """The rows of a sheet. `texts`: the workbook's shared texts; `threads`: that parse, 1 for none beside this one.

    Raises UnknownDialect, perhaps late, if the sheet is to be read otherwise.
    """
    part = package.sheets[name]
    cut = split_rows(package.chunks(part), size)
    last = done = 0
    parsed = _in_order(lambda task: (len(task.xml), *_parsed(package, name, cut, task, texts)), _numbered(cut), threads)
    for length, first, cells in parsed:
        if first <= last:
            raise UnknownDialect("its rows are out of order")
        last = first + max(cells.height, 1) - 1
        done += length
        yield Block(first, cells, max(last, round(last * part.file_size / done)))


def read_shared_texts(package: Package, threads: int, size: int = SIZE) -> Iterator[pl.Series]:
    """The shared texts of a workbook, in order. Raises UnknownDialect, as above."""
    part, sheet = package.texts, next(iter(package.sheets), None)
    if part and sheet:
        cut = split_texts(package.chunks(part), size)
        yield from _in_order(lambda xml: _texts_of(package, part, sheet, cut, xml), cut.blocks, threads)


def _in_order(work: Callable[[T], U], items: Iterable[T], threads: int) -> Iterator[U]:
    """`work` on each item, few at a time; what a thread raises is raised here."""
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


def _numbered(cut: SplitPart) -> Iterator[_Task]:
    """The blocks with the number of their first row."""
    first_row = re.compile(rb"\s*<" + cut.prefix + rb"row(\s[^<>]*)?/?>")
    a_row = re.compile(rb"<" + cut.prefix + rb"row(\s[^<>]*)?/?>")
    following, before = 1, b""
    for xml in cut.blocks:
        found = first_row.match(xml)
        if not found:
            raise UnknownDialect("its rows are written in an unusual way")
        number = _said(found[1])
        if number is None:
            # Its rows are counted, not numbered.
            for tag in a_row.finditer(before):
                following = (_said(tag[1]) or following) + 1
            number = following
        if not 1 <= number <= MOST_ROWS:
            raise UnknownDialect("its rows have impossible numbers")
        yield _Task(number, xml)
        following, before = number, xml


def _said(attributes: bytes | None) -> int | None:
    found = re.search(rb"\sr\s*=\s*[\"'](\d{1,9})[\"']", attributes or b"")
    return int(found[1]) if found else None


def _parsed(package: Package, name: str, cut: SplitPart, task: _Task, texts: pl.Series) -> tuple[int, pl.DataFrame]:
    """A block as the parser sees it."""
    rows = _pointing(task.xml, cut.prefix) if texts.len() else task.xml
    above = _row_above(task.first, cut.prefix) if task.first > 1 else b""
    content = package.zipped({package.sheets[name].filename: (cut.head, above, rows, cut.tail)})
    with translate_parser_errors():
        cells, _ = load_cells(open_book(content), name, None if above else 0)
    cells = _below(cells, above)
    if _count(cells) != rows.count(b"</" + cut.prefix + b"c>"):
        _check_order(task, cut.prefix)
    return task.first, cells if rows is task.xml else resolve_texts(cells, texts)


def _pointing(xml: bytes, prefix: bytes) -> bytes:
    if has_marker(xml):
        raise UnknownDialect("its texts are unusual")
    return rewrite_pointers(xml, prefix)


def _row_above(first: int, prefix: bytes) -> bytes:
    c, row, v = (prefix + name for name in (b"c", b"row", b"v"))
    place = (row, first - 1, c, first - 1, v, MARK.encode(), v, c, row)
    return b'<%b r="%d"><%b r="A%d" t="str"><%b>%b</%b></%b></%b>' % place


def _below(cells: pl.DataFrame, above: bytes) -> pl.DataFrame:
    if not above:
        return cells
    if not cells.height or cells.item(0, 0) != MARK:
        raise UnknownDialect("its rows are out of order")
    return cells.slice(1)


def _count(cells: pl.DataFrame) -> int:
    """Cells with a value."""
    return cells.height * cells.width - sum(column.null_count() for column in cells.iter_columns())


def _check_order(task: _Task, prefix: bytes) -> None:
    """Raise UnknownDialect unless rows follow each other and every cell stands in its own."""
    try:
        text = task.xml.decode()
    except UnicodeDecodeError:
        raise UnknownDialect("it is no UTF-8") from None
    pattern = rf'<{re.escape(prefix.decode())}(?:row|c)\s(?:[^<>]*?\s)?r="[A-Za-z]*\d+"'
    places = pl.Series("place", [text]).str.extract_all(pattern).explode().str.extract(r'"([A-Za-z]*\d+)"$').to_frame()
    is_row = pl.col("place").str.contains(r"^\d")
    number = pl.col("place").str.extract(r"(\d+)$").cast(pl.Int64, strict=False)
    of_row = pl.when(is_row).then(number).forward_fill()
    follows = pl.when(is_row).then(number > of_row.shift(1).fill_null(0)).otherwise(number == of_row)
    if not places.select(follows.fill_null(value=False).all()).item():
        raise UnknownDialect("its cells are out of order")


@contextmanager
def translate_parser_errors() -> Iterator[None]:
    """What the parser can't do with a block, it is asked to do with the whole."""
    try:
        yield
    except (MemoryError, KeyboardInterrupt, ProcessingError):
        raise
    except BaseException:  # noqa: BLE001 - Rust panics are BaseExceptions
        raise UnknownDialect("the reader can't read a block of it") from None


def _texts_of(package: Package, part: ZipInfo, sheet: str, cut: SplitPart, xml: bytes) -> pl.Series:
    """The texts of a block, by the cells of a sheet that points at each of them."""
    si = b"<" + cut.prefix + b"si"
    count = sum(xml.count(si + end) for end in (b">", b" ", b"/>"))
    there = package.sheets[sheet]
    rows = (_SHEET, build_pointer_rows(count), _SHEET_END)
    content = package.zipped({part.filename: (cut.head, xml, cut.tail), there.filename: rows})
    with translate_parser_errors():
        cells, _ = load_cells(open_book(content), sheet)
    if cells.shape != (count, 1) or has_marker(xml):
        raise UnknownDialect("its shared texts are written in an unusual way")
    return cells.to_series()
