"""Bounds before trust: what reading a workbook would cost, by cheap signs; by its cells where those are suspicious.

A look at the zip's directory, and into sheets that are small. Whatever gets past it meets the limits of its worker process; if
that dies, `explain` looks at every cell to say why.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Self
from zipfile import BadZipFile, ZipFile, ZipInfo

from flexscout.domain import column_letters
from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError, LimitError, ProcessingError
from flexscout.ingest.readers.cell_extent import (
    CHUNK,
    Extent,
    inflate_part,
    may_be_far,
    measure_ods_extents,
    measure_xlsx_extents,
)

MAX_PARTS = 10_000
"""Entries of a workbook's zip; of 3,100 spreadsheets the honest one with most has 1,033."""

MAX_COLUMNS, MAX_ROWS = 16_384, 1_048_576
"""What a sheet can have, by Excel's specification."""

DEFAULT_MEMORY = 4 * 2**30
"""Bytes that reading may take where no worker's share is known."""

LARGE = 48 * 2**20
"""Bytes of a part's XML, sheet or shared texts, from which on an .xlsx is read in blocks; a part's name tells nothing."""

_MOST_IN_BLOCKS = 2**34  # bytes of such a part: 9 million rows, more than a sheet can have
_LEAST_PER_CELL = 52  # bytes; measured: 55-66 for a rectangle of empty cells
_USUAL_PER_CELL = 70  # bytes; measured: 480 MB for 100,000 x 67, 4.7 GB for a million rows
_PER_SHARED_TEXT = 24  # bytes that the reader sets aside for each text that is claimed, before it sees one
_PER_BYTE_OF_XML = 3  # bytes of memory; measured: 2.5 for sheets full of values
_WHOLE_PER_BYTE = 12  # bytes of memory for one of XML; measured: 6, and what follows reading
_WORK_ON_IT = 1.5  # memory for conversion besides
_SMALL = 128 * 2**10  # bytes of a sheet that is looked into: half a millisecond
_HEAD = 2**12  # bytes in which the root element of a part stands
_INCOMPRESSIBLE = 1.01  # deflate never makes more of what it gets
_SPARSE = 0.01  # share of filled cells below which a rectangle is the fault of few far cells

_UNIQUE_COUNT = re.compile(rb'\suniqueCount=["\'](\d{1,20})["\']')
_SHEET_TAG = re.compile(rb"<(?:\w{1,20}:)?(?:sheet|Relationship)\s([^<>]{0,2000})>")
_ATTRIBUTE = re.compile(rb'(?:\w{1,20}:)?(\w{1,20})\s{0,9}=\s{0,9}"([^"<>]{0,1000})"')

_EXPORT_AGAIN = "Open it in Excel and save it anew, or export it again."


def is_large(path: Path, kind: str, memory: int = DEFAULT_MEMORY, threads: int = 2) -> bool:
    """Whether a workbook is read in blocks. Raises DataFormatError if it is damaged.

    One thread takes longer in blocks (1.1 s against 0.7 for 50 MB, two threads 0.7): then only where memory asks for it.
    """
    if kind != ".xlsx":
        return False
    least = LARGE if threads > 1 else max(LARGE, min(4 * LARGE, memory // _WHOLE_PER_BYTE))
    with _Parts(path, kind) as parts:
        return any(part.file_size > least for part in parts.read)


def check_limits(path: Path, kind: str, memory: int = DEFAULT_MEMORY, *, in_blocks: bool = False) -> None:
    """Refuse a workbook that can't be read within `memory` bytes, as far as cheap signs tell. `kind`: the true suffix.

    `in_blocks`: whether its sheets are read so, of which only one at a time is in memory. Raises LimitError or DataFormatError
    with the figures.
    """
    if kind == ".xls":
        _check_size(path, memory)
        return
    with _Parts(path, kind) as parts:
        parts.check_directory(memory, in_blocks=in_blocks)
        held = [] if in_blocks else parts.read
        deep = parts.overlap() or any(part.file_size * _PER_BYTE_OF_XML > memory for part in held)
        for part in parts.sheets:
            if deep or parts.is_suspicious(part):
                parts.check_sheet(part, memory / _LEAST_PER_CELL, memory)
        if not in_blocks:
            parts.check_shared_texts(memory)


def diagnose_limits(path: Path, kind: str, memory: int) -> None:
    """Say why a workbook made a worker die that had `memory` bytes, by every cell it has.

    Raises LimitError or DataFormatError; returns if its content does not tell.
    """
    if kind == ".xls":
        _check_size(path, memory)
        return
    with _Parts(path, kind) as parts:
        parts.check_directory(memory)
        found = [parts.check_sheet(part, memory / (_USUAL_PER_CELL * _WORK_ON_IT), memory) for part in parts.sheets]
        parts.check_shared_texts(memory)
        size = parts.size
    if kind != ".xlsb":
        largest = max((sheet for sheets in found for sheet in sheets), key=lambda sheet: sheet.area, default=Extent())
        needed = largest.area * _USUAL_PER_CELL + size * _PER_BYTE_OF_XML
        if needed > memory:
            raise LimitError.too_large(path.name, largest.name, (largest.rows, largest.columns), needed, memory)
        raise _breaks_the_reader(path, largest)


class _Parts:
    """The parts of a workbook's zip, and checks of them."""

    def __init__(self, path: Path, kind: str) -> None:
        self._path = path
        self._kind = kind
        try:
            self._archive = ZipFile(path)
        except (BadZipFile, ValueError, OverflowError, EOFError):
            raise _damaged(path, "its end is missing or broken") from None
        self._all = self._archive.infolist()
        names = [(part, part.filename.lower().replace("\\", "/")) for part in self._all]
        self.read = [part for part, name in names if name.endswith((".xml", ".bin")) and "/media/" not in name]
        self.sheets = [part for part, name in names if _is_sheet(name, kind)]
        self._texts = [part for part, name in names if name.endswith("/sharedstrings.xml")]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    @property
    def _file(self) -> BinaryIO:
        return self._archive.fp  # type: ignore[return-value]

    @property
    def size(self) -> int:
        """Bytes of XML in the sheets and their shared texts."""
        return sum(part.file_size for part in (*self.sheets, *self._texts))

    def check_directory(self, memory: int, *, in_blocks: bool = False) -> None:
        """Counts, sizes and locks, as the directory has them."""
        most = max(memory, _MOST_IN_BLOCKS) if in_blocks else memory
        if len(self._all) > MAX_PARTS:
            raise LimitError.too_many_parts(self._path.name, len(self._all), MAX_PARTS)
        for part in self.read:
            if part.flag_bits & 1:
                raise DataFormatError(
                    ErrorCode.PASSWORD_PROTECTED, f"{self._path.name} is encrypted with a password.", "Save an unprotected copy."
                )
            if part.compress_size > _INCOMPRESSIBLE * part.file_size + _HEAD:
                raise _damaged(self._path, f"{part.filename} can't have the {part.file_size:,} bytes that it claims")
            if part.file_size > most:
                raise LimitError.decompressed_too_large(self._path.name, self._title(part), part.file_size, most)

    def overlap(self) -> bool:
        """Whether parts share bytes of the file, as honest ones never do."""
        places = sorted((part.header_offset, part.header_offset + part.compress_size) for part in self._all)
        return any(end > start for (_, end), (start, _) in zip(places, islice(places, 1, None), strict=False))

    def is_suspicious(self, part: ZipInfo) -> bool:
        """Whether a sheet is small and its cells may be far apart, or it is larger than it says."""
        if part.file_size > _SMALL or self._kind == ".xlsb":
            return False
        xml = _first(self._bytes(part), part.file_size + 1)
        return len(xml) > part.file_size or may_be_far(xml)

    def check_sheet(self, part: ZipInfo, most_cells: float, memory: int) -> list[Extent]:
        """The extents of the sheets in a part, with bytes counted as they come out."""
        found: list[Extent] = []
        if self._kind == ".xlsb":
            return found
        for found in self._measure(part)(self._counted(part, memory)):
            for sheet in found:
                if max(sheet.area, sheet.cells) > most_cells or sheet.columns > MAX_COLUMNS or sheet.rows > MAX_ROWS:
                    sheet.name = sheet.name or self._title(part)
                    raise _too_large(self._path, sheet, memory)
        for sheet in found:
            sheet.name = sheet.name or self._title(part)
        return found

    def check_shared_texts(self, memory: int) -> None:
        """The count that a table of shared texts claims, against the texts that are there."""
        for part in self._texts:
            claim = _UNIQUE_COUNT.search(_first(self._bytes(part), _HEAD))
            claimed = int(claim[1]) if claim else 0
            if claimed * _PER_SHARED_TEXT > memory / 4:
                there = sum(chunk.count(b"<si") + chunk.count(b":si>") // 2 for chunk in self._counted(part, memory))
                if claimed > 2 * there:
                    raise _false_count(self._path, claimed, there)

    def _measure(self, part: ZipInfo) -> Callable[[Iterable[bytes]], Iterator[list[Extent]]]:
        return measure_ods_extents if part.filename.lower() == "content.xml" else measure_xlsx_extents

    def _counted(self, part: ZipInfo, memory: int) -> Iterator[bytes]:
        """The part's bytes, up to as many as there is memory."""
        seen = 0
        for chunk in self._bytes(part):
            seen += len(chunk)
            if seen > part.file_size:
                raise _damaged(self._path, f"{part.filename} is larger than the {part.file_size:,} bytes that it claims")
            if seen > memory:
                raise LimitError.decompressed_too_large(self._path.name, self._title(part), seen, memory)
            yield chunk

    def _bytes(self, part: ZipInfo) -> Iterator[bytes]:
        try:
            yield from inflate_part(self._file, part)
        except BadZipFile as error:
            raise _damaged(self._path, str(error)) from None

    def _title(self, part: ZipInfo) -> str:
        """The name of the sheet that a part holds, or else the part's own."""
        targets = {
            row.get(b"Target", b"").rpartition(b"/")[2]: row.get(b"Id") for row in self._rows("xl/_rels/workbook.xml.rels")
        }
        identity = targets.get(part.filename.replace("\\", "/").rpartition("/")[2].encode())
        for row in self._rows("xl/workbook.xml"):
            if identity and row.get(b"id") == identity:
                return html.unescape(row.get(b"name", b"").decode("utf-8", "replace"))
        return part.filename

    def _rows(self, name: str) -> Iterator[dict[bytes, bytes]]:
        """The attributes of the sheets or relations that a small part lists."""
        for part in self._all:
            if part.filename == name:
                for attributes in _SHEET_TAG.findall(_first(self._bytes(part), CHUNK)):
                    yield dict(_ATTRIBUTE.findall(attributes))


def _is_sheet(name: str, kind: str) -> bool:
    if kind == ".ods":
        return name == "content.xml"
    return "sheet" in name.rpartition("/")[2] and name.endswith((".xml", ".bin")) and not name.startswith("customxml/")


def _first(chunks: Iterable[bytes], count: int) -> bytes:
    """The first `count` bytes."""
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= count:
            break
    return start[:count]


def _check_size(path: Path, memory: int) -> None:
    size = path.stat().st_size
    if size > memory:
        raise LimitError.decompressed_too_large(path.name, "", size, memory)


def _too_large(path: Path, sheet: Extent, memory: int) -> ProcessingError:
    if sheet.columns > MAX_COLUMNS or sheet.rows > MAX_ROWS:
        return DataFormatError.cell_out_of_bounds(path.name, sheet.name, f"{column_letters(sheet.columns - 1)}{sheet.rows}")
    needed = max(sheet.area, sheet.cells) * _USUAL_PER_CELL
    if sheet.cells < sheet.area * _SPARSE:
        last = f"{column_letters(sheet.columns - 1)}{sheet.rows}"
        extent = f"{sheet.cells:,} cells span {sheet.rows:,} rows x {sheet.columns:,} columns, up to {last}"
        return LimitError.stray_cells(path.name, sheet.name, extent, needed, memory)
    return LimitError.too_large(path.name, sheet.name, (sheet.rows, sheet.columns), needed, memory)


def _false_count(path: Path, claimed: int, there: int) -> DataFormatError:
    return DataFormatError(
        ErrorCode.DAMAGED, f"{path.name} is damaged: it claims {claimed:,} shared texts, and {there:,} are there.", _EXPORT_AGAIN
    )


def _damaged(path: Path, why: str) -> DataFormatError:
    return DataFormatError(ErrorCode.DAMAGED, f"{path.name} is damaged: {why}.", "Download or export it again.")


def _breaks_the_reader(path: Path, largest: Extent) -> DataFormatError:
    return DataFormatError(
        ErrorCode.DAMAGED,
        f"{path.name} makes the reader fail, although its largest sheet has but {largest.rows:,} rows x {largest.columns:,} "
        "columns: it is damaged.",
        "Open it in Excel, let it repair the file, and save it as .xlsx; or export it again.",
    )
