"""Explain a row that was asked for and isn't a property: a header, a total, a blank row, or a row that doesn't exist."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flexscout.domain import join_some
from flexscout.ingest import RowKind
from flexscout.insights.query import RowReference
from flexscout.insights.replayed_run import ReplayedRun
from flexscout.insights.source_rows import SourceCells, find_row_kind
from flexscout.models import FileRecord, FileStatus, SheetRecord

_NAMED_FILES = 8


class NonPropertyKind(StrEnum):
    """Why a row isn't a property."""

    BLANK = "blank"
    NOT_DATA = "not_data"
    HEADER = "header"
    ABOVE_HEADER = "above_header"
    BELOW_LAST = "below_last"
    NO_SUCH_FILE = "no_such_file"
    NO_SUCH_SHEET = "no_such_sheet"
    FILE_FAILED = "file_failed"
    FILE_SKIPPED = "file_skipped"
    NOT_READ = "not_read"


@dataclass(frozen=True)
class NonProperty:
    """A row that isn't a property.

    Attributes:
        file: Name of the file.
        sheet: Name of the sheet, empty if none was given.
        row: Row number, from 1.
        kind: Why the row isn't a property.
        text: The same as a sentence.
        cells: Its cells that aren't blank, if the file could be opened.

    """

    file: str
    sheet: str
    row: int
    kind: NonPropertyKind
    text: str
    cells: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether the file and sheet exist."""
        return self.kind not in (NonPropertyKind.NO_SUCH_FILE, NonPropertyKind.NO_SUCH_SHEET)


_NOT_DATA_TEXTS: dict[str, str] = {
    RowKind.TOTAL: "a total",
    RowKind.NOTE: "a note or a section title",
    RowKind.HEADER: "a repeated header",
    RowKind.OTHER_TABLE: "a row of another table on the sheet",
}


def describe_non_property(reference: RowReference, past: ReplayedRun) -> NonProperty:
    """Say why no property is at this reference."""
    file, row = reference.file, reference.row
    if len(reference.files) != 1:
        return NonProperty(file, reference.sheet, row, NonPropertyKind.NO_SUCH_FILE, _describe_file_choice(reference, past))
    entry = next(entry for entry in past.record.report["files"] if entry["file"] == file)
    record = past.records.get(file)
    if entry["status"] != FileStatus.OK or record is None or record.error:
        return NonProperty(file, reference.sheet, row, *_describe_unread_file(entry, record, past.record.number))
    wanted = reference.sheet.strip().lower()
    sheets = [sheet for sheet in record.sheets if not wanted or sheet.sheet.lower() == wanted]
    if len(sheets) != 1:
        return NonProperty(file, reference.sheet, row, NonPropertyKind.NO_SUCH_SHEET, _describe_sheet_choice(reference, record))
    kind, text = _describe_row(reference, sheets[0], past)
    cells, _ = SourceCells().read_row(past.inputs[file], sheets[0].sheet, row)
    return NonProperty(file, sheets[0].sheet, row, kind, text, tuple(cell for cell in cells if cell and cell.strip()))


def _describe_unread_file(entry: Mapping[str, Any], record: FileRecord | None, run: int) -> tuple[NonPropertyKind, str]:
    if error := entry.get("error"):
        text = f"{entry['file']} failed in run {run}: {error['message']} {error['next_step']}".strip()
        return NonPropertyKind.FILE_FAILED, text
    if reason := entry.get("reason"):
        return NonPropertyKind.FILE_SKIPPED, f"{entry['file']} was skipped in run {run}: {reason}"
    why = record.error if record and record.error else "the file has changed since, and its rows are no longer in the cache."
    return NonPropertyKind.NOT_READ, f"{entry['file']} can no longer be explained: {why} Run flexscout again."


def _describe_file_choice(reference: RowReference, past: ReplayedRun) -> str:
    names = reference.files or tuple(str(entry["file"]) for entry in past.record.report["files"])
    listed = join_some(names, _NAMED_FILES)
    if reference.files:
        return f"Run {past.record.number} has several files named {reference.file}: {listed}. Add the folder."
    return f"Run {past.record.number} has no file {reference.file}. Its files: {listed}."


def _describe_sheet_choice(reference: RowReference, record: FileRecord) -> str:
    names = ", ".join(sheet.sheet for sheet in record.sheets)
    wanted = reference.sheet.strip().lower()
    reason = next((sheet.reason for sheet in record.skipped_sheets if sheet.name.lower() == wanted), "")
    if reason:
        return f'Sheet "{reference.sheet}" of {reference.file} was skipped. {reason}'
    if reference.sheet:
        return f'{reference.file} has no sheet "{reference.sheet}" with properties. Its sheets: {names}.'
    return f"{reference.file} has several sheets ({names}). Add the sheet: FILE:SHEET:{reference.row}."


def _describe_row(reference: RowReference, sheet: SheetRecord, past: ReplayedRun) -> tuple[NonPropertyKind, str]:
    row, last = f'Row {reference.row} of {reference.file}, sheet "{sheet.sheet}",', sheet.header_row + sheet.rows_read
    if reference.row == sheet.header_row:
        return NonPropertyKind.HEADER, f"{row} is the header."
    if reference.row < sheet.header_row:
        return NonPropertyKind.ABOVE_HEADER, f"{row} is above the header, which is row {sheet.header_row}."
    if reference.row > last:
        return NonPropertyKind.BELOW_LAST, f"{row} is below the last row with data, which is row {last}."
    row_kind = find_row_kind(past, reference.file, sheet.sheet, reference.row)
    if not row_kind and sheet.blank:
        return NonPropertyKind.BLANK, f"{row} is blank. It was counted and left out."
    known = f" but {_NOT_DATA_TEXTS[row_kind]}" if row_kind in _NOT_DATA_TEXTS else ""
    return NonPropertyKind.NOT_DATA, f"{row} is not a property{known}. It was counted and left out."
