"""Map header texts to canonical columns."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.ingest.mapping.code_table_file import load_code_tables
    from flexscout.ingest.mapping.column_mapping import LEAVE_OUT, NO_MAPPING, PASS, ColumnMapping
    from flexscout.ingest.mapping.draft import PEEKED_ROWS, draft_mapping
    from flexscout.ingest.mapping.draft_sections import sample_values
    from flexscout.ingest.mapping.header_map import find_missing_required, has_vague_headers, map_headers
    from flexscout.ingest.mapping.mapping_entries import change_entries, read_entries, render_entries
    from flexscout.ingest.mapping.mapping_file import load_mapping, parse_mapping
    from flexscout.ingest.mapping.property_types import PROPERTY_TYPE
    from flexscout.ingest.mapping.sheet_mapping import NO_HEADER, MappedSheet, find_likeliest, map_sheet

__all__ = [
    "LEAVE_OUT",
    "NO_HEADER",
    "NO_MAPPING",
    "PASS",
    "PEEKED_ROWS",
    "PROPERTY_TYPE",
    "ColumnMapping",
    "MappedSheet",
    "change_entries",
    "draft_mapping",
    "find_likeliest",
    "find_missing_required",
    "has_vague_headers",
    "load_code_tables",
    "load_mapping",
    "map_headers",
    "map_sheet",
    "parse_mapping",
    "read_entries",
    "render_entries",
    "sample_values",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "code_table_file": ("load_code_tables",),
        "column_mapping": ("LEAVE_OUT", "NO_MAPPING", "PASS", "ColumnMapping"),
        "draft": ("PEEKED_ROWS", "draft_mapping"),
        "draft_sections": ("sample_values",),
        "header_map": ("find_missing_required", "has_vague_headers", "map_headers"),
        "mapping_entries": ("change_entries", "read_entries", "render_entries"),
        "mapping_file": ("load_mapping", "parse_mapping"),
        "property_types": ("PROPERTY_TYPE",),
        "sheet_mapping": ("NO_HEADER", "MappedSheet", "find_likeliest", "map_sheet"),
    },
)
