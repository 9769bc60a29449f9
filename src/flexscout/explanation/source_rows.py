"""The rows of a property, each with how it was read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from flexscout.explanation.cells import Cells
from flexscout.explanation.issues import Told, issues_at
from flexscout.explanation.past import AT, RANK, Past
from flexscout.mapping.naming import column_letter
from flexscout.model import MADE_FROM, REASONS, SOURCE_COLUMNS, STATUS, MappedColumn, SheetRecord
from flexscout.processing import judged
from flexscout.vocabulary import columns

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
    issues: tuple[Told, ...]


def judged_rows(past: Past, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of the past, in their order, with all canonical columns, points and reasons, and as their sheets alone say."""
    places = rows.select(*SOURCE_COLUMNS, AT, RANK, "Property ID")
    wanted = {(file, sheet) for file, sheet in places.select(_FILE, _SHEET).unique().iter_rows()}
    records = [
        replace(record, sheets=tuple(sheet for sheet in record.sheets if (name, sheet.sheet) in wanted))
        for name, record in past.records.items()
        if name in {file for file, _ in wanted}
    ]
    frames = [part.frame for (part,) in judged(records, (past.criteria,), past.config.duplicate_fields)]
    found = [frame.join(places, on=SOURCE_COLUMNS, how="inner") for frame in frames]
    return pl.concat(found, how="diagonal_relaxed").sort(AT)


def source_rows(past: Past, rows: pl.DataFrame, kept: int) -> tuple[SourceRow, ...]:
    """The judged rows as they were read, the one at position `kept` first."""
    opened = Cells()
    first = rows.sort(pl.col(AT) != kept, maintain_order=True)
    return tuple(_source_row(past, row, opened, kept=row[AT] == kept) for row in first.iter_rows(named=True))


def _source_row(past: Past, row: Row, opened: Cells, *, kept: bool) -> SourceRow:
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
        issues=issues_at(past, file, name, number),
    )


def _read_cells(sheet: SheetRecord, row: Row, texts: Sequence[str | None]) -> list[ReadCell]:
    mapped = {column.name: column for column in sheet.header_map.canonical}
    names = [column.name for column in columns() if column.name in mapped or row.get(column.name) is not None]
    return [_read_cell(name, mapped, row, texts) for name in names]


def _read_cell(name: str, mapped: dict[str, MappedColumn], row: Row, texts: Sequence[str | None]) -> ReadCell:
    value = row.get(name)
    column = mapped.get(name)
    text = texts[column.position] if column and column.position < len(texts) else None
    cell = text.strip() if text and text.strip() else None
    sources = [made for made in MADE_FROM.get(name, ()) if made in mapped and row.get(made) is not None]
    is_made = bool(sources) and value is not None and (column is None or (bool(texts) and cell is None))
    return ReadCell(
        column=name,
        value=value,
        header=column.header if column else "",
        letter=column_letter(column.position) if column else "",
        cell=cell,
        converted=cell is not None and cell != written(value),
        note=f"made from {' and '.join(sources)}" if is_made else _note(column),
    )


def _note(column: MappedColumn | None) -> str:
    if column is None:
        return ""
    if column.codes:
        return f"a code of {column.codes}, with its words"
    return "100 less what the cell says" if column.inverted else ""


def written(value: Any) -> str:
    """A value as plain text: whole numbers without decimals, dates as YYYY-MM-DD."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)
