"""Values that flow between the stages: frozen dataclasses, and the codes they hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from flexscout.findings import Finding, Suggestion  # noqa: TC001 - pydantic reads it in the cache
from flexscout.sheet_columns import DerivedColumn, DerivedKind, MappedColumn

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from flexscout.errors import ProcessingError
    from flexscout.skipped import SkippedFile, SkippedSheet


class RowStatus(StrEnum):
    """Whether a property row is selected."""

    CANDIDATE = "candidate"
    BELOW_SCORE = "below_score"
    NOT_ELIGIBLE = "not_eligible"
    SUPERSEDED = "superseded"


class FileStatus(StrEnum):
    """Whether a file was read."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class SourceFile:
    """A file to read.

    Attributes:
        path: Where the file is.
        name: Its path below the input folder, with `/`.
        size: Bytes.
        modified: Seconds since 1970.
        fingerprint: SHA-256 of its content, hexadecimal.
        mapping_key: Hash of the mapping file that it is read with; empty without one, and until it is known.

    """

    path: Path
    name: str
    size: int
    modified: float
    fingerprint: str
    mapping_key: str = ""

    def with_mapping(self, mapping_key: str) -> Self:
        """Return the file as it is read with another mapping."""
        return replace(self, mapping_key=mapping_key)


class IssueReason(StrEnum):
    """Why a value, row, column or file should be checked. `domain/data/issues.yaml` has a sentence for each."""

    NOT_A_NUMBER = "not_a_number"
    NOT_A_PERCENTAGE = "not_a_percentage"
    NOT_A_YEAR = "not_a_year"
    NOT_A_DATE = "not_a_date"
    NOT_A_STATE = "not_a_state"
    NOT_YES_OR_NO = "not_yes_or_no"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_CODE = "unknown_code"
    DIGITS_LOST = "digits_lost"
    ERROR_CELL = "error_cell"
    NOT_DATA = "not_data"
    OTHER_TABLE = "other_table"
    DELIMITER_UNCLEAR = "delimiter_unclear"
    ENCODING_ASSUMED = "encoding_assumed"
    READ_WITHOUT_QUOTES = "read_without_quotes"
    CUT_OFF = "cut_off"
    READ_WHOLE = "read_whole"
    SECOND_READER = "second_reader"
    ILL_FORMED = "ill_formed"
    MERGED_CELLS = "merged_cells"
    TRANSPOSED = "transposed"
    DECIMAL_COMMA = "decimal_comma"
    NUMBER_FORMAT_UNCLEAR = "number_format_unclear"
    DAY_FIRST = "day_first"
    APPROXIMATE = "approximate"
    PARTLY_READ = "partly_read"
    UNIT_UNCLEAR = "unit_unclear"
    CODES_UNCLEAR = "codes_unclear"
    TAKEN_AS_LOT_AREA = "taken_as_lot_area"
    SECOND_COLUMN = "second_column"
    OTHER_PARTY = "other_party"
    STREET_ONLY = "street_only"
    RATES = "rates"
    EFFECTIVE_YEAR = "effective_year"
    WHOLE_VALUES = "whole_values"


IssueNote = tuple[IssueReason, str]
"""A reason and its detail, which is text for people and may be empty."""


@dataclass(frozen=True)
class Issue:
    """A problem in the data.

    Attributes:
        sheet: Name of the sheet.
        row: Row as Excel numbers it; 0 for the whole column.
        column: Name of the column.
        value: The text in the cell; for a whole column empty, or some of its values.
        reason: What is wrong.
        detail: More about this case, for people; may be empty.

    """

    sheet: str
    row: int
    column: str
    value: str
    reason: IssueReason
    detail: str = ""

    @property
    def full_reason(self) -> str:
        """The reason with its detail, as outputs show it: `second_column: State is taken from St`."""
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


@dataclass(frozen=True)
class HeaderMap:
    """How the headers of a sheet are mapped to columns.

    Attributes:
        columns: The columns of the sheet that are kept.
        vendor: The vendor whose export it is; empty if unknown.
        missing: Canonical columns that the sheet does not have.
        suggestions: Canonical columns that unmapped ones may be.
        issues: Doubtful choices that the user should check.
        known: Number of headers that are in the vocabulary or in the vendor's known exports.
        from_mapping: Entries of the mapping file that were used.
        mapping: Name of the mapping file; empty if none was used.
        excluded: Columns that the mapping file excludes.
        spans_two_rows: Whether each header is made of two rows.
        derived: Columns made from several columns of the sheet, or from parts of one.

    """

    columns: tuple[MappedColumn, ...]
    vendor: str
    missing: tuple[str, ...]
    suggestions: tuple[Suggestion, ...] = ()
    issues: tuple[Issue, ...] = ()
    known: int = 0
    from_mapping: tuple[str, ...] = ()
    excluded: tuple[MappedColumn, ...] = ()
    spans_two_rows: bool = False
    derived: tuple[DerivedColumn, ...] = ()
    mapping: str = ""

    @property
    def recognized(self) -> str:
        """Summary of what is known: `CoStar, 12 of 14 columns known`."""
        return f"{self.vendor or 'no known vendor'}, {self.known} of {len(self.source_headers)} columns known"

    @cached_property
    def suggested(self) -> dict[str, str]:
        """Unmapped header -> the canonical name that is suggested."""
        return {each.header: each.column for each in self.suggestions}

    @cached_property
    def canonical(self) -> tuple[MappedColumn, ...]:
        """Columns with a canonical name."""
        return tuple(column for column in self.columns if column.canonical)

    @cached_property
    def mapped(self) -> dict[str, str]:
        """Header -> canonical name, the finest type first. One that several columns are made from has the first of them."""
        sources = {made.position: made.sources[::-1] if made.kind is DerivedKind.TYPES else made.sources for made in self.derived}
        names: dict[str, str] = {}
        for column in self.canonical:
            for _, header in sources.get(column.position, ((column.position, column.header),)):
                names.setdefault(header, column.name)
        return names

    @cached_property
    def constants(self) -> dict[str, str]:
        """Canonical name -> the text that it has in every row, for columns that the sheet doesn't have."""
        texts = {made.position: made.text for made in self.derived if made.kind is DerivedKind.CONSTANT}
        return {column.name: texts[column.position] for column in self.canonical if column.position in texts}

    @cached_property
    def source_headers(self) -> dict[int, str]:
        """Position -> header of every column of the sheet that is used or known."""
        own = {column.position: column.header for column in (*self.columns, *self.excluded)}
        made = {made.position for made in self.derived}
        used = {position: header for made in self.derived for position, header in made.sources}
        return {position: header for position, header in {**used, **own}.items() if position not in made}

    @cached_property
    def unmapped(self) -> tuple[MappedColumn, ...]:
        """Columns that are kept as is, under their own header."""
        return tuple(column for column in self.columns if not column.canonical)


@dataclass(frozen=True)
class SheetRecord:
    """The result of reading one sheet. Counts are of the rows below the header.

    Attributes:
        sheet: Name of the sheet.
        header_row: Row of the header as Excel numbers it, or 0 if the mapping file says that it has no header.
        header_map: How its headers are mapped.
        rows_read: All rows; of a sheet that was only inspected, the first ones.
        blank: Blank rows.
        not_data: Totals, notes, repeated headers and rows of other tables.
        table: Its property rows, typed, as Parquet, or None if the sheet was only inspected.
        issues: Its issues as Parquet, or None if it has none.
        hidden: Whether Excel hides the sheet.
        unmapped_kinds: A letter per unmapped column: `n` for numbers, `d` dates, `t` texts, `-` empty.
        issue_counts: Reason -> number of issues, including those that are not listed.
        checksums: File name -> SHA-256 of each of its Parquet files in the cache.
        first_types: The property types in its first rows, if the sheet was only inspected.

    """

    sheet: str
    header_row: int
    header_map: HeaderMap
    rows_read: int = 0
    blank: int = 0
    not_data: int = 0
    table: Path | None = None
    issues: Path | None = None
    hidden: bool = False
    unmapped_kinds: str = ""
    issue_counts: tuple[tuple[str, int], ...] = ()
    checksums: tuple[tuple[str, str], ...] = ()
    first_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileRecord:
    """The result of reading one file.

    Attributes:
        source: The file.
        sheets: Its property tables.
        skipped_sheets: Sheets that are not used.
        seconds: Time from opening the file to writing the last table.
        error: Why it failed, or None if it was read.
        retries: Number of attempts after the first.
        reused: Whether the tables come from the cache.

    """

    source: SourceFile
    sheets: tuple[SheetRecord, ...] = ()
    skipped_sheets: tuple[SkippedSheet, ...] = ()
    seconds: float = 0.0
    error: ProcessingError | None = None
    retries: int = 0
    reused: bool = False

    @property
    def issue_counts(self) -> dict[str, int]:
        """Reason -> number of issues in all sheets."""
        counts: Counter[str] = Counter()
        for sheet in self.sheets:
            counts.update(dict(sheet.issue_counts))
        return dict(counts)


@dataclass(frozen=True)
class Source:
    """Where exports come from.

    Attributes:
        label: Its name, such as `CoStar`.
        exports: The name and the day of each export, the oldest first.

    """

    label: str
    exports: tuple[tuple[str, date], ...]

    @property
    def has_snapshots(self) -> bool:
        """Whether its exports are from several days, or follow each other on one day."""
        return len(self.exports) > 1

    def as_dict(self) -> dict[str, Any]:
        """Return the source as JSON data."""
        return {"source": self.label, "exports": [{"file": file, "day": day.isoformat()} for file, day in self.exports]}


@dataclass(frozen=True)
class FileAccount:
    """What became of each row of a file. `rows_read` is the sum of the six counts that follow it.

    `candidates` are counted before deduplication; `duplicates_removed` of them were merged into another row. The property of a
    `superseded` row is in a newer export of the source. A property that its record's values rule out counts with all of its rows.
    """

    rows_read: int = 0
    candidates: int = 0
    below_score: int = 0
    not_eligible: int = 0
    superseded: int = 0
    blank: int = 0
    not_data: int = 0
    duplicates_removed: int = 0

    @property
    def parts(self) -> dict[str, int]:
        """The counts that add up to `rows_read`."""
        names = ("candidates", "below_score", "not_eligible", "superseded", "blank", "not_data")
        return {name: getattr(self, name) for name in names}

    @property
    def balances(self) -> bool:
        """Whether every row is accounted for."""
        return self.rows_read == sum(self.parts.values())


@dataclass(frozen=True)
class ProcessingResult:
    """One processed file.

    Attributes:
        file_path: Where the file is.
        success: Whether it was read.
        property_count: Property rows.
        flex_candidate_count: Candidates among them, before deduplication.
        processing_time: Seconds.
        error_message: None if it was read.
        source_file_info: Name, size, sheets and mapping.
        record: The result of reading.
        account: What became of its rows.
        candidates_table: The candidates as Parquet, or None if the file failed.
        temporary_folder: Holds `candidates_table`; the folder is deleted when nothing refers to it.

    """

    file_path: str
    success: bool
    property_count: int
    flex_candidate_count: int
    processing_time: float
    error_message: str | None
    source_file_info: dict[str, Any]
    record: FileRecord
    account: FileAccount = field(default_factory=FileAccount)
    candidates_table: Path | None = None
    temporary_folder: object = field(default=None, repr=False, compare=False)

    @cached_property
    def flex_properties(self) -> pd.DataFrame | None:
        """The candidates as a pandas frame, loaded on first access, or None if the file failed."""
        if self.candidates_table is None:
            return None
        import polars as pl  # noqa: PLC0415 - the model loads no frame library by itself

        from flexscout.domain import unescape_names  # noqa: PLC0415 - only needed here

        return unescape_names(pl.read_parquet(self.candidates_table)).to_pandas()


@dataclass(frozen=True)
class AggregateStatistics:
    """Statistics of a run.

    Attributes:
        total_files_processed: Files read or failed.
        successful_files: Files read.
        failed_files: Files that failed.
        total_properties: Property rows of all files.
        unique_flex_properties: Candidates after deduplication.
        average_flex_score: Their average score, 0-10.
        score_distribution: Band -> candidates.
        geographic_coverage: `states`, `counties` and `cities`, each with place -> candidates.
        processing_duration: Seconds.

    """

    total_files_processed: int
    successful_files: int
    failed_files: int
    total_properties: int
    unique_flex_properties: int
    average_flex_score: float
    score_distribution: dict[str, int]
    geographic_coverage: dict[str, dict[str, int]]
    processing_duration: float


@dataclass(frozen=True)
class RunSummary:
    """The result of a run.

    Attributes:
        exit_code: 0 if every file was read, 1 if some file failed.
        statistics: The figures of the run.
        report: The content of `pipeline_summary.json`.
        outputs: The output files.
        messages: Notices for the user, in sentences.
        repeated_run: Number of the earlier run with the same inputs and settings, whose outputs are kept, or 0.
        addresses: Where the output files are in object storage; empty if they are on this computer.

    """

    exit_code: int
    statistics: AggregateStatistics
    report: dict[str, Any]
    outputs: tuple[Path, ...]
    messages: tuple[str, ...] = ()
    repeated_run: int = 0
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckSummary:
    """What a run would read.

    Attributes:
        exit_code: 0 if every file can be read, 1 otherwise.
        records: The files, by name, without tables.
        skipped: Files that are not read.
        unmatched: Entries of the mapping file that match no header of any file.
        sources: Where the files come from, as far as names and headers tell.
        findings: File -> what may keep it off the list.

    """

    exit_code: int
    records: tuple[FileRecord, ...]
    skipped: tuple[SkippedFile, ...]
    unmatched: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    findings: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
