"""The facts of a run; no rendering."""

from flexscout.reporting.messages import messages
from flexscout.reporting.report import Facts, build_report, statistics

__all__ = ["Facts", "build_report", "messages", "statistics"]
