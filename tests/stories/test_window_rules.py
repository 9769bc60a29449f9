"""The rules in the window: what other criteria change about the list, and a profile that is saved there."""

import pytest

from windows import open_window
from workbooks import HEADER, candidate, write_workbook


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    rows = [candidate(number, Building_SqFt=28_000 + number) for number in range(1, 4)]
    rows += [candidate(4, Year_Built=1950, City="Raleigh")]
    rows += [candidate(6, Property_Type="Warehouse", Building_SqFt=70_000, Year_Built=1950, Lot_Size_Acres=0.6)]
    rows += [candidate(7, Property_Type="Storage", Building_SqFt=150_000, Year_Built=1950, Lot_Size_Acres=15, Occupancy=100)]
    write_workbook(folder / "a.xlsx", [HEADER, *rows])
    with open_window(folder) as tab:
        assert tab.run()[-1]["event"] == "finished"
        yield tab


@pytest.fixture
def tab(opened, monkeypatch):
    monkeypatch.chdir(opened.folder)
    return opened


def rerank(tab, **body):
    """Return the answer about the list by other criteria."""
    answer = tab.send("POST", "/api/rerank", body)
    assert answer.status == 200, answer.content
    return answer.json


def ids_of(rows):
    return [row["id"] for row in rows]


def test_a_higher_minimum_leaves_a_part_of_the_list(tab):
    listed = tab.get("/api/list")["ids"]
    reranked = rerank(tab, min_score=8.5)
    total = reranked["after"]["total"]
    assert ids_of(reranked["best"]) == listed[:total]
    assert 0 < total < len(listed) == reranked["before"]["total"]
    assert ids_of(reranked["gone"]) == listed[total:]
    assert [row["rank"] for row in reranked["gone"]] == [None] * (len(listed) - total)
    assert [row["old_rank"] for row in reranked["best"]] == list(range(1, total + 1))
    assert sum(reranked["before"]["histogram"]) == len(listed)
    assert sum(reranked["after"]["histogram"][:17]) == 0


def test_a_lower_minimum_lets_properties_enter(tab):
    reranked = rerank(tab, min_score=1)
    entered = reranked["new"]
    assert [(row["address"], row["old_rank"], row["old_score"]) for row in entered] == [("7 Test Street", None, None)]
    assert entered[0]["rank"] == reranked["after"]["total"] == reranked["before"]["total"] + 1
    assert 1 <= entered[0]["score"] < 4


def test_the_same_criteria_change_nothing(tab):
    listed = tab.get("/api/list")
    reranked = rerank(tab)
    assert ids_of(reranked["best"]) == listed["ids"]
    assert reranked["changes"] == {"new": 0, "gone": 0, "up": 0, "down": 0, "same": listed["total"]}
    assert reranked["before"] == reranked["after"]


@pytest.mark.parametrize(("body", "cities"), [({"where": "City = 'Raleigh'"}, {"Raleigh"}), ({"min_score": 10}, set())])
def test_a_filter_of_properties(tab, body, cities):
    assert {row["city"] for row in rerank(tab, **body)["best"]} == cities


def test_list_by_another_profile_is_what_a_run_with_it_gives(tab):
    profiles = tab.get("/api/profiles")["profiles"]
    other = next(name for name in profiles if name != "flex-industrial")
    reranked = rerank(tab, profile=other)
    config = tab.folder / "pipeline_config.yaml"
    text = config.read_text()
    config.write_text(f"{text}\nclassification:\n  profile: {other}\n")
    assert tab.run()[-1]["event"] == "finished"
    assert ids_of(reranked["best"]) == tab.get("/api/list")["ids"]
    config.write_text(text)
    assert tab.run()[-1]["event"] == "finished"


@pytest.mark.parametrize(
    "body", [{"profile": "../../etc/passwd"}, {"profile": 3}, {"min_score": "x"}, {"min_score": 11}, {"where": "="}]
)
def test_criteria_that_make_no_sense_are_an_error(tab, body):
    answer = tab.send("POST", "/api/rerank", body)
    assert answer.status == 400
    assert answer.json["error"]
