"""Classify the tables of ingested files: candidates, rejected rows with reasons, and the account of every row."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl
import polars.selectors as cs

from flexscout.domain import (
    LEFT_OUT,
    MAX_LISTED_ISSUES,
    POSTAL_COLUMNS,
    REASONS,
    SOURCE_COLUMNS,
    STATUS,
    TO_VERIFY,
    combine_tables,
    describe_missing_fields,
)
from flexscout.errors import WorkerError
from flexscout.ingest import ISSUE_SCHEMA, sample_issues
from flexscout.models import FileAccount, FileRecord, ProcessingResult, RowStatus
from flexscout.runtime import ROWS_PER_PART, Progress, TableFolder, is_unexpected, take_rows, write_table
from flexscout.scoring.criteria import Criteria
from flexscout.scoring.row_filter import FilteredRows
from flexscout.scoring.sheet_tables import (
    CANONICAL,
    MODIFIED,
    POSITION,
    RowPositions,
    SheetTables,
    add_unmapped_columns,
    read_mapped,
    read_mapped_table,
)

MISSING_FIELDS = "__missing_fields"
"""Working column: the duplicate fields that the row's sheet lacks."""

_FILE = SOURCE_COLUMNS[0]
_ROWS_PER_CALL = 20_000  # files that are read fast are classified together
_WAIT_SECONDS, _WAIT_SHARE = (0.3, 3.0), 10  # how long they wait, at least and at most; how many times as long as the call before
_HELD_CELLS = 2**24  # of rows in memory, before they are moved to disk
_ROWS_AT_A_TIME = 2**17  # the working columns of the rules are as large as the rows

MATCH_COLUMNS = ("Address", "Unit", "City", "State", "Zip Code", "County", "APN", "Latitude", "Longitude")
"""Columns that matching reads beside the duplicate fields."""

# What is kept of a rejected row; the whole row stays in its file.
_REJECTED_COLUMNS = (
    "Property Name",
    "Property Type",
    *POSTAL_COLUMNS,
    "County",
    "APN",
    "Building SqFt",
    "Lot Size Acres",
    "Year Built",
    "Building Status",
    "Flex Score",
    "Score Ceiling",
    *SOURCE_COLUMNS,
    STATUS,
    REASONS,
    TO_VERIFY,
)


@dataclass(frozen=True)
class ClassifiedFiles:
    """The classified rows of some files. Large tables are mapped from disk.

    Attributes:
        results: One per file.
        candidates: Canonical columns, scores and working columns of the candidates.
        rejected: The rejected rows with their reasons, MISSING_FIELDS and POSITION.
        issues: The listed issues of the files.
        tables: Where the full rows are.
        filtered_out: Rows that the row filter excludes.

    """

    results: tuple[ProcessingResult, ...]
    candidates: pl.DataFrame
    rejected: pl.DataFrame
    issues: pl.DataFrame
    tables: SheetTables
    filtered_out: int = 0


def score_files(
    batches: Iterable[Sequence[FileRecord]], criteria: Criteria, duplicate_fields: tuple[str, ...], progress: Progress
) -> ClassifiedFiles:
    """Classify batches of ingested files as they arrive, and combine them.

    After an unexpected exception the remaining files are still ingested before it is raised, so that the caller can retry
    without the file that causes it.
    """
    parts: list[ClassifiedFiles] = []
    combined: list[ClassifiedFiles] = []
    fault: BaseException | None = None
    for records in _group_batches(batches):
        if fault is None:
            try:
                parts += score_batches([records], criteria, duplicate_fields, progress)
                if sum(table.height * table.width for part in parts for table in (part.candidates, part.rejected)) >= _HELD_CELLS:
                    combined.append(combine_parts(parts))
            except BaseException as error:  # Rust panics are BaseExceptions
                if not is_unexpected(error):
                    raise
                fault = error
    if fault:
        raise fault
    return combined[0] if len(combined) == 1 and not parts else combine_parts([*combined, *parts])


def _group_batches(batches: Iterable[Sequence[FileRecord]]) -> Iterator[list[FileRecord]]:
    """Yield the records of several batches together: a call of the rules takes as long for a hundred rows as for thousands.

    Files wait several times as long as the call before took, so that reading them keeps most of the processor.
    """
    group: list[FileRecord] = []
    rows, begun, wait = 0, time.monotonic(), _WAIT_SECONDS[0]
    for records in batches:
        group += records
        rows += sum(sheet.rows_read for record in records for sheet in record.sheets)
        if rows >= _ROWS_PER_CALL or time.monotonic() - begun >= wait:
            called = time.monotonic()
            yield group
            group, rows, begun = [], 0, time.monotonic()
            wait = min(max(_WAIT_SECONDS[0], _WAIT_SHARE * (begun - called)), _WAIT_SECONDS[1])
    if group:
        yield group


def score_batches(
    batches: Iterable[Sequence[FileRecord]], criteria: Criteria, duplicate_fields: tuple[str, ...], progress: Progress
) -> Iterator[ClassifiedFiles]:
    """Yield each batch classified, and report its files to `progress`."""
    for records in batches:
        part = classify_tables(records, criteria, duplicate_fields)
        for result in part.results:
            progress.on_file_done(result)
        yield part


def classify_tables(records: Sequence[FileRecord], criteria: Criteria, duplicate_fields: tuple[str, ...]) -> ClassifiedFiles:
    """Classify the tables of files. A failed file gives a failed result without rows.

    A file whose rows do not add up fails with the code `rows_lost`.
    """
    frames = _mark_rows(records, (criteria,), duplicate_fields)
    parts = [part for frame in frames for part in _classify_in_slices(frame, criteria, duplicate_fields)]
    results = _build_results(records, [part.statuses for part in parts])
    unbalanced = [result.record.source.name for result in results if not result.account.balances]
    is_kept = ~pl.col(_FILE).is_in(unbalanced) if unbalanced else pl.lit(value=True)
    failed = [_fail_unbalanced(result) for result in results if not result.account.balances]
    kept = [record for record in records if record.source.name not in unbalanced]
    return ClassifiedFiles(
        (*(result for result in results if result.account.balances), *failed),
        combine_tables(part.candidates.filter(is_kept) for part in parts),
        _concat(part.rejected.filter(is_kept) for part in parts),
        collect_issues(kept),
        {(record.source.name, sheet.sheet): sheet.table for record in kept for sheet in record.sheets if sheet.table},
        sum(part.filtered_out for part in parts),
    )


@dataclass(frozen=True)
class _Slice:
    """Classified rows; `statuses`: the file and status of each."""

    statuses: pl.DataFrame
    candidates: pl.DataFrame
    rejected: pl.DataFrame
    filtered_out: int


def _classify_in_slices(frame: pl.DataFrame, criteria: Criteria, duplicate_fields: tuple[str, ...]) -> list[_Slice]:
    slices = []
    for start in range(0, max(frame.height, 1), _ROWS_AT_A_TIME):
        part = criteria.classify(frame.slice(start, _ROWS_AT_A_TIME))
        is_candidate = pl.col(STATUS) == RowStatus.CANDIDATE
        candidates = part.frame.filter(is_candidate).drop(STATUS, REASONS, TO_VERIFY, LEFT_OUT, strict=False)
        columns = cs.by_name(_list_match_columns(part.frame.columns, duplicate_fields)) | cs.by_name(
            *_REJECTED_COLUMNS, POSITION, LEFT_OUT, require_all=False
        )
        rejected = part.frame.filter(~is_candidate).select(columns)
        slices.append(_Slice(part.frame.select(_FILE, STATUS), candidates, rejected, part.filtered_out))
    return slices


def classify_records(
    records: Sequence[FileRecord],
    criteria: Sequence[Criteria],
    duplicate_fields: tuple[str, ...],
    wanted: RowPositions | None = None,
) -> list[tuple[FilteredRows, ...]]:
    """Return the tables of the records, with the working columns, as each of the criteria classifies them, row by row alike.

    Args:
        records: The files.
        criteria: The criteria.
        duplicate_fields: The columns by which rows are compared.
        wanted: The rows to return; None for all.

    """
    return [tuple(one.classify(frame) for one in criteria) for frame in _mark_rows(records, criteria, duplicate_fields, wanted)]


def _mark_rows(
    records: Sequence[FileRecord],
    criteria: Sequence[Criteria],
    duplicate_fields: tuple[str, ...],
    wanted: RowPositions | None = None,
) -> Iterator[pl.DataFrame]:
    """Yield the rows of tables that have the same relevant columns, with MISSING_FIELDS, MODIFIED and POSITION."""
    relevant = {*duplicate_fields, "City", "State", *(name for one in criteria for name in one.profile.columns)}
    return (
        frame.with_columns(pl.lit(describe_missing_fields(frame.columns, duplicate_fields)).alias(MISSING_FIELDS))
        for frame in _group_tables(records, relevant, wanted)
    )


def combine_parts(parts: list[ClassifiedFiles]) -> ClassifiedFiles:
    """Combine the parts in the order of files, sheets and rows, whatever the order of arrival; the list is emptied."""
    results = sorted((result for part in parts for result in part.results), key=lambda result: result.record.source.name)
    issues = pl.concat([collect_issues(()), *(part.issues for part in parts)]).sort(_FILE, maintain_order=True)
    tables = {sheet: table for part in parts for sheet, table in part.tables.items()}
    filtered_out = sum(part.filtered_out for part in parts)
    candidates, rejected = combine_tables(part.candidates for part in parts), combine_tables(part.rejected for part in parts)
    parts.clear()
    return ClassifiedFiles(tuple(results), _sort(candidates), _sort(rejected), issues, tables, filtered_out)


def select_rejected(rejected: pl.DataFrame) -> pl.DataFrame:
    """Return the rejected rows with the columns that are shown."""
    return rejected[:, [name for name in rejected.columns if name in _REJECTED_COLUMNS]]


def select_match_columns(rows: pl.DataFrame, duplicate_fields: tuple[str, ...]) -> pl.DataFrame:
    """Return the columns that matching reads, of rows with MISSING_FIELDS."""
    return rows.select(_list_match_columns(rows.columns, duplicate_fields))


@dataclass(frozen=True)
class MatchColumns:
    """The columns that matching reads, of all classified rows, part by part."""

    files: ClassifiedFiles
    duplicate_fields: tuple[str, ...]

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield the candidates, then the rejected rows, with MISSING_FIELDS."""
        for table in (self.files.candidates, self.files.rejected):
            if table.width:
                yield from select_match_columns(table, self.duplicate_fields).iter_slices(ROWS_PER_PART)


def _list_match_columns(names: Collection[str], duplicate_fields: tuple[str, ...]) -> list[str]:
    wanted = dict.fromkeys((*MATCH_COLUMNS, *duplicate_fields, *SOURCE_COLUMNS, MISSING_FIELDS))
    return [name for name in wanted if name in names]


def attach_candidates(part: ClassifiedFiles, folder: TableFolder) -> list[ProcessingResult]:
    """Return the results, each with its candidates as Parquet in `folder`, which lives as long as one of the results."""
    by_file = part.candidates.partition_by(_FILE, as_dict=True) if part.candidates.width else {}
    results = []
    for result in part.results:
        name = result.record.source.name
        if result.success:
            rows = by_file.get((name,), part.candidates.clear())
            table = write_table(_select_file_columns(rows, part.tables, name), folder.build_new_path())
            results.append(replace(result, candidates_table=table, temporary_folder=folder))
        else:
            results.append(result)
    return results


def _select_file_columns(rows: pl.DataFrame, tables: SheetTables, name: str) -> pl.DataFrame:
    """Return a file's candidates with the columns of that file, whatever those of the files classified with it."""
    own = {sheet: table for sheet, table in tables.items() if sheet[0] == name}
    columns = {column for table in own.values() for column in pl.read_parquet_schema(table)}
    foreign = [column for column in rows.columns if column in CANONICAL - columns]
    return combine_tables([add_unmapped_columns(rows.drop(foreign), own).drop(MISSING_FIELDS, MODIFIED, strict=False)])


def read_tables(records: Iterable[FileRecord]) -> tuple[pl.DataFrame, pl.Series, list[frozenset[str]]]:
    """Return the canonical columns of all rows with MODIFIED, the table of each row by number, and the columns of each table."""
    frames = [read_mapped_table(sheet.table, record.source) for record in records for sheet in record.sheets if sheet.table]
    numbers = [pl.repeat(number, frame.height, dtype=pl.UInt32, eager=True) for number, frame in enumerate(frames)]
    tables = pl.concat(numbers) if numbers else pl.Series([], dtype=pl.UInt32)
    return combine_tables(frames), tables, [frozenset(frame.columns) for frame in frames]


def _group_tables(records: Sequence[FileRecord], relevant: set[str], wanted: RowPositions | None = None) -> list[pl.DataFrame]:
    """Return the canonical columns of all tables; tables with the same of the `relevant` columns become one frame."""
    groups: dict[frozenset[str], list[pl.DataFrame]] = {}
    for frame in read_mapped(records, wanted):
        groups.setdefault(frozenset(relevant.intersection(frame.columns)), []).append(frame)
    return [_concat(frames) for frames in groups.values()]


def _concat(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    with_columns = [frame for frame in frames if frame.width]
    return pl.concat(with_columns, how="diagonal") if with_columns else pl.DataFrame()


def _sort(table: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in the order of files, sheets and rows, see `take_rows`."""
    if not table.width:
        return table
    return take_rows(table, table.select(pl.arg_sort_by(SOURCE_COLUMNS).alias("position"))["position"])


def collect_issues(records: Iterable[FileRecord]) -> pl.DataFrame:
    """Return the listed issues of all files, each with its file."""
    with_issues = [record for record in records if any(sheet.issues for sheet in record.sheets)]
    return pl.concat([pl.DataFrame(schema={_FILE: pl.String, **ISSUE_SCHEMA}), *map(_read_issues, with_issues)])


def _read_issues(record: FileRecord) -> pl.DataFrame:
    """Return the listed issues of a file, in the order of its sheets."""
    tables = [pl.read_parquet(sheet.issues) for sheet in record.sheets if sheet.issues]
    issues = sample_issues(pl.concat(tables), MAX_LISTED_ISSUES)
    return issues.select(pl.lit(record.source.name).alias(_FILE), *ISSUE_SCHEMA)


def _build_results(records: Sequence[FileRecord], statuses: Sequence[pl.DataFrame]) -> tuple[ProcessingResult, ...]:
    rows = pl.concat([*statuses, pl.DataFrame(schema={_FILE: pl.String, STATUS: pl.String})])
    counts = {(file, status): count for file, status, count in rows.group_by(_FILE, STATUS).len().rows()}
    return tuple(
        _build_result(record, {status: counts.get((record.source.name, status), 0) for status in RowStatus}) for record in records
    )


def _build_result(record: FileRecord, counts: Mapping[RowStatus, int]) -> ProcessingResult:
    account = FileAccount(
        rows_read=sum(sheet.rows_read for sheet in record.sheets),
        candidates=counts[RowStatus.CANDIDATE],
        below_score=counts[RowStatus.BELOW_SCORE],
        not_eligible=counts[RowStatus.NOT_ELIGIBLE],
        blank=sum(sheet.blank for sheet in record.sheets),
        not_data=sum(sheet.not_data for sheet in record.sheets),
    )
    return ProcessingResult(
        file_path=str(record.source.path),
        success=record.error is None,
        property_count=sum(counts.values()),
        flex_candidate_count=account.candidates,
        processing_time=record.seconds,
        error_message=str(record.error) if record.error else None,
        source_file_info=_describe_source(record),
        record=record,
        account=account,
    )


def _fail_unbalanced(result: ProcessingResult) -> ProcessingResult:
    """Fail a file whose rows are not all accounted for."""
    source, account = result.record.source, result.account
    error = WorkerError.rows_lost(source.path.name, account.rows_read, account.parts).with_file(source.name)
    return _build_result(replace(result.record, sheets=(), error=error), dict.fromkeys(RowStatus, 0))


def _describe_source(record: FileRecord) -> dict[str, object]:
    source = record.source
    return {
        "name": source.name,
        "size": source.size,
        "modified": source.modified,
        "fingerprint": source.fingerprint,
        "vendor": next((sheet.header_map.vendor for sheet in record.sheets if sheet.header_map.vendor), ""),
        "sheets": [sheet.sheet for sheet in record.sheets],
        "mapping": {sheet.sheet: sheet.header_map.mapped for sheet in record.sheets},
    }
