"""Raw workbooks: the sheets of a file as text tables, before headers and types."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError, LimitError
from flexscout.ingest.readers.chunked_cells import ChunkedCells
from flexscout.ingest.readers.limits import MAX_COLUMNS
from flexscout.ingest.readers.merged_cells import MergedCells
from flexscout.models import IssueNote
from flexscout.skipped import SheetSkipCode, SkippedSheet

Cells = pl.DataFrame | ChunkedCells
"""Cells of a sheet: String columns named by position ("0", "1", ...), null where empty; row i is row i + 1 in Excel."""

_OS_ERROR = re.compile(r"\(os error (\d+)\)")
_UNREADABLE = {SheetSkipCode.UNREADABLE, SheetSkipCode.TOO_WIDE}


@dataclass(frozen=True)
class RawSheet:
    """A sheet as text.

    Attributes:
        name: Name of the sheet.
        cells: Its cells; those of a large sheet are on disk.
        hidden: Whether Excel hides the sheet.
        notes: Choices of the reader that the user should know about, each with a reason and its detail.
        merged: Cells that are merged down a column, whose value is in the first of them.

    """

    name: str
    cells: Cells
    hidden: bool = False
    notes: tuple[IssueNote, ...] = ()
    merged: tuple[MergedCells, ...] = ()


@dataclass(frozen=True)
class Workbook:
    """The sheets of a file.

    Attributes:
        sheets: Sheets with cells.
        skipped_sheets: The other sheets, with the reason.
        from_1904: Whether the workbook counts days from 1904 instead of 1900.

    """

    sheets: tuple[RawSheet, ...]
    skipped_sheets: tuple[SkippedSheet, ...] = ()
    from_1904: bool = False


class LoadedSheet(NamedTuple):
    """A sheet as a parser returns it; the fields are the first of RawSheet."""

    cells: Cells
    hidden: bool = False
    notes: tuple[IssueNote, ...] = ()
    merged: tuple[MergedCells, ...] = ()


def collect_sheets(
    path: Path,
    names: Iterable[str],
    load: Callable[[str], LoadedSheet],
    load_again: Callable[[str], LoadedSheet] | None = None,
) -> Workbook:
    """Load each sheet; sheets that are empty or damaged are skipped.

    Args:
        path: The workbook, for messages.
        names: Names of the sheets.
        load: Loads the sheet of a name.
        load_again: Loads a sheet that `load` found damaged, if there is another way.

    Raises:
        DataFormatError: No sheet has cells.

    """
    sheets: list[RawSheet] = []
    skipped: list[SkippedSheet] = []
    for name in names:
        try:
            try:
                with translate_reader_errors(path):
                    loaded = load(name)
            except DataFormatError:
                if not load_again:
                    raise
                with translate_reader_errors(path):
                    loaded = load_again(name)
        except DataFormatError as error:
            skipped.append(SkippedSheet(name, SheetSkipCode.UNREADABLE, (error.message,), error.code))
            continue
        if loaded.cells.is_empty():
            skipped.append(SkippedSheet(name, SheetSkipCode.EMPTY))
        elif loaded.cells.width > MAX_COLUMNS:
            skipped.append(SkippedSheet(name, SheetSkipCode.TOO_WIDE, (f"{loaded.cells.width:,}",)))
        else:
            sheets.append(RawSheet(name, *loaded))
    if sheets:
        return Workbook(tuple(sheets), tuple(skipped))
    if any(sheet.code in _UNREADABLE for sheet in skipped):
        raise DataFormatError(ErrorCode.DAMAGED, f"{path.name} is damaged: none of its sheets can be read.", "Export it again.")
    raise DataFormatError(
        ErrorCode.EMPTY_WORKBOOK, f"{path.name} has no data: every sheet is empty.", "Export it again, or leave it out."
    )


def collect_cells(cells: Cells) -> pl.DataFrame:
    """Return all cells as one frame."""
    return cells if isinstance(cells, pl.DataFrame) else cells.collect()


def trim_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Remove empty rows at the end and empty columns on the right."""
    if not cells.width:
        return cells
    if cells.height and not any(cell is not None for cell in cells.row(-1)):
        filled = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series().arg_true()
        cells = cells.head(filled[-1] + 1 if len(filled) else 0)
    used = [i for i, column in enumerate(cells.iter_columns()) if column.null_count() < cells.height]
    return cells[:, : used[-1] + 1] if used else pl.DataFrame()


def report_unreadable(path: Path) -> DataFormatError:
    """Return the error of a workbook that no parser understands."""
    return DataFormatError(
        ErrorCode.DAMAGED,
        f"{path.name} is damaged: parts of it are missing or can't be understood.",
        "Open it in Excel, let it repair the file, and save it as .xlsx; or export it again.",
    )


@contextmanager
def translate_reader_errors(path: Path) -> Iterator[None]:
    """Turn whatever a parser raises, Rust panics included, into a DataFormatError, or an OSError if the drive failed."""
    try:
        yield
    except (OSError, MemoryError, DataFormatError, LimitError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - Rust panics are BaseExceptions
        if os_error := _OS_ERROR.search(str(error)):
            # The drive failed, not the file: a retry may help.
            number = int(os_error[1])
            raise OSError(number, os.strerror(number), None, number) from None
        # The parser's own words are of no use to a reader of the message.
        raise report_unreadable(path) from None
