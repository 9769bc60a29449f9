"""Prepared files' tables, classified: who is a candidate, who is not and why."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import polars as pl
import polars.selectors as cs

from flexscout.domain import (
    MAX_LISTED_ISSUES,
    POSTAL_COLUMNS,
    REASONS,
    SOURCE_COLUMNS,
    STATUS,
    TO_VERIFY,
    canonical_columns,
    combine_tables,
    describe_missing_fields,
)
from flexscout.ingest import ISSUE_SCHEMA, sample_issues
from flexscout.models import FileAccount, FileRecord, ProcessingResult, RowStatus, SourceFile
from flexscout.runtime import SpillableTable, TableFolder, write_table
from flexscout.scoring.criteria import Criteria
from flexscout.scoring.row_filter import FilteredRows

MISSING_FIELDS, MODIFIED, POSITION = "__lacking", "__modified", "__position"
"""Working columns: which fields that are compared the row's sheet lacks; when its file was last changed, seconds since 1970;
where the row is in its table."""

Tables = Mapping[tuple[str, str], Path]
"""File and sheet -> the whole table of it."""

_FILE, _SHEET, _ = SOURCE_COLUMNS
_CANONICAL = {column.name for column in canonical_columns()}
_BLOCK = 100  # tables
_AT_A_TIME = 2**17  # rows that are classified together

LINKED_COLUMNS = ("Address", "Unit", "City", "State", "Zip Code", "APN", "Latitude", "Longitude")
"""What tells which rows are one property."""

# What is kept of a row that was not selected; the whole row stays in its file.
_NOT_SELECTED = (
    "Property Name",
    "Property Type",
    *POSTAL_COLUMNS,
    "County",
    "APN",
    "Building SqFt",
    "Lot Size Acres",
    "Year Built",
    "Flex Score",
    "Score Ceiling",
    *SOURCE_COLUMNS,
    STATUS,
    REASONS,
    TO_VERIFY,
)


@dataclass(frozen=True)
class ClassifiedFiles:
    """Files after classification.

    `results`: one a file; `issues`: the Issues of the files; `tables`: where the whole rows are; `left_out`: rows for which the
    filter does not hold. Candidates and others that are many wait on disk while other things need memory.
    """

    results: tuple[ProcessingResult, ...]
    shelved_candidates: SpillableTable
    shelved_others: SpillableTable
    issues: pl.DataFrame
    tables: Tables
    left_out: int = 0

    @property
    def shelves(self) -> tuple[SpillableTable, SpillableTable]:
        """The candidates, the others."""
        return self.shelved_candidates, self.shelved_others

    @property
    def candidates(self) -> pl.DataFrame:
        """Canonical columns and scores of the candidates, with LACKING, MODIFIED and POSITION; read anew if they are many."""
        return self.shelved_candidates.load()

    @property
    def others(self) -> pl.DataFrame:
        """The rows that were not selected, with their reasons and LACKING; read anew if they are many."""
        return self.shelved_others.load()


def classify_tables(records: Sequence[FileRecord], criteria: Criteria, duplicate_fields: tuple[str, ...]) -> ClassifiedFiles:
    """Classify the tables of records; a failed record gives a failed result and has none."""
    tables = {(record.source.name, sheet.sheet): sheet.table for record in records for sheet in record.sheets if sheet.table}
    found = [_parted(frame, criteria, duplicate_fields) for frame in _marked(records, (criteria,), duplicate_fields)]
    parts = [part for several in found for part in several]
    return ClassifiedFiles(
        _results(records, [part.statuses for part in parts]),
        SpillableTable(combine_tables(part.candidates for part in parts), spill=False),
        SpillableTable(_together(part.others for part in parts), spill=False),
        collect_issues(records),
        tables,
        sum(part.left_out for part in parts),
    )


@dataclass(frozen=True)
class _Parted:
    """Judged rows: `statuses`: file and status of each; and how many the filter left out."""

    statuses: pl.DataFrame
    candidates: pl.DataFrame
    others: pl.DataFrame
    left_out: int


def _parted(frame: pl.DataFrame, criteria: Criteria, duplicate_fields: tuple[str, ...]) -> list[_Parted]:
    """The rows as the criteria judge them, some at a time: what the rules look at is as large as the table."""
    parts = []
    for begin in range(0, max(frame.height, 1), _AT_A_TIME):
        part = criteria.classify(frame.slice(begin, _AT_A_TIME))
        is_candidate = pl.col(STATUS) == RowStatus.CANDIDATE
        candidates = part.frame.filter(is_candidate).drop(STATUS, REASONS, TO_VERIFY)
        others = part.frame.filter(~is_candidate).select(cs.by_name(_to_link(part.frame.columns, duplicate_fields)) | _shown())
        parts.append(_Parted(part.frame.select(_FILE, STATUS), candidates, others, part.filtered_out))
    return parts


def classify_records(
    records: Sequence[FileRecord], criteria: Sequence[Criteria], duplicate_fields: tuple[str, ...]
) -> list[tuple[FilteredRows, ...]]:
    """The records' tables with LACKING, MODIFIED and POSITION, as each of the `criteria` judges them: equal rows in one order."""
    return [tuple(one.classify(frame) for one in criteria) for frame in _marked(records, criteria, duplicate_fields)]


def _marked(
    records: Sequence[FileRecord], criteria: Sequence[Criteria], duplicate_fields: tuple[str, ...]
) -> Iterator[pl.DataFrame]:
    asked = {*duplicate_fields, "City", "State", *(name for one in criteria for name in one.profile.columns)}
    return (_with_lacking(frame, duplicate_fields) for frame in _alike(records, asked))


def combine_parts(parts: Sequence[ClassifiedFiles]) -> ClassifiedFiles:
    """All parts as one, in the order of the files, sheets and rows, whatever that of their arrival."""
    return ClassifiedFiles(
        tuple(sorted((result for part in parts for result in part.results), key=lambda result: result.record.source.name)),
        SpillableTable(_in_order(part.candidates for part in parts)),
        SpillableTable(_in_order(part.others for part in parts)),
        pl.concat([collect_issues(()), *(part.issues for part in parts)]).sort(_FILE, maintain_order=True),
        {place: table for part in parts for place, table in part.tables.items()},
        sum(part.left_out for part in parts),
    )


def select_rejected(others: SpillableTable) -> pl.DataFrame:
    """The rows that were not selected, as they are shown."""
    return others.load([name for name in others.columns if name in _NOT_SELECTED])


def select_match_columns(rows: pl.DataFrame | SpillableTable, duplicate_fields: tuple[str, ...]) -> pl.DataFrame:
    """What tells which rows are one property, of rows with LACKING."""
    names = _to_link(rows.columns, duplicate_fields)
    return rows.load(names) if isinstance(rows, SpillableTable) else rows.select(names)


def _to_link(names: Collection[str], duplicate_fields: tuple[str, ...]) -> list[str]:
    asked = dict.fromkeys((*LINKED_COLUMNS, *duplicate_fields, *SOURCE_COLUMNS, MISSING_FIELDS))
    return [name for name in asked if name in names]


def _shown() -> cs.Selector:
    return cs.by_name(*_NOT_SELECTED, require_all=False)


def add_unmapped_columns(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The rows with the columns that pass through, from the tables by file, sheet and POSITION, which is dropped."""
    if not rows.width:
        return rows
    places = rows.select(_FILE, _SHEET, POSITION).with_row_index("__order").sort(_FILE, _SHEET, POSITION)
    wanted = places.partition_by(_FILE, _SHEET, as_dict=True, maintain_order=True)
    others = combine_tables(_in_blocks(_other_columns(tables[place], wanted.get(place)) for place in sorted(tables)))
    back = others[places["__order"].arg_sort()]
    return pl.concat([rows.drop(POSITION), back.drop(POSITION)], how="horizontal")


def attach_candidates(part: ClassifiedFiles, folder: TableFolder) -> list[ProcessingResult]:
    """The results, each with its candidates on disk in `folder`, which lives as long as a result of it."""
    own = part.candidates.partition_by(_FILE, as_dict=True) if part.candidates.width else {}
    return [
        replace(
            result,
            candidates_table=write_table(
                _of_file(own.get((name,), part.candidates.clear()), part.tables, name), folder.new_path()
            ),
            temporary_folder=folder,
        )
        if result.success
        else result
        for result, name in ((result, result.record.source.name) for result in part.results)
    ]


def _of_file(rows: pl.DataFrame, tables: Tables, name: str) -> pl.DataFrame:
    """A file's candidates with the columns that it has, whatever those of the files that were classified with it."""
    own = {place: table for place, table in tables.items() if place[0] == name}
    there = {column for table in own.values() for column in pl.read_parquet_schema(table)}
    foreign = [column for column in rows.columns if column in _CANONICAL - there]
    return combine_tables([add_unmapped_columns(rows.drop(foreign), own).drop(MISSING_FIELDS, MODIFIED, strict=False)])


def _in_blocks(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Many frames at a time as one: thousands of small ones hold several times the memory of their cells."""
    waiting = iter(frames)
    while block := list(islice(waiting, _BLOCK)):
        yield combine_tables(block).rechunk()


def _other_columns(table: Path, rows: pl.DataFrame | None) -> pl.DataFrame:
    """What passes through of the rows at these positions; of none, the columns alone."""
    others = pl.scan_parquet(table).with_row_index(POSITION).select(~_known())
    return others.head(0).collect() if rows is None else others.collect()[rows[POSITION]]


def _alike(records: Sequence[FileRecord], asked: set[str]) -> list[pl.DataFrame]:
    """The canonical columns of all tables; tables that have the same of the `asked` columns are one frame."""
    alike: dict[frozenset[str], list[pl.DataFrame]] = {}
    for record in records:
        for sheet in record.sheets:
            if sheet.table:
                frame = _canonical(sheet.table, record.source)
                alike.setdefault(frozenset(asked.intersection(frame.columns)), []).append(frame)
    return [_together(frames) for frames in alike.values()]


def _canonical(table: Path, source: SourceFile) -> pl.DataFrame:
    known = pl.scan_parquet(table).with_row_index(POSITION).select(POSITION, _known())
    return known.with_columns(pl.lit(source.name).alias(_FILE), pl.lit(source.modified).alias(MODIFIED)).collect()


def _known() -> cs.Selector:
    return cs.by_name(*_CANONICAL, *SOURCE_COLUMNS, require_all=False)


def _with_lacking(frame: pl.DataFrame, fields: tuple[str, ...]) -> pl.DataFrame:
    return frame.with_columns(pl.lit(describe_missing_fields(frame.columns, fields)).alias(MISSING_FIELDS))


def _together(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    some = [frame for frame in frames if frame.width]
    return pl.concat(some, how="diagonal") if some else pl.DataFrame()


def _in_order(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    table = combine_tables(frames)
    return table.sort(SOURCE_COLUMNS) if table.width else table


def collect_issues(records: Iterable[FileRecord]) -> pl.DataFrame:
    """The Issues of all files that are listed, each with its file."""
    return pl.concat([pl.DataFrame(schema={_FILE: pl.String, **ISSUE_SCHEMA}), *map(_listed, filter(_has_issues, records))])


def _has_issues(record: FileRecord) -> bool:
    return any(sheet.issues for sheet in record.sheets)


def _listed(record: FileRecord) -> pl.DataFrame:
    """The Issues of a file that are listed, in the order of its sheets."""
    tables = [pl.read_parquet(sheet.issues) for sheet in record.sheets if sheet.issues]
    issues = sample_issues(pl.concat(tables), MAX_LISTED_ISSUES)
    return issues.select(pl.lit(record.source.name).alias(_FILE), *ISSUE_SCHEMA)


def _results(records: Sequence[FileRecord], frames: Sequence[pl.DataFrame]) -> tuple[ProcessingResult, ...]:
    rows = pl.concat(
        [frame.select(_FILE, STATUS) for frame in frames] or [pl.DataFrame(schema={_FILE: pl.String, STATUS: pl.String})]
    )
    counts = {(file, status): count for file, status, count in rows.group_by(_FILE, STATUS).len().rows()}
    return tuple(
        _result(record, {status: counts.get((record.source.name, status), 0) for status in RowStatus}) for record in records
    )


def _result(record: FileRecord, counts: Mapping[RowStatus, int]) -> ProcessingResult:
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
        source_file_info=_source_info(record),
        record=record,
        account=account,
    )


def _source_info(record: FileRecord) -> dict[str, object]:
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
