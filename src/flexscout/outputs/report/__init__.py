"""Compute the figures of the run report."""

from flexscout.outputs.report.build import (
    REPORT_FORMAT,
    TOP_CANDIDATES,
    add_run_times,
    build_report,
    compute_statistics,
    load_report_schema,
)
from flexscout.outputs.report.figures import (
    CHANGE_LABELS,
    count_issues_by_reason,
    count_places,
    count_scores,
    measure_completeness,
    sort_by_frequency,
)
from flexscout.outputs.report.messages import MessageCode, RunMessage, build_messages, describe_unmatched_mappings

__all__ = [
    "CHANGE_LABELS",
    "REPORT_FORMAT",
    "TOP_CANDIDATES",
    "MessageCode",
    "RunMessage",
    "add_run_times",
    "build_messages",
    "build_report",
    "compute_statistics",
    "count_issues_by_reason",
    "count_places",
    "count_scores",
    "describe_unmatched_mappings",
    "load_report_schema",
    "measure_completeness",
    "sort_by_frequency",
]
