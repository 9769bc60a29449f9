"""How far the cells of a sheet reach, from its XML alone: dense readers pay for the rectangle, not for the cells.

No pattern looks further than a few hundred bytes, so that no content makes the search slow.
"""

import html
import os
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipInfo

CHUNK = 2**20
"""Most bytes that are handed out at a time."""

_LOCAL_HEADER = struct.Struct("<26xHH")  # what counts in it: the lengths of the name and of the extra field


def inflate_part(file: BinaryIO, part: ZipInfo) -> Iterator[bytes]:
    """The bytes of a part in chunks of at most a mebibyte; whoever takes no more of them inflates no more.

    Raises BadZipFile if they can't be had.
    """
    left = _start(file, part)
    if part.compress_type == ZIP_STORED:
        yield from _pieces(file, left, CHUNK)
    elif part.compress_type == ZIP_DEFLATED:
        yield from _deflated(file, left)
    else:
        raise BadZipFile("it is compressed in a way that no spreadsheet program uses")


def _start(file: BinaryIO, part: ZipInfo) -> int:
    """Go to where the part's data begin; gives how many there are."""
    if part.header_offset < 0:
        raise BadZipFile("a part of it is said to stand before its beginning")
    file.seek(part.header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size:
        raise BadZipFile("a part of it is missing")
    file.seek(sum(_LOCAL_HEADER.unpack(header)), os.SEEK_CUR)
    return part.compress_size


def _pieces(file: BinaryIO, left: int, size: int) -> Iterator[bytes]:
    while left > 0 and (piece := file.read(min(left, size))):
        left -= len(piece)
        yield piece


def _deflated(file: BinaryIO, left: int) -> Iterator[bytes]:
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in _pieces(file, left, 2**16):
            waiting = piece
            while waiting and not decoder.eof:
                yield decoder.decompress(waiting, CHUNK)
                waiting = decoder.unconsumed_tail
        yield decoder.flush()
    except zlib.error:
        raise BadZipFile("a part of it can't be unpacked") from None


_LONGEST_TAG = 1_000  # bytes; longer ones are no cells

_CELL = re.compile(
    rb"""<(?:\w{1,20}:)?c\s(?:[^<>]{0,200}?\s)?r=["']([A-Za-z]{1,7})(\d{1,10})["'][^<>]{0,200}(?<!/)>(?!</)""",
)
_UNPLACED = re.compile(rb"""<(?:\w{1,20}:)?c(?:\s(?![^<>]{0,200}\br=)[^<>]{0,200})?(?<!/)>(?!</)""")
_FAR = re.compile(rb"""\sr=["'](?:[A-Za-z]{3}|[A-Za-z]{1,2}\d{5})""")

_ODS_TOKEN = re.compile(
    rb"<table:table\s([^<>]{0,500})>|<table:(table-row|table-cell|covered-table-cell)\b([^<>]{0,900})>|<(/table:table-row)>"
)
_ODS_NAME = re.compile(rb'table:name="([^"]{0,200})"')
_ODS_COLUMNS = re.compile(rb'number-columns-repeated="(\d{1,10})"')
_ODS_ROWS = re.compile(rb'number-rows-repeated="(\d{1,10})"')
_ODS_FAR = re.compile(rb'-repeated="\d{4}')


@dataclass
class Extent:
    """The rectangle that a sheet's cells span, in `rows` and `columns` from A1, and how many `cells` hold something.

    `name`: the sheet's, where its own part says it.
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    name: str = ""

    @property
    def area(self) -> int:
        """Cells of the rectangle."""
        return self.rows * self.columns


def may_be_far(xml: bytes) -> bool:
    """Whether a small sheet may span more than 702 columns x 9,999 rows: one quick search, no certainty."""
    return bool(_FAR.search(xml) or _ODS_FAR.search(xml))


def measure_xlsx_extents(chunks: Iterable[bytes]) -> Iterator[list[Extent]]:
    """The one extent of an .xlsx sheet, as far as it is known after each chunk."""
    sheet, unplaced = Extent(), 0
    for text in _whole_tags(chunks):
        found = _CELL.findall(text)
        sheet.cells += len(found)
        for letters in {letters for letters, _ in found}:
            sheet.columns = max(sheet.columns, column_number(letters))
        sheet.rows = max(sheet.rows, max((int(row) for _, row in found), default=0))
        unplaced += len(_UNPLACED.findall(text))
        yield [sheet]
    sheet.cells += unplaced
    # Cells without a place follow each other: a rectangle of as many is the least that they span.
    if unplaced > sheet.area:
        sheet.rows, sheet.columns = max(sheet.rows, 1), -(-unplaced // max(sheet.rows, 1))
    yield [sheet]


def measure_ods_extents(chunks: Iterable[bytes]) -> Iterator[list[Extent]]:
    """The extents of an .ods book's sheets, repeats expanded, as far as they are known after each chunk."""
    tables = _OdsTables()
    for text in _whole_tags(chunks):
        for head, kind, attributes, end in _ODS_TOKEN.findall(text):
            tables.take(head, kind or end, attributes)
        yield tables.extents


class _OdsTables:
    """Follows rows and cells. Empty cells and rows count only once something follows them."""

    def __init__(self) -> None:
        self.extents: list[Extent] = []
        self._row = self._repeat = self._column = self._width = self._filled = 0

    def take(self, head: bytes, kind: bytes, attributes: bytes) -> None:
        if head:
            self._start_table(head)
        elif kind == b"table-row":
            self._column = self._width = self._filled = 0
            self._repeat = _repeat(_ODS_ROWS, attributes)
            if attributes.endswith(b"/"):
                self._end_row()
        elif kind == b"/table:table-row":
            self._end_row()
        else:
            self._cell(attributes)

    def _start_table(self, head: bytes) -> None:
        name = _ODS_NAME.search(head)
        self.extents.append(Extent(name=html.unescape(name[1].decode("utf-8", "replace")) if name else ""))
        self._row = 0

    def _cell(self, attributes: bytes) -> None:
        repeat = _repeat(_ODS_COLUMNS, attributes)
        self._column += repeat
        if b"office:value-type" in attributes or not attributes.endswith(b"/"):
            self._width = self._column
            self._filled += repeat

    def _end_row(self) -> None:
        self._row += self._repeat
        if self._width and self.extents:
            sheet = self.extents[-1]
            sheet.rows, sheet.columns = self._row, max(sheet.columns, self._width)
            sheet.cells += self._filled * self._repeat


def column_number(letters: bytes) -> int:
    """The position of a column, 1 for A."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _repeat(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found[1]) if found else 1


def _whole_tags(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks, cut where a tag begins, not in its middle."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        cut = text.rfind(b"<", max(0, len(text) - _LONGEST_TAG))
        rest = text[cut:] if cut >= 0 else b""
        yield text[:cut] if cut >= 0 else text
    yield rest
