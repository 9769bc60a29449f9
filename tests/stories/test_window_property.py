"""The window's property: everything about it, and what the user notes, corrects and decides."""

import contextlib
import json
import re
from urllib.parse import quote

import pytest

from flexscout.insights import prepare_reports, replay
from flexscout.insights.property_report import build_property_report
from flexscout.insights.replayed_run import PROPERTY
from weeks import Weeks
from windows import open_window
from workbooks import HEADER, candidate, write_workbook

_ID_COLUMN = "Property ID"


@contextlib.contextmanager
def open_list(folder):
    """Open a window with a list of properties."""
    rows = [candidate(number, Building_SqFt=30_000 - 1_000 * number) for number in range(1, 5)]
    write_workbook(folder / "a.xlsx", [HEADER, *rows, candidate(20, Property_Type="Office")])
    again = candidate(1, Address="1 TEST ST", Building_SqFt=29_000, Year_Built=1985)
    near = candidate(2, Address="2 Tset Street", Building_SqFt=28_000)
    write_workbook(folder / "b.xlsx", [HEADER, again, near])
    with open_window(folder) as tab:
        tab.finish_run()
        yield tab


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    with open_list(tmp_path_factory.mktemp("exports")) as tab:
        yield tab


@pytest.fixture
def own_tab(tmp_path):
    """A window of its own, for a test that changes which properties are listed."""
    with open_list(tmp_path) as tab:
        yield tab


def ids(tab, **query):
    answer = tab.get("/api/list", **query)
    at = [one["name"] for one in answer["columns"]].index("Address")
    return {row[at]: key for key, row in zip(answer["ids"], answer["rows"], strict=True)}


def describe(tab, key, **query):
    return tab.get(f"/api/properties/{quote(key, safe='')}", **query)


def find(tab, address):
    return next(key for name, key in ids(tab).items() if name.upper().startswith(address.upper()))


def put(tab, key, part, body):
    return tab.send("PUT", f"/api/properties/{key}/{part}", body)


def test_property_has_its_score_with_reasons_and_every_source(tab):
    found = describe(tab, find(tab, "1 Test"))
    assert (found["rank"], found["list_length"]) == (1, 5)
    assert found["score"] == 9.0
    size = next(one for one in found["factors"] if "Building SqFt" in one["columns"])
    assert (size["points"], size["best"]) == (3.0, 3.0)
    assert any("Occupancy" in one["text"] for one in found["improvements"])
    assert {source["file"] for source in found["sources"]} == {"a.xlsx", "b.xlsx"}
    cell = found["sources"][0]["values"]["Building SqFt"]
    assert (cell["value"], cell["cell"], cell["is_used"]) == (29_000, "E2: 29000", True)
    assert [one["file"] for one in found["merges"]] == ["b.xlsx"]
    assert found["merges"][0]["evidence"]
    assert found["values"]["City"] == "Charlotte"
    assert found["kinds"]["Building SqFt"]["unit"] == "square feet"


def test_reports_are_the_same_when_the_whole_list_was_explained_before(tab):
    workspace = tab.window.require_workspace()
    with replay(workspace.open_history(), workspace.find_last_run()) as past:
        numbers = past.rows[PROPERTY].unique(maintain_order=True).to_list()
        alone = [build_property_report(past, number) for number in numbers]
        prepare_reports(past)
        assert [build_property_report(past, number) for number in numbers] == alone
        assert [report.rank for report in alone if report.rank]


def test_row_off_the_list_says_why(tab):
    (key,) = ids(tab, view="rejected").values()
    found = describe(tab, key, view="rejected")
    assert (found["rank"], found["notes"]) == (None, {})
    assert any("Property Type" in reason for reason in found["reasons"])
    assert found["values"]["Property Type"] == "Office"


def test_neighbors_follow_the_order_and_the_filter(tab):
    keys = list(ids(tab, sort="Building SqFt").values())
    found = describe(tab, keys[1], sort="Building SqFt")
    assert (found["previous_id"], found["next_id"]) == (keys[0], keys[2])
    alone = describe(tab, keys[1], filter=json.dumps({"search": "nothing"}))
    assert (alone["previous_id"], alone["next_id"], alone["position"]) == (None, None, None)


@pytest.mark.parametrize(
    "key", ["P-0000000000000000", "none", "a.xlsx:Sheet1:999", "../../etc/passwd", "a.xlsx:Sheet1:9999999999999"]
)
def test_unknown_property_is_an_error(tab, key):
    assert tab.send("GET", f"/api/properties/{quote(key, safe='')}").status == 400


def test_note_is_in_the_list_and_the_facets_at_once_and_outlives_the_next_run(own_tab):
    key = find(own_tab, "3 Test")
    saved = put(own_tab, key, "notes", {"texts": {"My Status": "To call", "My Notes": '=Ask\nabout the "roof"'}})
    assert saved.json["notes"] == {"My Status": "To call", "My Notes": '=Ask\nabout the "roof"'}
    assert list(ids(own_tab, filter=json.dumps({"facets": {"My Status": ["To call"]}})).values()) == [key]
    assert own_tab.get("/api/summary")["facets"]["My Status"] == [["To call", 1]]
    put(own_tab, key, "notes", {"texts": {"My Status": "Visited"}})
    write_workbook(own_tab.folder / "c.xlsx", [HEADER, candidate(50)])
    own_tab.finish_run()
    assert describe(own_tab, key)["notes"]["My Status"] == "Visited"
    assert describe(own_tab, key)["notes"]["My Notes"] == '=Ask\nabout the "roof"'


def test_emptied_note_is_removed(tab):
    key = find(tab, "4 Test")
    put(tab, key, "notes", {"texts": {"My Notes": "Something"}})
    assert put(tab, key, "notes", {"texts": {"My Notes": " "}}).json["notes"]["My Notes"] == ""


@pytest.mark.parametrize(
    ("typed", "known", "kept"),
    [
        ("Second", "", "First\nSecond"),
        ("First\nSecond", "First", "First\nSecond"),
        ("First", "", "First"),
        ("", "Before", "First"),
        ("", "First", ""),
        ("Second", None, "Second"),
    ],
)
def test_note_that_another_tab_has_changed_keeps_both_texts(tab, typed, known, kept):
    key = find(tab, "4 Test")
    put(tab, key, "notes", {"texts": {"My Notes": "First"}})
    seen = {} if known is None else {"known": {"My Notes": known}}
    assert put(tab, key, "notes", {"texts": {"My Notes": typed}, **seen}).json["notes"]["My Notes"] == kept
    put(tab, key, "notes", {"texts": {"My Notes": None}})


def test_correction_counts_from_the_next_run_and_can_be_taken_back(tab):
    key = find(tab, "4 Test")
    assert put(tab, key, "corrections", {"Year Built": "2001"}).json == {"corrections": {"Year Built": "2001"}}
    assert describe(tab, key)["values"]["Year Built"] == 1995
    tab.finish_run()
    assert describe(tab, key)["values"]["Year Built"] == 2001
    assert put(tab, key, "corrections", {"Year Built": None}).json == {"corrections": {}}
    tab.finish_run()
    assert describe(tab, key)["values"]["Year Built"] == 1995


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("corrections", {"Year Built": "soon"}),
        ("corrections", {"No Column": "1"}),
        ("corrections", {"Year Built": 3}),
        ("notes", {"texts": {"Flex Score": "10"}}),
        ("notes", {"texts": {"My Notes": "x" * 40_000}}),
        ("notes", {"texts": {"": "text"}}),
        ("notes", {"texts": {"My Notes": ["text"]}}),
        ("notes", {"texts": {"My Notes": "text"}, "known": "text"}),
    ],
)
def test_entry_that_can_not_be_kept_is_refused_with_a_sentence(tab, part, body):
    answer = put(tab, find(tab, "4 Test"), part, body)
    assert answer.status == 400
    assert answer.json["error"]


def test_nothing_can_be_noted_about_what_is_not_on_the_list(tab):
    (key,) = ids(tab, view="rejected").values()
    assert put(tab, quote(key, safe=""), "notes", {"texts": {"My Notes": "text"}}).status == 400


def test_sheet_of_a_property_is_made_on_demand_also_for_a_row_off_the_list(tab):
    (rejected,) = ids(tab, view="rejected").values()
    for key in (find(tab, "4 Test"), rejected):
        answer = tab.send("GET", f"/api/sheets/{quote(key, safe='')}")
        assert answer.content.startswith(b"%PDF")
        assert re.search(r'filename="[\w ]+\.pdf"', answer.headers["content-disposition"])
    assert tab.send("GET", "/api/sheets/P-0000000000000000").status == 400
    assert not list(tab.folder.rglob("*.pdf"))


def test_possible_duplicates_are_decided_once(own_tab):
    key = find(own_tab, "2 Test")
    (other,) = describe(own_tab, key)["possible_duplicates"]
    assert other["address"].upper().startswith("2 TSET")
    assert other["decision"] is None
    decision = {"id": key, "other": other["id"], "decision": "different"}
    assert own_tab.send("POST", "/api/decisions", decision).json["decisions"] == {other["id"]: "different"}
    assert describe(own_tab, key)["possible_duplicates"][0]["decision"] == "different"
    own_tab.finish_run()
    assert describe(own_tab, key)["possible_duplicates"] == []
    assert own_tab.send("POST", "/api/decisions", decision | {"decision": "perhaps"}).status == 400
    assert own_tab.send("POST", "/api/decisions", decision | {"other": "P-0000000000000000"}).status == 400


def test_note_and_correction_that_the_workbook_changed_too_are_both_kept(own_tab):
    key = find(own_tab, "3 Test")
    put(own_tab, key, "notes", {"texts": {"My Notes": "Typed in the window"}})
    put(own_tab, key, "corrections", {"Lot Size Acres": "3.5"})
    weeks = Weeks(own_tab.folder)
    weeks.workbook = own_tab.folder / "results/flex_properties.xlsx"
    weeks.enter("3 Test Street", {"My Notes": "Typed in Excel", "Lot Size Acres": 4.5})
    last = own_tab.run()[-1]
    assert last["event"] == "finished", last
    found = describe(own_tab, key)
    assert found["notes"]["My Notes"].splitlines() == ["Typed in the window", "Typed in Excel"]
    assert (found["corrections"]["Lot Size Acres"], found["values"]["Lot Size Acres"]) == ("4.5", 4.5)
    assert sum("changed" in message for message in last["messages"]) >= 1


def test_results_and_their_copies_are_never_read_as_exports(own_tab):
    weeks = Weeks(own_tab.folder)
    weeks.workbook = own_tab.folder / "results/flex_properties.xlsx"
    weeks.edit(lambda book: book)  # saved by another program, it is a copy
    rows = own_tab.get("/api/files")["files"]
    assert {row["file"] for row in rows if row["state"] != "skipped"} == {"a.xlsx", "b.xlsx"}
