"""The report of a run: statistics, files, averages, deduplication, schema, quality, top candidates, performance."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from math import isfinite
from typing import Any

import polars as pl

from flexscout.domain import MAX_LISTED_ISSUES, POSTAL_COLUMNS, issue_reasons
from flexscout.models import AggregateStatistics, FileStatus, ProcessingResult, SheetRecord
from flexscout.outputs.report.column_drift import find_column_drift
from flexscout.outputs.report.figures import (
    count_issues,
    count_places,
    count_rejection_reasons,
    count_scores,
    list_columns_by_file,
    measure_completeness,
    summarize_fills,
    summarize_merges,
    summarize_possible_duplicates,
)
from flexscout.runtime import ErrorHandler
from flexscout.skipped import SkippedFile

REPORT_FORMAT = "1.1"
TOP_CANDIDATES = 10
_SHOWN = (
    "Property Name", "Property Type", *POSTAL_COLUMNS, "Building SqFt", "Lot Size Acres",
    "Year Built", "Occupancy", "Flex Score", "Flex Classification", "Completeness", "Score Ceiling",
    "Source File", "Source Sheet", "Source Row", "Property ID", "Source Count", "Also In",
)  # fmt: skip


@dataclass(frozen=True)
class RunFacts:
    """What the report is made of.

    `results`: a result per file that was to be read, by name; `master`: the unique candidates; `merge_log`: a row per removed
    duplicate; `possible`: pairs of properties that may be one; `others`: the rows that were not selected; `issues`: those that
    are listed; `settings`: of the run; `seconds`: by stage; `workers`: processes that read; `peak_memory_mb`: of the run with
    all its processes; `left_out`: properties for which the filter does not hold; `profile`: its points and rules; `unmatched`:
    entries of the mapping file that no header has; `explanations`: why the first of the master scored what they did,
    TOP_CANDIDATES at least; `passed`: for each row of the master, whether the person passed on it.
    """

    results: Sequence[ProcessingResult]
    skipped: Sequence[SkippedFile]
    master: pl.DataFrame
    merge_log: pl.DataFrame
    possible_duplicates: pl.DataFrame
    settings: Mapping[str, Any]
    seconds: Mapping[str, float]
    workers: int
    peak_memory_mb: float
    version: str
    filtered_out: int = 0
    unmatched_mappings: Sequence[str] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)
    explanations: Sequence[str] = ()
    issues: pl.DataFrame = field(default_factory=pl.DataFrame)
    rejected_rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    is_rejected: pl.Series | None = None


def load_report_schema() -> dict[str, Any]:
    """The JSON Schema of `pipeline_summary.json`, of draft 2020-12."""
    schema: dict[str, Any] = json.loads(
        files("flexscout.outputs.report").joinpath("report.schema.json").read_text(encoding="utf-8")
    )
    return schema


def compute_statistics(facts: RunFacts) -> AggregateStatistics:
    """The figures of a run, in the fields of the design."""
    good = [result for result in facts.results if result.success]
    scores = facts.master["Flex Score"] if facts.master.width else pl.Series([], dtype=pl.Float64)
    return AggregateStatistics(
        total_files_processed=len(facts.results),
        successful_files=len(good),
        failed_files=len(facts.results) - len(good),
        total_properties=sum(result.property_count for result in good),
        unique_flex_properties=facts.master.height,
        average_flex_score=_mean(scores),
        score_distribution=count_scores(scores, facts.settings["min_flex_score"]),
        geographic_coverage=count_places(facts.master),
        processing_duration=_duration(facts),
    )


def build_report(facts: RunFacts) -> dict[str, Any]:
    """The content of `pipeline_summary.json`."""
    before = sum(result.flex_candidate_count for result in facts.results)
    return {
        "format": REPORT_FORMAT,
        "flexscout": facts.version,
        "statistics": asdict(compute_statistics(facts)),
        "files": _files(facts),
        "averages": {
            "building_sqft": _average(facts.master, "Building SqFt"),
            "lot_size_acres": _average(facts.master, "Lot Size Acres"),
            "flex_score": _average(facts.master, "Flex Score"),
        },
        "not_selected": count_rejection_reasons(facts.rejected_rows),
        "filter": {"where": facts.settings["where"], "left_out": facts.filtered_out},
        "deduplication": {
            "before": before,
            "removed": facts.merge_log.height,
            "after": facts.master.height,
            **summarize_merges(facts.merge_log),
            "possible": summarize_possible_duplicates(facts.possible_duplicates),
            "filled": summarize_fills(facts.master),
        },
        "schema": list_columns_by_file(facts.results),
        "columns": find_column_drift(facts.results, facts.issues),
        "mapping": {"file": facts.settings["mapping"], "unmatched": list(facts.unmatched_mappings)},
        "quality": _quality(facts),
        "errors": _errors(facts),
        "top_candidates": _top(facts),
        "performance": _performance(facts),
        "settings": dict(facts.settings),
        "profile": dict(facts.profile),
    }


def add_run_times(report: Mapping[str, Any], facts: RunFacts) -> dict[str, Any]:
    """The report with the time and memory that have been used since it was built."""
    figures = {**report["statistics"], "processing_duration": _duration(facts)}
    return {**report, "statistics": figures, "performance": _performance(facts)}


def _quality(facts: RunFacts) -> dict[str, Any]:
    """How complete the candidates are; the Issues of all files by reason, and what each reason says."""
    totals = count_issues(facts.results)
    words = {reason: issue_reasons()[reason] for reason in totals if reason in issue_reasons()}
    return {"completeness": measure_completeness(facts.master), "issues": totals, "reasons": words}


def _errors(facts: RunFacts) -> dict[str, Any]:
    """The files that failed, by cause."""
    return ErrorHandler().generate_error_report([result.record.error for result in facts.results if result.record.error])


def _duration(facts: RunFacts) -> float:
    return round(sum(facts.seconds.values()), 3)


def _files(facts: RunFacts) -> list[dict[str, Any]]:
    """An entry per file found, by name."""
    entries = [_file(result) for result in facts.results]
    entries += [_skipped(file) for file in facts.skipped]
    return sorted(entries, key=lambda entry: str(entry["file"]))


def _file(result: ProcessingResult) -> dict[str, Any]:
    record = result.record
    entry = {
        "file": record.source.name,
        "status": str(FileStatus.OK if result.success else FileStatus.FAILED),
        **asdict(result.account),
        "seconds": round(result.processing_time, 3),
        "retries": record.retries,
        "issues": sum(record.issue_counts.values()),
        "issues_listed": min(sum(record.issue_counts.values()), MAX_LISTED_ISSUES),
        "fingerprint": record.source.fingerprint,
        "vendor": result.source_file_info["vendor"],
        "sheets": [_sheet(sheet) for sheet in record.sheets],
        "sheets_left_out": [{"sheet": sheet.name, "reason": sheet.reason} for sheet in record.skipped_sheets],
    }
    return entry | ({"error": record.error.as_dict()} if record.error else {})


def _sheet(sheet: SheetRecord) -> dict[str, Any]:
    return {"sheet": sheet.sheet, "header_row": sheet.header_row, "hidden": sheet.hidden}


def _skipped(file: SkippedFile) -> dict[str, Any]:
    counts = ("rows_read", "candidates", "below_score", "not_eligible", "blank", "not_data", "duplicates_removed")
    return {
        "file": file.name,
        "status": str(FileStatus.SKIPPED),
        **dict.fromkeys(counts, 0),
        "seconds": 0.0,
        **dict.fromkeys(("retries", "issues", "issues_listed"), 0),
        "reason": file.reason,
    }


def _performance(facts: RunFacts) -> dict[str, Any]:
    """Speed as the design states its aims: properties a minute, of the run and of a single file."""
    good = [result for result in facts.results if result.success]
    properties = sum(result.property_count for result in good)
    read = [result for result in good if not result.record.reused]
    total, reading = sum(facts.seconds.values()), sum(result.processing_time for result in read)
    return {
        "seconds": {stage: round(seconds, 3) for stage, seconds in facts.seconds.items()},
        "rows_per_second": _rate(sum(result.account.rows_read for result in good), total),
        "properties_per_minute": _rate(60 * properties, total),
        "properties_per_minute_per_file": _rate(60 * sum(result.property_count for result in read), reading),
        "files_reused": sum(result.record.reused for result in facts.results),
        "workers": facts.workers,
        "peak_memory_mb": round(facts.peak_memory_mb, 1),
        "memory_limit_mb": round(facts.settings["memory_limit_gb"] * 1024, 1),
    }


def _rate(count: int, seconds: float) -> int:
    return round(count / seconds) if seconds else 0


def _top(facts: RunFacts) -> list[dict[str, Any]]:
    there = [name for name in _SHOWN if name in facts.master.columns]
    ranked = facts.master.select(there).with_row_index("rank", offset=1)
    best = (ranked if facts.is_rejected is None else ranked.filter(~facts.is_rejected)).head(TOP_CANDIDATES)
    explained = dict(enumerate(facts.explanations, start=1))
    return [{**row, "Explanation": explained.get(row["rank"], "")} for row in best.to_dicts()]


def _average(master: pl.DataFrame, column: str) -> float | None:
    mean = _mean(master[column]) if column in master.columns and master[column].count() else None
    return mean if mean is not None and isfinite(mean) else None


def _mean(values: pl.Series) -> float:
    mean = values.mean()
    return round(mean, 2) if isinstance(mean, float) else 0.0
