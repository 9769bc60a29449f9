"""Large workbooks: their sheets are read in blocks, in little memory and by all cores."""

import mmap
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from uuid import uuid4

import polars as pl

from flexscout.ingest.readers.excel_parser import Book, load_cells, open_book
from flexscout.ingest.readers.streaming.blocks import SIZE, Block, read_shared_texts, read_sheet_blocks, translate_parser_errors
from flexscout.ingest.readers.streaming.chunked_table import LoadedSheet, store_cells
from flexscout.ingest.readers.streaming.package import Package
from flexscout.ingest.readers.streaming.row_splitter import UnknownDialect
from flexscout.runtime import FileProgress, TableFolder, write_file_progress

HELD_TEXTS = 2**26
"""Bytes of XML; of more shared texts than that, they wait on disk."""

_FORGOTTEN = 10  # blocks

Whole = Callable[[], tuple[list[str], Callable[[str], LoadedSheet]]]


class LargeWorkbook:
    """A workbook whose sheets are read in blocks, or as a whole where that can't be.

    `folder`: where rows wait that are too many for memory, none for one of its own; `whole`: gives the names of the sheets and
    what loads one as a whole; `size`: bytes of a block.
    """

    def __init__(self, path: Path, folder: Path | None, whole: Whole, size: int = SIZE) -> None:
        self._path, self._size = path, size
        self._own = None if folder else TableFolder()
        self._folder = self._own.path if self._own else folder or Path()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._threads = pl.thread_pool_size()  # the share of the cores that this process has
        self._read_whole = whole
        self._mapped: list[mmap.mmap] = []

    @property
    def names(self) -> list[str]:
        """The names of its sheets."""
        try:
            return self._outline.sheet_names
        except UnknownDialect:
            return self._whole[0]

    def load(self, name: str) -> LoadedSheet:
        """A sheet; raises what loading it as a whole does."""
        try:
            return self._in_blocks(name)
        except UnknownDialect as why:
            note = f"read_whole: the workbook is large, and this sheet can't be read in parts: {why}"
            return self._whole[1](name)._replace(notes=(note,))

    @cached_property
    def _whole(self) -> tuple[list[str], Callable[[str], LoadedSheet]]:
        return self._read_whole()

    @cached_property
    def _package(self) -> Package:
        return Package(self._path)

    @cached_property
    def _outline(self) -> Book:
        with translate_parser_errors():
            return open_book(self._package.outline())

    def _in_blocks(self, name: str) -> LoadedSheet:
        if name not in self._package.sheets:
            raise UnknownDialect("it is no table")
        with translate_parser_errors():
            _, hidden = load_cells(self._outline, name)
        blocks = read_sheet_blocks(self._package, name, self._texts, self._threads, self._size)
        return LoadedSheet(store_cells(self._in_little_memory(blocks), self._folder, self._own), hidden)

    @cached_property
    def _texts(self) -> pl.Series:
        """The shared texts; where they are many, in files that are looked into."""
        texts = read_shared_texts(self._package, self._threads, self._size)
        part = self._package.texts
        if part and part.file_size > HELD_TEXTS:
            texts = map(self._on_disk, texts)
        return pl.concat([pl.Series(dtype=pl.String), *texts]).rechunk()

    def _on_disk(self, texts: pl.Series) -> pl.Series:
        import pyarrow as pa  # noqa: PLC0415 - few books have so many

        path = self._folder / f"texts-{uuid4().hex}.arrow"
        texts.alias("text").to_frame().write_ipc(path, compression="uncompressed")
        # The frame library would read the file into memory.
        with path.open("rb") as file:
            self._mapped.append(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return pl.DataFrame(pa.ipc.open_file(pa.BufferReader(pa.py_buffer(self._mapped[-1]))).read_all()).to_series()

    def _in_little_memory(self, blocks: Iterable[Block]) -> Iterator[tuple[int, pl.DataFrame]]:
        """The rows, and notes of how many they are so far; what was looked into of texts on disk does not stay in memory."""
        for number, (first, cells, estimate) in enumerate(blocks):
            write_file_progress(self._folder, FileProgress(first + cells.height - 1, estimate))
            yield first, cells
            if number % _FORGOTTEN == 0 and sys.platform == "linux":
                for mapped in self._mapped:
                    mapped.madvise(mmap.MADV_DONTNEED)
