"""Merge matching rows into one surviving row per property."""

from flexscout.merging.merge_log import count_removed_rows
from flexscout.merging.order import count_filled_cells, explain_survivor, sort_by_rank
from flexscout.merging.properties import (
    POSSIBLE_SCHEMA,
    ROW,
    MergedProperties,
    add_property_ids,
    find_possible_duplicates,
    match_properties,
    match_rows,
    merge_matches,
    merge_properties,
)
from flexscout.merging.survivors import MergeResult, deduplicate

__all__ = [
    "POSSIBLE_SCHEMA",
    "ROW",
    "MergeResult",
    "MergedProperties",
    "add_property_ids",
    "count_filled_cells",
    "count_removed_rows",
    "deduplicate",
    "explain_survivor",
    "find_possible_duplicates",
    "match_properties",
    "match_rows",
    "merge_matches",
    "merge_properties",
    "sort_by_rank",
]
