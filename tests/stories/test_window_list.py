"""The window's list: windows of rows, search, filters, order, and the summary beside it."""

import json

import pytest

from workbooks import HEADER, candidate, write_workbook

_WIDE = (*HEADER, "Asking Price", "Latitude", "Longitude")


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    places = (("Charlotte", "NC"), ("Atlanta", "GA"))
    rows = [
        (*candidate(number, City=places[number % 2][0], State=places[number % 2][1], Building_SqFt=20_000 + 1_000 * number),
         1_000_000 + 100_000 * number if number != 3 else None, 35.2, -80.8)
        for number in range(1, 11)
    ]  # fmt: skip
    rows += [(*candidate(20, Property_Type="Office"), None, None, None), (*candidate(21, Building_SqFt=None), None, None, None)]
    write_workbook(folder / "a.xlsx", [_WIDE, *rows])
    return folder


def column(answer, name):
    at = [one["name"] for one in answer["columns"]].index(name)
    return [row[at] for row in answer["rows"]]


def read(tab, **query):
    wanted = query.pop("filter", None)
    return tab.get("/api/list", **query, **({"filter": json.dumps(wanted)} if wanted else {}))


def test_list_comes_in_windows_of_rows_in_order_of_rank(tab):
    first, second = read(tab, count=4), read(tab, start=4, count=4)
    assert first["total"] == 10
    assert column(first, "Rank") + column(second, "Rank") == list(range(1, 9))
    assert all(key.startswith("P-") for key in first["ids"])


def test_columns_have_a_kind_and_say_whether_they_are_shown(tab):
    columns = {one["name"]: one for one in read(tab)["columns"]}
    kinds = {name: columns[name]["kind"] for name in ("Rank", "Asking Price", "Flex Score", "City", "My Status")}
    assert kinds == {"Rank": "number", "Asking Price": "money", "Flex Score": "score", "City": "text", "My Status": "text"}
    assert (columns["Year Built"]["unit"], columns["Building SqFt"]["unit"]) == ("year", "square feet")
    assert columns["City"]["is_shown"]
    assert not columns["Source Row"]["is_shown"]


@pytest.mark.parametrize(("descending", "expected"), [("false", [1.1, 1.2]), ("true", [2.0, 1.9])])
def test_missing_values_come_last_in_any_order(tab, descending, expected):
    prices = column(read(tab, sort="Asking Price", descending=descending), "Asking Price")
    assert [price / 1e6 for price in prices[:2]] == expected
    assert prices[-1] is None


def test_several_columns_sort_in_turn(tab):
    answer = read(tab, sort=["City", "Building SqFt"], descending=["true", "false"])
    assert column(answer, "City") == ["Charlotte"] * 5 + ["Atlanta"] * 5
    assert column(answer, "Building SqFt")[:2] == [22_000, 24_000]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"search": "charlotte"}, 5),
        ({"search": "TEST atl"}, 5),
        ({"search": ".*"}, 0),
        ({"facets": {"City": ["Atlanta, GA"]}}, 5),
        ({"facets": {"City": ["Atlanta, GA", "Charlotte, NC"], "State": ["NC"]}}, 5),
        ({"facets": {"My Status": [None]}}, 10),
        ({"ranges": {"Building SqFt": [25_000, None]}}, 6),
        ({"ranges": {"Asking Price": [None, None]}}, 9),
        ({"ranges": {"Building SqFt": [21_000, 22_000]}, "search": "charlotte"}, 1),
    ],
)
def test_filter_finds_rows(tab, wanted, count):
    assert read(tab, filter=wanted)["total"] == count


@pytest.mark.parametrize(
    "text", ["[", "[1]", '{"ranges": {"City": [1, 2]}}', '{"facets": {"None": ["a"]}}', '{"ranges": {"Building SqFt": [1]}}',
             '{"ranges": {"Building SqFt": ["NaN", 1]}}', '{"facets": 3}']
)  # fmt: skip
def test_filter_that_makes_no_sense_is_an_error(tab, text):
    assert tab.send("GET", "/api/list", filter=text).status == 400


@pytest.mark.parametrize("query", [{"view": "none"}, {"start": "-1"}, {"count": "x"}, {"sort": "none"}, {"sort": "__searched2"}])
def test_question_that_makes_no_sense_is_an_error(tab, query):
    assert tab.send("GET", "/api/list", **query).status == 400


def test_views_show_what_is_not_on_the_list_and_why(tab):
    rejected, to_verify = read(tab, view="rejected"), read(tab, view="to_verify")
    assert (rejected["total"], to_verify["total"]) == (2, 1)
    assert to_verify["ids"] == ["a.xlsx:Sheet1:13"]
    assert "Building SqFt is missing" in column(to_verify, "Reasons")[0]


def test_summary_counts_each_facet_without_its_own_choice(tab):
    summary = tab.get("/api/summary", filter=json.dumps({"facets": {"City": ["Atlanta, GA"]}}))
    assert (summary["total"], summary["all"]) == (5, 10)
    assert dict(summary["facets"]["City"]) == {"Atlanta, GA": 5, "Charlotte, NC": 5}
    assert dict(summary["facets"]["Property Type"]) == {"Flex": 5}


def test_rows_off_the_list_are_filtered_by_why_and_by_their_file(tab):
    facets = tab.get("/api/summary", view="rejected")["facets"]
    assert (facets["Rejection"], facets["Source"]) == ([["not_eligible", 2]], [["a.xlsx", 2]])
    for chosen, number in (({"Rejection": ["not_eligible"], "Source": ["a.xlsx"]}, 2), ({"Rejection": ["superseded"]}, 0)):
        assert read(tab, view="rejected", filter={"facets": chosen})["total"] == number


def test_summary_has_ranges_with_twenty_counts(tab):
    sizes = tab.get("/api/summary")["ranges"]["Building SqFt"]
    assert (sizes["low"], sizes["high"]) == (21_000, 30_000)
    assert len(sizes["counts"]) == 20
    assert sum(sizes["counts"]) == 10


def test_points_are_those_of_the_rows_that_are_found(tab):
    everything = tab.get("/api/summary")["points"]
    found = tab.get("/api/summary", filter=json.dumps({"search": "charlotte"}))["points"]
    assert (len(everything), len(found)) == (10, 5)
    outlines = tab.get("/api/outlines")
    at, x, y, score, precision = found[0]
    assert read(tab, start=at, count=1, search="")["rows"] == read(tab, count=1, filter={"search": "charlotte"})["rows"]
    assert 0 < x < outlines["width"]
    assert 0 < y < outlines["height"]
    assert (score, precision) == (9.0, 0)
    assert outlines["land"].startswith("M")


def test_box_of_the_map_is_a_filter(tab):
    _, x, y, *_ = tab.get("/api/summary")["points"][0]
    assert read(tab, filter={"box": [x - 1, y - 1, x + 1, y + 1]})["total"] == 10
    assert read(tab, filter={"box": [0, 0, 1, 1]})["total"] == 0


def test_reasons_are_a_column_of_the_list(tab):
    assert "30,000 sq ft is the ideal size" in " ".join(column(read(tab), "Reasons"))


def test_summary_counts_every_view_once_it_is_loaded(tab):
    for view in ("candidates", "to_verify", "rejected"):
        read(tab, view=view)
    assert tab.get("/api/summary")["views"] == {"candidates": 10, "to_verify": 1, "rejected": 2} == tab.get("/api/state")["views"]


def test_rows_that_are_not_listed_are_on_the_map_too(tab):
    rejected, to_verify = (tab.get("/api/summary", view=view)["points"] for view in ("rejected", "to_verify"))
    # Without coordinates, they are where the candidates of their city are.
    assert [precision for *_, precision in rejected + to_verify] == [2, 2, 2]
    at = rejected[0][0]
    key = read(tab, view="rejected", start=at, count=1)["ids"][0]
    assert tab.get(f"/api/properties/{key}", view="rejected")["list_position"] == at
