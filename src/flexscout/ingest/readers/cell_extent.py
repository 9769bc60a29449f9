"""Extent of a sheet's cells, measured before it is read: a dense parser allocates the whole rectangle, not just the filled cells.

Every pattern is bounded to a few hundred bytes, so that no content makes the search slow.
"""

import html
import os
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipInfo

from zlib_ng import zlib_ng

from flexscout.ingest.workbook_package import iter_binary_records

CHUNK_BYTES = 2**20
"""Maximum size of a decompressed chunk."""

_COMPRESSED_CHUNK_BYTES = 2**16
_LOCAL_HEADER = struct.Struct("<26xHH")  # reads the lengths of the name and the extra field
_MAX_TAG_BYTES = 1_000  # of a cell or row

_CELL = re.compile(
    rb"""<(?:\w{1,20}:)?c\s(?:[^<>]{0,200}?\s)?r=["']([A-Za-z]{1,7})(\d{1,10})["'][^<>]{0,200}(?<!/)>(?!</)""",
)
_UNPLACED_CELL = re.compile(rb"""<(?:\w{1,20}:)?c(?:\s(?![^<>]{0,200}\br=)[^<>]{0,200})?(?<!/)>(?!</)""")
_FAR_CELL = re.compile(rb"""\sr=["'](?:[A-Za-z]{3}|[A-Za-z]{1,2}\d{5})""")

_ODS_TOKEN = re.compile(
    rb"<table:table\s([^<>]{0,500})>|<table:(table-row|table-cell|covered-table-cell)\b([^<>]{0,900})>|<(/table:table-row)>"
)
_ODS_NAME = re.compile(rb'table:name="([^"]{0,200})"')
_ODS_COLUMNS = re.compile(rb'number-columns-repeated="(\d{1,10})"')
_ODS_ROWS = re.compile(rb'number-rows-repeated="(\d{1,10})"')
_ODS_MERGED_ROWS = re.compile(rb'number-rows-spanned="(\d{1,7})"')
_ODS_MERGED_COLUMNS = re.compile(rb'number-columns-spanned="(\d{1,7})"')
_ODS_FAR_REPEAT = re.compile(rb'-repeated="\d{4}')

_ROW = 0  # BrtRowHdr
_FILLED = range(2, 12)  # BrtCellRk to BrtFmlaError; 1 is a blank cell with a format
_NUMBER = struct.Struct("<I")

_XLS_SHEET = re.compile(rb"\x85\0[\x08-\xff][\0\x01](?P<start>.{4})[\0-\x02]\0(?P<length>.)(?P<wide>[\0\x01])", re.DOTALL)
_XLS_DIMENSIONS = re.compile(rb"\0\x02\x0e\0.{4}(.{4}).{2}(.{2})\0\0", re.DOTALL)
_MAX_XLS_ROWS, _MAX_XLS_COLUMNS = 65_536, 256


def inflate_part(file: BinaryIO, part: ZipInfo) -> Iterator[bytes]:
    """Decompress a part lazily, in chunks of at most CHUNK_BYTES. Raises BadZipFile if it is damaged."""
    left = _seek_data(file, part)
    if part.compress_type == ZIP_STORED:
        yield from _read_chunks(file, left, CHUNK_BYTES)
    elif part.compress_type == ZIP_DEFLATED:
        yield from _inflate(file, left)
    else:
        raise BadZipFile("it uses a compression method that no spreadsheet program uses")


def _seek_data(file: BinaryIO, part: ZipInfo) -> int:
    """Go to the part's data; return its compressed size."""
    if part.header_offset < 0:
        raise BadZipFile("a part of it would start before the file does")
    file.seek(part.header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size:
        raise BadZipFile("a part of it is missing")
    file.seek(sum(_LOCAL_HEADER.unpack(header)), os.SEEK_CUR)
    return part.compress_size


def _read_chunks(file: BinaryIO, left: int, size: int) -> Iterator[bytes]:
    while left > 0 and (chunk := file.read(min(left, size))):
        left -= len(chunk)
        yield chunk


def _inflate(file: BinaryIO, left: int) -> Iterator[bytes]:
    decoder = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)
    try:
        for chunk in _read_chunks(file, left, _COMPRESSED_CHUNK_BYTES):
            pending = chunk
            while pending and not decoder.eof:
                yield decoder.decompress(pending, CHUNK_BYTES)
                pending = decoder.unconsumed_tail
        yield decoder.flush()
    except zlib_ng.error:  # type: ignore[misc] # its stub says that it is an instance
        raise BadZipFile("a part of it can't be unpacked") from None


@dataclass
class Extent:
    """The rectangle that a sheet's cells span.

    Attributes:
        rows: Rows from row 1.
        columns: Columns from A.
        cells: Number of filled cells.
        name: Name of the sheet, if its own part has it.

    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    name: str = ""

    @property
    def area(self) -> int:
        """Number of cells in the rectangle."""
        return self.rows * self.columns


def may_be_sparse(xml: bytes) -> bool:
    """Return whether a small sheet may span more than 702 columns x 9,999 rows: a fast heuristic."""
    return bool(_FAR_CELL.search(xml) or _ODS_FAR_REPEAT.search(xml))


def measure_xlsx_extents(chunks: Iterable[bytes]) -> Iterator[list[Extent]]:
    """Yield the extent of an .xlsx sheet, as far as it is known after each chunk."""
    sheet, unplaced = Extent(), 0
    for text in align_to_tags(chunks):
        places = _CELL.findall(text)
        sheet.cells += len(places)
        for letters in {letters for letters, _ in places}:
            sheet.columns = max(sheet.columns, parse_column_letters(letters))
        sheet.rows = max(sheet.rows, max((int(row) for _, row in places), default=0))
        unplaced += len(_UNPLACED_CELL.findall(text))
        yield [sheet]
    sheet.cells += unplaced
    # Cells without a reference follow each other, so they span at least a rectangle of their number.
    if unplaced > sheet.area:
        sheet.rows, sheet.columns = max(sheet.rows, 1), -(-unplaced // max(sheet.rows, 1))
    yield [sheet]


def measure_ods_extents(chunks: Iterable[bytes]) -> Iterator[list[Extent]]:
    """Yield the extents of an .ods workbook's sheets, repeats expanded, as far as they are known after each chunk."""
    parser = _OdsParser()
    for text in align_to_tags(chunks):
        for head, kind, attributes, end in _ODS_TOKEN.findall(text):
            parser.feed(head, kind or end, attributes)
        yield parser.extents


def list_ods_merges(chunks: Iterable[bytes]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield the sheet, the first and the last row, and the first and the last column of the merged cells of an .ods."""
    parser = _OdsParser()
    for text in align_to_tags(chunks):
        for head, kind, attributes, end in _ODS_TOKEN.findall(text):
            parser.feed(head, kind or end, attributes)
        yield from parser.merges
        parser.merges.clear()


class _OdsParser:
    """Tracks rows and cells. Empty ones count only if a filled one follows."""

    def __init__(self) -> None:
        self.extents: list[Extent] = []
        self.merges: list[tuple[str, int, int, int, int]] = []
        self._row = self._repeat = self._column = self._width = self._filled = 0

    def feed(self, head: bytes, kind: bytes, attributes: bytes) -> None:
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
            self._add_cell(attributes)

    def _start_table(self, head: bytes) -> None:
        name = _ODS_NAME.search(head)
        self.extents.append(Extent(name=html.unescape(name[1].decode("utf-8", "replace")) if name else ""))
        self._row = 0

    def _add_cell(self, attributes: bytes) -> None:
        repeat = _repeat(_ODS_COLUMNS, attributes)
        if b"-spanned=" in attributes and self.extents:
            rows, columns = _repeat(_ODS_MERGED_ROWS, attributes), _repeat(_ODS_MERGED_COLUMNS, attributes)
            place = self._row, self._row + rows - 1, self._column, self._column + columns - 1
            self.merges.append((self.extents[-1].name, *place))
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


def measure_xlsb_extents(chunks: Iterable[bytes]) -> Iterator[list[Extent]]:
    """Yield the extent of an .xlsb sheet, as far as it is known after each chunk."""
    sheet, row, rest = Extent(), 0, b""
    for chunk in chunks:
        text, used = rest + chunk, 0
        for kind, start, end in iter_binary_records(text):
            used = end
            if kind == _ROW and end - start >= _NUMBER.size:
                row = _NUMBER.unpack_from(text, start)[0] + 1
            elif kind in _FILLED and end - start >= _NUMBER.size:
                sheet.rows = max(sheet.rows, row)
                sheet.columns = max(sheet.columns, _NUMBER.unpack_from(text, start)[0] + 1)
                sheet.cells += 1
        rest = text[used:]
        yield [sheet]


def find_xls_extents(content: bytes) -> list[Extent]:
    """Return the extents that the sheets of an .xls declare; they have names if as many sheets are listed."""
    found = _XLS_DIMENSIONS.findall(content)
    sizes = [(int.from_bytes(rows, "little"), int.from_bytes(columns, "little")) for rows, columns in found]
    sheets = [
        Extent(rows, columns, rows * columns) for rows, columns in sizes if rows <= _MAX_XLS_ROWS and columns <= _MAX_XLS_COLUMNS
    ]
    names = [_read_name(content, match) for match in _XLS_SHEET.finditer(content)]
    if len(names) == len(sheets):
        for sheet, name in zip(sheets, names, strict=True):
            sheet.name = name
    return sheets


def find_xls_sheets(stream: bytes) -> list[tuple[int, str]]:
    """Return where the worksheets of an .xls begin in its workbook stream, and their names."""
    return [(int.from_bytes(match["start"], "little"), _read_name(stream, match)) for match in _XLS_SHEET.finditer(stream)]


def _read_name(content: bytes, match: re.Match[bytes]) -> str:
    is_wide = match["wide"] == b"\x01"
    length = match["length"][0] * (2 if is_wide else 1)
    return content[match.end() : match.end() + length].decode("utf-16-le" if is_wide else "latin-1", "replace")


def parse_column_letters(letters: bytes) -> int:
    """Return the number of a column, 1 for A."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _repeat(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    match = pattern.search(attributes)
    return int(match[1]) if match else 1


def align_to_tags(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Shift the boundaries of chunks to where a tag begins."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        cut = text.rfind(b"<", max(0, len(text) - _MAX_TAG_BYTES))
        rest = text[cut:] if cut >= 0 else b""
        yield text[:cut] if cut >= 0 else text
    yield rest
