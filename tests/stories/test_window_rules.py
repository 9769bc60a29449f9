"""The rules in the window: what other criteria change about the list, and a profile that is saved there."""

import polars as pl
import pytest

from flexscout.errors import ConfigurationError
from flexscout.scoring import load_profile, render_profile
from program import flexscout
from workbooks import HEADER, candidate, write_workbook


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    rows = [candidate(number, Building_SqFt=28_000 + number) for number in range(1, 4)]
    rows += [candidate(4, Year_Built=1950, City="Raleigh")]
    rows += [candidate(6, Property_Type="Warehouse", Building_SqFt=70_000, Year_Built=1950, Lot_Size_Acres=0.6)]
    rows += [candidate(7, Property_Type="Storage", Building_SqFt=150_000, Year_Built=1950, Lot_Size_Acres=15, Occupancy=100)]
    write_workbook(folder / "a.xlsx", [HEADER, *rows])
    return folder


@pytest.fixture
def unchanged(tab):
    """Restore the settings and the list after a test."""
    config = tab.folder / "pipeline_config.yaml"
    text = config.read_text()
    yield
    config.write_text(text)
    tab.finish_run()


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
    assert [row["old_score"] for row in reranked["gone"]] == [row["score"] for row in reranked["gone"]]
    assert [row["old_rank"] for row in reranked["best"]] == list(range(1, total + 1))
    assert sum(reranked["before"]["histogram"]) == len(listed)
    assert sum(reranked["after"]["histogram"][:17]) == 0


def test_a_lower_minimum_lets_properties_enter(tab):
    reranked = rerank(tab, min_score=1)
    entered = reranked["new"]
    assert [(row["address"], row["old_rank"]) for row in entered] == [("7 Test Street", None)]
    assert entered[0]["old_score"] == entered[0]["score"]
    assert entered[0]["rank"] == reranked["after"]["total"] == reranked["before"]["total"] + 1
    assert 1 <= entered[0]["score"] < 4


def test_the_same_criteria_change_nothing(tab):
    listed = tab.get("/api/list")
    reranked = rerank(tab)
    assert ids_of(reranked["best"]) == listed["ids"]
    assert reranked["changes"] == {"new": 0, "gone": 0, "up": 0, "down": 0, "same": listed["total"]}
    assert reranked["before"] == reranked["after"]


def test_nothing_is_read_or_matched_again(tab, monkeypatch):
    rerank(tab)
    for step in ("flexscout.ingest.FileIngestor.ingest", "flexscout.merging.properties.find_clusters"):
        monkeypatch.setattr(step, None)
    content = tab.get("/api/rules")["content"]
    content["factors"]["Lot Size"]["parts"][0]["rules"][0]["points"] = 0
    reranked = rerank(tab, content=content, min_score=7, where="State = 'NC'")
    assert any(row["score"] == row["old_score"] - 2 < 7 for row in reranked["gone"])
    assert reranked["before"] != reranked["after"]


@pytest.mark.parametrize(("body", "cities"), [({"where": "City = 'Raleigh'"}, {"Raleigh"}), ({"min_score": 10}, set())])
def test_a_filter_of_properties(tab, body, cities):
    assert {row["city"] for row in rerank(tab, **body)["best"]} == cities


@pytest.mark.usefixtures("unchanged")
def test_list_by_another_profile_is_what_a_run_with_it_gives(tab):
    reranked = rerank(tab, profile="parcel")
    tab.send("PUT", "/api/rules", {"profile": "parcel"})
    tab.finish_run()
    assert ids_of(reranked["best"]) == tab.get("/api/list")["ids"]


def test_rules_are_those_of_the_settings(tab):
    rules = tab.get("/api/rules")
    assert (rules["profile"], rules["min_score"], rules["where"], rules["conditions"]) == ("flex-industrial", 4, "", [])
    assert {"flex-industrial", "parcel"} <= set(rules["profiles"])
    assert list(rules["content"]["factors"])[:2] == ["Building Size", "Property Type"]
    assert rules["content"]["factors"]["Age"]["parts"][0]["rules"][0] == {
        "from": 1990,
        "points": 1,
        "says": "built in {}, modern",
    }
    assert {column["kind"] for column in rules["columns"]} == {"number", "text", "date"}


@pytest.mark.usefixtures("unchanged")
def test_saved_rules_promise_what_the_command_line_lists(tab):
    content = tab.get("/api/rules")["content"]
    content["factors"]["Age"]["parts"][0]["rules"][0]["points"] = 0.25
    del content["factors"]["Occupancy"]
    content["eligibility"]["Building SqFt"]["from"] = 28_002
    conditions = [
        {"column": "City", "comparison": "not_in", "values": ["Raleigh"]},
        {"column": "Sold Price", "comparison": "is_missing", "values": []},
    ]
    body = {"content": content, "name": "Our rules", "min_score": 2.5, "conditions": conditions}
    promised = rerank(tab, **body)
    saved = tab.send("PUT", "/api/rules", body).json
    assert (saved["profile"], saved["min_score"]) == ("profiles/Our rules.yaml", 2.5)
    assert saved["conditions"] == conditions
    assert saved["where"] == promised["where"] == "City NOT IN ('Raleigh') AND \"Sold Price\" IS NULL"
    assert saved["content"] == {**content, "name": "Our rules"}
    text = (tab.folder / "pipeline_config.yaml").read_text()
    assert text.startswith("# Settings of flexscout for this folder")
    assert flexscout("run", "--config", "pipeline_config.yaml").code == 0
    listed = pl.read_parquet("results/flex_properties.parquet")
    assert listed["Property ID"].to_list() == ids_of(promised["best"])
    assert listed["Flex Score"].to_list() == [row["score"] for row in promised["best"]]
    assert promised["after"]["total"] == listed.height > 0


@pytest.mark.usefixtures("unchanged")
def test_a_profile_that_is_saved_again_keeps_its_previous_version(tab):
    body = {"content": tab.get("/api/rules")["content"], "name": "twice"}
    tab.send("PUT", "/api/rules", body)
    body["content"]["cap"] = 9
    tab.send("PUT", "/api/rules", body)
    previous = (tab.folder / "profiles" / "twice (previous).yaml").read_text()
    assert "cap: 9" in (tab.folder / "profiles" / "twice.yaml").read_text()
    assert "cap" not in previous
    known = tab.get("/api/rules", profile="parcel")["profiles"]
    assert known[-2:] == ["profiles/twice (previous).yaml", "profiles/twice.yaml"]


@pytest.mark.usefixtures("unchanged")
def test_the_list_of_a_profile_whose_file_is_gone_can_still_be_changed(tab):
    tab.send("PUT", "/api/rules", {"content": tab.get("/api/rules")["content"], "name": "gone"})
    tab.finish_run()
    total = tab.get("/api/list")["total"]
    (tab.folder / "profiles" / "gone.yaml").unlink()
    assert rerank(tab, min_score=0)["before"]["total"] == total


def test_two_profiles_are_compared_with_reasons(tab):
    compared = tab.get("/api/profiles/comparison", a="flex-industrial", b="parcel")
    assert compared["counts"]["in_a"] == tab.get("/api/list")["total"]
    assert compared["counts"]["enter"] == len(compared["enter"])
    assert all(row["why"] for row in (*compared["enter"], *compared["moves"]))
    assert [content["name"] for content in compared["profiles"]] == ["flex-industrial", "parcel"]


def test_errors_of_a_profile_are_those_of_its_file(tab):
    content = tab.get("/api/rules")["content"]
    content["factors"]["Age"]["parts"][0]["rules"][0] = {"from": 2000, "to": 1990, "points": 1}
    sentence = tab.send("POST", "/api/rerank", {"content": content, "name": "bad"}).json["error"]
    assert "factors.Age.rules.1: the range ends at 1990, before its start at 2000" in sentence
    folder = tab.folder / "elsewhere"
    folder.mkdir(exist_ok=True)
    path = folder / "bad.yaml"
    path.write_text(render_profile(content))
    with pytest.raises(ConfigurationError) as told:
        load_profile(str(path))
    assert str(told.value).partition("\n")[2] == sentence.partition("\n")[2]


@pytest.mark.parametrize(
    "body",
    [
        {"profile": "../../etc/passwd"},
        {"profile": 3},
        {"profile": "pipeline_config.yaml"},
        {"min_score": "x"},
        {"min_score": 11},
        {"where": "="},
        {"where": "City = '\ud800'"},
        {"content": 3},
        {"content": {}},
        {"content": {"factors": {"\ud800": {}}}},
        {"content": {"factors": {"Age": {"parts": [{"column": "Year Built", "rules": []}]}}, "classes": {"A": 1}}},
        {"conditions": 3},
        {"conditions": [3]},
        {"conditions": [{"column": "None", "comparison": "=", "values": [1]}]},
        {"conditions": [{"column": "City", "comparison": "<", "values": ["A"]}]},
        {"conditions": [{"column": "Year Built", "comparison": "=", "values": ["soon"]}]},
        {"conditions": [{"column": "Year Built", "comparison": "=", "values": [True]}]},
        {"conditions": [{"column": "City", "comparison": "contains", "values": ["100%"]}]},
        {"conditions": [{"column": "City", "comparison": "=", "values": []}]},
    ],
)
def test_rules_that_make_no_sense_are_an_error(tab, body):
    for method, path in (("POST", "/api/rerank"), ("PUT", "/api/rules")):
        answer = tab.send(method, path, body)
        assert answer.status == 400
        assert answer.json["error"]


@pytest.mark.parametrize("name", [None, "", "../x", "a/b", "parcel", "x" * 80, ".hidden", "a\n"])
def test_a_name_that_is_no_file_name_is_refused(tab, name):
    content = tab.get("/api/rules")["content"]
    assert tab.send("PUT", "/api/rules", {"content": content, "name": name}).status == 400
    assert tab.get("/api/rules")["profile"] == "flex-industrial"
