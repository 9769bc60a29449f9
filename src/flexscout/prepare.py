"""What a worker does with a file: read, map, convert, and leave typed tables on disk."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from flexscout.conversion import convert
from flexscout.errors import DataFormatError, as_processing_error
from flexscout.journal import write_table
from flexscout.mapping import map_headers, missing_required
from flexscout.model import FileRecord, HeaderMap, SheetRecord, SourceFile
from flexscout.reading import RawSheet, Workbook, explain_failure, find_header, peek_workbook, read_workbook

PEEKED_ROWS = 500


def prepare_file(source: SourceFile, folder: Path, memory: int) -> FileRecord:
    """Turn a file into typed tables in `folder` and a record of what happened; an error becomes part of the record.

    `memory`: bytes that this process may use.
    """

    def prepare() -> FileRecord:
        book = read_workbook(source.path, memory)
        sheets, left_out = _property_sheets(source, book)
        records = tuple(_write(found, folder / f"{source.fingerprint}-{number}") for number, found in enumerate(sheets))
        if not any(record.rows_read for record in records):
            raise _no_rows(source, records[0])
        return FileRecord(source, records, (*book.left_out, *left_out))

    return _recorded(source, prepare)


def inspect_file(source: SourceFile, memory: int) -> FileRecord:
    """How a file's headers would be mapped, from its first rows alone; writes nothing. `memory`: as above."""

    def inspect() -> FileRecord:
        book = peek_workbook(source.path, PEEKED_ROWS, memory)
        sheets, left_out = _property_sheets(source, book)
        records = tuple(SheetRecord(found.sheet.name, found.header + 1, found.header_map) for found in sheets)
        return FileRecord(source, records, (*book.left_out, *left_out))

    return _recorded(source, inspect)


def explain_file(source: SourceFile, memory: int) -> FileRecord:
    """Why a process that may use `memory` bytes ended in the middle of a file: the record's error, none if it can't be told."""

    def explain() -> FileRecord:
        explain_failure(source.path, memory)
        return FileRecord(source)

    return _recorded(source, explain)


def _recorded(source: SourceFile, work: Callable[[], FileRecord]) -> FileRecord:
    started = perf_counter()
    try:
        record = work()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - one bad file never costs the others; Rust panics are BaseExceptions
        record = FileRecord(source, error=as_processing_error(source.path, error).of_file(source.name))
    return replace(record, seconds=perf_counter() - started)


@dataclass(frozen=True)
class _Found:
    """A sheet, the position of its header, and what that says."""

    sheet: RawSheet
    header: int
    header_map: HeaderMap


def _property_sheets(source: SourceFile, book: Workbook) -> tuple[list[_Found], list[tuple[str, str]]]:
    """The sheets that are property tables; and why the others are not.

    Raises DataFormatError if there is none, naming what the likeliest sheet has.
    """
    sheets = [_mapped(sheet) for sheet in book.sheets]
    lacking = {found.sheet.name: missing_required(found.header_map) for found in sheets}
    chosen = [found for found in sheets if not lacking[found.sheet.name]]
    if not chosen:
        likeliest = max(sheets, key=lambda found: len(found.header_map.canonical))
        headers = [column.header for column in likeliest.header_map.columns]
        name = likeliest.sheet.name
        raise DataFormatError.missing_columns(source.path.name, name, lacking[name], headers)
    left_out = [(name, f"No property table: it has no {' and no '.join(parts)}.") for name, parts in lacking.items() if parts]
    return chosen, left_out


def _mapped(sheet: RawSheet) -> _Found:
    header = find_header(sheet.cells)
    return _Found(sheet, header, map_headers(sheet.name, sheet.cells.row(header), sheet.cells.slice(header + 1)))


def _write(found: _Found, stem: Path) -> SheetRecord:
    converted = convert(found.sheet.name, found.sheet.cells, found.header, found.header_map)
    return SheetRecord(
        found.sheet.name,
        found.header + 1,
        found.header_map,
        converted.rows_read,
        converted.blank,
        converted.not_data,
        write_table(converted.table, stem.with_name(f"{stem.name}.parquet")),
        write_table(converted.issues, stem.with_name(f"{stem.name}-issues.parquet")) if converted.issues.height else None,
    )


def _no_rows(source: SourceFile, record: SheetRecord) -> DataFormatError:
    return DataFormatError(
        "no_rows",
        f'{source.path.name}, sheet "{record.sheet}": a header in row {record.header_row}, and no row below it.',
        "Export it again, or leave it out.",
    )
