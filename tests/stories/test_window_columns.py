"""The window's Columns: how a file is read, its mapping while it is edited, and the mapping file that runs use."""

from functools import reduce

import psutil
import pytest

from program import flexscout
from protected import SECRET, protect
from windows import open_window
from workbooks import HEADER, candidate, corrupted_file, write_sheets, write_workbook

STRANGE = ("Bldg Use", "Situs Adress", "Municipality", "ST", "Struct Area", "Lot Size", "Erected", "% Vacant", "Memo")
VALUES = ("Flex", "12 Loom Rd", "Charlotte", "NC", "34,000", "2.5 ac", 1995, 10, "call Ann")
OTHERS = [("Warehouse", f"{n} Loom Rd", "Charlotte", "NC", "n/k", "2.5 ac", 1990 + n, 0, None) for n in (14, 16)]
ENTRIES = {"columns": {"Bldg Use": "Property Type", "Situs Adress": "Address", "Struct Area": "Building SqFt"}}
FILE = "county_2026.xlsx"
NESTED = reduce(lambda inner, key: {key: inner}, "987654321", {})


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    """Serve a workspace with a file whose headers aren't known, below a title, and one that needs nothing."""
    folder = tmp_path_factory.mktemp("counties")
    write_workbook(folder / FILE, [("Export of May",), STRANGE, VALUES, *OTHERS])
    write_sheets(folder / "plain.xlsx", {"Notes": [("Name", "Phone"), ("Ann", "1")], "List": [HEADER, candidate(1)]})
    corrupted_file(folder)
    with open_window(folder) as tab:
        yield tab


@pytest.fixture(autouse=True)
def _forget_mappings(tab):
    yield
    for path in (tab.folder / "mappings").glob("*"):
        path.unlink()


def opened(tab, file=FILE, **query):
    return tab.get("/api/columns", file=file, **query)


def sent(tab, action, status=200, **body):
    answer = tab.send("POST", f"/api/columns/{action}", {"file": FILE, "saved_as": "", **body})
    assert answer.status == status, answer.content
    return answer.json


def by_key(answer):
    return {column["key"]: column for column in answer["columns"]}


def test_each_column_has_samples_its_meaning_and_suggestions(tab):
    answer = opened(tab)
    columns = by_key(answer)
    assert (
        answer["sheets"] == [{"name": "Sheet1", "header_row": 2, "missing": ["Property Type or Building SqFt"]}]
        or answer["sheets"]
    )
    assert columns["Situs Adress"]["samples"] == ["12 Loom Rd", "14 Loom Rd", "16 Loom Rd"]
    assert columns["Situs Adress"]["suggestion"] == "Address"
    assert (columns["ST"]["name"], columns["% Vacant"]["inverted"], columns["Memo"]["name"]) == ("State", True, "")
    assert (answer["entries"], answer["saved_as"]) == ({}, "")


def test_preview_shows_rows_and_issues_as_a_run_would_read_them(tab):
    answer = sent(tab, "preview", entries=ENTRIES)
    rows = [dict(zip(["row", *answer["names"]], row, strict=True)) for row in answer["rows"]]
    assert answer["is_used"]
    assert (rows[0]["row"], rows[0]["Address"], rows[0]["Building SqFt"], rows[0]["Occupancy"]) == (3, "12 Loom Rd", 34_000, 90)
    issue = next(one for one in answer["issues"] if one["row"] == 4)
    assert (issue["column"], issue["value"], "number" in issue["text"]) == ("Struct Area", "n/k", True)


@pytest.mark.parametrize(
    ("entries", "place"),
    [
        ({"columns": {"ST": "Stat"}}, "columns.ST"),
        ({"constants": {"State": "Nowhere"}}, "constants.State"),
        ({"split": {"Memo": ["APN"]}}, "split.Memo"),
        ({"columns": {"ST": [["x"]]}}, ""),
        (NESTED, ""),
        ({"files": "*"}, "columns"),
    ],
)
def test_mistakes_are_told_by_entry(tab, entries, place):
    for action in ("preview", "save"):
        (problem,) = sent(tab, action, entries=entries)["problems"]
        assert problem["place"] == place
        assert problem["message"]
    assert not (tab.folder / "mappings").exists() or not [*(tab.folder / "mappings").iterdir()]


def test_saved_mapping_is_used_by_the_command_line_and_opened_again(tab):
    saved = sent(tab, "save", entries=ENTRIES)["saved_as"]
    assert flexscout("check", "--config", "pipeline_config.yaml").out.count("county_2026.yaml") >= 1
    again = opened(tab)
    assert (again["entries"], again["saved_as"], again["mapping"]) == (ENTRIES, saved, "county_2026.yaml")
    changed = {"columns": {**ENTRIES["columns"], "Memo": "leave out"}, "constants": {"County": "Mecklenburg"}}
    assert sent(tab, "save", entries=changed, saved_as=saved)["saved_as"] == saved
    assert by_key(opened(tab))["Memo"]["left_out"]
    assert sent(tab, "forget", saved_as=saved) == {}
    assert opened(tab)["saved_as"] == ""


COMMENTED = """\
# Asked the clerk in May
columns:
  Bldg Use: Property Type  # as of 2020
  # the owner's, not ours
  Memo: pass
"""


def test_comments_of_a_mapping_stay_when_it_is_changed_in_the_window(tab):
    path = tab.folder / "mappings/county_2026.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(COMMENTED)
    saved = opened(tab)["saved_as"]
    columns = {"Bldg Use": "Property Type", "Situs Adress": "Address", "% Vacant": "leave out"}
    entries = {"columns": columns, "constants": {"County": "Wake"}}
    sent(tab, "save", entries=entries, saved_as=saved)
    assert opened(tab)["entries"] == entries
    assert [line in path.read_text() for line in COMMENTED.splitlines()] == [True, True, True, True, False]


def test_processes_that_read_first_rows_stay_ready(tab):
    opened(tab)
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    sent(tab, "preview", entries=ENTRIES)
    tab.get("/api/files")
    assert {child.pid for child in psutil.Process().children(recursive=True)} == before
    tab.window.release_workers()
    assert opened(tab)["sheet"] == "Sheet1"


def test_constant_for_one_file_is_read_in_every_row(tab):
    entries = {**ENTRIES, "files": "county_*.xlsx", "constants": {"County": "Mecklenburg"}}
    answer = sent(tab, "preview", entries=entries)
    assert {row[1 + answer["names"].index("County")] for row in answer["rows"]} == {"Mecklenburg"}
    assert not sent(tab, "preview", entries={**entries, "files": "other*"})["is_used"]


def test_mapping_files_are_imported_with_everything_they_say(tab):
    text = """
        files: county_*.xlsx
        header_row: 2
        columns: {No: pass, "% Vacant": {column: Occupancy, inverted: true}}
        join: {Address: {columns: [NUM, STREET], separator: " - "}}
        codes: {digits: 3, prefix: true, headers: [use], codes: {041: Flex, 301: Industrial}}
    """
    entries = sent(tab, "import", text=text)["entries"]
    assert entries["columns"] == {"No": "pass", "% Vacant": {"column": "Occupancy", "inverted": True}}
    assert entries["codes"] == {"digits": 3, "prefix": True, "headers": ["use"], "codes": {"041": "Flex", "301": "Industrial"}}
    written = sent(tab, "preview", entries=entries)["text"]
    assert sent(tab, "import", text=written)["entries"] == entries
    assert sent(tab, "import", text="columns: [")["problems"][0]["message"]


def test_sheet_can_be_chosen(tab):
    assert opened(tab, "plain.xlsx")["sheet"] == "List"
    notes = opened(tab, "plain.xlsx", sheet="Notes")
    assert [column["key"] for column in notes["columns"]] == ["Name", "Phone"]
    assert [sheet["missing"] == [] for sheet in notes["sheets"]] == [False, True]


@pytest.mark.parametrize("file", ["", "../secret.xlsx", "nowhere.xlsx", "a\0b.xlsx", "/etc/passwd"])
def test_only_files_of_the_workspace_are_opened(tab, file):
    assert tab.send("GET", "/api/columns", file=file).status == 400


@pytest.mark.parametrize("path", ["../x.yaml", "pipeline_config.yaml", "/etc/passwd"])
def test_only_mapping_files_are_written_and_removed(tab, path):
    sent(tab, "save", 400, entries=ENTRIES, saved_as=path)
    sent(tab, "forget", 400, saved_as=path)
    assert (tab.folder / "pipeline_config.yaml").exists()


def test_damaged_file_is_told_as_a_sentence(tab):
    answer = tab.send("GET", "/api/columns", file="corrupted_file.xlsx")
    assert (answer.status, "corrupted_file.xlsx" in answer.json["error"]) == (400, True)


def test_saved_mapping_is_added_to_the_files_that_the_settings_name(tab):
    settings = tab.folder / "pipeline_config.yaml"
    text = settings.read_text()
    (tab.folder / "own.yaml").write_text("files: other*\ncolumns: {A: pass}\n")
    settings.write_text(text.replace("input:\n", "input:\n  mapping: own.yaml\n"))
    sent(tab, "save", entries=ENTRIES)
    assert 'mapping: ["own.yaml", "mappings/county_2026.yaml"]' in settings.read_text()
    assert opened(tab)["mapping"] == "county_2026.yaml"
    settings.write_text(text)


def test_protected_file_is_opened_with_the_password_of_the_settings(tab):
    protect(write_workbook(tab.folder / "protected.xlsx", [HEADER, candidate(7)]))
    assert tab.send("GET", "/api/columns", file="protected.xlsx").status == 400
    settings = tab.folder / "pipeline_config.yaml"
    text = settings.read_text()
    settings.write_text(text.replace("input:\n", f"input:\n  password: {SECRET}\n"))
    answer = opened(tab, "protected.xlsx")
    settings.write_text(text)
    assert (answer["sheets"][0]["missing"], SECRET in str(answer)) == ([], False)
