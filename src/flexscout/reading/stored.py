"""Cells of a large sheet on disk, in files of some ten thousand rows each."""

from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import polars as pl

from flexscout.journal import write_table
from flexscout.reading.blocks import Block
from flexscout.reading.cutter import UnknownDialect

_HELD = 2**25
"""Bytes of cells that are gathered before they are written."""
_WIDEST_GAP = 2**24  # cells


def store(blocks: Iterable[Block], folder: Path) -> list[Path]:
    """Write rows to new files in `folder`, empty ones between them too; the files may differ in their width.

    Raises UnknownDialect if the empty ones are too many, and what `blocks` raises; then nothing stays in the folder.
    """
    writer = _Writer(folder)
    try:
        for block in blocks:
            writer.add(block)
        writer.flush()
    except BaseException:
        for path in writer.paths:
            path.unlink(missing_ok=True)
        raise
    return writer.paths


class _Writer:
    """Gathers rows and writes them when they are many."""

    def __init__(self, folder: Path) -> None:
        self.paths: list[Path] = []
        self._name = folder / f"sheet-{uuid4().hex}"
        self._frames: list[pl.DataFrame] = []
        self._held = self._rows = self._width = 0

    def add(self, block: Block) -> None:
        if not block.cells.height:
            return
        self._fill(block.first - 1 - self._rows)
        self._frames.append(block.cells)
        self._rows += block.cells.height
        self._width = max(self._width, block.cells.width)
        self._held += int(block.cells.estimated_size())
        if self._held > _HELD:
            self.flush()

    def flush(self) -> None:
        if self._frames:
            path = self._name.with_name(f"{self._name.name}-{len(self.paths)}.parquet")
            self.paths.append(write_table(pl.concat(self._frames, how="diagonal"), path))
        self._frames, self._held = [], 0

    def _fill(self, rows: int) -> None:
        """Rows without a cell, which the blocks leave out."""
        if rows * max(self._width, 1) > _WIDEST_GAP:
            raise UnknownDialect("its cells are far apart")
        if rows:
            self._frames.append(pl.DataFrame({"0": pl.repeat(None, rows, dtype=pl.String, eager=True)}))
            self._rows += rows


def stored(paths: list[Path]) -> pl.DataFrame:
    """All cells of stored files."""
    return pl.concat([pl.read_parquet(path) for path in paths], how="diagonal") if paths else pl.DataFrame()
