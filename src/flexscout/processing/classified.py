"""A prepared file's tables, classified: who is a candidate, who is not and why."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from flexscout.aggregation import combine
from flexscout.classification import Profile, classify
from flexscout.conversion import ISSUE_SCHEMA
from flexscout.journal import TableFolder, write_table
from flexscout.linkage import duplicate_keys
from flexscout.model import REASONS, SOURCE_COLUMNS, STATUS, TO_VERIFY, FileAccount, FileRecord, ProcessingResult, RowStatus

KEY, MODIFIED = "__key", "__modified"
"""Working columns: the duplicate key; when the file was last changed, seconds since 1970."""

# What is kept of a row that was not selected; the whole row stays in its file.
_NOT_SELECTED = (
    "Property Name", "Property Type", "Address", "City", "State", "Zip Code", "County", "APN",
    "Building SqFt", "Lot Size Acres", "Year Built", "Flex Score", "Score Ceiling",
    *SOURCE_COLUMNS, STATUS, REASONS, TO_VERIFY,
)  # fmt: skip


@dataclass(frozen=True)
class ClassifiedFile:
    """A file's rows after classification.

    `candidates`: every column, with KEY and MODIFIED; `others`: the rows that were not selected, with their reasons;
    `issues`: the file's Issues.
    """

    result: ProcessingResult
    candidates: pl.DataFrame
    others: pl.DataFrame
    issues: pl.DataFrame


def classified(record: FileRecord, profile: Profile, min_flex_score: float, duplicate_fields: tuple[str, ...]) -> ClassifiedFile:
    """Classify the tables of a record. A failed record gives a failed result and empty tables."""
    frames = [_classified_sheet(sheet.table, record, profile, min_flex_score) for sheet in record.sheets if sheet.table]
    chosen = [_with_key(frame.filter(pl.col(STATUS) == RowStatus.CANDIDATE), record, duplicate_fields) for frame in frames]
    others = [frame.filter(pl.col(STATUS) != RowStatus.CANDIDATE) for frame in frames]
    candidates = combine(frame.drop(STATUS, REASONS, TO_VERIFY) for frame in chosen)
    left = combine(frame.select(name for name in _NOT_SELECTED if name in frame.columns) for frame in others)
    return ClassifiedFile(_result(record, candidates.height, left), candidates, left, _issues(record))


def with_candidates(file: ClassifiedFile, folder: TableFolder) -> ProcessingResult:
    """The file's result, with its candidates on disk in `folder`, which lives as long as the result."""
    if not file.result.success:
        return file.result
    table = file.candidates.drop(KEY, MODIFIED, strict=False)
    return replace(file.result, candidates_table=write_table(table, folder.fresh()), kept_alive=folder)


def _classified_sheet(table: Path, record: FileRecord, profile: Profile, min_flex_score: float) -> pl.DataFrame:
    frame = pl.read_parquet(table).with_columns(pl.lit(record.source.name).alias("Source File"))
    return classify(frame, profile, min_flex_score)


def _with_key(frame: pl.DataFrame, record: FileRecord, fields: tuple[str, ...]) -> pl.DataFrame:
    keys = duplicate_keys(frame, fields, record.source.name)
    return frame.with_columns(keys.cast(pl.String).alias(KEY), pl.lit(record.source.modified).alias(MODIFIED))


def _issues(record: FileRecord) -> pl.DataFrame:
    tables = [pl.read_parquet(sheet.issues) for sheet in record.sheets if sheet.issues]
    issues = pl.concat(tables) if tables else pl.DataFrame(schema=ISSUE_SCHEMA)
    return issues.select(pl.lit(record.source.name).alias("Source File"), pl.all())


def _result(record: FileRecord, candidates: int, others: pl.DataFrame) -> ProcessingResult:
    below = int((others[STATUS] == RowStatus.BELOW_SCORE).sum()) if others.width else 0
    account = FileAccount(
        rows_read=sum(sheet.rows_read for sheet in record.sheets),
        candidates=candidates,
        below_score=below,
        not_eligible=others.height - below,
        blank=sum(sheet.blank for sheet in record.sheets),
        not_data=sum(sheet.not_data for sheet in record.sheets),
    )
    return ProcessingResult(
        file_path=str(record.source.path),
        success=record.error is None,
        property_count=candidates + others.height,
        flex_candidate_count=candidates,
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
        "mapping": {
            sheet.sheet: {column.header: column.name for column in sheet.header_map.canonical} for sheet in record.sheets
        },
    }
