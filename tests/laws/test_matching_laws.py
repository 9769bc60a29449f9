"""Laws of clusters, over generated properties in many spellings."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from address_variants import figures, properties
from examples import examples
from flexscout.matching.clusters import MatchSettings, find_clusters
from flexscout.matching.property_ids import assign_property_ids

FRAME = properties(seed=1, count=400)
MERGING = MatchSettings(close_matches="merge")
few = examples(10)
messy = st.lists(
    st.fixed_dictionaries(
        {
            "Address": st.sampled_from(
                [
                    "1 Main St",
                    "1 MAIN STREET",
                    "1 Main",
                    "1 N Main St",
                    "1 Main Ave",
                    "1 Main St # 2",
                    "1-9 Main St",
                    "Main St",
                    "",
                    None,
                ]
            ),
            "City": st.sampled_from(["X", "x", "Y", None]),
            "State": st.sampled_from(["NC", "nc", "GA", None]),
            "Zip Code": st.sampled_from(["28202", "28202-1", "3", None]),
            "APN": st.sampled_from(["1", "01", "2", None]),
            "Unit": st.sampled_from(["A", "B", None]),
        }
    ),
    min_size=1,
    max_size=14,
)


def frame_of(rows):
    return pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))


def partition(cluster_ids, rows):
    """Clusters as sets of rows."""
    table = pl.DataFrame({"cluster": cluster_ids, "row": rows})
    return set(map(tuple, table.group_by("cluster").agg(pl.col("row").sort())["row"].to_list()))


@pytest.mark.parametrize(("close", "least_precision", "least_recall"), [("off", 1.0, 0.85), ("merge", 0.9995, 0.99)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_variants_of_an_address_are_found_and_neighbors_are_not(seed, close, least_precision, least_recall):
    frame = properties(seed, count=600)
    precision, recall = figures(frame["truth"], find_clusters(frame, MatchSettings(close_matches=close)).cluster_ids)
    assert precision >= least_precision
    assert recall >= least_recall


@pytest.fixture(scope="module")
def partition_in_order():
    return partition(find_clusters(FRAME, MERGING).cluster_ids, range(FRAME.height))


@few
@given(seed=st.integers(0, 10**6))
def test_the_order_of_rows_does_not_change_the_clusters(partition_in_order, seed):
    shuffled = FRAME.with_row_index("row").sample(fraction=1, shuffle=True, seed=seed)
    cluster_ids = find_clusters(shuffled.drop("row"), MERGING).cluster_ids
    assert partition(cluster_ids, shuffled["row"]) == partition_in_order


@few
@given(messy, st.randoms(), st.sampled_from(["site", "parcel"]))
def test_clusters_of_arbitrary_rows_do_not_depend_on_their_order(rows, random, policy):
    order = random.sample(range(len(rows)), len(rows))
    given_order, other = (
        find_clusters(part, MatchSettings(policy=policy, close_matches="merge")).cluster_ids
        for part in (frame_of(rows), frame_of(rows)[order])
    )
    assert partition(given_order, range(len(rows))) == partition(other, order)


parcels = st.lists(
    st.fixed_dictionaries(
        {
            "Address": st.sampled_from(
                ["1 Main St", "1 MAIN STREET", "1 Main", "1 Elm Ave", "1-9 Main St", "3 Main St", "Main St"]
            ),
            "City": st.sampled_from(["Xtown", "Ytown", "Xtwn", None]),
            "State": st.sampled_from(["NC", "VA", None]),
            "Zip Code": st.sampled_from(["28202", None]),
            "County": st.sampled_from(["Mecklenburg", "Mecklenburg County", None]),
            "APN": st.sampled_from(["037-203-50", "03720350", "3720350", "037-203-51", None]),
            "Source File": st.sampled_from(["a", "b"]),
        }
    ),
    min_size=2,
    max_size=14,
)


@few
@given(parcels, st.randoms(), st.sampled_from(["site", "parcel"]))
def test_clusters_by_parcel_do_not_depend_on_the_order_of_rows(rows, random, policy):
    order = random.sample(range(len(rows)), len(rows))
    found = [
        find_clusters(part, MatchSettings(policy=policy, close_matches="merge"))
        for part in (frame_of(rows), frame_of(rows)[order])
    ]
    first, other = (clusters.cluster_ids for clusters in found)
    assert partition(first, range(len(rows))) == partition(other, order)
    scores = [sorted(clusters.match_pairs.select("Score", "sure", "merge").rows()) for clusters in found]
    assert scores[0] == scores[1]


def test_equal_rows_in_conflict_do_not_depend_on_their_order():
    names = ("Address", "City", "State", "Zip Code", "County", "APN", "Source File")
    place, parcel = ("1 Main St", "Xtown", "NC", "28202", "Mecklenburg"), ("037-203-50", "a")
    bare = ("1 Main St", None, "VA", None, "Mecklenburg", *parcel)
    values = [bare, (*place, *parcel), ("1 Main St", "Xtown", "VA", "28202", None, *parcel), bare, *[(*place, *parcel)] * 3]
    rows, order = [dict(zip(names, row, strict=True)) for row in values], [3, 1, 2, 0, 4, 5, 6]
    found = [find_clusters(part, MERGING).cluster_ids for part in (frame_of(rows), frame_of(rows)[order])]
    assert partition(found[0], range(7)) == partition(found[1], order)


@few
@given(parcels)
def test_addresses_with_parcels_share_a_cluster_only_through_common_parcels(rows):
    rows = [row | {"APN": "03720350" if row["APN"] == "3720350" else row["APN"]} for row in rows]
    clusters = find_clusters(frame_of(rows), MERGING)
    exact = clusters.match_rules[0].keys
    for (_,), part in pl.DataFrame({"cluster": clusters.cluster_ids, "row": range(len(rows))}).group_by("cluster"):
        parcels_of = {}
        for row in part["row"]:
            apns = {rows[row]["APN"].replace("-", "")} if rows[row]["APN"] else set()
            key = -1 - row if exact[row] is None else exact[row]  # keys are positions of rows, from 0
            parcels_of.setdefault(key, set()).update(apns)
        left = [apns for apns in parcels_of.values() if apns]
        connected = left.pop() if left else set()
        while found := [apns for apns in left if apns & connected]:
            connected |= set().union(*found)
            left = [apns for apns in left if apns not in found]
        assert left == []


@few
@given(messy)
def test_rows_without_a_house_number_are_clusters_of_their_own(rows):
    frame = frame_of(rows).with_columns(find_clusters(frame_of(rows), MERGING).cluster_ids)
    without = frame.filter(pl.col("Address").is_in(["Main St", ""]) | pl.col("Address").is_null())
    assert without["cluster"].is_in(frame["cluster"].filter(frame["cluster"].is_duplicated()).implode()).sum() == 0


@few
@given(messy)
def test_policy_parcel_leaves_no_cluster_with_two_parcels_or_units(rows):
    frame = frame_of(rows).with_columns(
        find_clusters(frame_of(rows), MatchSettings(policy="parcel", close_matches="merge")).cluster_ids
    )
    parcels = frame.group_by("cluster").agg(
        pl.col("APN").str.strip_chars_start("0").drop_nulls().n_unique(), pl.col("Unit").drop_nulls().n_unique()
    )
    assert parcels["APN"].max() <= 1
    assert parcels["Unit"].max() <= 1


def test_clustering_is_idempotent():
    once = (
        FRAME.with_columns(find_clusters(FRAME, MERGING).cluster_ids)
        .group_by("cluster", maintain_order=True)
        .first()
        .drop("cluster")
    )
    assert find_clusters(once, MERGING).cluster_ids.n_unique() == once.height


def ids_of(frame, **settings):
    """The ID of each row's property."""
    rows = pl.int_range(frame.height, eager=True)
    placed = frame.with_columns(pl.lit("a").alias("Source File"), pl.lit("S").alias("Source Sheet"), rows.alias("Source Row"))
    clusters = find_clusters(placed, MatchSettings(**settings))
    first = clusters.cluster_ids.is_first_distinct()
    ids = assign_property_ids(clusters.identify(first.arg_true()), placed.filter(first))
    return ids.gather(clusters.cluster_ids)


@few
@given(messy, st.sampled_from(["site", "parcel"]))
def test_rows_share_an_id_exactly_if_they_share_a_cluster(rows, policy):
    frame = frame_of(rows)
    cluster_ids = find_clusters(frame.with_columns(pl.lit("a").alias("Source File")), MatchSettings(policy=policy)).cluster_ids
    assert partition(ids_of(frame, policy=policy), range(frame.height)) == partition(cluster_ids, range(frame.height))


@few
@given(st.integers(0, 10**6), st.integers(1, 400))
def test_an_id_depends_on_neither_order_nor_other_properties(seed, count):
    """Where cities are spelled alike: where a ZIP code joins two, the ID is that of the lesser of them."""
    every = ids_of(FRAME, close_matches="off")
    some = FRAME.with_row_index("row").sample(count, shuffle=True, seed=seed)
    assert ids_of(some.drop("row"), close_matches="off").to_list() == every.gather(some["row"]).to_list()
