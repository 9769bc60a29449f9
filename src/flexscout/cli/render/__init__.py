"""Render results on the terminal."""

from flexscout.cli.render.changes_list import build_change_tables, changes_to_dict, show_changes
from flexscout.cli.render.comparison import show_comparison, show_failed
from flexscout.cli.render.explanation import show_answer
from flexscout.cli.render.inspection import show_inspection
from flexscout.cli.render.profile_tables import show_profile
from flexscout.cli.render.progress_bar import build_listener
from flexscout.cli.render.summary import show_errors, show_summary
from flexscout.cli.render.text import format_count, format_time

__all__ = [
    "build_change_tables",
    "build_listener",
    "changes_to_dict",
    "format_count",
    "format_time",
    "show_answer",
    "show_changes",
    "show_comparison",
    "show_errors",
    "show_failed",
    "show_inspection",
    "show_profile",
    "show_summary",
]
