"""A row that was asked for and is no property of the run: what it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flexscout.domain import join_some
from flexscout.ingest import RowKind
from flexscout.insights.query import RowReference
from flexscout.insights.replayed_run import ReplayedRun
from flexscout.insights.source_rows import SourceCells, find_row_kind
from flexscout.models import FileRecord, FileStatus, SheetRecord

_NAMED = 8  # files in a sentence


@dataclass(frozen=True)
class NonProperty:
    """A row without a property.

    `what`: blank, not_data, header, above_header, below_last, no_such_file, no_such_sheet, file_failed, file_skipped or not_read;
    `said`: in a sentence; `texts`: its cells that are not empty, as far as the file can be opened.
    """

    file: str
    sheet: str
    row: int
    what: str
    said: str
    texts: tuple[str, ...]

    @property
    def is_there(self) -> bool:
        """Whether there is such a row, or it is known why there is none."""
        return self.what not in ("no_such_file", "no_such_sheet")


def describe_non_property(cell: RowReference, past: ReplayedRun) -> NonProperty:
    """What the row is."""
    if len(cell.files) != 1:
        return NonProperty(cell.file, cell.sheet, cell.row, "no_such_file", _no_file(cell, past), ())
    entry = next(entry for entry in past.record.report["files"] if entry["file"] == cell.file)
    record = past.records.get(cell.file)
    if entry["status"] != FileStatus.OK or record is None or record.error:
        return NonProperty(cell.file, cell.sheet, cell.row, *_not_read(entry, record, past.record.number), ())
    sheets = [sheet for sheet in record.sheets if not cell.sheet or sheet.sheet.lower() == cell.sheet.strip().lower()]
    if len(sheets) != 1:
        return NonProperty(cell.file, cell.sheet, cell.row, "no_such_sheet", _no_sheet(cell, record), ())
    what, said = _in_sheet(cell, sheets[0], past)
    texts, _ = SourceCells().of(past.inputs[cell.file], sheets[0].sheet, cell.row)
    return NonProperty(cell.file, sheets[0].sheet, cell.row, what, said, tuple(text for text in texts if text and text.strip()))


def _not_read(entry: Mapping[str, Any], record: FileRecord | None, run: int) -> tuple[str, str]:
    if error := entry.get("error"):
        return "file_failed", f"{entry['file']} failed in run {run}: {error['message']} {error['next_step']}".strip()
    if reason := entry.get("reason"):
        return "file_skipped", f"{entry['file']} was not read in run {run}: {reason}"
    why = record.error if record and record.error else "what was read of it is not kept, and it is another file now."
    return "not_read", f"{entry['file']} can't be explained any more: {why} Run flexscout again."


def _no_file(cell: RowReference, past: ReplayedRun) -> str:
    names = cell.files or tuple(str(entry["file"]) for entry in past.record.report["files"])
    some = join_some(names, _NAMED)
    if cell.files:
        return f"Several files of run {past.record.number} are called {cell.file}: {some}. Name the folder too."
    return f"Run {past.record.number} found no file {cell.file}; it found: {some}."


def _no_sheet(cell: RowReference, record: FileRecord) -> str:
    names = ", ".join(sheet.sheet for sheet in record.sheets)
    wanted = cell.sheet.strip().lower()
    why = next((sheet.reason for sheet in record.skipped_sheets if sheet.name.lower() == wanted), "")
    if why:
        return f'Sheet "{cell.sheet}" of {cell.file} was left out. {why}'
    if cell.sheet:
        return f'{cell.file} has no sheet "{cell.sheet}" with properties; it has: {names}.'
    return f"{cell.file} has several sheets ({names}): ask for FILE:SHEET:{cell.row}."


def _in_sheet(cell: RowReference, sheet: SheetRecord, past: ReplayedRun) -> tuple[str, str]:
    where, last = f'Row {cell.row} of {cell.file}, sheet "{sheet.sheet}",', sheet.header_row + sheet.rows_read
    if cell.row == sheet.header_row:
        return "header", f"{where} is the header."
    if cell.row < sheet.header_row:
        return "above_header", f"{where} stands above the header, which is row {sheet.header_row}."
    if cell.row > last:
        return "below_last", f"{where} lies below the last one that holds anything, which is row {last}."
    if kind := find_row_kind(past, cell.file, sheet.sheet, cell.row):
        return "not_data", f"{where} is no property: {_KINDS.get(kind, 'no data')}. It was counted and left out."
    if sheet.blank:
        return "blank", f"{where} is blank. It was counted and left out."
    return "not_data", f"{where} is no property. It was counted and left out."


_KINDS: dict[str, str] = {
    RowKind.TOTAL: "it is a total",
    RowKind.NOTE: "it is a note or the title of a section",
    RowKind.HEADER: "it repeats the header",
}
