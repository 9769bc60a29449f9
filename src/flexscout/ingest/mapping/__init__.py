"""Map header texts to canonical columns."""

from flexscout.ingest.mapping.column_mapping import NO_MAPPING, ColumnMapping
from flexscout.ingest.mapping.draft import DraftTable, render_mapping
from flexscout.ingest.mapping.header_map import find_missing_required, map_headers
from flexscout.ingest.mapping.mapping_file import load_mapping

__all__ = [
    "NO_MAPPING",
    "ColumnMapping",
    "DraftTable",
    "find_missing_required",
    "load_mapping",
    "map_headers",
    "render_mapping",
]
