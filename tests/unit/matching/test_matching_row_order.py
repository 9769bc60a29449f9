"""Which rows are one property doesn't depend on their order, also where a place has several APNs."""

from itertools import permutations

import polars as pl

from flexscout.matching import MatchSettings, find_clusters

HERE = {"Address": "1 Commerce St", "City": "Uptown", "State": "NC", "Zip Code": "28202", "APN": "100-200-1"}
ROWS = [HERE, HERE, HERE | {"City": None}, HERE | {"City": None, "APN": "100-200-2"}]


def clusters_of(order):
    frame = pl.DataFrame([ROWS[number] for number in order])
    ids = find_clusters(frame, MatchSettings(close_matches="merge")).cluster_ids
    return {frozenset(number for number, one in zip(order, ids, strict=True) if one == cluster) for cluster in ids}


def test_a_close_match_of_places_joins_only_rows_with_one_apn_in_any_order():
    found = {frozenset(clusters_of(order)) for order in permutations(range(len(ROWS)))}
    assert found == {frozenset({frozenset({0, 1, 2}), frozenset({3})})}
