"""Merge matching rows into one record per property."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.merging.corrections import (
        CORRECTION_SCHEMA,
        SINCE,
        SOURCE_VALUE,
        VALUE,
        CorrectedRows,
        FindCorrections,
        apply_corrections,
    )
    from flexscout.merging.kept_rows import KeptRows
    from flexscout.merging.merge_log import MergeRole, add_property_ids, count_removed_rows, select_current, select_merges
    from flexscout.merging.merged_rows import REJECTED_COLUMNS, ROW, USER_SOURCE, MatchedRows, merge_rows
    from flexscout.merging.order import count_filled_cells, explain_survivor, sort_by_rank
    from flexscout.merging.possible_duplicates import POSSIBLE_SCHEMA, find_possible_duplicates
    from flexscout.merging.properties import MergedProperties, locate_rows, match_properties, match_rows, merge_properties
    from flexscout.merging.snapshots import find_snapshots, list_possible_snapshots, list_sources
    from flexscout.merging.source_rows import MAX_EXPLAINED_ROWS
    from flexscout.merging.survivors import MergeResult, deduplicate

__all__ = [
    "CORRECTION_SCHEMA",
    "MAX_EXPLAINED_ROWS",
    "POSSIBLE_SCHEMA",
    "REJECTED_COLUMNS",
    "ROW",
    "SINCE",
    "SOURCE_VALUE",
    "USER_SOURCE",
    "VALUE",
    "CorrectedRows",
    "FindCorrections",
    "KeptRows",
    "MatchedRows",
    "MergeResult",
    "MergeRole",
    "MergedProperties",
    "add_property_ids",
    "apply_corrections",
    "count_filled_cells",
    "count_removed_rows",
    "deduplicate",
    "explain_survivor",
    "find_possible_duplicates",
    "find_snapshots",
    "list_possible_snapshots",
    "list_sources",
    "locate_rows",
    "match_properties",
    "match_rows",
    "merge_properties",
    "merge_rows",
    "select_current",
    "select_merges",
    "sort_by_rank",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "corrections": (
            "CORRECTION_SCHEMA",
            "SINCE",
            "SOURCE_VALUE",
            "VALUE",
            "CorrectedRows",
            "FindCorrections",
            "apply_corrections",
        ),
        "kept_rows": ("KeptRows",),
        "merge_log": ("MergeRole", "add_property_ids", "count_removed_rows", "select_current", "select_merges"),
        "merged_rows": ("REJECTED_COLUMNS", "ROW", "USER_SOURCE", "MatchedRows", "merge_rows"),
        "order": ("count_filled_cells", "explain_survivor", "sort_by_rank"),
        "possible_duplicates": ("POSSIBLE_SCHEMA", "find_possible_duplicates"),
        "properties": ("MergedProperties", "locate_rows", "match_properties", "match_rows", "merge_properties"),
        "snapshots": ("find_snapshots", "list_possible_snapshots", "list_sources"),
        "source_rows": ("MAX_EXPLAINED_ROWS",),
        "survivors": ("MergeResult", "deduplicate"),
    },
)
