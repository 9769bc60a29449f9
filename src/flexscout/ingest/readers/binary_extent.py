"""Extent of the cells of binary workbooks: from every record of an .xlsb, and from the dimensions that an .xls declares."""

import re
import struct
from collections.abc import Iterable, Iterator

from flexscout.ingest.readers.cell_extent import Extent
from flexscout.ingest.workbook_package import iter_binary_records

_ROW = 0  # BrtRowHdr
_FILLED = range(2, 12)  # BrtCellRk to BrtFmlaError; 1 is a blank cell with a format
_NUMBER = struct.Struct("<I")

_XLS_SHEET = re.compile(rb"\x85\0[\x08-\xff][\0\x01].{4}[\0-\x02]\0(.)([\0\x01])", re.DOTALL)
_XLS_DIMENSIONS = re.compile(rb"\0\x02\x0e\0.{4}(.{4}).{2}(.{2})\0\0", re.DOTALL)
_MAX_XLS_ROWS, _MAX_XLS_COLUMNS = 65_536, 256


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


def _read_name(content: bytes, match: re.Match[bytes]) -> str:
    is_wide = match[2] == b"\x01"
    length = match[1][0] * (2 if is_wide else 1)
    return content[match.end() : match.end() + length].decode("utf-16-le" if is_wide else "latin-1", "replace")
