"""The source rows of a property: which cell each value comes from, and the issues of the row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from flexscout.domain import (
    DERIVED_COLUMNS,
    REASONS,
    SOURCE_COLUMNS,
    STATUS,
    find_canonical_column,
    format_column_letters,
    list_canonical_columns,
)
from flexscout.errors import to_processing_error
from flexscout.ingest import DEFAULT_MEMORY, RowKind, Workbook, convert_column, read_workbook
from flexscout.insights.replayed_run import AT, RANK, FileChange, InputFile, ReplayedRun
from flexscout.models import IssueReason, SheetRecord
from flexscout.outputs import REASON_TEXT, add_reason_texts
from flexscout.scoring import POSITION, classify_records
from flexscout.sheet_columns import MappedColumn

Row = dict[str, Any]
_FILE, _SHEET, _ROW = SOURCE_COLUMNS
_LARGEST_EXACT = 2**53  # above it, a float doesn't hold every whole number
_MAX_FILE_BYTES = 50_000_000  # a larger file isn't opened for a few cells
_MAX_FILES = 8
_TOO_MANY = f"only {_MAX_FILES} files are opened for an explanation"
_MAX_ISSUES = 50  # per row


@dataclass(frozen=True)
class RowIssue:
    """An issue of a row or of its columns.

    Attributes:
        column: The column.
        value: The value that the issue is about.
        reason: The reason, with its code.
        text: The reason in words.
        whole_column: Whether the issue is about the whole column.

    """

    column: str
    value: str
    reason: str
    text: str
    whole_column: bool


@dataclass(frozen=True)
class ReadCell:
    """A value and the cell that it comes from.

    Attributes:
        column: The canonical column.
        value: The value.
        header: Header of the source column, empty if the value was derived from other columns.
        letter: Letter of that column.
        cell: Text of the cell, or None if it is blank or unknown.
        converted: Whether the value differs from the text of the cell.
        note: How else the value was obtained.

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
    """A source row as it was read.

    Attributes:
        file: Name of the file.
        sheet: Name of the sheet.
        row: Row number, from 1.
        header_row: Row number of the header, 0 if the sheet has none.
        recognized: The vendor, and how many columns are known.
        kept: Whether it is the surviving row.
        status: `candidate`, `below_score`, `not_eligible` or `superseded`.
        score: Score of the row itself.
        reasons: Why it isn't a candidate.
        cells: One entry per canonical column.
        without_cells: Why the texts of the cells aren't available, empty if they are.
        issues: Issues of the row and of its columns.

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


class SourceCells:
    """Reads cells from the files of a run, if they are small and haven't changed since the run. The last few stay open."""

    def __init__(self) -> None:
        self._workbooks: dict[str, Workbook | str] = {}
        self._opened = 0

    def start(self) -> None:
        """Start an explanation, which may open a few files more."""
        self._opened = 0

    def read_row(self, one: InputFile, sheet: str, row: int) -> tuple[tuple[str | None, ...], str]:
        """Return the texts of a row, and why there are none."""
        name = one.source.name
        workbook = self._workbooks.pop(name, None) or self._open(one)
        if workbook != _TOO_MANY:
            self._workbooks[name] = workbook  # the last is the one used last
        if isinstance(workbook, str):
            return (), workbook
        cells = next((table.cells for table in workbook.sheets if table.name == sheet), None)
        if cells is None or row > cells.height:
            return (), "the row isn't in the file"
        return cells.slice(row - 1, 1).row(0), ""

    def _open(self, one: InputFile) -> Workbook | str:
        """Return the workbook, or why it isn't opened."""
        if one.since is not FileChange.SAME:
            return "the file is gone" if one.since is FileChange.GONE else "the file has changed since the run"
        if one.source.size > _MAX_FILE_BYTES:
            return "the file is too large to open for a few cells"
        if self._opened >= _MAX_FILES:
            return _TOO_MANY
        self._opened += 1
        if len(self._workbooks) >= _MAX_FILES:
            del self._workbooks[next(iter(self._workbooks))]
        try:
            (source,) = one.download([one.source])
            return read_workbook(source.path, DEFAULT_MEMORY)
        except Exception as error:  # noqa: BLE001 - any failure of a reader becomes a message
            return to_processing_error(one.source.path, error).message


def find_issues(past: ReplayedRun, file: str, sheet: str, row: int) -> tuple[RowIssue, ...]:
    """Return the listed issues of a row, then those of its columns."""
    in_sheet = past.files.issues.filter((pl.col(_FILE) == file) & (pl.col(_SHEET) == sheet))
    issues = add_reason_texts(in_sheet.filter(pl.col(_ROW).is_in([row, 0])))
    listed = issues.sort(pl.col(_ROW) == 0, maintain_order=True).head(_MAX_ISSUES)
    return tuple(
        RowIssue(issue["Column"], issue["Value"], issue["Reason"], issue[REASON_TEXT], issue[_ROW] == 0)
        for issue in listed.iter_rows(named=True)
    )


def find_row_kind(past: ReplayedRun, file: str, sheet: str, row: int) -> str:
    """Return the `RowKind` of a row that is listed as not a property; empty for other rows."""
    is_row = (pl.col(_FILE) == file) & (pl.col(_SHEET) == sheet) & (pl.col(_ROW) == row)
    found = past.files.issues.filter(is_row & pl.col("Reason").is_in([IssueReason.NOT_DATA.value, IssueReason.OTHER_TABLE.value]))
    if found.is_empty():
        return ""
    return RowKind.OTHER_TABLE.value if found["Reason"][0] == IssueReason.OTHER_TABLE.value else str(found["Detail"][0])


def load_scored_rows(past: ReplayedRun, rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows of the run with all canonical columns, points and reasons, each scored with the columns of its own sheet."""
    # The run has candidates so; of rejected rows, it keeps only some columns.
    complete = rows.filter(pl.col(AT) < past.candidate_count)
    return pl.concat([complete, _score_again(past, rows.join(complete, on=AT, how="anti"))], how="diagonal_relaxed").sort(AT)


def _score_again(past: ReplayedRun, rows: pl.DataFrame) -> pl.DataFrame:
    places = rows.select(*SOURCE_COLUMNS, AT, RANK, "Property ID")
    by_sheet = rows.group_by(_FILE, _SHEET).agg(POSITION)
    wanted = {(file, sheet): positions for file, sheet, positions in by_sheet.iter_rows()}
    records = [
        replace(past.records[file], sheets=tuple(sheet for sheet in past.records[file].sheets if (file, sheet.sheet) in wanted))
        for file in sorted({file for file, _ in wanted})
    ]
    frames = [part.frame for (part,) in classify_records(records, (past.criteria,), past.config.duplicate_fields, wanted)]
    joined = [frame.join(places, on=SOURCE_COLUMNS, how="inner") for frame in frames]
    return past.update_outcome(pl.concat(joined, how="diagonal_relaxed")) if joined else rows.clear()


def read_source_rows(past: ReplayedRun, rows: pl.DataFrame, kept: int) -> tuple[SourceRow, ...]:
    """Return the scored rows as they were read, the one at position `kept` first."""
    source_cells = past.keep(SourceCells)
    source_cells.start()
    kept_first = rows.sort(pl.col(AT) != kept, maintain_order=True)
    return tuple(_build_source_row(past, row, source_cells, kept=row[AT] == kept) for row in kept_first.iter_rows(named=True))


def format_cell(value: Any) -> str:
    """Return a value as plain text: whole numbers without decimals, dates as YYYY-MM-DD."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_EXACT:
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def format_value(column: str, value: Any) -> str:
    """Return a value of a canonical column as text; sizes and prices with separators, but not years and coordinates."""
    is_number = isinstance(value, float | int) and find_canonical_column(column).type in ("number", "percent")
    return f"{value:,.12g}" if is_number else format_cell(value)


def _build_source_row(past: ReplayedRun, row: Row, source_cells: SourceCells, *, kept: bool) -> SourceRow:
    file, name, number = (row[column] for column in SOURCE_COLUMNS)
    sheet = next(sheet for sheet in past.records[file].sheets if sheet.sheet == name)
    texts, why_not = source_cells.read_row(past.inputs[file], name, number)
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
    derived = {made.position: [position for position, _ in made.sources] for made in sheet.header_map.derived}
    positions = {name: derived.get(column.position, [column.position]) for name, column in mapped.items()}
    names = [column.name for column in list_canonical_columns() if column.name in mapped or row.get(column.name) is not None]
    return [_read_cell(name, mapped, positions.get(name, []), row, texts) for name in names]


def _read_cell(
    name: str, mapped: dict[str, MappedColumn], positions: Sequence[int], row: Row, texts: Sequence[str | None]
) -> ReadCell:
    """Read one value. `positions`: of the cells it comes from; several if the column is joined."""
    value = row.get(name)
    column = mapped.get(name)
    found = [text.strip() for i in positions if i < len(texts) and (text := texts[i])]
    cell = " | ".join(filter(None, found)) or None
    sources = [source for source in DERIVED_COLUMNS.get(name, ()) if source in mapped and row.get(source) is not None]
    is_derived = bool(sources) and value is not None and (column is None or (bool(texts) and cell is None))
    return ReadCell(
        column=name,
        value=value,
        header=column.header if column else "",
        letter=" + ".join(map(format_column_letters, positions)),
        cell=cell,
        converted=cell is not None and cell != format_cell(value),
        note=f"derived from {' and '.join(sources)}" if is_derived else _describe_conversion(column, cell, value),
    )


def _describe_conversion(column: MappedColumn | None, cell: str | None, value: Any) -> str:
    if column is None:
        return ""
    if column.codes:
        return f"{column.codes} code, translated"
    if column.factor != 1:
        is_whole = cell is not None and convert_column(column.name, pl.Series([cell])).item() == value
        return "" if is_whole else f"{column.factor:,g} times the cell"
    return "100 minus the cell" if column.inverted else ""
