"""Decide which rows are the same property."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.matching.clusters import Clusters, MatchSettings, find_clusters
    from flexscout.matching.decided_pairs import DECIDED, DECISION, Contradiction, DecidedPairs
    from flexscout.matching.decisions import (
        SIDE_COLUMNS,
        Decision,
        DecisionKind,
        Side,
        build_side,
        describe_side,
        find_decided_rows,
        find_decisions_about,
        list_pair_keys,
    )
    from flexscout.matching.lookup import find_nearest_rows, find_rows_by_address, find_rows_by_apn
    from flexscout.matching.match_rules import MatchKind
    from flexscout.matching.normalized_rows import DETAIL_COLUMNS, Rows, normalize_details, normalize_rows
    from flexscout.matching.partitions import RunTasks
    from flexscout.matching.property_ids import assign_property_ids, hash_identities, number_equal_ids

__all__ = [
    "DECIDED",
    "DECISION",
    "DETAIL_COLUMNS",
    "SIDE_COLUMNS",
    "Clusters",
    "Contradiction",
    "DecidedPairs",
    "Decision",
    "DecisionKind",
    "MatchKind",
    "MatchSettings",
    "Rows",
    "RunTasks",
    "Side",
    "assign_property_ids",
    "build_side",
    "describe_side",
    "find_clusters",
    "find_decided_rows",
    "find_decisions_about",
    "find_nearest_rows",
    "find_rows_by_address",
    "find_rows_by_apn",
    "hash_identities",
    "list_pair_keys",
    "normalize_details",
    "normalize_rows",
    "number_equal_ids",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "clusters": ("Clusters", "MatchSettings", "find_clusters"),
        "decided_pairs": ("DECIDED", "DECISION", "Contradiction", "DecidedPairs"),
        "decisions": (
            "SIDE_COLUMNS",
            "Decision",
            "DecisionKind",
            "Side",
            "build_side",
            "describe_side",
            "find_decided_rows",
            "find_decisions_about",
            "list_pair_keys",
        ),
        "lookup": ("find_nearest_rows", "find_rows_by_address", "find_rows_by_apn"),
        "match_rules": ("MatchKind",),
        "normalized_rows": ("DETAIL_COLUMNS", "Rows", "normalize_details", "normalize_rows"),
        "partitions": ("RunTasks",),
        "property_ids": ("assign_property_ids", "hash_identities", "number_equal_ids"),
    },
)
