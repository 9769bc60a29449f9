"""The door to the parser of workbooks: bytes or a path in, cells as text out."""

from pathlib import Path

import fastexcel
import polars as pl

from flexscout.reading.error_cells import with_errors

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
    return _positions(with_errors(frame, found.errors) if found else frame, first), sheet.visible != "visible"


def _positions(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    named = frame.rename({name: str(first + position) for position, name in enumerate(frame.columns)})
    blank = [pl.lit(None, dtype=pl.String).alias(str(position)) for position in range(first)]
    return named.select(*blank, *named.columns) if frame.height else frame
