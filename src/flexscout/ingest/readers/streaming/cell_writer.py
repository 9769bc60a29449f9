"""Writer for the cells of a large sheet: gathers rows, in memory if they are few, else in files."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import polars as pl

from flexscout.ingest.readers.chunked_cells import CellFile, ChunkedCells
from flexscout.ingest.readers.streaming.row_splitter import UnknownDialect
from flexscout.runtime import TableFolder, write_table

HELD_BYTES = 2**24
"""Cells that are gathered in memory before they are written."""
_VIEW_BYTES = 16  # of each text, in addition to its characters
_MAX_GAP_CELLS = 2**24


def store_cells(
    blocks: Iterable[tuple[int, pl.DataFrame]], folder: Path, temporary_folder: TableFolder | None = None
) -> pl.DataFrame | ChunkedCells:
    """Gather the rows of a sheet, in memory if they are few, else in files.

    Args:
        blocks: Excel's number of the first row, and cells.
        folder: Takes the files.
        temporary_folder: The same folder if it is to be removed with the result.

    Raises:
        UnknownDialect: Cells are too far apart. On this and any other error, no file stays in the folder.

    """
    files: list[CellFile] = []
    try:
        with ThreadPoolExecutor(1) as pool:
            writer = _CellWriter(folder, files, pool)
            for first, cells in blocks:
                writer.add(first, cells)
            if not files:
                return writer.combine_pending()
            writer.finish()
    except BaseException:
        for file in files:
            file.path.unlink(missing_ok=True)
        raise
    return ChunkedCells(tuple(files), temporary_folder=temporary_folder)


class _CellWriter:
    """Gathers rows and writes a file when there are many, in a thread, while the next rows are read."""

    def __init__(self, folder: Path, files: list[CellFile], pool: ThreadPoolExecutor) -> None:
        self._files, self._pool = files, pool
        self._writing: Future[Path] | None = None
        self._stem = folder / f"sheet-{uuid4().hex}"
        self._frames: list[pl.DataFrame] = []
        self._bytes = self._rows = self._width = 0

    def add(self, first: int, cells: pl.DataFrame) -> None:
        if not cells.height:
            return
        self._fill(first - 1 - self._rows)
        self._frames.append(cells)
        self._rows += cells.height
        self._width = max(self._width, cells.width)
        self._bytes += int(cells.estimated_size()) + cells.height * cells.width * _VIEW_BYTES
        if self._bytes > HELD_BYTES:
            self.flush()

    def combine_pending(self) -> pl.DataFrame:
        """Return the rows that are not written yet."""
        return pl.concat(self._frames, how="diagonal") if self._frames else pl.DataFrame()

    def flush(self) -> None:
        if self._frames:
            cells = self.combine_pending()
            path = self._stem.with_name(f"{self._stem.name}-{len(self._files)}.parquet")
            self._wait()  # so that at most two files' cells are in memory
            self._files.append(CellFile(path, *cells.shape))
            self._writing = self._pool.submit(write_table, cells, path)
        self._frames, self._bytes = [], 0

    def finish(self) -> None:
        """Write what is left, and wait until all files are written."""
        self.flush()
        self._wait()

    def _wait(self) -> None:
        if self._writing:
            self._writing.result()
            self._writing = None

    def _fill(self, rows: int) -> None:
        """Add rows without cells, which blocks leave out."""
        if rows * max(self._width, 1) > _MAX_GAP_CELLS:
            raise UnknownDialect("its cells are far apart")
        if rows:
            self._frames.append(pl.DataFrame({"0": pl.repeat(None, rows, dtype=pl.String, eager=True)}))
            self._rows += rows
