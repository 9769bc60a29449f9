"""The window's problems, downloads and exports."""

import io

import openpyxl
import polars as pl
import pytest

from workbooks import HEADER, candidate, corrupted_file, invalid_format, write_workbook


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    rows = [candidate(number, Building_SqFt=28_000 + number) for number in range(1, 4)]
    rows += [
        candidate(4, Address="+cmd|calc", Year_Built=1950, City="Raleigh"),
        candidate(5, Year_Built="soon"),
    ]
    rows += [candidate(6, Property_Type="Warehouse", Building_SqFt=70_000, Year_Built=1950, Lot_Size_Acres=0.6)]
    write_workbook(folder / "a.xlsx", [HEADER, *rows])
    corrupted_file(folder)
    (folder / "corrupted_again.xlsx").write_bytes((folder / "corrupted_file.xlsx").read_bytes()[:-9])
    invalid_format(folder)
    return folder


def test_failed_files_are_grouped_by_cause_with_what_to_do(tab):
    failed = {one["code"]: one for one in tab.get("/api/problems")["failed"]}
    damaged = failed["damaged"]
    assert damaged["files"] == ["corrupted_again.xlsx", "corrupted_file.xlsx"]
    assert damaged["next_step"]
    assert sum(len(one["files"]) for one in failed.values()) == 3


def test_issues_name_file_row_column_and_value(tab):
    problems = tab.get("/api/problems")
    issue = next(one for one in problems["issues"] if one["column"] == "Year Built")
    assert (issue["file"], issue["row"], issue["value"]) == ("a.xlsx", 6, "soon")
    assert issue["text"]
    assert problems["total"] >= len(problems["issues"]) >= 1


@pytest.mark.parametrize("name", ["workbook", "csv", "parquet", "page", "report", "issues"])
def test_outputs_are_downloaded_as_attachments_that_no_browser_shows(tab, name):
    answer = tab.send("GET", f"/api/downloads/{name}")
    known = {one["name"]: one for one in tab.get("/api/state")["outputs"]}
    assert len(answer.content) == known[name]["size"]
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{known[name]["file"]}"')
    assert answer.headers["content-type"] == "application/octet-stream"


def test_memo_is_made_on_demand(tab):
    answer = tab.send("GET", "/api/downloads/memo")
    assert answer.content.startswith(b"%PDF")
    assert not list((tab.folder / "results").glob("*.pdf"))


@pytest.mark.parametrize("name", ["none", "..%2f..%2fetc%2fpasswd", "pipeline_config.yaml", "%00"])
def test_other_files_are_not_downloaded(tab, name):
    assert tab.send("GET", f"/api/downloads/{name}").status in (400, 404)


def test_selection_is_exported_in_the_order_of_the_list(tab):
    ids = tab.get("/api/list")["ids"]
    answer = tab.send("POST", "/api/export", {"ids": [ids[2], ids[0]], "format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["Selection"]
    header, *rows = sheet.iter_rows(values_only=True)
    assert [row[header.index("Property ID")] for row in rows] == [ids[0], ids[2]]
    assert [row[header.index("Rank")] for row in rows] == [1, 3]


def test_exported_texts_are_no_formulas(tab):
    ids = tab.get("/api/list", filter='{"search": "calc"}')["ids"]
    content = tab.send("POST", "/api/export", {"ids": ids, "format": "csv"}).content
    assert pl.read_csv(io.BytesIO(content))["Address"].to_list() == ["'+Cmd|Calc"]


def test_everything_a_filter_finds_can_be_exported(tab):
    content = tab.send("POST", "/api/export", {"filter": '{"facets": {"City": ["Charlotte, NC"]}}', "format": "csv"}).content
    assert pl.read_csv(io.BytesIO(content)).height == tab.get("/api/list")["total"] - 1


@pytest.mark.parametrize(
    "body",
    [{"ids": []}, {"ids": ["P-0000000000000000"]}, {"ids": 3}, {"ids": [3]}, {"ids": [], "format": "exe"}, {"view": "none"}],
)
def test_export_of_nothing_is_an_error(tab, body):
    assert tab.send("POST", "/api/export", body).status == 400
