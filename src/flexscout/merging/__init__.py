"""Merge matching rows into one surviving row per property."""

from flexscout.merging.order import sort_by_rank
from flexscout.merging.properties import (
    POSSIBLE_SCHEMA,
    ROW,
    RankedProperties,
    add_property_ids,
    find_possible_duplicates,
    find_unique_properties,
    match_rows,
    merge_matches,
    rank_properties,
)
from flexscout.merging.survivors import MergeResult, deduplicate

__all__ = [
    "POSSIBLE_SCHEMA",
    "ROW",
    "MergeResult",
    "RankedProperties",
    "add_property_ids",
    "deduplicate",
    "find_possible_duplicates",
    "find_unique_properties",
    "match_rows",
    "merge_matches",
    "rank_properties",
    "sort_by_rank",
]
