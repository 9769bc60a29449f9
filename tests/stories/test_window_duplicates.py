"""The window's duplicates: pairs side by side, decisions, their removal, and what they change on the list."""

import math

import pytest

from flexscout.cli.sample_exports import write_samples
from windows import open_window
from workbooks import HEADER, candidate, write_workbook


def write_exports(folder):
    """Write two exports with one possible duplicate, one merge, and two other properties."""
    header, places = (*HEADER, "Latitude", "Longitude"), {2: (35.2271, -80.8431)}
    rows = [(*candidate(n, Building_SqFt=30_000 - 1_000 * n), *places.get(n, ())) for n in range(1, 5)]
    write_workbook(folder / "a.xlsx", [header, *rows])
    again = candidate(1, Address="1 TEST ST", Building_SqFt=29_500)
    misspelled = (*candidate(2, Address="2 Tset Street", Building_SqFt=28_000), 35.2285, -80.8431)
    write_workbook(folder / "b.xlsx", [header, again, misspelled])


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    write_exports(folder)
    return folder


@pytest.fixture
def tab(tab):
    yield tab
    for one in tab.get("/api/duplicates/decisions")["decisions"][::-1]:
        assert tab.send("POST", "/api/duplicates/undo", {"number": one["number"]}).status == 200


@pytest.fixture
def own_tab(tmp_path):
    """A window of its own, for a test that runs again."""
    write_exports(tmp_path)
    with open_window(tmp_path) as tab:
        tab.finish_run()
        yield tab


def find_pair(tab, *, merged=False):
    (pair,) = tab.get("/api/duplicates", merged=str(merged).lower())["pairs"]
    return pair


def decide(tab, pair, decision):
    answer = tab.send("POST", "/api/duplicates", {"key": pair["key"], "decision": decision})
    assert answer.status == 200, answer.content
    return answer.json


def decisions_file(tab):
    return tab.folder / "results/flex_properties_decisions.csv"


def addresses(tab):
    answer = tab.get("/api/list")
    at = [one["name"] for one in answer["columns"]].index("Address")
    return {row[at] for row in answer["rows"]}


def test_possible_duplicate_has_both_sides_with_their_source_and_the_evidence(tab):
    pair = find_pair(tab)
    assert [side["title"] for side in pair["sides"]] == ["2 Test Street, Charlotte, NC", "2 Tset Street, Charlotte, NC"]
    assert [(side["file"], side["row"]) for side in pair["sides"]] == [("a.xlsx", 3), ("b.xlsx", 3)]
    assert "1 letter apart" in pair["evidence"]
    assert pair["evidence"].endswith("511 ft apart")
    assert pair["decision"] is None


@pytest.mark.parametrize(("merged", "column"), [(False, "Address"), (True, "Building SqFt")])
def test_values_that_differ_come_first(tab, merged, column):
    values = tab.get("/api/duplicates/values", key=find_pair(tab, merged=merged)["key"])["values"]
    assert [one["name"] for one in values if one["differs"]] == [column] == [values[0]["name"]]
    lot = next(one for one in values if one["name"] == "Lot Size Acres")
    assert (lot["values"], lot["unit"]) == ([2.0, 2.0], "acres")


def test_both_places_are_on_the_map_if_both_have_coordinates(tab):
    (first, second), feet = (tab.get("/api/duplicates/values", key=find_pair(tab)["key"])["points"]), 511
    assert math.dist(first, second) * tab.get("/api/outlines")["unit_feet"] == pytest.approx(feet, rel=0.02)
    assert tab.get("/api/duplicates/values", key=find_pair(tab, merged=True)["key"])["points"] is None


def test_rows_of_a_merge_differ_only_by_more_than_spelling(tab):
    values = {one["name"]: one for one in tab.get("/api/duplicates/values", key=find_pair(tab, merged=True)["key"])["values"]}
    assert {*values["Address"]["values"]} == {"1 Test Street", "1 TEST ST"}
    assert not values["Address"]["differs"]


def test_decision_counts_in_the_progress_at_once(tab):
    before = tab.get("/api/duplicates")["progress"]
    assert (before["decided"], before["open"]) == (0, 1)
    assert decide(tab, find_pair(tab), "different")["progress"] == {"decided": 1, "open": 0, "merged": 1}
    assert find_pair(tab)["decision"] == "different"


def test_pair_that_is_left_for_later_is_not_decided(tab):
    assert decide(tab, find_pair(tab), "later")["progress"] == {"decided": 0, "open": 1, "merged": 1}


def test_undone_decision_leaves_no_trace(tab):
    pair = find_pair(tab)
    decide(tab, pair, "same")
    assert decisions_file(tab).exists()
    decide(tab, pair, None)
    assert not decisions_file(tab).exists()
    assert find_pair(tab)["decision"] is None


def test_undo_restores_the_decision_before(tab):
    pair = find_pair(tab)
    for decision in ("later", "same", "later"):
        decide(tab, pair, decision)
    (one,) = tab.get("/api/duplicates/decisions")["decisions"]
    assert one["kind"] == "later"


def test_list_with_the_decisions_is_shown_before_the_run(tab):
    decide(tab, find_pair(tab), "same")
    preview = tab.get("/api/duplicates/preview")
    assert preview["total"] == tab.get("/api/list")["total"] - 1
    assert preview["counts"]["gone"] == 1


def test_decision_is_listed_with_both_properties_and_removed_by_its_number(tab):
    decide(tab, find_pair(tab), "same")
    listed = tab.get("/api/duplicates/decisions")
    (one,) = listed["decisions"]
    assert one["sides"] == ["2 Test Street, Charlotte, NC", "2 Tset Street, Charlotte, NC"]
    assert (one["in_use"], listed["file"]) == (True, "flex_properties_decisions.csv")
    assert tab.send("POST", "/api/duplicates/undo", {"number": one["number"]}).json["removed"]
    assert not decisions_file(tab).exists()


def test_contradiction_is_told_at_once(tab):
    pair = find_pair(tab)
    first, second = (side["id"] for side in pair["sides"])
    decide(tab, pair, "same")
    tab.send("POST", "/api/decisions", {"id": first, "other": find_id(tab, "3 Test Street"), "decision": "same"})
    answer = tab.send("POST", "/api/decisions", {"id": second, "other": find_id(tab, "3 Test Street"), "decision": "different"})
    assert answer.json["contradictions"]


def find_id(tab, address):
    answer = tab.get("/api/list")
    at = [one["name"] for one in answer["columns"]].index("Address")
    return next(key for key, row in zip(answer["ids"], answer["rows"], strict=True) if row[at] == address)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/duplicates", {"key": "none", "decision": "same"}),
        ("/api/duplicates", {"decision": "same"}),
        ("/api/duplicates", {"key": "a.xlsx:Sheet1:3|b.xlsx:Sheet1:3", "decision": "perhaps"}),
        ("/api/duplicates/undo", {"number": 99}),
        ("/api/duplicates/undo", {"number": "all"}),
        ("/api/duplicates/undo", {}),
    ],
)
def test_decision_that_can_not_be_made_is_refused_with_a_sentence(tab, path, body):
    answer = tab.send("POST", path, body)
    assert answer.status == 400
    assert answer.json["error"]


def test_pairs_of_the_sample_exports_have_their_distance_and_are_decided_to_the_last(tmp_path):
    write_samples(tmp_path / "exports")
    with open_window(tmp_path) as tab:
        tab.finish_run()
        pairs = tab.get("/api/duplicates")["pairs"]
        assert any(pair["evidence"].endswith(("ft apart", "mi apart")) for pair in pairs)
        progress = [decide(tab, pair, "same")["progress"] for pair in pairs]
        assert [(one["decided"], one["open"]) for one in progress] == [(1, 2), (2, 1), (3, 0)]
        assert tab.get("/api/duplicates/preview")["counts"]["gone"] == 3


def test_next_run_obeys_both_decisions_and_their_removal(own_tab):
    listed = addresses(own_tab)
    decide(own_tab, find_pair(own_tab), "same")
    decide(own_tab, find_pair(own_tab, merged=True), "different")
    own_tab.finish_run()
    split = addresses(own_tab)
    assert ("2 Test Street" in split) + ("2 Tset Street" in split) == 1
    assert {"1 Test Street", "1 Test St"} <= {one.title() for one in split}
    for one in own_tab.get("/api/duplicates/decisions")["decisions"][::-1]:
        own_tab.send("POST", "/api/duplicates/undo", {"number": one["number"]})
    own_tab.finish_run()
    assert addresses(own_tab) == listed
