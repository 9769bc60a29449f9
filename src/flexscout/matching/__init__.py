"""Decide which rows are the same property."""

from flexscout.matching.clusters import Clusters, MatchSettings, find_clusters
from flexscout.matching.lookup import find_nearest_rows, find_rows_by_address, find_rows_by_apn
from flexscout.matching.property_ids import assign_property_ids

__all__ = [
    "Clusters",
    "MatchSettings",
    "assign_property_ids",
    "find_clusters",
    "find_nearest_rows",
    "find_rows_by_address",
    "find_rows_by_apn",
]
