"""Workbooks as raw text: no header, no types, no value changed."""

import os
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError, LimitError
from flexscout.ingest.file_types import FileType
from flexscout.ingest.readers.excel_parser import Book, counts_from_1904, load_cells, open_book
from flexscout.ingest.readers.limits import DEFAULT_MEMORY, MOST_COLUMNS, check_bounds, is_large
from flexscout.ingest.readers.streaming import Cells, LoadedSheet

T = TypeVar("T")
Load = Callable[[str], LoadedSheet]
_OF_SYSTEM = re.compile(r"\(os error (\d+)\)")


@dataclass(frozen=True)
class RawSheet:
    """A sheet as text.

    `cells`: columns named by position ("0", "1", ...), all String, null where empty; row i is row i + 1 in Excel; those of a
    large sheet are on disk; `hidden`: whether Excel hides it; `notes`: choices that a person should know of, each with its code
    in front.
    """

    name: str
    cells: Cells
    hidden: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workbook:
    """The sheets of a file that hold cells, and why the others were left out.

    `from_1904`: whether its bare day numbers count from 1904, not 1900.
    """

    sheets: tuple[RawSheet, ...]
    left_out: tuple[tuple[str, str], ...]
    from_1904: bool = False


def read_spreadsheet(path: Path, kind: FileType, memory: int = DEFAULT_MEMORY, folder: Path | None = None) -> Workbook:
    """Every sheet of a workbook of Excel or LibreOffice as text.

    A large one is read in blocks, whose rows wait in `folder`, or else in one of their own. Raises DataFormatError if the file is
    damaged or has no cells; LimitError if it is seen to need more than `memory` bytes; OSError if it can't be opened.
    """
    large = is_large(path, kind, memory, pl.thread_pool_size())
    names, load = (_in_blocks if large else _whole)(path, kind, memory, folder)
    return replace(_collect(path, names, load), from_1904=counts_from_1904(path))


def read_named_sheets(
    path: Path, kind: FileType, wanted: Callable[[str], bool], memory: int = DEFAULT_MEMORY
) -> dict[str, pl.DataFrame]:
    """Name -> cells, as RawSheet has them, of the sheets that are `wanted` by their name; the others have no cells.

    Raises as `read_spreadsheet` does, also if a single wanted sheet is damaged.
    """
    book = _opened(path, kind, memory)
    load = partial(load_cells, book)
    return {name: call_reader(path, partial(load, name))[0] if wanted(name) else pl.DataFrame() for name in book.sheet_names}


def peek_spreadsheet(path: Path, kind: FileType, rows: int, memory: int = DEFAULT_MEMORY) -> Workbook:
    """The first `rows` rows of every sheet, without reading the rest where the kind allows that.

    Raises as `read_spreadsheet` does.
    """
    if kind is FileType.XLSX:
        try:
            return _peek_xlsx(path, rows)
        except DataFormatError:
            # The peeking reader knows fewer dialects than the full one, whose word counts.
            pass
    return read_spreadsheet(path, kind, memory)


def trim_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells without the empty rows at the end and the empty columns on the right."""
    if not cells.width:
        return cells
    filled = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series().arg_true()
    cells = cells.head(filled[-1] + 1 if len(filled) else 0)
    used = [i for i, column in enumerate(cells.iter_columns()) if column.null_count() < cells.height]
    return cells.select(cells.columns[: used[-1] + 1]) if used else pl.DataFrame()


def _opened(path: Path, kind: FileType, memory: int) -> Book:
    check_bounds(path, kind, memory)
    # The reader trusts the name; content goes in as bytes where the name is wrong.
    return call_reader(path, lambda: open_book(path if path.suffix.lower() in (kind, ".xlsm") else path.read_bytes()))


def _peek_xlsx(path: Path, rows: int) -> Workbook:
    import openpyxl  # noqa: PLC0415 - a run does not peek, and the import costs a fifth of a second

    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = call_reader(path, lambda: openpyxl.load_workbook(file, read_only=True, data_only=True))
        names = [sheet.title for sheet in book.worksheets]
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # many exporters write A1 whatever the table is
        return _collect(path, names, lambda name: _peeked(book[name], rows))


def _collect(path: Path, names: list[str], load: Load) -> Workbook:
    sheets: list[RawSheet] = []
    left_out: list[tuple[str, str]] = []
    for name in names:
        try:
            cells, hidden, notes = call_reader(path, partial(load, name))
        except DataFormatError as error:
            left_out.append((name, f"It can't be read: {error.message}"))
            continue
        if cells.is_empty():
            left_out.append((name, "It is empty."))
        elif cells.width > MOST_COLUMNS:
            left_out.append((name, f"It can't be read: it claims {cells.width:,} columns, more than a sheet can have."))
        else:
            sheets.append(RawSheet(name, cells, hidden, notes))
    if sheets:
        return Workbook(tuple(sheets), tuple(left_out))
    if any("can't be read" in reason for _, reason in left_out):
        raise DataFormatError(ErrorCode.DAMAGED, f"{path.name} is damaged: none of its sheets can be read.", "Export it again.")
    raise DataFormatError(
        ErrorCode.EMPTY_WORKBOOK, f"{path.name} has no data: every sheet is empty.", "Export it again, or leave it out."
    )


def _whole(path: Path, kind: FileType, memory: int, _folder: Path | None = None) -> tuple[list[str], Load]:
    """The names of a book's sheets, and what loads one."""
    book = _opened(path, kind, memory)
    return book.sheet_names, lambda name: LoadedSheet(*load_cells(book, name))


def _in_blocks(path: Path, kind: FileType, memory: int, folder: Path | None) -> tuple[list[str], Load]:
    from flexscout.ingest.readers.streaming import LargeWorkbook  # noqa: PLC0415 - few files are

    check_bounds(path, kind, memory, in_blocks=True)
    book = LargeWorkbook(path, folder, lambda: _whole(path, kind, memory))
    return call_reader(path, lambda: book.names), book.load


def _peeked(sheet: Any, rows: int) -> LoadedSheet:
    return LoadedSheet(_first_rows(sheet.iter_rows(values_only=True), rows), sheet.sheet_state != "visible")


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


def call_reader(path: Path, read: Callable[[], T]) -> T:
    """Call a reader; whatever it throws becomes one sentence."""
    try:
        return read()
    except (OSError, MemoryError, DataFormatError, LimitError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - Rust panics are BaseExceptions
        detail = " ".join(str(error).split())[:200]
        if of_system := _OF_SYSTEM.search(detail):
            # The drive failed, not the file: that may pass.
            number = int(of_system[1])
            raise OSError(number, os.strerror(number), None, number) from None
        raise DataFormatError(
            ErrorCode.DAMAGED,
            f"{path.name} is damaged: the reader says: {detail}.",
            "Open it in Excel, let it repair the file, and save it as .xlsx; or export it again.",
        ) from None
