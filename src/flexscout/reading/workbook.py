"""Workbooks as raw text: no header, no types, no value changed."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import fastexcel
import polars as pl

from flexscout.errors import DataFormatError
from flexscout.reading.preflight import DEFAULT_MEMORY, MOST_COLUMNS, check_bounds, explain
from flexscout.reading.sniff import check_is_workbook

T = TypeVar("T")


@dataclass(frozen=True)
class RawSheet:
    """A sheet as text.

    `cells`: columns named by position ("0", "1", ...), all String, null where empty; row i is row i + 1 in Excel.
    """

    name: str
    cells: pl.DataFrame


@dataclass(frozen=True)
class Workbook:
    """The sheets of a file that hold cells, and why the others were left out."""

    sheets: tuple[RawSheet, ...]
    left_out: tuple[tuple[str, str], ...]


def read_workbook(path: Path, memory: int = DEFAULT_MEMORY) -> Workbook:
    """Every sheet of a workbook as text.

    Raises DataFormatError if the file is no workbook, is damaged, or has no cells; LimitError if it is seen to need more than
    `memory` bytes; OSError if it can't be opened.
    """
    kind = _guarded(path, lambda: check_is_workbook(path))
    check_bounds(path, kind, memory)
    # The reader trusts the name; content goes in as bytes where the name is wrong.
    book = _guarded(path, lambda: fastexcel.read_excel(path if path.suffix.lower() in (kind, ".xlsm") else path.read_bytes()))
    return _collect(path, book.sheet_names, lambda name: _load(book, name))


def peek_workbook(path: Path, rows: int, memory: int = DEFAULT_MEMORY) -> Workbook:
    """The first `rows` rows of every sheet, without reading the rest where the kind allows that.

    Raises as `read_workbook` does.
    """
    if _guarded(path, lambda: check_is_workbook(path)) == ".xlsx":
        try:
            return _peek_xlsx(path, rows)
        except DataFormatError:
            # The peeking reader knows fewer dialects than the full one, whose word counts.
            pass
    return read_workbook(path, memory)


def explain_failure(path: Path, memory: int) -> None:
    """Raise what is wrong with a workbook that made a process die which may use `memory` bytes, if its content tells.

    Never reads it as `read_workbook` does, which would die again.
    """
    explain(path, _guarded(path, lambda: check_is_workbook(path)), memory)


def _peek_xlsx(path: Path, rows: int) -> Workbook:
    import openpyxl  # noqa: PLC0415 - a run does not peek, and the import costs a fifth of a second

    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = _guarded(path, lambda: openpyxl.load_workbook(file, read_only=True, data_only=True))
        names = [sheet.title for sheet in book.worksheets]
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # many exporters write A1 whatever the table is
        return _collect(path, names, lambda name: _first_rows(book[name].iter_rows(values_only=True), rows))


def _collect(path: Path, names: list[str], load: Callable[[str], pl.DataFrame]) -> Workbook:
    sheets: list[RawSheet] = []
    left_out: list[tuple[str, str]] = []
    for name in names:
        try:
            cells = _guarded(path, partial(load, name))
        except DataFormatError as error:
            left_out.append((name, f"It can't be read: {error.message}"))
            continue
        if cells.is_empty():
            left_out.append((name, "It is empty."))
        elif cells.width > MOST_COLUMNS:
            left_out.append((name, f"It can't be read: it claims {cells.width:,} columns, more than a sheet can have."))
        else:
            sheets.append(RawSheet(name, cells))
    if sheets:
        return Workbook(tuple(sheets), tuple(left_out))
    if any("can't be read" in reason for _, reason in left_out):
        raise DataFormatError("damaged", f"{path.name} is damaged: none of its sheets can be read.", "Export it again.")
    raise DataFormatError(
        "empty_workbook", f"{path.name} has no data: every sheet is empty.", "Export it again, or leave it out."
    )


def _load(book: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    # skip_rows=0 keeps the empty rows above the first cell, so that positions are Excel's row numbers.
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    # The reader leaves out empty columns on the left; positions are Excel's letters.
    first = min((column.absolute_index for column in sheet.available_columns()), default=0)
    return _positions(sheet.to_polars(), first)


def _first_rows(rows: Iterator[tuple[object, ...]], count: int) -> pl.DataFrame:
    texts = [[_text(value) for value in row] for row in islice(rows, count)]
    width = max(map(len, texts), default=0)
    padded = [row + [None] * (width - len(row)) for row in texts if width]
    frame = pl.DataFrame(padded, schema={str(position): pl.String for position in range(width)}, orient="row")
    return frame if any(map(any, texts)) else frame.clear()


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _positions(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    named = frame.rename({name: str(first + position) for position, name in enumerate(frame.columns)})
    blank = [pl.lit(None, dtype=pl.String).alias(str(position)) for position in range(first)]
    return named.select(*blank, *named.columns) if frame.height else frame


def _guarded(path: Path, read: Callable[[], T]) -> T:
    """Call a reader; whatever it throws becomes one sentence."""
    try:
        return read()
    except (OSError, MemoryError, DataFormatError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - Rust panics are BaseExceptions
        detail = " ".join(str(error).split())[:200]
        raise DataFormatError(
            "damaged",
            f"{path.name} is damaged: the reader says: {detail}.",
            "Open it in Excel, let it repair the file, and save it as .xlsx; or export it again.",
        ) from None
