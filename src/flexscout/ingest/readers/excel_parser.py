"""Adapter for fastexcel, the only module that calls it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import fastexcel
import polars as pl

from flexscout.ingest.readers.limits import WorkbookParts
from flexscout.ingest.readers.raw_workbook import LoadedSheet

Book = fastexcel.ExcelReader

# fastexcel reads a cell with an error value as empty and reports the error by name.
_ERROR_TEXTS = {
    "Div0": "#DIV/0!", "GettingData": "#GETTING_DATA", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!",
    "Ref": "#REF!", "Value": "#VALUE!",
}  # fmt: skip
_ERROR_NAME = r"Error\((\w+)\)"

_DATE_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true)[\"']")
_SETTINGS_BYTES = 2**16  # workbookPr is near the beginning


class CellError(Protocol):
    """An error that fastexcel reports for a cell."""

    @property
    def offset_position(self) -> tuple[int, int]:
        """Row and column in the frame."""

    @property
    def detail(self) -> str:
        """A message with the error's name in it."""


def open_book(source: Path | bytes) -> Book:
    """Open a workbook. Raises whatever the parser does, including exceptions that are no `Exception`."""
    return fastexcel.read_excel(source)


def open_by_content(path: Path, suffix: str) -> Book:
    """Open a workbook of the type of `suffix`, whatever its name says: fastexcel trusts names. Raises as `open_book` does."""
    return open_book(path if path.suffix.lower() in (suffix, ".xlsm") else path.read_bytes())


def load_sheet(book: Book, name: str, skip_rows: int | None = 0) -> LoadedSheet:
    """Load the cells of a sheet as text. Raises as `open_book` does.

    Args:
        book: The workbook.
        name: Name of the sheet.
        skip_rows: Rows to skip at the top. 0 keeps empty ones, so that positions are Excel's row numbers; None drops them.

    """
    sheet = book.load_sheet(name, header_row=None, skip_rows=skip_rows, dtypes="string")
    # fastexcel drops empty columns on the left; positions are to match Excel's letters.
    first = min((column.absolute_index for column in sheet.available_columns()), default=0)
    cells, errors = sheet.to_arrow_with_errors()
    frame = pl.DataFrame(cells)
    if errors:
        frame = restore_error_cells(frame, errors.errors)
    return LoadedSheet(_name_by_position(frame, first), hidden=sheet.visible != "visible")


def restore_error_cells(frame: pl.DataFrame, errors: Sequence[CellError]) -> pl.DataFrame:
    """Put the text that Excel shows, such as `#N/A`, into cells with an error value."""
    places = pl.DataFrame(
        {
            "row": [error.offset_position[0] for error in errors],
            "column": [error.offset_position[1] for error in errors],
            "detail": [error.detail for error in errors],
        }
    )
    text = pl.col("detail").str.extract(_ERROR_NAME).replace_strict(_ERROR_TEXTS, default=None)
    by_column = places.with_columns(text.alias("text")).drop_nulls("text").partition_by("column", as_dict=True)
    columns = [frame.to_series(column).scatter(part["row"], part["text"]) for (column,), part in by_column.items()]
    return frame.with_columns(columns)


def counts_from_1904(parts: WorkbookParts) -> bool:
    """Return whether an .xlsx counts days from 1904, as Excel for Mac once did.

    fastexcel applies the setting to cells formatted as dates; bare day numbers are left to the caller.
    """
    return _DATE_1904.search(parts.read_settings(_SETTINGS_BYTES)) is not None


def _name_by_position(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    if not frame.height:
        return frame
    blank = [pl.repeat(None, frame.height, dtype=pl.String, eager=True).alias(str(position)) for position in range(first)]
    frame.columns = [str(position) for position in range(first, first + frame.width)]
    return pl.DataFrame([*blank, *frame]) if blank else frame
