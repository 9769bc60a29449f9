"""Large workbooks: their sheets are read in blocks, in little memory and by all cores."""

from functools import cached_property
from pathlib import Path
from uuid import uuid4

import polars as pl

from flexscout.reading.blocks import SIZE, in_own_words, shared_texts, sheet_blocks
from flexscout.reading.cutter import UnknownDialect
from flexscout.reading.package import Package
from flexscout.reading.parser import load_cells, open_book
from flexscout.reading.stored import store, stored

LARGE = 48 * 2**20
"""Bytes of a sheet's XML, or of the shared texts, from which on a workbook is read in blocks."""
_HELD_TEXTS = 2**26  # bytes of XML; of more, the texts are kept on disk


class LargeBook:
    """A workbook whose sheets are read in blocks; `names`: of its sheets.

    `folder`: where it puts what is too much for memory. Raises UnknownDialect, also from `load`, if it is to be read as a whole.
    """

    def __init__(self, path: Path, folder: Path, size: int = SIZE) -> None:
        self._folder, self._size = folder, size
        self._threads = pl.thread_pool_size()  # the share of the cores that this process has
        self._package = Package(path)
        with in_own_words():
            self._outline = open_book(self._package.outline())
        self.names = self._outline.sheet_names

    @cached_property
    def _texts(self) -> pl.Series:
        """The shared texts: in memory, or in a file that is looked into where they are many."""
        texts = shared_texts(self._package, self._threads, self._size)
        part = self._package.texts
        if part and part.file_size > _HELD_TEXTS:
            texts = map(self._on_disk, texts)
        return pl.concat([pl.Series(dtype=pl.String), *texts]).rechunk()

    def _on_disk(self, texts: pl.Series) -> pl.Series:
        path = self._folder / f"texts-{uuid4().hex}.arrow"
        texts.alias("text").to_frame().write_ipc(path, compression="uncompressed")
        return pl.read_ipc(path, memory_map=True).to_series()

    def load(self, name: str) -> tuple[pl.DataFrame, bool]:
        """The cells of a sheet, as the parser gives them, and whether it is hidden."""
        if name not in self._package.sheets:
            raise UnknownDialect("it is no table")
        with in_own_words():
            _, hidden = load_cells(self._outline, name)
        blocks = sheet_blocks(self._package, name, self._texts, self._threads, self._size)
        return stored(store(blocks, self._folder)), hidden
