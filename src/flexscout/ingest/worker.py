"""What a worker does with a file: read, map, convert, and leave typed tables on disk."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

import polars as pl

from flexscout.domain import DERIVED_COLUMNS
from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError, to_processing_error
from flexscout.ingest.convert import Converted, convert_sheet
from flexscout.ingest.header_row import SEARCHED_ROWS, find_header, header_texts, knows_header
from flexscout.ingest.mapping import NO_MAPPING, ColumnMapping, DraftTable, find_missing_required, map_headers, render_mapping
from flexscout.ingest.readers import (
    DEFAULT_MEMORY,
    Cells,
    RawSheet,
    Workbook,
    diagnose_reader_failure,
    peek_workbook,
    read_workbook,
)
from flexscout.ingest.scan import build_source_file
from flexscout.models import FileRecord, HeaderMap, Issue, SheetRecord, SourceFile
from flexscout.runtime import TableCache, file_checksum, write_table, write_table_parts
from flexscout.skipped import SheetSkipCode, SkippedSheet

PEEKED_ROWS = 500
_SHOWN_ROWS = 3

NO_HEADER = -1
"""Position of the header where a table has none: its rows begin at 0."""


@dataclass(frozen=True)
class IngestOptions:
    """What a run asks of each file's columns.

    `mapping`: what a person says that they mean; `required`: canonical columns without which a file fails.
    """

    mapping: ColumnMapping = NO_MAPPING
    required: tuple[str, ...] = ()


DEFAULT_OPTIONS = IngestOptions()


@dataclass(frozen=True)
class _Found:
    """A sheet, the position of its header, and what that says."""

    sheet: RawSheet
    header: int
    header_map: HeaderMap


def ingest_file(
    source: SourceFile, tables: TableCache, schema: IngestOptions = DEFAULT_OPTIONS, memory: int = DEFAULT_MEMORY
) -> FileRecord:
    """Turn a file into typed tables in its place among `tables`, and a record; an error becomes part of the record.

    A source without fingerprint, because it could not be opened when it was found, gets it now. `memory`: bytes that this
    process may use.
    """
    with _Recording(source) as recording:
        known = source if source.fingerprint else build_source_file(source.path, source.name)
        place = tables.create_entry_folder(known)
        with _scratch(tables.scratch_in(place)) as scratch:
            book = read_workbook(source.path, memory, scratch)
            sheets, skipped = _property_sheets(source, book, schema)
            records = tuple(
                _write(found, place / f"sheet-{number}", from_1904=book.from_1904, safe=tables.is_persistent)
                for number, found in enumerate(sheets, start=1)
            )
        if not any(record.rows_read for record in records):
            raise _no_rows(source, records[0])
        recording.record = FileRecord(known, records, (*book.skipped_sheets, *skipped))
    return recording.record


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder for what is too large for memory, made by who needs it; without what a worker left that was ended."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def inspect_file(source: SourceFile, schema: IngestOptions = DEFAULT_OPTIONS, memory: int = DEFAULT_MEMORY) -> FileRecord:
    """How a file's headers would be mapped, from its first rows alone; writes nothing. `memory`: as above."""
    with _Recording(source) as recording:
        book = peek_workbook(source.path, PEEKED_ROWS, memory)
        sheets, skipped = _property_sheets(source, book, schema)
        records = tuple(
            SheetRecord(found.sheet.name, found.header + 1, found.header_map, hidden=found.sheet.hidden) for found in sheets
        )
        recording.record = FileRecord(source, records, (*book.skipped_sheets, *skipped))
    return recording.record


def draft_mapping(path: Path) -> str:
    """A mapping file for an export, as YAML: what the headers of its property tables, or its likeliest one, are taken for.

    Raises ProcessingError if the file can't be read.
    """
    try:
        sheets = [_mapped(sheet, NO_MAPPING) for sheet in peek_workbook(path, PEEKED_ROWS).sheets]
    except Exception as error:  # noqa: BLE001 - whatever a reader throws becomes a sentence
        raise to_processing_error(path, error) from None
    chosen = [found for found in sheets if not find_missing_required(found.header_map)]
    return render_mapping(path.name, [_drafted(found) for found in chosen or [_likeliest(sheets)]])


def _drafted(found: _Found) -> DraftTable:
    """The sheet as it is understood; where no row is a header, every row is one of the table."""
    cells = found.sheet.cells
    if not knows_header(cells, found.header) and not _is_text(cells.row(found.header)):
        found = _without_header(found.sheet, NO_MAPPING)
    return DraftTable(found.sheet.name, found.header + 1, found.header_map, cells.slice(found.header + 1))


def _is_text(row: Sequence[str | None]) -> bool:
    """Whether no cell of a row begins with a digit: names of columns hardly do, values do."""
    return not any(text[:1].isdigit() for text in row if text)


def _likeliest(sheets: Sequence[_Found]) -> _Found:
    return max(sheets, key=lambda found: len(found.header_map.canonical))


def diagnose_file(source: SourceFile, memory: int) -> FileRecord:
    """Why a process that may use `memory` bytes ended in the middle of a file: the record's error, none if it can't be told."""
    with _Recording(source) as recording:
        diagnose_reader_failure(source.path, memory)
    return recording.record


class _Recording:
    """Measures the time of a context, and turns its exception, Rust panics included, into the file's error."""

    def __init__(self, source: SourceFile) -> None:
        self.record = FileRecord(source)
        self._started = perf_counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        if isinstance(error, KeyboardInterrupt):
            return False
        source = self.record.source
        if error:
            self.record = FileRecord(source, error=to_processing_error(source.path, error).with_file(source.name))
        self.record = replace(self.record, seconds=perf_counter() - self._started)
        return True


def _property_sheets(source: SourceFile, book: Workbook, schema: IngestOptions) -> tuple[list[_Found], list[SkippedSheet]]:
    """The sheets that are property tables; and why the others are not.

    Raises DataFormatError if there is none, naming what the likeliest sheet has, or if one lacks what the schema requires.
    """
    mapping = schema.mapping if schema.mapping.is_for(source.path.name) else NO_MAPPING
    asked = [sheet for sheet in book.sheets if sheet.name == mapping.sheet] or list(book.sheets)
    sheets = [_mapped(sheet, mapping) for sheet in asked]
    lacking = {found.sheet.name: find_missing_required(found.header_map) for found in sheets}
    chosen = [found for found in sheets if not lacking[found.sheet.name]]
    if not chosen:
        raise _no_table(source.path.name, sheets, lacking)
    for found in chosen:
        _check_required(source.path.name, found, schema.required)
    unasked = [sheet.name for sheet in book.sheets if sheet.name not in lacking]
    others = [SkippedSheet(name, SheetSkipCode.NOT_MAPPED, (mapping.name, mapping.sheet)) for name in unasked]
    tableless = [
        SkippedSheet(name, SheetSkipCode.NO_PROPERTY_TABLE, (" and no ".join(parts),)) for name, parts in lacking.items() if parts
    ]
    return chosen, [*others, *tableless]


def _no_table(file: str, sheets: list[_Found], lacking: Mapping[str, list[str]]) -> DataFormatError:
    """What the likeliest sheet has in place of the columns of a property table."""
    likeliest = _likeliest(sheets)
    name, cells = likeliest.sheet.name, likeliest.sheet.cells
    if likeliest.header == NO_HEADER or knows_header(cells, likeliest.header):
        headers = [column.header for column in likeliest.header_map.columns]
        return DataFormatError.missing_columns(file, name, lacking[name], headers)
    rows = [(i + 1, [cell for cell in row if cell]) for i, row in enumerate(cells.head(SEARCHED_ROWS).rows()) if any(row)]
    return DataFormatError.no_header(file, name, SEARCHED_ROWS, rows[:_SHOWN_ROWS])


def _check_required(file: str, found: _Found, required: tuple[str, ...]) -> None:
    """Raise DataFormatError if the sheet lacks a required column, and what it could be made from."""
    missing = set(found.header_map.missing)
    lacking = [name for name in required if missing.issuperset((name, *DERIVED_COLUMNS.get(name, ())))]
    if lacking:
        headers = [column.header for column in found.header_map.columns]
        raise DataFormatError.schema_violation(file, found.sheet.name, lacking, headers)


def _mapped(sheet: RawSheet, mapping: ColumnMapping) -> _Found:
    header = _header(sheet.cells, mapping)
    if header == NO_HEADER:
        return _noted(_without_header(sheet, mapping))
    texts, spans_two_rows = header_texts(sheet.cells, header, mapping.by_header)
    body = sheet.cells.slice(header + 1)
    return _noted(_Found(sheet, header, map_headers(sheet.name, texts, body, mapping, spans_two_rows=spans_two_rows)))


def _noted(found: _Found) -> _Found:
    """With what the reader has to say of the sheet as Issues."""
    notes = tuple(Issue(found.sheet.name, 0, "(all)", "", note) for note in found.sheet.notes)
    return replace(found, header_map=replace(found.header_map, issues=(*notes, *found.header_map.issues))) if notes else found


def _without_header(sheet: RawSheet, mapping: ColumnMapping) -> _Found:
    nameless = [None] * sheet.cells.width
    return _Found(sheet, NO_HEADER, map_headers(sheet.name, nameless, sheet.cells, mapping))


def _header(cells: Cells, mapping: ColumnMapping) -> int:
    """Where the header stands: in the row that a person says, if that is one there; NO_HEADER if they say that there is none."""
    found = find_header(cells, mapping.by_header)
    if mapping.header_row is None:
        return found
    if mapping.header_row == 0:
        return found if mapping.files == "*" and knows_header(cells, found) else NO_HEADER
    said = mapping.header_row - 1
    there, elsewhere = (_entries_at(cells, row, mapping) for row in (said, found))
    return said if there and there >= elsewhere else found


def _entries_at(cells: Cells, row: int, mapping: ColumnMapping) -> int:
    """How many headers of the row the mapping has entries for."""
    return mapping.names_any(header_texts(cells, row, mapping.by_header)[0]) if row < cells.height else 0


def _write(found: _Found, stem: Path, *, from_1904: bool, safe: bool) -> SheetRecord:
    path = stem.with_suffix(".parquet")
    converted = _converted(found, path, from_1904=from_1904, safe=safe)
    issues = write_table(converted.issues, Path(f"{stem}-issues.parquet"), fsync=safe) if converted.issues.height else None
    written = (path, issues) if issues else (path,)
    return SheetRecord(
        found.sheet.name,
        found.header + 1,
        found.header_map,
        converted.rows_read,
        converted.blank,
        converted.not_data,
        path,
        issues,
        found.sheet.hidden,
        converted.kinds,
        converted.issue_counts,
        tuple((file.name, file_checksum(file)) for file in written) if safe else (),
    )


def _converted(found: _Found, path: Path, *, from_1904: bool, safe: bool) -> Converted:
    """What became of a sheet; its table is in the file `path`."""
    name, cells = found.sheet.name, found.sheet.cells
    if isinstance(cells, pl.DataFrame):
        converted = convert_sheet(name, cells, found.header, found.header_map, from_1904=from_1904)
        write_table(converted.table, path, fsync=safe)
        return converted
    from flexscout.ingest.convert import convert_chunked  # noqa: PLC0415 - few sheets are so large

    converted, parts = convert_chunked(name, cells, found.header, found.header_map, cells.folder, from_1904=from_1904)
    write_table_parts(parts, path, fsync=safe)
    return converted


def _no_rows(source: SourceFile, record: SheetRecord) -> DataFormatError:
    return DataFormatError(
        ErrorCode.NO_ROWS,
        f'{source.path.name}, sheet "{record.sheet}": a header in row {record.header_row}, and no row below it.',
        "Export it again, or leave it out.",
    )
