"""Large .xlsx workbooks: read in blocks, or as a whole where a sheet is written in an unusual way."""

import mmap
import sys
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from uuid import uuid4

import polars as pl

from flexscout.ingest.file_types import FileType
from flexscout.ingest.readers.excel_parser import Book, load_sheet, open_book, open_by_content
from flexscout.ingest.readers.limits import check_limits
from flexscout.ingest.readers.merge_records import find_merged_cells, read_xlsx_ranges
from flexscout.ingest.readers.merged_cells import MergedRanges
from flexscout.ingest.readers.raw_workbook import LoadedSheet, translate_reader_errors
from flexscout.ingest.readers.streaming.blocks import Block, read_shared_texts, read_sheet_blocks, require_parser
from flexscout.ingest.readers.streaming.cell_writer import store_cells
from flexscout.ingest.readers.streaming.row_splitter import UnknownDialect
from flexscout.ingest.readers.streaming.xlsx_package import XlsxPackage
from flexscout.models import IssueReason
from flexscout.runtime import FileProgress, TableFolder, write_file_progress

BLOCK_BYTES = 9 * 2**19
"""Bytes of XML per block; smaller blocks have more overhead, larger ones take more memory."""

HELD_TEXT_BYTES = 2**26
"""Shared strings with more bytes of XML than this are kept on disk."""

_BLOCKS_PER_RELEASE = 10  # after so many blocks, pages of shared texts are released


class LargeWorkbook:
    """An .xlsx whose sheets are loaded in blocks, or as a whole where that isn't possible.

    Args:
        path: The workbook; its sizes are checked.
        memory: Bytes that reading may use.
        folder: Takes the rows of large sheets; None for a temporary folder that is removed with them.

    """

    def __init__(self, path: Path, memory: int, folder: Path | None) -> None:
        self._path, self._memory = path, memory
        self._temporary = None if folder else TableFolder()
        self._folder = self._temporary.path if self._temporary else folder or Path()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._threads = pl.thread_pool_size()  # this process's share of the cores
        self._mapped: list[mmap.mmap] = []

    @property
    def sheet_names(self) -> list[str]:
        """Names of all sheets."""
        try:
            return self._outline.sheet_names
        except UnknownDialect:
            return self._whole.sheet_names

    def load(self, name: str) -> LoadedSheet:
        """Load a sheet. Raises what the parser does, and LimitError if it has to be read as a whole and needs more memory."""
        try:
            return self._load_in_blocks(name)
        except UnknownDialect as reason:
            detail = f"the workbook is large, and this sheet can't be read in parts: {reason}"
            merged = find_merged_cells(self._path, FileType.XLSX).get(name, MergedRanges())
            notes = ((IssueReason.READ_WHOLE, detail), *merged.notes)
            return load_sheet(self._whole, name)._replace(notes=notes, merged=merged.ranges)

    @cached_property
    def _whole(self) -> Book:
        check_limits(self._path, FileType.XLSX, self._memory)
        with translate_reader_errors(self._path):
            return open_by_content(self._path, FileType.XLSX)

    @cached_property
    def _package(self) -> XlsxPackage:
        return XlsxPackage(self._path)

    @cached_property
    def _outline(self) -> Book:
        with require_parser():
            return open_book(self._package.build_outline())

    def _load_in_blocks(self, name: str) -> LoadedSheet:
        if name not in self._package.sheets:
            raise UnknownDialect("it is not a worksheet")
        with require_parser():
            hidden = load_sheet(self._outline, name).hidden
        blocks, rest = read_sheet_blocks(self._package, name, self._texts, self._threads, BLOCK_BYTES)
        cells = store_cells(self._report_progress(blocks), self._folder, self._temporary)
        merged = _read_merged_cells(rest)
        return LoadedSheet(cells, hidden, merged.notes, merged.ranges)

    @cached_property
    def _texts(self) -> pl.Series:
        """Shared texts of the workbook; memory-mapped if they are many."""
        texts = read_shared_texts(self._package, self._threads, BLOCK_BYTES)
        part = self._package.texts
        if part and part.file_size > HELD_TEXT_BYTES:
            texts = map(self._map_on_disk, texts)
        return pl.concat([pl.Series(dtype=pl.String), *texts]).rechunk()

    def _map_on_disk(self, texts: pl.Series) -> pl.Series:
        import pyarrow as pa  # noqa: PLC0415 - few workbooks have so many texts

        path = self._folder / f"texts-{uuid4().hex}.arrow"
        texts.alias("text").to_frame().write_ipc(path, compression="uncompressed")
        # Polars would read the file into memory.
        with path.open("rb") as file:
            self._mapped.append(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return pl.DataFrame(pa.ipc.open_file(pa.BufferReader(pa.py_buffer(self._mapped[-1]))).read_all()).to_series()

    def _report_progress(self, blocks: Iterable[Block]) -> Iterator[tuple[int, pl.DataFrame]]:
        """Pass blocks on, record how many rows are read, and release the memory of mapped texts now and then."""
        for number, (first, cells, estimate) in enumerate(blocks):
            write_file_progress(self._folder, FileProgress(first + cells.height - 1, estimate))
            yield first, cells
            if number % _BLOCKS_PER_RELEASE == 0 and sys.platform == "linux":
                for mapped in self._mapped:
                    mapped.madvise(mmap.MADV_DONTNEED)


def _read_merged_cells(rest: Iterator[bytes]) -> MergedRanges:
    """Return the merged cells in what follows the rows of a sheet, or none if it is damaged, which costs no row."""
    try:
        return read_xlsx_ranges(rest)
    except UnknownDialect:
        return MergedRanges()
