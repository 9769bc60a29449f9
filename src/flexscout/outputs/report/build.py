"""Build the run report, the content of `pipeline_summary.json`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from math import isfinite
from typing import Any

import polars as pl

from flexscout.domain import MAX_LISTED_ISSUES, POSTAL_COLUMNS, map_command, map_issue_reasons
from flexscout.findings import FIXED_BY_MAPPING, Finding
from flexscout.merging import select_merges
from flexscout.models import AggregateStatistics, FileAccount, FileStatus, ProcessingResult
from flexscout.outputs.report.column_drift import find_column_drift
from flexscout.outputs.report.figures import (
    count_issues,
    count_places,
    count_rejection_reasons,
    count_scores,
    list_columns_by_file,
    measure_completeness,
    summarize_merges,
    summarize_possible_duplicates,
    summarize_records,
)
from flexscout.outputs.results import RunFacts
from flexscout.runtime import ErrorHandler
from flexscout.skipped import SkippedFile

REPORT_FORMAT = "1.4"
TOP_CANDIDATES = 10
_TOP_COLUMNS = (
    "Property Name", "Property Type", *POSTAL_COLUMNS, "Building SqFt", "Lot Size Acres",
    "Year Built", "Occupancy", "Asking Price", "Asking Price/SqFt", "Price Position", "Owner Name", "Owner Properties",
    "Flex Score", "Flex Classification", "Completeness", "Score Ceiling",
    "Source File", "Source Sheet", "Source Row", "Property ID", "Source Count", "Also In",
)  # fmt: skip


def load_report_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `pipeline_summary.json`."""
    schema: dict[str, Any] = json.loads(
        files("flexscout.outputs.report").joinpath("report.schema.json").read_text(encoding="utf-8")
    )
    return schema


def compute_statistics(facts: RunFacts) -> AggregateStatistics:
    """Compute the run's statistics."""
    succeeded = [result for result in facts.results if result.success]
    scores = facts.tables.master["Flex Score"] if facts.tables.master.width else pl.Series([], dtype=pl.Float64)
    return AggregateStatistics(
        total_files_processed=len(facts.results),
        successful_files=len(succeeded),
        failed_files=len(facts.results) - len(succeeded),
        total_properties=sum(result.property_count for result in succeeded),
        unique_flex_properties=facts.tables.master.height,
        average_flex_score=_compute_mean(scores),
        score_distribution=count_scores(scores, facts.settings["min_flex_score"]),
        geographic_coverage=count_places(facts.tables.master),
        processing_duration=_sum_seconds(facts),
    )


def build_report(facts: RunFacts) -> dict[str, Any]:
    """Build the content of `pipeline_summary.json`."""
    merges = select_merges(facts.tables.merge_log)
    return {
        "format": REPORT_FORMAT,
        "flexscout": facts.version,
        "statistics": asdict(compute_statistics(facts)),
        "files": build_files(facts),
        "averages": {
            "building_sqft": _compute_average(facts.tables.master, "Building SqFt"),
            "lot_size_acres": _compute_average(facts.tables.master, "Lot Size Acres"),
            "flex_score": _compute_average(facts.tables.master, "Flex Score"),
        },
        "sources": [source.as_dict() for source in facts.sources],
        "data_date": _find_data_date(facts),
        "not_selected": count_rejection_reasons(facts.tables.rejected_rows),
        "filter": {"where": facts.settings["where"], "left_out": facts.filtered_out},
        "deduplication": {
            "before": sum(result.flex_candidate_count for result in facts.results),
            "removed": merges.height,
            "after": facts.tables.master.height,
            **summarize_merges(merges),
            "possible": summarize_possible_duplicates(facts.tables.possible_duplicates),
            "filled": summarize_records(facts.tables.master),
        },
        "schema": list_columns_by_file(facts.results),
        "columns": find_column_drift(facts.results, facts.tables.issues),
        "mapping": {"file": _join_paths(facts.settings["mapping"]), "unmatched": list(facts.unmatched_mappings)},
        "quality": _build_quality(facts),
        "errors": ErrorHandler().generate_error_report([error for result in facts.results if (error := result.record.error)]),
        "top_candidates": _build_top_candidates(facts),
        "performance": _build_performance(facts, 0.0),
        "settings": dict(facts.settings),
        "profile": dict(facts.profile),
    }


def _find_data_date(facts: RunFacts) -> str | None:
    """Return the day of the newest export, ISO 8601."""
    days = [day for source in facts.sources for _, day in source.exports]
    return max(days).isoformat() if days else None


def _join_paths(mapping: str | Sequence[str]) -> str:
    return mapping if isinstance(mapping, str) else ", ".join(mapping)


def add_run_times(report: Mapping[str, Any], facts: RunFacts, peak_memory_mb: float) -> dict[str, Any]:
    """Return the report with the time and memory that were used since it was built."""
    statistics = {**report["statistics"], "processing_duration": _sum_seconds(facts)}
    return {**report, "statistics": statistics, "performance": _build_performance(facts, peak_memory_mb)}


def _build_quality(facts: RunFacts) -> dict[str, Any]:
    counts, texts = count_issues(facts.results), map_issue_reasons()
    reasons = {reason: texts[reason] for reason in counts if reason in texts}
    return {"completeness": measure_completeness(facts.tables.master), "issues": counts, "reasons": reasons}


def _sum_seconds(facts: RunFacts) -> float:
    return round(sum(facts.seconds.values()), 3)


def build_files(facts: RunFacts) -> list[dict[str, Any]]:
    """Return the report's entries of all files, by name."""
    entries = [_build_file(result, facts.findings.get(result.record.source.name, ())) for result in facts.results]
    entries += [_build_skipped_file(file) for file in facts.skipped]
    return sorted(entries, key=lambda entry: str(entry["file"]))


def _build_file(result: ProcessingResult, findings: Sequence[Finding]) -> dict[str, Any]:
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
        "modified": record.source.modified,
        "vendor": result.source_file_info["vendor"],
        "sheets": [{"sheet": sheet.sheet, "header_row": sheet.header_row, "hidden": sheet.hidden} for sheet in record.sheets],
        "sheets_left_out": [{"sheet": sheet.name, "reason": sheet.reason} for sheet in record.skipped_sheets],
    }
    if record.error:
        return entry | {"error": record.error.as_dict()}
    is_fixable = any(finding.code in FIXED_BY_MAPPING for finding in findings)
    command = {"command": map_command(record.source.path)} if is_fixable else {}
    return entry | {"findings": [finding.as_dict() for finding in findings]} | command


def _build_skipped_file(file: SkippedFile) -> dict[str, Any]:
    return {
        "file": file.name,
        "status": str(FileStatus.SKIPPED),
        **asdict(FileAccount()),
        "seconds": 0.0,
        **dict.fromkeys(("retries", "issues", "issues_listed"), 0),
        "reason": file.reason,
    }


def _build_performance(facts: RunFacts, peak_memory_mb: float) -> dict[str, Any]:
    """Return durations, memory and throughput; the speed per file counts only files that were read in this run."""
    succeeded = [result for result in facts.results if result.success]
    read = [result for result in succeeded if not result.record.reused]
    total, reading = sum(facts.seconds.values()), sum(result.processing_time for result in read)
    return {
        "seconds": {stage: round(seconds, 3) for stage, seconds in facts.seconds.items()},
        "rows_per_second": _rate(sum(result.account.rows_read for result in succeeded), total),
        "properties_per_minute": _rate(60 * sum(result.property_count for result in succeeded), total),
        "properties_per_minute_per_file": _rate(60 * sum(result.property_count for result in read), reading),
        "files_reused": sum(result.record.reused for result in facts.results),
        "workers": facts.workers,
        "peak_memory_mb": round(peak_memory_mb, 1),
        "memory_limit_mb": round(facts.settings["memory_limit_gb"] * 1024, 1),
    }


def _rate(count: int, seconds: float) -> int:
    return round(count / seconds) if seconds else 0


def _build_top_candidates(facts: RunFacts) -> list[dict[str, Any]]:
    columns = [name for name in _TOP_COLUMNS if name in facts.tables.master.columns]
    ranked = facts.tables.master.select(columns).with_row_index("rank", offset=1)
    top = (ranked if facts.tables.is_rejected is None else ranked.filter(~facts.tables.is_rejected)).head(TOP_CANDIDATES)
    explanations, reasons = (dict(enumerate(texts, start=1)) for texts in (facts.tables.explanations, facts.tables.reasons))
    return [
        {**row, "Explanation": explanations.get(row["rank"], ""), "Reasons": list(reasons.get(row["rank"], ()))}
        for row in top.to_dicts()
    ]


def _compute_average(master: pl.DataFrame, column: str) -> float | None:
    mean = _compute_mean(master[column]) if column in master.columns and master[column].count() else None
    return mean if mean is not None and isfinite(mean) else None


def _compute_mean(values: pl.Series) -> float:
    mean = values.mean()
    return round(mean, 2) if isinstance(mean, float) else 0.0
