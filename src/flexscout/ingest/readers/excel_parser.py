"""Cells in which Excel shows an error: the text reader gives them as empty, which would hide them."""

import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import fastexcel
import polars as pl

# The reader's name of an error -> what Excel shows.
_SHOWN = {
    "Div0": "#DIV/0!", "GettingData": "#GETTING_DATA", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!",
    "Ref": "#REF!", "Value": "#VALUE!",
}  # fmt: skip
_NAME = r"Error\((\w+)\)"


class CellError(Protocol):
    """What the reader says of a cell that is no text: its row and column in the frame, and a sentence."""

    @property
    def offset_position(self) -> tuple[int, int]: ...  # noqa: D102 - said above

    @property
    def detail(self) -> str: ...  # noqa: D102


def restore_error_cells(frame: pl.DataFrame, errors: Sequence[CellError]) -> pl.DataFrame:
    """A sheet that was loaded as text, with the errors as the text that Excel shows for them."""
    places = pl.DataFrame(
        {
            "row": [error.offset_position[0] for error in errors],
            "column": [error.offset_position[1] for error in errors],
            "detail": [error.detail for error in errors],
        }
    )
    shown = pl.col("detail").str.extract(_NAME).replace_strict(_SHOWN, default=None)
    named = places.with_columns(shown.alias("text")).drop_nulls("text").partition_by("column", as_dict=True)
    columns = [frame.to_series(column).scatter(part["row"], part["text"]) for (column,), part in named.items()]
    return frame.with_columns(columns)


_FROM_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true)[\"']")
_LOOKED_AT = 1 << 16  # bytes; the setting stands near the beginning


def counts_from_1904(path: Path) -> bool:
    """Whether an .xlsx counts from 1904, as Excel for Mac once did: its dates are read right, its bare day numbers are not."""
    try:
        with zipfile.ZipFile(path) as book, book.open("xl/workbook.xml") as part:
            return _FROM_1904.search(part.read(_LOOKED_AT)) is not None
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error):
        return False  # another kind of file; what is wrong with it is the reader's to say


Book = fastexcel.ExcelReader


def open_book(source: Path | bytes) -> Book:
    """A workbook whose sheets can be loaded. Raises whatever the parser does, also what is no Exception."""
    return fastexcel.read_excel(source)


def load_cells(book: Book, name: str, skip: int | None = 0) -> tuple[pl.DataFrame, bool]:
    """The cells of a sheet, columns named by position, and whether it is hidden. Raises whatever the parser does, as above.

    `skip`: rows above the first; 0 keeps the empty ones, so that positions are Excel's row numbers; None leaves them out.
    """
    sheet = book.load_sheet(name, header_row=None, skip_rows=skip, dtypes="string")
    # The parser leaves out empty columns on the left; positions are Excel's letters.
    first = min((column.absolute_index for column in sheet.available_columns()), default=0)
    cells, found = sheet.to_arrow_with_errors()
    frame = pl.DataFrame(cells)
    return _positions(restore_error_cells(frame, found.errors) if found else frame, first), sheet.visible != "visible"


def _positions(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    named = frame.rename({name: str(first + position) for position, name in enumerate(frame.columns)})
    blank = [pl.lit(None, dtype=pl.String).alias(str(position)) for position in range(first)]
    return named.select(*blank, *named.columns) if frame.height else frame
