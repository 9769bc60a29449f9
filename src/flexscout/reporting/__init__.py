"""The facts of a run; no rendering."""

from flexscout.reporting.distribution import geographic_coverage, score_distribution
from flexscout.reporting.messages import messages, unmatched_entries
from flexscout.reporting.quality import by_frequency, completeness, issues_by_reason
from flexscout.reporting.report import FORMAT, TOP_CANDIDATES, Facts, build_report, finished, statistics

__all__ = [
    "FORMAT",
    "TOP_CANDIDATES",
    "Facts",
    "build_report",
    "by_frequency",
    "completeness",
    "finished",
    "geographic_coverage",
    "issues_by_reason",
    "messages",
    "score_distribution",
    "statistics",
    "unmatched_entries",
]
