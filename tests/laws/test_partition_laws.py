"""Laws of matching in partitions: the result is the same whatever their number."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from address_variants import properties
from examples import examples
from flexscout.matching import Decision, DecisionKind, MatchSettings, build_side, find_clusters

COUNTS = (2, 17, 64)
counts = st.sampled_from(COUNTS)
few = examples(10)

hostile_rows = st.lists(
    st.fixed_dictionaries(
        {
            "Address": st.sampled_from(
                [
                    *("1 Main St", "1 MAIN STREET", "1 N Main St", "1 Mian St", "1 Main St # 2", "1-9 Main St", "3-5 Main St"),
                    *(
                        "3 Main St",
                        "3 Main Ave",
                        "5A Main St",
                        "5 Main St",
                        "7-11 Main St",
                        "9 Main St",
                        "N6W2 Main St",
                        "Main St",
                    ),
                    *("Main St", "", None),
                ]
            ),
            "City": st.sampled_from(["Xtown", "XTOWN", "Ytown", "Xtwn", None]),
            "State": st.sampled_from(["NC", "nc", "GA", None]),
            "Zip Code": st.sampled_from(["28202", "30301", None]),
            "County": st.sampled_from(["Mecklenburg", "Mecklenburg County", None]),
            "APN": st.sampled_from(["037-203-50", "03720350", "3720350", "037-203-51", None]),
            "Unit": st.sampled_from(["A", "2", None]),
            "Property Name": st.sampled_from(["Alpha", "Beta", None]),
            "Source File": st.sampled_from(["a", "b"]),
        }
    ),
    min_size=2,
    max_size=25,
)


def describe(frame, partitions, decisions=(), **settings):
    """Everything that matching says about the rows of a frame."""
    clusters = find_clusters(frame, MatchSettings(partitions=partitions, **settings), decisions=decisions)
    rows = pl.int_range(frame.height, eager=True)
    first = pl.DataFrame({"cluster": clusters.cluster_ids, "row": rows}).select(pl.col("row").first().over("cluster"))["row"]
    return (
        clusters.cluster_ids.to_list(),
        clusters.match_pairs.rows(),
        clusters.identify(rows).to_list(),
        clusters.find_address_units(rows).to_list(),
        clusters.describe_matches(first, rows).rows(),
        [str(one) for one in clusters.decided.contradictions],
    )


@st.composite
def decided_rows(draw):
    """Rows, and decisions about some pairs of them."""
    frame = pl.DataFrame(draw(hostile_rows), infer_schema_length=None)
    frame = frame.cast(dict.fromkeys(frame.columns, pl.String))
    positions = st.integers(0, frame.height - 1)
    answers = draw(st.lists(st.tuples(st.sampled_from(DecisionKind), positions, positions), max_size=4))
    sides = [build_side(row) for row in frame.rows(named=True)]
    return frame, [Decision(kind, (sides[a], sides[b]), number=n) for n, (kind, a, b) in enumerate(answers, 1)]


@few
@given(decided_rows(), st.sampled_from(["site", "parcel"]), st.sampled_from(["merge", "review", "off"]), counts)
def test_rows_match_alike_in_any_number_of_partitions(case, policy, close_matches, count):
    frame, decisions = case
    whole, parts = (describe(frame, one, decisions, policy=policy, close_matches=close_matches) for one in (1, count))
    assert parts == whole


@pytest.mark.parametrize(("policy", "count"), [("site", 17), ("parcel", 2)])
def test_variants_of_addresses_match_alike_in_any_number_of_partitions(policy, count):
    frame = properties(seed=9, count=400).drop("truth").with_columns(pl.lit("a").alias("Source File"))
    whole, parts = (describe(frame, one, policy=policy, close_matches="merge") for one in (1, count))
    assert parts == whole


@few
@given(decided_rows(), st.sampled_from([("APN", "City"), ("Address", "Zip Code"), ("Property Name",)]), counts)
def test_rows_match_alike_in_partitions_by_other_fields(case, fields, count):
    frame, decisions = case
    whole, parts = (describe(frame, one, decisions, fields=fields) for one in (1, count))
    assert parts == whole


@few
@given(decided_rows(), st.integers(1, 5))
def test_rows_given_in_parts_match_as_in_one_frame(case, rows_of_a_part):
    frame, decisions = case
    parts = [frame.slice(start, rows_of_a_part) for start in range(0, frame.height, rows_of_a_part)]
    settings = MatchSettings(partitions=3)
    whole, in_parts = (find_clusters(rows, settings, decisions=decisions) for rows in (frame, parts))
    assert whole.cluster_ids.equals(in_parts.cluster_ids)
    assert whole.match_pairs.equals(in_parts.match_pairs)
