"""The window's changes: what differs between two runs, and marks for what was seen, which survive a restart."""

import pytest

from windows import open_window
from workbooks import HEADER, candidate, write_workbook

COLUMNS = (*HEADER, "Asking Price")
CHANGES = "/api/changes"


def write_week(folder, *numbers, price=2_000_000, **values):
    """Write the candidates with these numbers, the first with another price and values."""
    first, *others = numbers
    rows = [(*candidate(first, **values), price), *((*candidate(number), 2_000_000) for number in others)]
    write_workbook(folder / "export.xlsx", [COLUMNS, *rows])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Run in three weeks: a price cut and a new property in the second; in the third, one leaves and the first is occupied."""
    folder = tmp_path_factory.mktemp("weeks")
    with open_window(folder) as tab:
        for week in (
            {"numbers": (1, 2, 3)},
            {"numbers": (1, 2, 3, 4), "price": 1_500_000},
            {"numbers": (1, 2, 4), "price": 1_500_000, "Occupancy": 40},
        ):
            write_week(folder, *week.pop("numbers"), **week)
            tab.finish_run()
    return folder


@pytest.fixture
def tab(folder):
    with open_window(folder) as tab:
        yield tab
    (folder / "results/.flexscout/flex_properties/seen.parquet").unlink(missing_ok=True)


def mark(tab, **body):
    answer = tab.send("POST", f"{CHANGES}/seen", body)
    assert answer.status == 200, answer.content
    return answer.json["marked"]


def unseen(tab, **query):
    return {one["kind"]: one["unseen"] for one in tab.get(CHANGES, **query)["kinds"]}


def test_last_run_is_compared_with_the_one_before(tab):
    found = tab.get(CHANGES)
    assert [run["run"] for run in found["runs"]] == [3, 2, 1]
    assert (found["old"], found["new"], found["properties"]) == (2, 3, [4, 3])
    kinds = {row["kind"]: row for row in found["rows"]}
    assert kinds["gone"]["address"] == "3 Test Street"
    assert (kinds["value changed"]["column"], kinds["value changed"]["values"]) == ("Occupancy", ["none", "40%"])
    assert "Occupancy" in kinds["score changed"]["factors"]


def test_id_is_found_by_how_it_begins(tab):
    key = tab.get(CHANGES, kind="gone")["rows"][0]["id"]
    assert {row["id"] for row in tab.get(CHANGES, search=key[:12])["rows"]} == {key}
    assert tab.get(CHANGES, search=key[4:12])["rows"] == []


def test_any_two_runs_are_compared(tab):
    rows = tab.get(CHANGES, old=1, new=2)["rows"]
    (cut,) = (row for row in rows if row["kind"] == "price cut")
    assert (cut["column"], cut["values"], cut["percent"]) == ("Asking Price", ["$2,000,000", "$1,500,000"], -25.0)
    assert [row["address"] for row in rows if row["kind"] == "new"] == ["4 Test Street"]


@pytest.mark.parametrize(
    ("query", "addresses"),
    [
        ({"kind": "new"}, ["4 Test Street"]),
        ({"search": "ASKING 1 test"}, ["1 Test Street"]),
        ({"search": "nowhere"}, []),
        ({"kind": "new", "start": 1}, []),
    ],
)
def test_changes_are_filtered_by_kind_and_text(tab, query, addresses):
    assert [row["address"] for row in tab.get(CHANGES, old=1, new=2, **query)["rows"]] == addresses


def test_seen_change_is_seen_after_a_restart_and_can_be_unseen(tab, folder):
    (new,) = tab.get(CHANGES, old=1, new=2, kind="new")["rows"]
    assert mark(tab, old=1, new=2, at=[new["at"]], seen=True) == 1
    with open_window(folder) as again:
        assert unseen(again, old=1, new=2)["new"] == 0
        assert again.get(CHANGES, old=1, new=2, unseen="true", kind="new")["rows"] == []
        mark(again, old=1, new=2, at=[new["at"]], seen=False)
        assert unseen(again, old=1, new=2)["new"] == 1


def test_all_that_a_filter_finds_is_marked_at_once(tab):
    total = tab.get(CHANGES, old=1, new=2, search="4 test")["total"]
    assert mark(tab, old=1, new=2, search="4 test", seen=True) == total > 0
    assert sum(unseen(tab, old=1, new=2).values()) == tab.get(CHANGES, old=1, new=2)["total"] - total


def test_change_that_was_seen_in_its_week_is_seen_over_several_weeks_but_not_in_others(tab):
    mark(tab, old=1, new=2, kind="price cut", seen=True)
    assert unseen(tab, old=1, new=3)["price cut"] == 0
    assert all(unseen(tab, old=2, new=3).values())


def test_damaged_marks_are_no_marks(tab, folder):
    (folder / "results/.flexscout/flex_properties/seen.parquet").write_bytes(b"PAR1 cut off")
    assert unseen(tab, old=1, new=2)["new"] == 1
    assert mark(tab, old=1, new=2, kind="new", seen=True) == 1
    assert unseen(tab, old=1, new=2)["new"] == 0


@pytest.mark.parametrize("query", [{"old": 9}, {"new": 9}, {"old": 3, "new": 2}, {"new": 1}, {"old": "x"}, {"start": -1}])
def test_runs_that_can_not_be_compared_are_refused(tab, query):
    assert tab.send("GET", CHANGES, **query).status == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"old": 1, "new": 9, "seen": True},
        {"old": "1", "new": 2, "seen": True},
        {"old": 1, "new": 2},
        {"old": 1, "new": 2, "seen": True, "at": ["all"]},
        {"old": 1, "new": 2, "seen": True, "search": 3},
    ],
)
def test_marks_that_can_not_be_read_are_refused(tab, body):
    assert tab.send("POST", f"{CHANGES}/seen", body).status == 400


def test_one_run_alone_has_no_changes(tmp_path):
    write_week(tmp_path, 1)
    with open_window(tmp_path) as tab:
        assert tab.get(CHANGES)["runs"] == []
        tab.finish_run()
        assert (len(tab.get(CHANGES)["runs"]), tab.get(CHANGES)["new"]) == (1, None)
