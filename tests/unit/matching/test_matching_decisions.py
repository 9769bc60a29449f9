"""What decisions do to clusters, and which rows they are about."""

from datetime import date

import polars as pl
import pytest

from flexscout.matching import Decision, DecisionKind, MatchSettings, build_side, describe_side, find_clusters

COLUMNS = ("Address", "Unit", "City", "State", "Zip Code", "APN", "Property Name", "Building SqFt")


def row(address, **values):
    return {"Address": address, "City": "X", "State": "NC"} | {name.replace("_", " "): value for name, value in values.items()}


def frame_of(*rows):
    return pl.DataFrame([{name: one.get(name) for name in COLUMNS} for one in rows], schema=dict.fromkeys(COLUMNS, pl.String))


def decisions(*answers):
    """Decisions on consecutive days, as (answer, row, row)."""
    return [
        Decision(answer, (build_side(first), build_side(second)), date(2026, 1, day), day)
        for day, (answer, first, second) in enumerate(answers, 1)
    ]


def clusters_of(rows, answers, **settings):
    return find_clusters(frame_of(*rows), MatchSettings(**settings), decisions=decisions(*answers)).cluster_ids.to_list()


SAME, DIFFERENT, LATER = DecisionKind
A, B, C = row("1 Main St"), row("2 Oak Ave"), row("3 Elm Rd")


@pytest.mark.parametrize("policy", ["site", "parcel"])
def test_the_same_are_one_cluster_in_any_spelling(policy):
    rows = [row("1 MAIN STREET"), row("2 OAK AVENUE", City="x"), row("2 Oak Ave", APN="77-001"), C]
    assert clusters_of(rows, [(SAME, A, B)], policy=policy, close_matches="off") == [0, 0, 0, 1]


def test_the_different_are_two_clusters_against_any_rule():
    rows = [row("12 Commerce St"), row("12 Comerce St"), row("12 COMMERCE STREET")]
    assert clusters_of(rows, [], close_matches="merge") == [0, 0, 0]
    assert clusters_of(rows, [(DIFFERENT, rows[0], rows[1])], close_matches="merge") == [0, 1, 0]


def test_later_changes_nothing():
    assert clusters_of([A, B], [(LATER, A, B)]) == [0, 1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"APN": "100-001", "Property_Name": "Old"}, {"APN": "100-002", "Property_Name": "New"}),
        ({"Unit": "1"}, {"Unit": "2"}),
        ({"Property_Name": "Building A", "Building_SqFt": "20000"}, {"Property_Name": "Building B", "Building_SqFt": "20000"}),
        ({"Building_SqFt": "20000"}, {"Building_SqFt": "35000"}),
        ({"APN": "100-001"}, {}),
    ],
)
def test_two_properties_at_one_address_are_told_apart_by_the_first_detail_that_differs(first, second):
    left, right = row("1 Main St", **first), row("1 Main St", **second)
    again = [{**left, "Address": "1 MAIN STREET"}, {**right, "Address": "1 Main Str"}]
    assert clusters_of([left, right, *again], [(DIFFERENT, left, right)]) == [0, 1, 0, 1]


def test_a_third_row_joins_the_side_it_agrees_with_most():
    left, right = (row("1 Main St", Property_Name=name, Building_SqFt=size) for name, size in (("A", "20000"), ("B", "35000")))
    third = row("1 Main St", Building_SqFt="35000")
    assert clusters_of([third, left, right], [(DIFFERENT, left, right)]) == [0, 1, 0]


def test_the_same_wins_over_another_parcel_and_different_over_the_same_address():
    rows = [row("1 Main St", APN="100-001"), row("1 Main St", APN="100-002"), B]
    answers = [(DIFFERENT, rows[0], rows[1]), (SAME, rows[1], B)]
    assert clusters_of(rows, answers) == [0, 1, 1]
    assert clusters_of(rows, answers, policy="parcel") == [0, 1, 1]


def test_other_parcels_at_the_address_of_the_same_stay_apart():
    rows = [row("1 Main St", APN="100-001"), row("1 Main St", APN="100-002"), B]
    assert clusters_of(rows, [(SAME, rows[0], B)], policy="parcel") == [0, 1, 0]


def test_land_without_a_house_number_is_found_by_its_parcel_or_street():
    land, other = row("Hwy 70", APN="123-456-789"), row("Oak Road", City="Y")
    assert clusters_of([row("HWY 70 W", City=None, APN="123456789"), row("OAK RD", City="Y")], [(SAME, land, other)]) == [0, 0]


def test_an_address_in_another_city_is_not_meant():
    assert clusters_of([A, {**B, "City": "Y"}], [(SAME, A, B)]) == [0, 1]


def test_a_file_without_city_is_found_by_zip_code():
    with_zip = {**B, "Zip Code": "28202"}
    assert clusters_of([A, {**with_zip, "City": None, "State": None}], [(SAME, A, with_zip)]) == [0, 0]


def resolve(rows, answers):
    return find_clusters(frame_of(*rows), decisions=decisions(*answers)).decided


def test_the_newest_of_contradicting_decisions_is_set_aside_with_the_shortest_chain():
    rows = [A, B, C, row("4 Pine Ln")]
    answers = [(SAME, A, B), (SAME, B, rows[3]), (SAME, rows[3], C), (SAME, B, C), (DIFFERENT, A, C)]
    (found,) = resolve(rows, answers).contradictions
    assert (found.decision.number, [one.number for one in found.chain]) == (5, [1, 4])
    assert clusters_of(rows, answers) == [0, 0, 0, 0]
    text = str(found)
    assert "Your decision 5: 1 Main St, X, NC and 3 Elm Rd, X, NC are different (you, Jan 5, 2026) is set aside" in text
    assert "1: 1 Main St, X, NC and 2 Oak Ave, X, NC are the same (you, Jan 1, 2026)" in text
    assert "`flexscout decide --undo 5`" in text


def test_a_newer_same_that_joins_the_different_is_set_aside():
    answers = [(DIFFERENT, A, C), (SAME, A, B), (SAME, B, C)]
    (found,) = resolve([A, B, C], answers).contradictions
    assert (found.decision.number, sorted(one.number for one in found.chain)) == (3, [1, 2])
    assert clusters_of([A, B, C], answers) == [0, 0, 1]


def test_a_contradiction_set_aside_does_not_set_aside_others():
    answers = [(SAME, A, B), (DIFFERENT, A, B), (DIFFERENT, B, C)]
    assert [one.decision.number for one in resolve([A, B, C], answers[1:]).contradictions] == []
    assert clusters_of([A, B, C], [*answers[1:], (SAME, A, C)]) == [0, 1, 0]


def test_a_decision_about_a_missing_property_is_unused_and_changes_nothing():
    decided = resolve([A, C], [(SAME, A, B)])
    assert [one.number for one in decided.unused] == [1]
    assert clusters_of([A, C], [(SAME, A, B)]) == [0, 1]


def test_a_property_told_apart_keeps_its_identity_while_the_other_is_gone():
    left, right = row("1 Main St", Property_Name="A"), row("1 Main St", Property_Name="B")
    answers = decisions((DIFFERENT, left, right))
    plain = find_clusters(frame_of(left, right)).identify(pl.Series([0, 1]))
    both = find_clusters(frame_of(left, right), decisions=answers).identify(pl.Series([0, 1]))
    alone = find_clusters(frame_of(right), decisions=answers).identify(pl.Series([0]))
    assert (both[0], both[1] == both[0], alone[0]) == (plain[0], False, both[1])


def test_the_evidence_of_a_decided_merge_is_its_author():
    clusters = find_clusters(frame_of(A, B), decisions=decisions((SAME, B, A)))
    match = clusters.describe_matches(pl.Series([0]), pl.Series([1])).row(0, named=True)
    assert match == {
        "Match": "your decision",
        "Evidence": "you, Jan 1, 2026",
        "Decision": "Same",
        "Decided": "Same: you, Jan 1, 2026",
    }


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (row("1 Main St", Unit="4"), "1 Main St # 4, X, NC"),
        (row(None, APN="12-3", Property_Name="The Works"), "The Works, APN 12-3, X, NC"),
    ],
)
def test_a_side_is_described_by_its_address_else_its_name_and_parcel(values, text):
    assert describe_side(build_side(values)) == text
