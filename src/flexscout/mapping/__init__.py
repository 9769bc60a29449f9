"""Header texts -> canonical columns."""

from flexscout.mapping.choice import LEAVE_OUT, NO_MAPPING, PASS, Choice, ColumnMapping
from flexscout.mapping.draft import Table, render_mapping
from flexscout.mapping.headers import map_headers, missing_required

__all__ = [
    "LEAVE_OUT",
    "NO_MAPPING",
    "PASS",
    "Choice",
    "ColumnMapping",
    "Table",
    "map_headers",
    "missing_required",
    "render_mapping",
]
