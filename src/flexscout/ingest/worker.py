"""Worker-side file ingestion: read a file, map and convert its property sheets, and write typed tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

import polars as pl

from flexscout.domain import use_code_tables
from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError, to_processing_error
from flexscout.ingest.convert import ConvertedSheet, convert_sheet
from flexscout.ingest.mapping import PEEKED_ROWS, PROPERTY_TYPE, ColumnMapping, MappedSheet
from flexscout.ingest.options import DEFAULT_OPTIONS, IngestOptions, list_header_rows
from flexscout.ingest.property_sheets import select_property_sheets
from flexscout.ingest.readers import DEFAULT_MEMORY, Workbook, diagnose_reader_failure, peek_workbook, read_workbook, use_password
from flexscout.ingest.scan import build_source_file
from flexscout.models import FileRecord, SheetRecord, SourceFile
from flexscout.runtime import TableCache, compute_checksum, start_streaming_threads, write_table, write_table_parts


def ingest_file(  # nosec B107 # no password is the default
    source: SourceFile,
    cache: TableCache,
    options: IngestOptions = DEFAULT_OPTIONS,
    memory_bytes: int = DEFAULT_MEMORY,
    password: str = "",
) -> FileRecord:
    """Convert the property sheets of a file to Parquet files in the cache.

    Args:
        source: The file. Without a fingerprint, because the file couldn't be opened during the scan, it gets one now.
        cache: Receives the tables.
        options: The user's mapping files, code tables and required columns.
        memory_bytes: Memory that this process may use.
        password: Opens protected workbooks; empty for that of the environment.

    Returns:
        A record with a SheetRecord per property sheet, or with the error. Nothing is raised except KeyboardInterrupt.

    """
    start_streaming_threads()
    with FileRecording(source) as recording, use_password(password):
        known = source if source.fingerprint else build_source_file(source.path, source.name)
        recording.record = FileRecord(known)
        place = cache.create_entry_folder(known)
        with cache.open_scratch(known) as scratch:
            workbook = read_workbook(source.path, memory_bytes, scratch)
            with choose_mapping(recording, workbook, options, cache) as (known, mapping):
                place = cache.create_entry_folder(known) if known.mapping_key else place
                sheets, skipped = select_property_sheets(source.path, workbook, mapping, options.required)
                records = tuple(
                    _convert_and_write(
                        sheet, place / f"sheet-{number}", from_1904=workbook.from_1904, verified=cache.is_persistent
                    )
                    for number, sheet in enumerate(sheets, start=1)
                )
        if not any(record.rows_read for record in records):
            raise _build_no_rows_error(source, records[0])
        recording.record = FileRecord(known, records, (*workbook.skipped_sheets, *skipped))
    return recording.record


def inspect_file(  # nosec B107 # as above
    source: SourceFile, options: IngestOptions = DEFAULT_OPTIONS, memory_bytes: int = DEFAULT_MEMORY, password: str = ""
) -> FileRecord:
    """Map the headers of a file, and read the property types in its first rows, without writing anything.

    Arguments and errors are those of `ingest_file`.
    """
    with FileRecording(source) as recording, use_password(password):
        workbook = peek_workbook(source.path, PEEKED_ROWS, memory_bytes)
        with choose_mapping(recording, workbook, options) as (_, mapping):
            sheets, skipped = select_property_sheets(source.path, workbook, mapping, options.required)
            records = tuple(inspect_sheet(mapped) for mapped in sheets)
        recording.record = FileRecord(source, records, (*workbook.skipped_sheets, *skipped))
    return recording.record


def inspect_sheet(mapped: MappedSheet) -> SheetRecord:
    """Return a record with the property types in the first rows, described by code tables as in a run."""
    record = SheetRecord(mapped.sheet.name, mapped.header + 1, mapped.header_map, hidden=mapped.sheet.hidden)
    types = tuple(column for column in mapped.header_map.canonical if column.name == PROPERTY_TYPE)
    if not types:
        return record
    cells = mapped.sheet.cells.head(PEEKED_ROWS)
    converted = convert_sheet(mapped.sheet.name, cells, mapped.header, replace(mapped.header_map, columns=types, issues=()))
    return replace(record, rows_read=converted.rows_read, first_types=tuple(converted.table[PROPERTY_TYPE].drop_nulls()))


def diagnose_file(source: SourceFile, memory_bytes: int, password: str = "") -> FileRecord:  # nosec B107 # as above
    """Find out why a worker died while it read a file.

    Args:
        source: The file.
        memory_bytes: Memory that the worker could use.
        password: Opens protected workbooks.

    Returns:
        A record with the error, or without one if the file doesn't explain it.

    """
    with FileRecording(source) as recording, use_password(password):
        diagnose_reader_failure(source.path, memory_bytes)
    return recording.record


class FileRecording:
    """Measures the time of a block, and turns its exception, including Rust panics, into the error of the file's record."""

    def __init__(self, source: SourceFile) -> None:
        self.record = FileRecord(source)
        self._started = perf_counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        if isinstance(error, KeyboardInterrupt):
            return False
        if error:
            source = self.record.source
            self.record = FileRecord(source, error=to_processing_error(source.path, error).with_file(source.name))
        self.record = replace(self.record, seconds=perf_counter() - self._started)
        return True


@contextmanager
def choose_mapping(
    recording: FileRecording, workbook: Workbook, options: IngestOptions, cache: TableCache | None = None
) -> Iterator[tuple[SourceFile, ColumnMapping]]:
    """Choose the mapping for a file, and use its code tables; yield the file with the mapping's key, and the mapping.

    The rows by which it is chosen are kept in the cache, so that another run needn't read the file to choose.
    """
    source = recording.record.source
    rows = list_header_rows(workbook) if options.chooses else ()
    if options.chooses and cache:
        cache.store_header_rows(source, rows)
    mapping = options.find_mapping(source.path.name, rows)
    known = options.identify_reading(source, rows)
    recording.record = FileRecord(known)
    with use_code_tables((*options.tables, *mapping.tables)):
        yield known, mapping


def _convert_and_write(mapped: MappedSheet, stem: Path, *, from_1904: bool, verified: bool) -> SheetRecord:
    """Convert a sheet, and write its table and issues; with checksums if later runs use them."""
    table = stem.with_suffix(".parquet")
    converted = _convert_to_file(mapped, table, from_1904=from_1904)
    issues = write_table(converted.issues, Path(f"{stem}-issues.parquet")) if converted.issues.height else None
    written = (table, issues) if issues else (table,)
    return SheetRecord(
        sheet=mapped.sheet.name,
        header_row=mapped.header + 1,
        header_map=mapped.header_map,
        rows_read=converted.rows_read,
        blank=converted.blank,
        not_data=converted.not_data,
        table=table,
        issues=issues,
        hidden=mapped.sheet.hidden,
        unmapped_kinds=converted.value_kinds,
        issue_counts=converted.issue_counts,
        checksums=tuple((file.name, compute_checksum(file)) for file in written) if verified else (),
    )


def _convert_to_file(mapped: MappedSheet, path: Path, *, from_1904: bool) -> ConvertedSheet:
    name, cells = mapped.sheet.name, mapped.sheet.cells
    if isinstance(cells, pl.DataFrame):
        converted = convert_sheet(name, cells, mapped.header, mapped.header_map, from_1904=from_1904)
        write_table(converted.table, path)
        return converted
    from flexscout.ingest.convert import convert_chunked_sheet  # noqa: PLC0415 - few sheets are giant

    converted, parts = convert_chunked_sheet(name, cells, mapped.header, mapped.header_map, from_1904=from_1904)
    write_table_parts(parts, path)
    return converted


def _build_no_rows_error(source: SourceFile, record: SheetRecord) -> DataFormatError:
    return DataFormatError(
        ErrorCode.NO_ROWS,
        f'{source.path.name}, sheet "{record.sheet}": the header is in row {record.header_row}, and there are no rows below it.',
        "Export the file again, or leave it out.",
    )
