"""Laws of the user's decisions, over arbitrary rows and decisions about them."""

from dataclasses import replace
from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from flexscout.matching import SIDE_COLUMNS, Decision, DecisionKind, MatchSettings, build_side, find_clusters

few = examples(12)
STREETS = ["1 Commerce St", "1 COMMERCE STREET", "1 Comerce St", "1 Comerce St # 2", "Hwy 70"]
VALUES = {
    "Address": STREETS,
    "State": ["NC", None],
    "APN": ["100-200-1", "100-200-2", None],
    "Unit": ["A", "B", None],
    "Property Name": ["Building A", "building b", None],
    "Building SqFt": ["20000", "35000", None],
}
AREAS = [{"City": city, "Zip Code": code} for city, code in (("X", "28202"), ("x", None), ("X", "28203"), (None, "28202"))]
row_values = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})
rows = st.lists(st.builds(lambda values, area: values | area, row_values, st.sampled_from(AREAS)), min_size=2, max_size=10)
policies = st.builds(MatchSettings, policy=st.sampled_from(["site", "parcel"]), close_matches=st.sampled_from(["merge", "off"]))


@st.composite
def cases(draw):
    """Rows, and decisions about pairs of them on several days."""
    given_rows = draw(rows)
    row = st.integers(0, len(given_rows) - 1)
    kinds = st.sampled_from(DecisionKind)
    drawn = draw(st.lists(st.tuples(kinds, row, row, st.integers(1, 3)), max_size=6))
    decisions = [
        Decision(kind, (build_side(given_rows[left]), build_side(given_rows[right])), date(2026, 1, day), number)
        for number, (kind, left, right, day) in enumerate(drawn, 1)
    ]
    return given_rows, decisions


def clusters_of(given_rows, policy, decisions):
    return find_clusters(pl.DataFrame(given_rows, schema=dict.fromkeys(SIDE_COLUMNS, pl.String)), policy, decisions=decisions)


def partition(clusters, numbers):
    """Clusters as sets of rows."""
    groups = {}
    for cluster, number in zip(clusters.cluster_ids, numbers, strict=True):
        groups.setdefault(cluster, set()).add(number)
    return set(map(frozenset, groups.values()))


@few
@given(cases(), policies)
def test_obeyed_decisions_hold_in_every_policy(case, policy):
    clusters = clusters_of(case[0], policy, case[1])
    decided = clusters.decided
    for wanted, count in ((decided.same, 1), (decided.different, 2)):
        for part in wanted.partition_by("decision"):
            sides = [set(clusters.cluster_ids.gather(part.filter(pl.col("side") == side)["row"])) for side in (0, 1)]
            if all(sides):
                assert (len(sides[0] | sides[1]) == 1) if count == 1 else not sides[0] & sides[1]


@few
@given(cases(), policies, st.randoms())
def test_the_order_of_rows_and_decisions_does_not_matter(case, policy, random):
    given_rows, decisions = case
    order = random.sample(range(len(given_rows)), len(given_rows))
    shuffled = random.sample(decisions, len(decisions))
    turned = [replace(one, sides=one.sides[::-1]) if random.random() < 0.5 else one for one in shuffled]
    other = partition(clusters_of([given_rows[i] for i in order], policy, turned), order)
    assert partition(clusters_of(given_rows, policy, decisions), range(len(given_rows))) == other


@few
@given(cases(), policies)
def test_each_contradiction_comes_from_its_chain_alone(case, policy):
    given_rows, decisions = case
    for one in clusters_of(given_rows, policy, decisions).decided.contradictions:
        alone = clusters_of(given_rows, policy, [*one.chain, one.decision]).decided.contradictions
        assert [(again.decision, set(again.chain)) for again in alone] == [(one.decision, set(one.chain))]
        for i in range(len(one.chain)):
            without = [*one.chain[:i], *one.chain[i + 1 :], one.decision]
            assert not clusters_of(given_rows, policy, without).decided.contradictions


@few
@given(cases(), policies)
def test_decisions_to_make_later_change_no_cluster(case, policy):
    given_rows, decisions = case
    later = [replace(one, kind=DecisionKind.LATER) for one in decisions]
    plain, with_later = clusters_of(given_rows, policy, []), clusters_of(given_rows, policy, later)
    assert plain.cluster_ids.equals(with_later.cluster_ids)
    rows = pl.int_range(len(given_rows), eager=True)
    assert plain.identify(rows).equals(with_later.identify(rows))
