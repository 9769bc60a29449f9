"""What a sheet of the workbook holds, and how it looks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

NAVY, GRAY, LINE, PALE, AMBER = "#1F3864", "#595959", "#D9D9D9", "#EEF3FA", "#C55A11"
"""Colors of headings, of secondary text, of lines, of shaded cells, and of what waits for the user."""


@dataclass(frozen=True)
class Style:
    """The look of a cell.

    Attributes:
        size: Font size in points.
        bold: Whether the text is bold.
        color: Font color, such as `#1F3864`; empty for black.
        fill: Background color; empty for none.
        align: `left`, `center` or `right`; empty for Excel's usual alignment.
        number: Excel number format.
        wrap: Whether long text continues on further lines.
        indent: Steps by which text is moved to the right.
        line: Whether a thin line is below the cell.

    """

    size: float = 11
    bold: bool = False
    color: str = ""
    fill: str = ""
    align: str = ""
    number: str = ""
    wrap: bool = False
    indent: int = 0
    line: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell above a sheet's table that spans at least two columns; rows and columns count from 0."""

    row: int
    first: int
    last: int
    value: str | float
    style: Style = Style()


@dataclass(frozen=True)
class Chart:
    """A bar chart of some cells.

    Attributes:
        title: Its title.
        labels: The categories, in the order of the cells.
        values: Their values.
        label_cells: Where the categories are: first row, column, last row, column.
        value_cells: Where the values are, likewise.
        corner: Row and column of its upper left corner.
        size: Width and height in pixels.
        is_horizontal: Whether the bars lie, the first one on top.

    """

    title: str
    labels: tuple[str, ...]
    values: tuple[int, ...]
    label_cells: tuple[int, int, int, int]
    value_cells: tuple[int, int, int, int]
    corner: tuple[int, int]
    size: tuple[int, int]
    is_horizontal: bool = False


LAST = 23
"""The last column of the page, which has 24 narrow ones. Cells span over several."""

PLAIN, STRONG = Style(size=10), Style(size=10, bold=True)
"""The usual looks of text."""

PLACE_CHARACTERS = 60
"""Characters of an address that fit."""

_HEADING = Style(size=12, bold=True, color=NAVY, line=True)


class Page:
    """The cells of the page, filled from the top; `row` is the next free one."""

    def __init__(self) -> None:
        self.row = 0
        self.cells: list[Cell] = []
        self.heights: dict[int, float] = {}
        self.charts: list[Chart] = []

    def put(self, first: int, last: int, value: str | float, style: Style) -> None:
        """Write a value over some columns of the current row."""
        self.cells.append(Cell(self.row, first, last, value, style))

    def end_row(self, height: float = 16.0) -> None:
        """Go to the next row."""
        self.heights[self.row] = height
        self.row += 1

    def add_heading(self, text: str) -> None:
        """Write the heading of a section, below an empty row."""
        self.end_row(10)
        self.put(0, LAST, text, _HEADING)
        self.end_row(20)


@dataclass(frozen=True)
class Sheet:
    """A sheet to write.

    Attributes:
        name: The sheet's name.
        table: A frame, or rows as dicts of mixed types.
        formats: Column -> Excel number format.
        texts: Columns of digits that aren't numbers, such as ZIP codes and parcel numbers.
        bars: The column that gets data bars.
        links: Column of web addresses -> column whose text it shows.
        choices: Column -> texts that the user may choose from; others stay possible.
        wrapped: Columns of long texts, wrapped to several lines.
        centered: Columns of short values.
        widths: Column -> width in characters.
        heights: Row -> height in points; row 1 is the first below the header.
        page: Page setup, as `FastExcel.sheet` takes it.
        about: What the sheet is for; it is written above the table, below the sheet's name.
        cells: Cells above the table, instead of that.
        charts: Charts above the table.
        images: Images above the table, as `FastExcel.sheet` takes them.
        colors: Column -> its texts that have a color, best first.
        column_widths: Widths of the sheet's columns, if its cells need more of them than the table has.
        frozen: Leading columns that stay in view.
        printed: Leading columns that are printed; 0 for all.
        is_table: Whether the rows become an Excel table, unless there are too many.
        tab: Color of the sheet's tab; empty for none.
        footer: What is printed at the bottom left; empty for nothing.
        more_rows: Rows that follow those of `table`, written in blocks.

    """

    name: str
    table: pl.DataFrame | list[dict[str, Any]]
    formats: dict[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    bars: str = ""
    links: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    wrapped: tuple[str, ...] = ()
    centered: tuple[str, ...] = ()
    widths: dict[str, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    page: dict[str, Any] = field(default_factory=dict)
    about: str = ""
    cells: tuple[Cell, ...] = ()
    charts: tuple[Chart, ...] = ()
    images: tuple[dict[str, Any], ...] = ()
    colors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    column_widths: tuple[float, ...] = ()
    frozen: int = 0
    printed: int = 0
    is_table: bool = False
    tab: str = ""
    footer: str = ""
    more_rows: int = 0

    @property
    def row_count(self) -> int:
        """The number of rows below the header."""
        return len(self.table) + self.more_rows

    @property
    def header_row(self) -> int:
        """The row of the table's header, from 0."""
        if self.cells:
            return max(cell.row for cell in self.cells) + 2
        return 2 if self.about else 0


def put_first(table: pl.DataFrame, names: Sequence[str]) -> tuple[pl.DataFrame, int]:
    """Return the table with these columns first, and how many of them it has."""
    first = [name for name in names if name in table.columns]
    return table.select(*first, pl.exclude(first)) if first else table, len(first)
