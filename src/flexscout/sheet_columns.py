"""Columns of a sheet: their texts, the names they get, and how those are made that the sheet has only in parts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import polars as pl


class CellTexts(Protocol):
    """A table of texts that is read by column: a frame, or a table too large for memory."""

    def to_series(self, index: int, /) -> pl.Series:
        """Return the column at a position."""

    def head(self, count: int, /) -> pl.DataFrame:
        """Return the first rows."""


class ChunkedCellTexts(CellTexts, Protocol):
    """A table of texts on disk. Its columns are named by position."""

    @property
    def height(self) -> int:
        """Number of rows."""

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""

    @property
    def folder(self) -> Path:
        """Folder of the table, for other files that live as long as it."""

    def skip_rows(self, row: int, /) -> ChunkedCellTexts:
        """Return the table without the first rows."""

    def iter_frames(self, columns: Sequence[str], *, files: int = 1, last_first: bool = False) -> Iterator[pl.DataFrame]:
        """Yield these columns in frames of so many files, of some ten thousand rows each, from the first row or from the last."""


@dataclass(frozen=True)
class MappedColumn:
    """A column of a sheet and the name it gets.

    Attributes:
        position: Position in the sheet, from 0.
        header: The header in the sheet.
        name: The canonical name, or else the header.
        canonical: Whether `name` is canonical.
        inverted: Whether the canonical value is 100 - value, as for vacancy.
        codes: Name of the code table that describes the values; empty if they aren't codes.
        factor: What numbers without a unit of their own are multiplied by: 1,000 for `Price ($000s)`.

    """

    position: int
    header: str
    name: str
    canonical: bool
    inverted: bool = False
    codes: str = ""
    factor: float = 1.0


class DerivedKind(StrEnum):
    """How a column that a sheet doesn't have is made from those that it has."""

    JOIN = "join"
    PLACE = "place"
    TYPES = "types"
    CONSTANT = "constant"
    MEASURE = "measure"
    DATE = "date"
    SIZE = "size"


@dataclass(frozen=True)
class DerivedColumn:
    """A column of texts that is made from other columns of the sheet.

    Attributes:
        position: Its position, after the columns of the sheet.
        kind: JOIN puts the sources next to each other, PLACE takes the part `text` (a canonical column) out of an address or the
            end of one, TYPES puts a coarse and a finer property type together, CONSTANT is `text` in every row,
            MEASURE puts a unit behind a number, DATE makes a date of a year, a month and, if there is one, a day, SIZE takes the
            size of the building or of the lot, `text`, out of a cell with both.
        sources: Position and header of each source.
        text: Separator, part or constant.
        codes: For TYPES, the code table of each source; empty if it holds texts. For SIZE, the units of the two sizes.

    """

    position: int
    kind: DerivedKind
    sources: tuple[tuple[int, str], ...] = ()
    text: str = ""
    codes: tuple[str, ...] = ()

    @property
    def header(self) -> str:
        """The headers of the sources: `STREET_NUM + STREET_NAME`."""
        return " + ".join(header for _, header in self.sources)
