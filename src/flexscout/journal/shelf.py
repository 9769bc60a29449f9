"""A table that waits for its use: on disk if it is large, so that what happens meanwhile has the memory."""

from collections.abc import Sequence

import polars as pl

from flexscout.journal.tables import TableFolder, write_table

LARGE = 2**23
"""Cells from which a table waits on disk; to write and read a million rows of 43 columns takes a second."""


class Shelf:
    """Holds a table until it is taken, as often as it is.

    `spill`: whether a large one waits in a folder of its own, which lives as long as the shelf.
    """

    def __init__(self, table: pl.DataFrame, *, spill: bool = True) -> None:
        self.columns = table.columns
        self._held: pl.DataFrame | None = table
        if spill and table.height * table.width >= LARGE:
            self._folder = TableFolder()
            self._path = write_table(table, self._folder.fresh())
            self._held = None

    def take(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The table, or some of its columns."""
        if self._held is None:
            return pl.read_parquet(self._path, columns=None if columns is None else list(columns))
        return self._held if columns is None else self._held.select(columns)
