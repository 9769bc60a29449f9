"""Header texts -> canonical columns."""

from flexscout.mapping.choice import LEAVE_OUT, NO_MAPPING, PASS, Choice, ColumnMapping
from flexscout.mapping.headers import map_headers, missing_required

__all__ = ["LEAVE_OUT", "NO_MAPPING", "PASS", "Choice", "ColumnMapping", "map_headers", "missing_required"]
