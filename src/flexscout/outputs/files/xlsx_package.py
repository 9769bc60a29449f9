"""Finish a written workbook: parts that its writer can't write are changed or added, all others are copied as they are."""

import os
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from xml.sax.saxutils import escape, quoteattr  # nosec B406 # XML is written, not read

from flexscout.domain import WORKBOOK_CREATOR, format_column_letters
from flexscout.outputs.files.xlsx_blocks import RowBlocks, compress_in_threads

_TIMESTAMP = "2000-01-01T00:00:00Z"  # replaces the time of writing, so that equal input gives equal bytes
_TABLE_STYLE = "TableStyleLight1"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TABLE_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/table"
_TABLE_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LOCAL_HEADER, _NAME_LENGTHS = 30, struct.Struct("<HH")  # of a zip entry
_SIZES_FOLLOW = 0x08  # flag of a zip entry: its sizes are behind its content
_PADDING = 0.7109375  # characters that Excel adds to a width
_CHUNK, _HUGE = 2**20, 2**31  # bytes; an entry that may be larger needs other fields

Edit = Callable[[bytes], bytes]


@dataclass(frozen=True)
class NativeTable:
    """An Excel table.

    Attributes:
        name: Its name, unique in the workbook.
        headers: Its headers, unique whatever the case.
        header_row: The row of the headers, from 0.
        row_count: The number of rows below.

    """

    name: str
    headers: tuple[str, ...]
    header_row: int
    row_count: int


class PackageChanges:
    """What to change in a workbook; `apply` writes it. Sheets and charts are numbered from 1."""

    def __init__(self) -> None:
        self._edits: dict[str, list[Edit]] = {}
        self._added: dict[str, bytes] = {}
        self._blocks: dict[str, RowBlocks] = {}
        self._tables = 0

    def set_properties(self, keyword: str) -> None:
        """Replace the time of writing in the workbook's properties, and set the creator and a keyword."""
        self._edit("docProps/core.xml", lambda content: _set_properties(content, keyword))
        self._edit("docProps/app.xml", _drop_times)

    def add_table(self, sheet: int, table: NativeTable) -> None:
        """Make rows of a sheet an Excel table."""
        self._tables += 1
        part, relation = f"xl/tables/table{self._tables}.xml", f"rIdTable{self._tables}"
        relations = f"xl/worksheets/_rels/sheet{sheet}.xml.rels"
        link = f'<Relationship Id="{relation}" Type="{_TABLE_RELATION}" Target="../tables/table{self._tables}.xml"/>'
        self._added[part] = _render_table(table, self._tables).encode()
        self._added[relations] = f'{_DECLARATION}<Relationships xmlns="{_RELATIONS}"></Relationships>'.encode()
        self._edit(relations, _insert(link, "</Relationships>"))
        self._edit("[Content_Types].xml", _insert(f'<Override PartName="/{part}" ContentType="{_TABLE_TYPE}"/>', "</Types>"))
        self._edit(_name_sheet_part(sheet), lambda content: _insert_table_part(content, relation))

    def add_rows(self, sheet: int, blocks: RowBlocks) -> None:
        """Write the rows of a sheet that follow those which the library wrote."""
        self._blocks[_name_sheet_part(sheet)] = blocks
        names = re.compile(rf'(<definedName [^>]*localSheetId="{sheet - 1}"[^>]*>)([^<]*)<')
        self._edit("xl/workbook.xml", lambda content: _extend_names(content, names, blocks))

    def write_numbers(self, sheet: int, cells: Sequence[tuple[int, int, float]]) -> None:
        """Replace texts of a sheet by numbers: row and column (from 0) and value of each."""
        self._edit(_name_sheet_part(sheet), lambda content: _write_numbers(content, cells))

    def set_widths(self, sheet: int, widths: Sequence[float]) -> None:
        """Set the widths of a sheet's columns, in characters."""
        self._edit(_name_sheet_part(sheet), lambda content: _set_widths(content, widths))

    def replace_chart(self, number: int, content: bytes) -> None:
        """Replace the part of a chart."""
        self._edit(f"xl/charts/chart{number}.xml", lambda _: content)

    def apply(self, path: Path) -> None:
        """Write the workbook again. Unchanged parts are copied without decompressing them."""
        rewritten = path.with_name(f"{path.name}.part")
        try:
            with (
                zipfile.ZipFile(path) as old,
                zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED) as new,
                path.open("rb") as raw,
            ):
                entries = {entry.filename: entry for entry in old.infolist()}
                for name in [*entries, *(name for name in self._added if name not in entries)]:
                    if name in entries and name not in self._edits and name not in self._blocks:
                        _copy_entry(raw, entries[name], new)
                        continue
                    content = old.read(name) if name in entries else self._added[name]
                    for edit in self._edits.get(name, ()):
                        content = edit(content)
                    like = entries.get(name, next(iter(entries.values())))
                    if blocks := self._blocks.get(name):
                        _write_blocks(new, like, blocks, content)
                    else:
                        _write_entry(new, like, name, content)
            rewritten.replace(path)
        finally:
            rewritten.unlink(missing_ok=True)

    def _edit(self, part: str, edit: Edit) -> None:
        self._edits.setdefault(part, []).append(edit)


def _render_table(table: NativeTable, number: int) -> str:
    last = f"{format_column_letters(len(table.headers) - 1)}{table.header_row + 1 + table.row_count}"
    area = f"A{table.header_row + 1}:{last}"
    columns = "".join(f"<tableColumn id={quoteattr(str(i))} name={quoteattr(name)}/>" for i, name in enumerate(table.headers, 1))
    return (
        f'{_DECLARATION}<table xmlns="{_MAIN}" id="{number}" name={quoteattr(table.name)} displayName={quoteattr(table.name)} '
        f'ref="{area}" totalsRowShown="0"><autoFilter ref="{area}"/>'
        f'<tableColumns count="{len(table.headers)}">{columns}</tableColumns>'
        f'<tableStyleInfo name="{_TABLE_STYLE}" showFirstColumn="0" showLastColumn="0" showRowStripes="1" showColumnStripes="0"/>'
        "</table>"
    )


def _insert(text: str, before: str) -> Edit:
    """Return an edit that inserts text before the last occurrence of another one."""
    return lambda content: (text + before).encode().join(content.rsplit(before.encode(), 1))


def _insert_table_part(content: bytes, relation: str) -> bytes:
    """Insert the reference to a table where the order of a sheet's elements wants it: before its extensions, else at the end."""
    part = f'<tableParts count="1"><tablePart r:id="{relation}"/></tableParts>'
    before = "<extLst>" if content.endswith(b"</extLst></worksheet>") else "</worksheet>"
    return _insert(part, before)(content)


def _write_numbers(content: bytes, cells: Sequence[tuple[int, int, float]]) -> bytes:
    """Replace the texts of cells, which are shared strings, by numbers."""
    text = content.decode()
    for row, column, value in cells:
        cell = rf'(<c r="{format_column_letters(column)}{row + 1}"(?: s="\d+")?) t="s"><v>\d+</v></c>'
        text = re.sub(cell, rf"\g<1>><v>{value!r}</v></c>", text, count=1)
    return text.encode()


def _set_widths(content: bytes, widths: Sequence[float]) -> bytes:
    columns = "".join(
        f'<col min="{i}" max="{i}" width="{width + _PADDING}" customWidth="1"/>' for i, width in enumerate(widths, 1)
    )
    return re.sub(rb"(?:<cols>.*?</cols>)?<sheetData>", f"<cols>{columns}</cols><sheetData>".encode(), content, count=1)


def _drop_times(content: bytes) -> bytes:
    return re.sub(rb">\d{4}-\d{2}-\d{2}T[\d:.]+Z<", f">{_TIMESTAMP}<".encode(), content)


def _set_properties(content: bytes, keyword: str) -> bytes:
    keywords = f"<cp:keywords>{escape(keyword)}</cp:keywords>" if keyword else ""
    creator = f"<dc:creator>{WORKBOOK_CREATOR}</dc:creator>{keywords}".encode()
    return _drop_times(content).replace(b"<dc:creator></dc:creator>", creator)


def _extend_names(content: bytes, names: re.Pattern[str], blocks: RowBlocks) -> bytes:
    """Extend the ranges of a sheet that have a name, such as its print area."""
    return names.sub(lambda match: f"{match[1]}{blocks.extend(match[2])}<", content.decode()).encode()


def _name_sheet_part(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _write_entry(book: zipfile.ZipFile, like: zipfile.ZipInfo, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, like.date_time)
    entry.create_system, entry.external_attr = like.create_system, like.external_attr
    book.writestr(entry, content, zipfile.ZIP_DEFLATED)


def _write_blocks(book: zipfile.ZipFile, like: zipfile.ZipInfo, blocks: RowBlocks, content: bytes) -> None:
    """Write a sheet and its blocks. The header of the entry is written last, as its sizes aren't known before."""
    entry = zipfile.ZipInfo(like.filename, like.date_time)
    entry.create_system, entry.external_attr, entry.compress_type = like.create_system, like.external_attr, zipfile.ZIP_DEFLATED
    entry.CRC = 0
    is_huge = len(content) / blocks.model * blocks.last > _HUGE
    entry.header_offset = book.start_dir
    target = cast("BinaryIO", book.fp)
    target.seek(book.start_dir)
    target.write(entry.FileHeader(zip64=is_huge))
    begin = target.tell()
    entry.CRC, entry.file_size = compress_in_threads(blocks.splice(content), target.write)
    book.start_dir = target.tell()
    entry.compress_size = book.start_dir - begin
    target.seek(entry.header_offset)
    target.write(entry.FileHeader(zip64=is_huge))
    target.seek(book.start_dir)
    book.filelist.append(entry)
    book.NameToInfo[entry.filename] = entry


def _copy_entry(raw: BinaryIO, entry: zipfile.ZipInfo, book: zipfile.ZipFile) -> None:
    """Append the compressed bytes of an entry; `zipfile` would decompress and compress them again."""
    raw.seek(entry.header_offset)
    lengths = _NAME_LENGTHS.unpack(raw.read(_LOCAL_HEADER)[-_NAME_LENGTHS.size :])
    raw.seek(sum(lengths), os.SEEK_CUR)
    copied = copy(entry)
    copied.flag_bits &= ~_SIZES_FOLLOW
    copied.extra = b""
    copied.header_offset = book.start_dir
    target = cast("BinaryIO", book.fp)
    target.seek(book.start_dir)
    target.write(copied.FileHeader())
    left = entry.compress_size
    while left:
        chunk = raw.read(min(left, _CHUNK))
        target.write(chunk)
        left -= len(chunk)
    book.filelist.append(copied)
    book.NameToInfo[copied.filename] = copied
    book.start_dir = target.tell()
