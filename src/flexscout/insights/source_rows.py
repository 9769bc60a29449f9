"""The rows of a property, each with how it was read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.domain import DERIVED_COLUMNS, REASONS, SOURCE_COLUMNS, STATUS, canonical_columns, column_letters
from flexscout.errors import to_processing_error
from flexscout.ingest import DEFAULT_MEMORY, Workbook, read_workbook
from flexscout.insights.replayed_run import AT, RANK, FileChange, InputFile, ReplayedRun
from flexscout.models import IssueReason, MappedColumn, SheetRecord
from flexscout.outputs import REASON_TEXT, add_reason_texts
from flexscout.scoring import classify_records

_LARGEST = 50_000_000  # bytes of a file that is opened again for a few cells
_FILES = 8  # that are opened


class SourceCells:
    """Rows of the files of a run; each file is opened once, the first few of them, if it is what the run read."""

    def __init__(self) -> None:
        self._books: dict[str, Workbook | str] = {}

    def of(self, one: InputFile, sheet: str, row: int) -> tuple[tuple[str | None, ...], str]:
        """The texts of a row, and why there are none."""
        book = self._books.get(one.source.name) or self._opened(one)
        self._books[one.source.name] = book
        if isinstance(book, str):
            return (), book
        cells = next((found.cells for found in book.sheets if found.name == sheet), None)
        if cells is None or row > cells.height:
            return (), "the row is not found in the file"
        return cells.slice(row - 1, 1).row(0), ""

    def _opened(self, one: InputFile) -> Workbook | str:
        if one.since is not FileChange.SAME:
            return "the file is not there" if one.since is FileChange.GONE else "the file is another one now"
        if one.source.size > _LARGEST:
            return "the file is too large to be opened for a few cells"
        if sum(not isinstance(book, str) for book in self._books.values()) >= _FILES:
            return f"only {_FILES} files are opened for this"
        return _read(one.source.path)


def _read(path: Path) -> Workbook | str:
    try:
        return read_workbook(path, DEFAULT_MEMORY)
    except Exception as error:  # noqa: BLE001 - whatever a reader throws becomes a sentence
        return to_processing_error(path, error).message


_MOST = 50  # of a row


@dataclass(frozen=True)
class RowIssue:
    """An Issue. `whole_column`: whether it is about the column and not this row alone; `said`: the reason in words."""

    column: str
    value: str
    reason: str
    said: str
    whole_column: bool


def find_issues(past: ReplayedRun, file: str, sheet: str, row: int) -> tuple[RowIssue, ...]:
    """Those of a row that the run lists, then those of its columns."""
    found = add_reason_texts(_of(past, file, sheet).filter(pl.col("Source Row").is_in([row, 0])))
    listed = found.sort(pl.col("Source Row") == 0, maintain_order=True).head(_MOST)
    return tuple(
        RowIssue(one["Column"], one["Value"], one["Reason"], one[REASON_TEXT], one["Source Row"] == 0)
        for one in listed.iter_rows(named=True)
    )


def find_row_kind(past: ReplayedRun, file: str, sheet: str, row: int) -> str:
    """Return the RowKind of a row that is listed because it is no property; empty for other rows."""
    is_row = (pl.col("Source Row") == row) & (pl.col("Reason") == IssueReason.NOT_DATA.value)
    kinds = _of(past, file, sheet).filter(is_row)["Detail"]
    return str(kinds[0]) if kinds.len() else ""


def _of(past: ReplayedRun, file: str, sheet: str) -> pl.DataFrame:
    name, page, _ = SOURCE_COLUMNS
    return past.files.issues.filter((pl.col(name) == file) & (pl.col(page) == sheet))


_FILE, _SHEET, _NUMBER = SOURCE_COLUMNS
_EXACT = 2**53
Row = dict[str, Any]


@dataclass(frozen=True)
class ReadCell:
    """A value and where it comes from.

    `column`: canonical; `header`, `letter`: of the column in the sheet, empty where the value was made of others; `cell`: the
    text there, None if it is empty or not known; `converted`: whether the value says it otherwise; `note`: what else was done.
    """

    column: str
    value: Any
    header: str
    letter: str
    cell: str | None
    converted: bool
    note: str


@dataclass(frozen=True)
class SourceRow:
    """A row as it was read.

    `header_row`: as Excel numbers it, 0 without one; `recognized`: whose export it is, and how many columns are known; `kept`:
    whether it speaks for its property; `cells`: of each canonical column; `without_cells`: why their texts are not shown;
    `issues`: what could not be understood in it, or is to say of its columns.
    """

    file: str
    sheet: str
    row: int
    header_row: int
    recognized: str
    kept: bool
    status: str
    score: float
    reasons: str
    cells: tuple[ReadCell, ...]
    without_cells: str
    issues: tuple[RowIssue, ...]


def load_scored_rows(past: ReplayedRun, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of the past, in their order, with all canonical columns, points and reasons, and as their sheets alone say."""
    places = rows.select(*SOURCE_COLUMNS, AT, RANK, "Property ID")
    wanted = {(file, sheet) for file, sheet in places.select(_FILE, _SHEET).unique().iter_rows()}
    records = [
        replace(record, sheets=tuple(sheet for sheet in record.sheets if (name, sheet.sheet) in wanted))
        for name, record in past.records.items()
        if name in {file for file, _ in wanted}
    ]
    frames = [part.frame for (part,) in classify_records(records, (past.criteria,), past.config.duplicate_fields)]
    found = [frame.join(places, on=SOURCE_COLUMNS, how="inner") for frame in frames]
    return pl.concat(found, how="diagonal_relaxed").sort(AT)


def read_source_rows(past: ReplayedRun, rows: pl.DataFrame, kept: int) -> tuple[SourceRow, ...]:
    """The judged rows as they were read, the one at position `kept` first."""
    opened = SourceCells()
    first = rows.sort(pl.col(AT) != kept, maintain_order=True)
    return tuple(_source_row(past, row, opened, kept=row[AT] == kept) for row in first.iter_rows(named=True))


def _source_row(past: ReplayedRun, row: Row, opened: SourceCells, *, kept: bool) -> SourceRow:
    file, name, number = (row[column] for column in SOURCE_COLUMNS)
    sheet = next(sheet for sheet in past.records[file].sheets if sheet.sheet == name)
    texts, why_not = opened.of(past.inputs[file], name, number)
    return SourceRow(
        file=file,
        sheet=name,
        row=number,
        header_row=sheet.header_row,
        recognized=sheet.header_map.recognized,
        kept=kept,
        status=row[STATUS],
        score=row["Flex Score"],
        reasons=row[REASONS],
        cells=tuple(_read_cells(sheet, row, texts)),
        without_cells=why_not,
        issues=find_issues(past, file, name, number),
    )


def _read_cells(sheet: SheetRecord, row: Row, texts: Sequence[str | None]) -> list[ReadCell]:
    mapped = {column.name: column for column in sheet.header_map.canonical}
    names = [column.name for column in canonical_columns() if column.name in mapped or row.get(column.name) is not None]
    return [_read_cell(name, mapped, row, texts) for name in names]


def _read_cell(name: str, mapped: dict[str, MappedColumn], row: Row, texts: Sequence[str | None]) -> ReadCell:
    value = row.get(name)
    column = mapped.get(name)
    text = texts[column.position] if column and column.position < len(texts) else None
    cell = text.strip() if text and text.strip() else None
    sources = [made for made in DERIVED_COLUMNS.get(name, ()) if made in mapped and row.get(made) is not None]
    is_made = bool(sources) and value is not None and (column is None or (bool(texts) and cell is None))
    return ReadCell(
        column=name,
        value=value,
        header=column.header if column else "",
        letter=column_letters(column.position) if column else "",
        cell=cell,
        converted=cell is not None and cell != format_cell(value),
        note=f"made from {' and '.join(sources)}" if is_made else _note(column),
    )


def _note(column: MappedColumn | None) -> str:
    if column is None:
        return ""
    if column.codes:
        return f"a code of {column.codes}, with its words"
    return "100 less what the cell says" if column.inverted else ""


def format_cell(value: Any) -> str:
    """A value as plain text: whole numbers without decimals, dates as YYYY-MM-DD."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)
