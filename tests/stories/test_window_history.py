"""The window's history: runs with their settings, a property's values over time, and restoring a run."""

import pytest

from windows import open_window
from workbooks import HEADER, candidate, write_workbook

COLUMNS = (*HEADER, "Asking Price")
HISTORY = "/api/history"


def run_weeks(tab):
    """Run in two weeks: the second has another minimum score and price, and one property less."""
    config = tab.folder / "pipeline_config.yaml"
    for price, numbers, minimum in ((2_000_000, (1, 2, 3), ""), (1_500_000, (1, 2), "\nfiltering:\n  min_flex_score: 5\n")):
        write_workbook(tab.folder / "export.xlsx", [COLUMNS, *((*candidate(number), price) for number in numbers)])
        config.write_text(config.read_text() + minimum)
        tab.finish_run()


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    with open_window(tmp_path_factory.mktemp("weeks")) as tab:
        run_weeks(tab)
        yield tab


def test_runs_are_listed_with_what_changed_in_their_settings(tab):
    new, old = tab.get(HISTORY)["runs"][-2:]
    assert [(run["run"], run["properties"], run["is_kept"]) for run in (new, old)] == [(2, 2, True), (1, 3, True)]
    assert new["changed"] == [{"name": "Minimum score", "old": "4", "new": "5"}]
    assert old["changed"] == []


def test_all_settings_of_a_run_are_in_words(tab):
    settings = tab.get(f"{HISTORY}/settings", run=1)["settings"]
    assert {"topic": "Settings", "name": "Minimum score", "value": "4"} in settings
    assert any(one["topic"] == "Score" for one in settings)


def test_values_of_a_property_are_those_of_each_kept_list(tab):
    listed = tab.get("/api/list")
    values = tab.get(f"{HISTORY}/values", id=listed["ids"][0])
    price = [column["name"] for column in values["columns"]].index("Asking Price")
    assert [(run["run"], run["values"][price]) for run in values["runs"][:2]] == [(1, 2_000_000), (2, 1_500_000)]
    assert values["columns"][price]["unit"] == "USD"


def test_property_that_was_not_listed_has_no_values(tab):
    runs = tab.get(f"{HISTORY}/values", id="P-0000000000000000")["runs"]
    assert {run["rank"] for run in runs} == {None}
    assert {value for run in runs for value in run["values"]} == {None}


def test_restored_run_is_the_list_again_and_so_is_the_one_restored_after_it(tab):
    answer = tab.send("POST", f"{HISTORY}/restore", {"run": 1})
    assert answer.status == 200, answer.content
    assert tab.get("/api/list")["total"] == 3
    assert tab.get(HISTORY)["runs"][0]["restored_from"] == 1
    assert tab.get("/api/state")["workspace"]["run"] == answer.json["run"]
    assert tab.send("POST", f"{HISTORY}/restore", {"run": 2}).status == 200
    assert tab.get("/api/list")["total"] == 2


def test_current_run_says_why_it_can_not_be_restored(tab):
    current = tab.get(HISTORY)["runs"][0]
    assert current["problem"] == "it is the current one."
    answer = tab.send("POST", f"{HISTORY}/restore", {"run": current["run"]})
    assert (answer.status, current["problem"] in answer.json["error"]) == (400, True)


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("POST", "/restore", {}, {}),
        ("POST", "/restore", {}, {"run": "1"}),
        ("POST", "/restore", {}, {"run": 99}),
        ("GET", "/settings", {"run": 99}, None),
        ("GET", "/settings", {"run": "x"}, None),
    ],
)
def test_unknown_run_is_refused_with_a_sentence(tab, method, path, query, body):
    answer = tab.send(method, f"{HISTORY}{path}", body, **query)
    assert (answer.status, bool(answer.json["error"])) == (400, True)


def test_workspace_without_runs_has_no_history(tmp_path):
    with open_window(tmp_path) as tab:
        assert tab.get(HISTORY) == {"runs": []}
        assert tab.get(f"{HISTORY}/values", id="P-1")["runs"] == []
