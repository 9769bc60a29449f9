"""What flows between the stages: frozen values, with their units."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    import polars as pl

    from flexscout.errors import ProcessingError


class TextTable(Protocol):
    """A table of texts that gives a column at a time: a frame, or one that is too large for memory."""

    def to_series(self, index: int, /) -> pl.Series:
        """The column at a position."""


class ChunkedTable(TextTable, Protocol):
    """A table of texts that is on disk; its columns are named by position."""

    @property
    def height(self) -> int:
        """Its rows."""

    @property
    def columns(self) -> list[str]:
        """Their names."""

    def below(self, row: int, /) -> ChunkedTable:
        """The rows from that position on."""

    def frames(self, columns: Sequence[str], *, last_first: bool = False) -> Iterator[pl.DataFrame]:
        """All rows with these columns, some ten thousand at a time, from the first or the last."""


class RowStatus(StrEnum):
    """What became of a property row."""

    CANDIDATE = "candidate"
    BELOW_SCORE = "below_score"
    NOT_ELIGIBLE = "not_eligible"


class FileStatus(StrEnum):
    """What became of a file."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class SourceFile:
    """A file that is to be read.

    `name`: its path below the input folder, with `/`; `size`: bytes; `modified`: seconds since 1970;
    `fingerprint`: SHA-256 of its content, hexadecimal.
    """

    path: Path
    name: str
    size: int
    modified: float
    fingerprint: str


class FileSkipCode(StrEnum):
    """Why a file of the input folder is not read."""

    EXCEL_LOCK_FILE = "excel_lock_file"
    LIBREOFFICE_LOCK_FILE = "libreoffice_lock_file"
    MACOS_SIDE_FILE = "macos_side_file"
    HIDDEN = "hidden"
    TEMPORARY = "temporary"
    UNFINISHED_DOWNLOAD = "unfinished_download"
    LINK_OUT = "link_out"
    BROKEN_LINK = "broken_link"
    NOT_REGULAR = "not_regular"
    EMPTY = "empty"
    OWN_RESULT = "own_result"
    SAME_CONTENT = "same_content"
    PATTERN_TABLE = "pattern_table"
    PATTERN = "pattern"
    ARCHIVE_WITHOUT_TABLES = "archive_without_tables"
    OLD_OFFICE_FILE = "old_office_file"
    TEXT_WITHOUT_HEADER = "text_without_header"
    PAGE_WITHOUT_TABLE = "page_without_table"
    OTHER_CONTENT = "other_content"
    UNREADABLE = "unreadable"


_FILE_SKIP_TEXTS = {
    FileSkipCode.EXCEL_LOCK_FILE: "Excel's lock file of an open workbook, not a workbook.",
    FileSkipCode.LIBREOFFICE_LOCK_FILE: "LibreOffice's lock file of an open workbook, not a workbook.",
    FileSkipCode.MACOS_SIDE_FILE: "macOS's side file, not a workbook.",
    FileSkipCode.HIDDEN: "A hidden file.",
    FileSkipCode.TEMPORARY: "A temporary file.",
    FileSkipCode.UNFINISHED_DOWNLOAD: "A download that is not finished.",
    FileSkipCode.LINK_OUT: "A link out of the folder; copy the file itself here.",
    FileSkipCode.BROKEN_LINK: "A link to a file that does not exist.",
    FileSkipCode.NOT_REGULAR: "Not a regular file.",
    FileSkipCode.EMPTY: "The file is empty (0 bytes): download it again.",
    FileSkipCode.OWN_RESULT: "A result of flexscout itself, never taken as input.",
    FileSkipCode.SAME_CONTENT: "Its content is the same as that of {0}.",
    FileSkipCode.PATTERN_TABLE: 'The file pattern {0} leaves it out; --file-pattern "*{1}" reads it, auto every kind.',
    FileSkipCode.PATTERN: "The file pattern {0} leaves it out; --file-pattern auto reads every kind.",
    FileSkipCode.ARCHIVE_WITHOUT_TABLES: "A zip archive without a spreadsheet or CSV in it.",
    FileSkipCode.OLD_OFFICE_FILE: "A file of an old Office program or of Windows, not a workbook.",
    FileSkipCode.TEXT_WITHOUT_HEADER: "Plain text; none of its lines is a header that is known.",
    FileSkipCode.PAGE_WITHOUT_TABLE: "A web page without a table of properties.",
    FileSkipCode.OTHER_CONTENT: "Its content is {0}.",
    FileSkipCode.UNREADABLE: "{0}",
}


@dataclass(frozen=True)
class SkippedFile:
    """A file that is not read.

    Attributes:
        name: Its path below the input folder, with `/`.
        code: Why it is not read.
        details: What the sentence names: the file with the same content, the pattern, the content.

    """

    name: str
    code: FileSkipCode
    details: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why it is not read, in a sentence."""
        return _FILE_SKIP_TEXTS[self.code].format(*self.details)


class SheetSkipCode(StrEnum):
    """Why a sheet is not used."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    TOO_WIDE = "too_wide"
    NOT_MAPPED = "not_mapped"
    NO_PROPERTY_TABLE = "no_property_table"


_SHEET_SKIP_TEXTS = {
    SheetSkipCode.EMPTY: "It is empty.",
    SheetSkipCode.UNREADABLE: "It can't be read: {0}",
    SheetSkipCode.TOO_WIDE: "It can't be read: it claims {0} columns, more than a sheet can have.",
    SheetSkipCode.NOT_MAPPED: '{0} asks for sheet "{1}" alone.',
    SheetSkipCode.NO_PROPERTY_TABLE: "No property table: it has no {0}.",
}


@dataclass(frozen=True)
class SkippedSheet:
    """A sheet, or a member of an archive, that is not used.

    Attributes:
        name: Name of the sheet or the member.
        code: Why it is not used.
        details: What the sentence names: the error, the number of columns, the mapping file, the missing columns.
        error_code: Code of the error, if it can't be read.

    """

    name: str
    code: SheetSkipCode
    details: tuple[str, ...] = ()
    error_code: str = ""

    @property
    def reason(self) -> str:
        """Why it is not used, in a sentence."""
        return _SHEET_SKIP_TEXTS[self.code].format(*self.details)


@dataclass(frozen=True)
class MappedColumn:
    """A column of a sheet and the name it gets.

    `position`: from 0; `header`: as the sheet has it; `name`: canonical name, or the header where there is none;
    `inverted`: its values are the opposite of the canonical ones (100 - value); `codes`: the vocabulary's table that describes
    them, empty where they are no codes.
    """

    position: int
    header: str
    name: str
    canonical: bool
    inverted: bool = False
    codes: str = ""


@dataclass(frozen=True)
class Issue:
    """A single problem of the data, for a person to look at.

    `row`: as Excel numbers it, 0 where the whole column is meant; `value`: the text that was found.
    """

    sheet: str
    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class HeaderMap:
    """What the headers of a sheet mean.

    `missing`: canonical columns that the sheet does not have; `suggestions`: header -> canonical name that
    it resembles (never taken by itself); `issues`: choices a person should know of; `known`: headers that the vocabulary or the
    vendor's exports have; `by_hand`: entries of the mapping file that were used; `left_out`: columns that it leaves out;
    `joined`: whether the names are those of two rows.
    """

    columns: tuple[MappedColumn, ...]
    vendor: str
    missing: tuple[str, ...]
    suggestions: tuple[tuple[str, str], ...] = ()
    issues: tuple[Issue, ...] = ()
    known: int = 0
    by_hand: tuple[str, ...] = ()
    left_out: tuple[MappedColumn, ...] = ()
    joined: bool = False

    @property
    def recognized(self) -> str:
        """The vendor, and how many of the columns are known: `CoStar, 12 of 14 columns known`."""
        columns = len(self.columns) + len(self.left_out)
        return f"{self.vendor or 'no known vendor'}, {self.known} of {columns} columns known"

    @cached_property
    def canonical(self) -> tuple[MappedColumn, ...]:
        """The columns that have a canonical name."""
        return tuple(column for column in self.columns if column.canonical)

    @cached_property
    def mapped(self) -> dict[str, str]:
        """Header -> canonical name."""
        return {column.header: column.name for column in self.canonical}

    @cached_property
    def extra(self) -> tuple[MappedColumn, ...]:
        """The columns that pass through under their own header."""
        return tuple(column for column in self.columns if not column.canonical)


@dataclass(frozen=True)
class SheetRecord:
    """What happened to one sheet; `header_row` as Excel numbers it, counts in rows below it.

    `table`: its property rows, typed, as Parquet, None where it was only looked at; `issues`: its Issues, as Parquet, None
    where it has none; `header_row` is 0 where a mapping file says that there is none; `hidden`: whether Excel hides the sheet;
    `kinds`: a letter per column that passes through, `n` if it holds numbers, `d` dates, `t` texts, `-` nothing;
    `issue_counts`: reason -> how many Issues there are, also those that are not listed; `checksums`: file name -> SHA-256 of
    each of its Parquet files, if they are kept for later runs.
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
    kinds: str = ""
    issue_counts: tuple[tuple[str, int], ...] = ()
    checksums: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FileRecord:
    """What a worker found in one file.

    `skipped_sheets`: sheets that are not used; `seconds`: from opening it to the last table written; `retries`: how often
    it was tried again; `reused`: whether it is known from another run, and was not read.
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
        """Reason -> Issues of all its sheets."""
        counts: Counter[str] = Counter()
        for sheet in self.sheets:
            counts.update(dict(sheet.issue_counts))
        return dict(counts)


@dataclass(frozen=True)
class FileAccount:
    """Where each row of a file went: `rows_read` is the sum of the five counts that follow it.

    `candidates` are counted before deduplication; `duplicates_removed` is the part of them that was merged away.
    """

    rows_read: int = 0
    candidates: int = 0
    below_score: int = 0
    not_eligible: int = 0
    blank: int = 0
    not_data: int = 0
    duplicates_removed: int = 0

    @property
    def balances(self) -> bool:
        """Whether every row is accounted for."""
        parts = self.candidates + self.below_score + self.not_eligible + self.blank + self.not_data
        return self.rows_read == parts


@dataclass(frozen=True)
class ProcessingResult:
    """One processed file.

    `property_count`: property rows; `flex_candidate_count`: candidates among them, before deduplication;
    `processing_time`: seconds; `error_message`: None if it succeeded; `source_file_info`: name, size, sheets, mapping;
    `candidates_table`: the candidates as Parquet, None if it failed; `kept_alive`: what the table's life hangs on.
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
    kept_alive: object = field(default=None, repr=False, compare=False)

    @cached_property
    def flex_properties(self) -> pd.DataFrame | None:
        """The file's candidates as a pandas frame, loaded when first asked for; None if the file failed."""
        if self.candidates_table is None:
            return None
        import polars as pl  # noqa: PLC0415 - the model loads no frame library by itself

        from flexscout.domain import unescape_names  # noqa: PLC0415 - only needed here

        return unescape_names(pl.read_parquet(self.candidates_table)).to_pandas()


@dataclass(frozen=True)
class AggregateStatistics:
    """The figures of a run.

    `total_properties`: property rows of all files; `unique_flex_properties`: candidates after deduplication;
    `average_flex_score`: of those, 0-10; `score_distribution`: band -> candidates;
    `geographic_coverage`: `states`, `counties` and `cities`, each place -> candidates; `processing_duration`: seconds.
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
    """What a run did.

    `exit_code`: 0 all fine, 1 some file failed; `report`: the content of `pipeline_summary.json`;
    `outputs`: what was written, or still stands; `messages`: what a person should know, in sentences; `repeats`: the number of
    the run that it would only have repeated, 0 if it did something.
    """

    exit_code: int
    statistics: AggregateStatistics
    report: dict[str, Any]
    outputs: tuple[Path, ...]
    messages: tuple[str, ...] = ()
    repeats: int = 0


@dataclass(frozen=True)
class CheckSummary:
    """What a run would read.

    `exit_code`: 0 all fine, 1 some file can't be read; `records`: by name, without tables; `unmatched`: entries of the mapping
    file that no header of any file has.
    """

    exit_code: int
    records: tuple[FileRecord, ...]
    skipped: tuple[SkippedFile, ...]
    unmatched: tuple[str, ...] = ()
