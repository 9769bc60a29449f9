"""Find the merged cells of a workbook in its own records, which the parsers leave out."""

import re
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from flexscout.errors import DataFormatError
from flexscout.ingest.file_types import FileType
from flexscout.ingest.readers.cell_extent import align_to_tags, find_xls_sheets, list_ods_merges, parse_column_letters
from flexscout.ingest.readers.limits import WorkbookParts
from flexscout.ingest.readers.merged_cells import MergedRanges, Range

_TAG = b"mergeCell "
_RANGE = re.compile(
    rb"""<(?:\w{1,20}:)?mergeCell\s(?:[^<>]{0,200}?\s)?ref=["']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})["']"""
)
_ODS_SPAN = re.compile(rb'number-rows-spanned="(?!1")')

# BrtMergeCell: its type, its size, then the first row, the last row, the first column and the last column.
_XLSB_RECORD = re.compile(rb"\xb0\x01\x10(.{3}\x00.{3}\x00.{2}\x00\x00.{2}\x00\x00)", re.DOTALL)
_XLSB_RECORD_BYTES = 19

# MERGEDCELLS: its type, its size, the number of ranges, then the same four numbers for each, in two bytes.
_XLS_RECORD = re.compile(rb"\xe5\x00(..)(..)", re.DOTALL)
_XLS_RANGE_BYTES = 8
_SECTOR_BYTES = (512, 4096)  # of a compound file
_HEADER_SECTORS = 109  # sectors of the allocation table that the header of a compound file lists
_ENTRY_BYTES = 128
_STREAM_NAMES = {name.encode("utf-16-le") for name in ("Workbook", "Book")}


def find_merged_cells(path: Path, kind: FileType, parts: WorkbookParts | None = None) -> dict[str, MergedRanges]:
    """Return sheet -> its cells that are merged down one column, of a workbook that has been read.

    Args:
        path: The workbook.
        kind: Its type by content.
        parts: Its parts, if they are open.

    """
    if kind is FileType.XLS:
        return _collect_by_sheet(_list_xls_ranges(path.read_bytes()))
    try:
        with nullcontext(parts) if parts else WorkbookParts(path, kind) as opened:
            if kind is FileType.ODS:
                return _collect_by_sheet(_list_ods_ranges(opened))
            find = read_xlsx_ranges if kind is FileType.XLSX else _read_xlsb_ranges
            titled = [(part, sheet) for part, sheet in opened.titled if sheet]
            return {sheet: find(opened.inflate_counted(part, part.file_size)) for part, sheet in titled}
    except DataFormatError:
        return {}  # the check for ill-formed XML reports it


def read_xlsx_ranges(chunks: Iterable[bytes]) -> MergedRanges:
    """Return the merged cells in the XML of a sheet, or in what follows its rows."""
    found = (match for text in align_to_tags(chunks) if _TAG in text for match in _RANGE.findall(text))
    return MergedRanges.collect(
        Range(int(first) - 1, int(last) - 1, parse_column_letters(left) - 1, parse_column_letters(right) - 1)
        for left, first, right, last in found
    )


def _read_xlsb_ranges(chunks: Iterable[bytes]) -> MergedRanges:
    return MergedRanges.collect(
        Range(*(int.from_bytes(record[at : at + 4], "little") for at in range(0, 16, 4)))
        for text in _overlap(chunks, _XLSB_RECORD_BYTES - 1)
        for record in _XLSB_RECORD.findall(text)
    )


def _overlap(chunks: Iterable[bytes], count: int) -> Iterator[bytes]:
    """Yield chunks that begin with the last bytes of the one before: too few for a record, so that none comes twice."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        yield text
        rest = text[-count:]


def _list_ods_ranges(parts: WorkbookParts) -> Iterator[tuple[str, Range]]:
    """Yield the sheet and the place of each merged cell; only workbooks that have some are examined cell by cell."""
    for part, _ in parts.titled:
        if any(_ODS_SPAN.search(text) for text in align_to_tags(parts.inflate_counted(part, part.file_size))):
            for sheet, *place in list_ods_merges(parts.inflate_counted(part, part.file_size)):
                yield sheet, Range(*place)


def _list_xls_ranges(content: bytes) -> Iterator[tuple[str, Range]]:
    """Yield the sheet and the place of each merged cell of an .xls."""
    if not any(_count_xls_ranges(match) for match in _XLS_RECORD.finditer(content)):
        return
    stream = _read_workbook_stream(content)
    sheets = [(0, ""), *sorted(find_xls_sheets(stream))]
    end = 0
    for match in _XLS_RECORD.finditer(stream):
        if match.start() < end:
            continue  # it is in the ranges of the record before
        end = match.end() + _count_xls_ranges(match) * _XLS_RANGE_BYTES
        _, sheet = sheets[bisect_right(sheets, match.start(), key=itemgetter(0)) - 1]
        places = struct.iter_unpack("<4H", stream[match.end() : end])
        yield from ((sheet, Range(*place)) for place in places if sheet)


def _count_xls_ranges(match: re.Match[bytes]) -> int:
    """Return how many ranges a record has that is followed by as many bytes as it says; 0 if it is none."""
    size, count = (int.from_bytes(number, "little") for number in match.groups())
    is_whole = match.end() + count * _XLS_RANGE_BYTES <= len(match.string)
    return count if is_whole and size == 2 + count * _XLS_RANGE_BYTES else 0


def _read_workbook_stream(content: bytes) -> bytes:
    """Return the stream of an .xls that has the sheets, whose sectors may be scattered; empty if it can't be found."""
    size = 1 << content[30] if len(content) > _SECTOR_BYTES[0] else 0
    if size not in _SECTOR_BYTES:
        return b""
    sectors = [content[at : at + size] for at in range(size, len(content) - size + 1, size)]
    table = _read_allocation_table(content, sectors, size // 4)
    directory = b"".join(_follow_chain(table, _read_number(content, 48), sectors))
    for at in range(0, len(directory), _ENTRY_BYTES):
        entry = directory[at : at + _ENTRY_BYTES]
        if entry[: max(0, int.from_bytes(entry[64:66], "little") - 2)] in _STREAM_NAMES:
            return b"".join(_follow_chain(table, _read_number(entry, 116), sectors))[: _read_number(entry, 120)]
    return b""


def _read_allocation_table(content: bytes, sectors: Sequence[bytes], width: int) -> list[int]:
    """Return the number of the sector that follows each sector; `width` numbers fit into one.

    A hostile file lists a sector many times: each is read once, and no more of them than the file's sectors need.
    """
    numbers = list(struct.unpack_from(f"<{_HEADER_SECTORS}I", content, 76))
    following = _read_number(content, 68)
    listed: dict[int, None] = {}
    for _ in range(min(_read_number(content, 72), len(sectors)) + 1):
        listed |= dict.fromkeys(number for number in numbers if number < len(sectors))
        if following >= len(sectors) or len(listed) > len(sectors) // width:
            break
        *numbers, following = _read_numbers(sectors[following])
    used = islice(listed, len(sectors) // width + 1)
    return [following for number in used for following in _read_numbers(sectors[number])]


def _follow_chain(table: Sequence[int], first: int, sectors: Sequence[bytes]) -> list[bytes]:
    """Return the sectors of a stream, from the first; a damaged chain ends early."""
    chain: list[bytes] = []
    while first < len(sectors) and len(chain) < len(sectors):
        chain.append(sectors[first])
        first = table[first] if first < len(table) else len(sectors)
    return chain


def _read_numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector)


def _read_number(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 4], "little")


def _collect_by_sheet(found: Iterable[tuple[str, Range]]) -> dict[str, MergedRanges]:
    """Collect ranges that come sheet by sheet."""
    groups = groupby(found, key=itemgetter(0))
    return {sheet: MergedRanges.collect(place for _, place in ranges) for sheet, ranges in groups}
