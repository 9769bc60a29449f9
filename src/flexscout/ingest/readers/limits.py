"""Limits, checked before a workbook is parsed: how much memory its content would need.

The directory of the zip and small sheets are checked always, all cells only where something is suspicious. Content that passes
these checks still meets the limits of its worker process; if that dies, `diagnose_limits` examines every cell for the reason.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Self
from zipfile import BadZipFile, ZipFile, ZipInfo

from flexscout.domain import format_column_letters
from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError, LimitError, ProcessingError
from flexscout.ingest.readers.cell_extent import (
    Extent,
    find_xls_extents,
    inflate_part,
    may_be_sparse,
    measure_ods_extents,
    measure_xlsb_extents,
    measure_xlsx_extents,
)
from flexscout.ingest.workbook_package import find_workbook_part, list_sheets, normalize_name, read_part

MAX_PARTS = 10_000
"""Entries of a workbook's zip; among 3,100 real spreadsheets the largest number is 1,033."""

MAX_COLUMNS, MAX_ROWS = 16_384, 1_048_576
"""Size of a sheet by Excel's specification."""

DEFAULT_MEMORY = 4 * 2**30
"""Bytes that reading may use where no worker's share is known."""

LARGE_PART_BYTES = 48 * 2**20
"""XML of a part (a sheet, or the shared texts) from which on an .xlsx is read in blocks."""

_MAX_STREAMED_BYTES = 2**34  # XML of a part that is read in blocks: 9 million rows, more than a sheet can have
_MIN_BYTES_PER_CELL = 52  # measured: 55-66 for a rectangle of empty cells
_BYTES_PER_CELL = 70  # measured: 480 MB for 100,000 x 67 cells, 4.7 GB for a million rows
_BYTES_PER_SHARED_TEXT = 24  # allocated by the parser for each text that is declared, before it sees one
_MEMORY_PER_XML_BYTE = 3  # measured: 2.5 for sheets full of values
_TOTAL_MEMORY_PER_XML_BYTE = 12  # measured: 6 for reading, the rest for conversion
_CONVERTED_BYTES_PER_CELL = 105  # half as much again for conversion
_SMALL_SHEET_BYTES = 128 * 2**10  # XML of a sheet that is always examined, which takes half a millisecond
_ROOT_BYTES = 2**12  # XML in which the root element of a part is
_MAX_DEFLATE_GROWTH = 1.01  # deflate hardly ever makes content larger
_SPARSE_SHARE = 0.01  # share of filled cells below which few stray cells span the rectangle

_UNIQUE_COUNT = re.compile(rb'\suniqueCount=["\'](\d{1,20})["\']')

_SAVE_AGAIN = "Open it in Excel and save it again, or export it again."


def is_large(parts: "WorkbookParts", memory: int = DEFAULT_MEMORY, threads: int = 2) -> bool:
    """Return whether a workbook is to be read in blocks.

    With one thread, blocks are slower (1.1 s instead of 0.7 s for 50 MB; the same with two threads), so they are used only if
    memory is short.

    Args:
        parts: The workbook.
        memory: Bytes that reading may use.
        threads: Threads that can parse.

    """
    if parts.kind != ".xlsx":
        return False
    threshold = LARGE_PART_BYTES
    if threads == 1:
        threshold = max(threshold, min(4 * LARGE_PART_BYTES, memory // _TOTAL_MEMORY_PER_XML_BYTE))
    return any(part.file_size > threshold for part in parts.parsed)


def check_limits(path: Path, kind: str, memory: int = DEFAULT_MEMORY) -> None:
    """Refuse a workbook that evidently can't be read as a whole within `memory` bytes.

    Args:
        path: The workbook.
        kind: Its type by content, as a suffix.
        memory: Bytes that reading may use.

    Raises:
        DataFormatError: It is damaged.
        LimitError: It needs more memory; the message has the figures.

    """
    with open_parts(path, kind, memory) as parts:
        if parts:
            parts.check(memory)


@contextmanager
def open_parts(path: Path, kind: str, memory: int = DEFAULT_MEMORY) -> "Iterator[WorkbookParts | None]":
    """Yield the parts of a workbook, to be checked; None for an .xls, which has none, and whose size is checked.

    Raises what `check_limits` does.
    """
    if kind == ".xls":
        _check_file_size(path, memory)
        yield None
        return
    with WorkbookParts(path, kind) as parts:
        yield parts


def diagnose_limits(path: Path, kind: str, memory: int) -> None:
    """Raise why a workbook killed a worker that could use `memory` bytes, from every cell it has.

    Raises LimitError or DataFormatError; returns if its content gives no reason.
    """
    if kind == ".xls":
        _check_file_size(path, memory)
        extents, size = find_xls_extents(path.read_bytes()), 0
    else:
        with WorkbookParts(path, kind) as parts:
            parts.check_directory(memory)
            measured = [parts.check_sheet(part, _CONVERTED_BYTES_PER_CELL, memory) for part in parts.sheets]
            extents = [sheet for sheets in measured for sheet in sheets]
            parts.check_shared_texts(memory)
            size = parts.size
    largest = max(extents, key=lambda sheet: sheet.area, default=Extent())
    needed = largest.area * _CONVERTED_BYTES_PER_CELL + size * _MEMORY_PER_XML_BYTE
    if needed > memory:
        raise LimitError.too_large(path.name, largest.name, (largest.rows, largest.columns), needed, memory)
    if kind == ".xls":
        return  # what it declares may be wrong
    raise DataFormatError(
        ErrorCode.DAMAGED,
        f"{path.name} crashes the parser, although its largest sheet has only {largest.rows:,} rows x {largest.columns:,} "
        "columns: it is damaged.",
        "Open it in Excel, let it repair the file, and save it as .xlsx; or export it again.",
    )


def check_extent(path: Path, sheet: str, rows: int, columns: int, memory: int) -> None:
    """Refuse a sheet that is being read as soon as its cells need more than `memory` bytes, or more than a sheet has."""
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns * _BYTES_PER_CELL > memory:
        raise _build_too_large_error(path, Extent(rows, columns, rows * columns, sheet), memory)


def read_xml_parts(path: Path, memory: int) -> Iterator[Iterator[bytes]]:
    """Decompress the parts of an .xlsx that a parser reads, one by one and lazily.

    Raises:
        DataFormatError: The workbook is damaged.
        LimitError: A part has more than `memory` bytes.

    """
    with WorkbookParts(path, ".xlsx") as parts:
        for part in parts.parsed:
            yield parts.inflate_counted(part, memory)


class WorkbookParts:
    """The parts of a workbook's zip, and checks of them.

    Attributes:
        kind: Type of the workbook by content, as a suffix.
        parsed: Parts that the parser reads.
        sheets: Parts with cells.

    """

    def __init__(self, path: Path, kind: str) -> None:
        self._path = path
        self.kind = kind
        try:
            self._archive = ZipFile(path)
        except (BadZipFile, ValueError, OverflowError, EOFError):
            raise _describe_damage(path, "its end is missing or broken") from None
        self._all = self._archive.infolist()
        names = [(part, normalize_name(part.filename)) for part in self._all]
        self.parsed = [part for part, name in names if name.endswith((".xml", ".bin")) and "/media/" not in name]
        self.sheets = [part for part, name in names if _is_sheet(name, kind)]
        self._texts = [part for part, name in names if name.rpartition("/")[2] == "sharedstrings.xml"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    @property
    def _file(self) -> BinaryIO:
        return self._archive.fp  # type: ignore[return-value]

    @property
    def size(self) -> int:
        """Bytes of XML in the sheets and the shared texts."""
        return sum(part.file_size for part in (*self.sheets, *self._texts))

    @cached_property
    def titled(self) -> list[tuple[ZipInfo, str]]:
        """The parts with texts and cells, each with the name of its sheet; empty if it belongs to all sheets."""
        if self.kind == ".ods":
            return [(part, "") for part in self.sheets]
        parts = {normalize_name(part.filename): part for part in self._all}
        sheets = [(parts[sheet.part], sheet.name) for sheet in list_sheets(self._archive) if sheet.part in parts]
        return [*((part, "") for part in self._texts), *sheets]

    def read_settings(self, count: int) -> bytes:
        """Return the first `count` bytes of the workbook's main part; empty if it is missing or damaged."""
        return read_part(self._archive, find_workbook_part(self._archive), count)

    def check(self, memory: int, *, in_blocks: bool = False) -> None:
        """Refuse a workbook that evidently can't be read within `memory` bytes.

        Args:
            memory: Bytes that reading may use.
            in_blocks: The workbook is read in blocks, so that its parts needn't fit into memory.

        Raises:
            DataFormatError: It is damaged.
            LimitError: It needs more memory; the message has the figures.

        """
        self.check_directory(memory, in_blocks=in_blocks)
        in_memory = [] if in_blocks else self.parsed
        check_all = self.overlap() or any(part.file_size * _MEMORY_PER_XML_BYTE > memory for part in in_memory)
        for part in self.sheets:
            if check_all or self.is_suspicious(part):
                self.check_sheet(part, _MIN_BYTES_PER_CELL, memory)
        if not in_blocks:
            self.check_shared_texts(memory)

    def check_directory(self, memory: int, *, in_blocks: bool = False) -> None:
        """Check counts, sizes and encryption as the zip's directory declares them."""
        limit = max(memory, _MAX_STREAMED_BYTES) if in_blocks else memory
        if len(self._all) > MAX_PARTS:
            raise LimitError.too_many_parts(self._path.name, len(self._all), MAX_PARTS)
        for part in self.parsed:
            if part.flag_bits & 1:
                raise DataFormatError(
                    ErrorCode.PASSWORD_PROTECTED, f"{self._path.name} is encrypted with a password.", "Save an unprotected copy."
                )
            if part.compress_size > _MAX_DEFLATE_GROWTH * part.file_size + _ROOT_BYTES:
                raise _describe_damage(self._path, f"{part.filename} can't have the {part.file_size:,} bytes that it claims")
            if part.file_size > limit:
                raise LimitError.decompressed_too_large(self._path.name, self._find_title(part), part.file_size, limit)

    def overlap(self) -> bool:
        """Return whether parts share bytes of the file, as those of a genuine workbook never do."""
        ranges = sorted((part.header_offset, part.header_offset + part.compress_size) for part in self._all)
        return any(end > start for (_, end), (start, _) in zip(ranges, islice(ranges, 1, None), strict=False))

    def is_suspicious(self, part: ZipInfo) -> bool:
        """Return whether a small sheet may have cells far apart, or is larger than it declares."""
        if part.file_size > _SMALL_SHEET_BYTES:
            return False
        if self.kind == ".xlsb":
            return True
        xml = _read_first(self._inflate(part), part.file_size + 1)
        return len(xml) > part.file_size or may_be_sparse(xml)

    def check_sheet(self, part: ZipInfo, bytes_per_cell: int, memory: int) -> list[Extent]:
        """Measure the sheets in a part; raise if one needs more than `memory`, or spans more than a sheet can have."""
        extents: list[Extent] = []
        max_cells = memory / bytes_per_cell
        for extents in self._measure(part)(self.inflate_counted(part, memory)):
            for sheet in extents:
                if max(sheet.area, sheet.cells) > max_cells or sheet.columns > MAX_COLUMNS or sheet.rows > MAX_ROWS:
                    sheet.name = sheet.name or self._find_title(part)
                    raise _build_too_large_error(self._path, sheet, memory, max(bytes_per_cell, _BYTES_PER_CELL))
        for sheet in extents:
            sheet.name = sheet.name or self._find_title(part)
        return extents

    def check_shared_texts(self, memory: int) -> None:
        """Compare the number of shared texts that is declared with those that exist, if the number alone takes much memory."""
        for part in self._texts:
            match = _UNIQUE_COUNT.search(_read_first(self._inflate(part), _ROOT_BYTES))
            declared = int(match[1]) if match else 0
            if declared * _BYTES_PER_SHARED_TEXT > memory / 4:
                actual = sum(chunk.count(b"<si") + chunk.count(b":si>") // 2 for chunk in self.inflate_counted(part, memory))
                if declared > 2 * actual:
                    raise DataFormatError(
                        ErrorCode.DAMAGED,
                        f"{self._path.name} is damaged: it declares {declared:,} shared texts and has {actual:,}.",
                        _SAVE_AGAIN,
                    )

    def _measure(self, part: ZipInfo) -> Callable[[Iterable[bytes]], Iterator[list[Extent]]]:
        if part.filename.lower().endswith(".bin"):
            return measure_xlsb_extents
        return measure_ods_extents if part.filename.lower() == "content.xml" else measure_xlsx_extents

    def inflate_counted(self, part: ZipInfo, memory: int) -> Iterator[bytes]:
        """Decompress a part; raise if it is larger than it declares, or than `memory`."""
        count = 0
        for chunk in self._inflate(part):
            count += len(chunk)
            if count > part.file_size:
                raise _describe_damage(self._path, f"{part.filename} is larger than the {part.file_size:,} bytes that it claims")
            if count > memory:
                raise LimitError.decompressed_too_large(self._path.name, self._find_title(part), count, memory)
            yield chunk

    def _inflate(self, part: ZipInfo) -> Iterator[bytes]:
        try:
            yield from inflate_part(self._file, part)
        except BadZipFile as error:
            raise _describe_damage(self._path, str(error)) from None

    def _find_title(self, part: ZipInfo) -> str:
        """Return the name of the sheet in a part, or else the part's own name."""
        name = normalize_name(part.filename)
        return next((sheet.name for sheet in list_sheets(self._archive) if sheet.part == name), part.filename)


def _is_sheet(name: str, kind: str) -> bool:
    if kind == ".ods":
        return name == "content.xml"
    folder, _, base = name.rpartition("/")
    is_foreign = name.startswith(("customxml/", "docprops/", "["))
    # Sheets in other folders than the usual ones may have any name.
    may_have_cells = "sheet" in base or folder.endswith("worksheets") or not name.startswith("xl/")
    return base.endswith((".xml", ".bin")) and may_have_cells and not is_foreign


def _read_first(chunks: Iterable[bytes], count: int) -> bytes:
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= count:
            break
    return start[:count]


def _check_file_size(path: Path, memory: int) -> None:
    size = path.stat().st_size
    if size > memory:
        raise LimitError.decompressed_too_large(path.name, "", size, memory)


def _build_too_large_error(path: Path, sheet: Extent, memory: int, bytes_per_cell: int = _BYTES_PER_CELL) -> ProcessingError:
    """Report a sheet whose cells, at `bytes_per_cell`, need more than `memory`, or that spans more than a sheet can have."""
    last_cell = f"{format_column_letters(sheet.columns - 1)}{sheet.rows}"
    if sheet.columns > MAX_COLUMNS or sheet.rows > MAX_ROWS:
        return DataFormatError.cell_out_of_bounds(path.name, sheet.name, last_cell)
    needed = max(sheet.area, sheet.cells) * bytes_per_cell
    if sheet.cells < sheet.area * _SPARSE_SHARE:
        extent = f"{sheet.cells:,} cells span {sheet.rows:,} rows x {sheet.columns:,} columns, up to {last_cell}"
        return LimitError.stray_cells(path.name, sheet.name, extent, needed, memory)
    return LimitError.too_large(path.name, sheet.name, (sheet.rows, sheet.columns), needed, memory)


def _describe_damage(path: Path, reason: str) -> DataFormatError:
    return DataFormatError(ErrorCode.DAMAGED, f"{path.name} is damaged: {reason}.", "Download or export it again.")
