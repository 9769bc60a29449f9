"""Header texts -> canonical columns."""

from flexscout.mapping.headers import map_headers, missing_required

__all__ = ["map_headers", "missing_required"]
