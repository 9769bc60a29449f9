"""Worker-side preview of a file: its columns, the first rows as they are read, and their issues."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from flexscout.domain import format_column_letters
from flexscout.ingest.convert import ConvertedSheet, convert_sheet
from flexscout.ingest.mapping import (
    NO_HEADER,
    PEEKED_ROWS,
    ColumnMapping,
    MappedSheet,
    find_likeliest,
    find_missing_required,
    map_sheet,
    sample_values,
)
from flexscout.ingest.options import IngestOptions
from flexscout.ingest.readers import DEFAULT_MEMORY, peek_workbook, use_password
from flexscout.ingest.worker import FileRecording, choose_mapping, inspect_sheet
from flexscout.models import FileRecord, SourceFile
from flexscout.sheet_columns import MappedColumn

_SHOWN_ROWS = 12
_MAX_ISSUES = 200
_MAX_COLUMNS = 200  # a sheet with more is not an export
_MAX_CHARACTERS = 200  # of a cell


@dataclass(frozen=True)
class SheetSummary:
    """What is known about one sheet of a previewed file.

    Attributes:
        name: Name of the sheet.
        header_row: Row of the header as Excel numbers it, or 0 without a header.
        missing: What it lacks to be a property table, such as `Address or APN`; empty for a property table.

    """

    name: str
    header_row: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class ColumnSummary:
    """A column of a previewed sheet.

    Attributes:
        key: How a mapping file names it: its header, or its letter if there is no header; as the mapping spells it.
        header: The header; for a column without one, the name that it gets.
        samples: Its first distinct values.
        name: The canonical column that it is read as; empty if it is kept as is.
        parts: Canonical columns that are made from it and others, or from parts of it.
        inverted: Whether the canonical value is 100 - value.
        codes: Name of the code table that describes the values.
        left_out: Whether the mapping leaves it out.
        suggestion: The canonical column that it may be.
        evidence: Why it is suggested.

    """

    key: str
    header: str
    samples: tuple[str, ...]
    name: str = ""
    parts: tuple[str, ...] = ()
    inverted: bool = False
    codes: str = ""
    left_out: bool = False
    suggestion: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class FilePreview(FileRecord):
    """How a file would be read, from its first rows; of its property tables, `sheets` has the one that is shown.

    Attributes:
        mapping: Name of the mapping file that is used; empty without one.
        summaries: Its sheets.
        sheet: The sheet that is shown.
        vendor: The vendor whose export it is; empty if unknown.
        columns: The columns of the sheet.
        column_count: How many there are, including those that aren't listed.
        names: Names of the canonical columns of `rows`, after the row number.
        rows: The first rows as they are read.
        issues: The issues of the first rows, with the columns of ISSUE_SCHEMA.

    """

    mapping: str = ""
    summaries: tuple[SheetSummary, ...] = ()
    sheet: str = ""
    vendor: str = ""
    columns: tuple[ColumnSummary, ...] = ()
    column_count: int = 0
    names: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    issues: pl.DataFrame | None = None


def preview_file(  # nosec B107 # no password is the default
    source: SourceFile, options: IngestOptions, sheet: str = "", memory_bytes: int = DEFAULT_MEMORY, password: str = ""
) -> FileRecord:
    """Read the first rows of a file as a run would, whether it is a property table or not.

    Args:
        source: The file.
        options: The mapping files and code tables.
        sheet: The sheet to show; without one of this name, the first property table, else the likeliest sheet.
        memory_bytes: Memory that this process may use.
        password: Opens protected workbooks.

    Returns:
        A FilePreview, or a record with the error.

    """
    with FileRecording(source) as recording, use_password(password):
        workbook = peek_workbook(source.path, PEEKED_ROWS, memory_bytes)
        with choose_mapping(recording, workbook, options) as (known, mapping):
            mapped = [map_sheet(one, mapping) for one in workbook.sheets]
            summaries = tuple(_summarize_sheet(one) for one in mapped)
            shown = _choose_sheet(mapped, summaries, sheet or mapping.sheet)
            converted = _convert(shown, from_1904=workbook.from_1904)
            inspected = () if find_missing_required(shown.header_map) else (inspect_sheet(shown),)
        header_map = shown.header_map
        names = tuple(column for column in converted.table.columns if column in {one.name for one in header_map.canonical})
        recording.record = FilePreview(
            known,
            inspected,
            mapping=mapping.name,
            summaries=summaries,
            sheet=shown.sheet.name,
            vendor=header_map.vendor,
            columns=tuple(_summarize_columns(shown, mapping)),
            column_count=len(header_map.source_headers),
            names=names,
            rows=tuple(_select_rows(converted.table, names)),
            issues=converted.issues.head(_MAX_ISSUES),
        )
    return recording.record


def _summarize_sheet(mapped: MappedSheet) -> SheetSummary:
    return SheetSummary(mapped.sheet.name, mapped.header + 1, tuple(find_missing_required(mapped.header_map)))


def _choose_sheet(mapped: Sequence[MappedSheet], summaries: Sequence[SheetSummary], name: str) -> MappedSheet:
    named = [one for one in mapped if one.sheet.name == name]
    tables = [one for one, summary in zip(mapped, summaries, strict=True) if not summary.missing]
    return next(iter([*named, *tables]), None) or find_likeliest(mapped)


def _convert(mapped: MappedSheet, *, from_1904: bool) -> ConvertedSheet:
    cells = mapped.sheet.cells.head(mapped.header + 1 + PEEKED_ROWS)
    return convert_sheet(mapped.sheet.name, cells, mapped.header, mapped.header_map, from_1904=from_1904)


def _select_rows(table: pl.DataFrame, names: Sequence[str]) -> list[tuple[Any, ...]]:
    shown = table.head(_SHOWN_ROWS).select("Source Row", *names)
    return shown.with_columns(pl.col(pl.String).str.slice(0, _MAX_CHARACTERS), pl.col(pl.Float64).fill_nan(None)).rows()


def _summarize_columns(mapped: MappedSheet, mapping: ColumnMapping) -> Iterator[ColumnSummary]:
    """Yield the first columns of a sheet, with what each is read as."""
    header_map = mapped.header_map
    own = {column.position: column for column in (*header_map.columns, *header_map.excluded)}
    left_out = {column.position for column in header_map.excluded}
    suggestions = {each.header: each for each in header_map.suggestions}
    made = _list_made(mapped)
    shown = sorted(header_map.source_headers.items())[:_MAX_COLUMNS]
    has_header = mapped.header != NO_HEADER
    keys = {i: header if has_header else format_column_letters(i) for i, header in shown}
    width = shown[-1][0] + 1 if shown else 0
    chosen = mapping.find_choices([keys.get(i) if has_header else None for i in range(width)])
    for position, header in shown:
        column = own.get(position, MappedColumn(position, header, header, canonical=False))
        suggestion = suggestions.get(header)
        yield ColumnSummary(
            chosen[position].header if position in chosen else keys[position],
            header,
            tuple(sample_values(mapped.get_texts(position))),
            column.name if column.canonical else "",
            tuple(made.get(position, ())),
            column.inverted,
            column.codes,
            position in left_out,
            suggestion.column if suggestion else "",
            suggestion.evidence if suggestion else "",
        )


def _list_made(mapped: MappedSheet) -> dict[int, list[str]]:
    """Return position -> the canonical columns that are made from the column there."""
    names = {column.position: column.name for column in mapped.header_map.canonical}
    made: dict[int, list[str]] = {}
    for derived in mapped.header_map.derived:
        for position, _ in derived.sources:
            made.setdefault(position, []).append(names[derived.position])
    return made
