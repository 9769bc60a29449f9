"""`map` drafts a mapping for an unknown export, which later runs use."""

import json

import pytest

from program import flexscout, run_program
from workbooks import HEADER, candidate, write_sheets, write_workbook

STRANGE = ("Bldg Use", "Situs Adress", "Municipality", "ST", "Struct Area", "Lot Size", "Erected", "% Vacant", "Memo")
VALUES = ("Flex", "12 Loom Rd", "Charlotte", "NC", "34,000", "2.5 ac", 1995, 10, "call Ann")
EDITS = {"Bldg Use": "Property Type", "Situs Adress": "Address", "Struct Area": "Building SqFt", "Erected": "Year Built"}


@pytest.fixture
def strange(tmp_path):
    """Write an export with unknown headers below a title."""
    write_workbook(tmp_path / "in/county.xlsx", [("Export of May",), STRANGE, VALUES])
    return tmp_path


def edited(path, edits):
    """Edit the columns of the mapping, as a user does."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for header, column in edits.items():
        lines = [f"  {header}: {column}" if line.startswith(f"  {header}: ") else line for line in lines]
    path.write_text("\n".join(lines), encoding="utf-8")


def test_a_failed_file_is_read_after_its_mapping_is_edited(strange):
    assert "`flexscout map in/county.xlsx`" in flexscout("run", "in").err
    assert flexscout("map", "in/county.xlsx", "-o", "county.yaml").code == 0
    edited(strange / "county.yaml", {**EDITS, "Memo": "leave out"})
    outcome = flexscout("run", "in", "--mapping", "county.yaml")
    (row,) = outcome.rows()
    assert (outcome.code, row["Address"], row["Building SqFt"], row["Occupancy"]) == (0, "12 Loom Rd", "34000", "90")
    assert "Memo" not in row


def test_without_a_path_the_mapping_is_printed(strange):
    outcome = flexscout("map", "in/county.xlsx")
    assert outcome.code == 0
    assert "  Situs Adress: pass" in outcome.out
    assert "did you mean Address?" in outcome.out
    assert [path.name for path in strange.iterdir()] == ["in"]


def test_a_hyphen_is_standard_output_also_where_there_is_a_folder_of_mappings(strange):
    (strange / "in/mappings").mkdir()
    outcome = flexscout("map", "in/county.xlsx", "-o", "-")
    assert (outcome.code, "  Situs Adress: pass" in outcome.out) == (0, True)
    assert [path.name for path in (*strange.iterdir(), *(strange / "in/mappings").iterdir())] == ["in"]


def test_an_existing_mapping_is_not_overwritten(strange):
    (strange / "county.yaml").write_text("mine")
    assert flexscout("map", "in/county.xlsx", "-o", "county.yaml").code == 2
    assert (strange / "county.yaml").read_text() == "mine"
    assert flexscout("map", "in/county.xlsx", "-o", "county.yaml", "--force").code == 0


def test_a_table_without_header_is_read_by_column_letters(tmp_path):
    write_workbook(tmp_path / "in/bare.xlsx", [candidate(1), candidate(2)])
    write_workbook(tmp_path / "in/good.xlsx", [HEADER, candidate(3)])
    assert "none of the first 25 rows looks like a header" in flexscout("run", "in").err
    flexscout("map", "in/bare.xlsx", "-o", "bare.yaml")
    edited(tmp_path / "bare.yaml", dict(zip("ABCDEFG", HEADER, strict=False)))
    outcome = flexscout("run", "in", "--mapping", "bare.yaml")
    assert outcome.code == 0
    assert [row["Source Row"] for row in outcome.rows() if row["Source File"] == "bare.xlsx"] == ["1", "2"]
    assert outcome.file("bare.xlsx")["rows_read"] == 2
    assert {row["Address"] for row in outcome.rows()} == {"1 Test Street", "2 Test Street", "3 Test Street"}


def test_entries_that_match_nothing_are_reported(strange):
    (strange / "m.yaml").write_text("columns: {Situs Adress: Address, Struct Area: Building SqFt, Broker: pass}")
    told = "The mapping file m.yaml has entries that match no header of any file: Broker."
    assert told in flexscout("check", "in", "--mapping", "m.yaml").out
    outcome = flexscout("run", "in", "--mapping", "m.yaml")
    assert told in outcome.out
    assert outcome.report["mapping"] == {"file": "m.yaml", "unmatched": ["Broker"]}


def test_errors_end_the_run_before_anything_is_read(strange):
    (strange / "m.yaml").write_text("columns:\n  Situs Adress: Adress\n  Struct Area: RBA\n")
    outcome = flexscout("run", "in", "--mapping", "m.yaml")
    assert (outcome.code, outcome.out) == (2, "")
    assert "has 2 errors" in outcome.err
    assert "line 2: columns.Situs Adress: Adress is not known; did you mean Address?" in outcome.err
    assert [path.name for path in strange.iterdir() if path.name not in ("in", "m.yaml")] == []


def test_the_settings_can_name_the_mapping(strange):
    (strange / "m.yaml").write_text("columns: {Situs Adress: Address, Struct Area: Building SqFt}")
    (strange / "c.yaml").write_text("input:\n  folder: in\n  mapping: m.yaml\n")
    assert flexscout("check", "--config", "c.yaml").code == 0


def test_header_row_sets_the_header(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [("Address", "City", "State"), ("Place", "Area"), ("12 Loom Rd", 34_000)])
    (tmp_path / "m.yaml").write_text("header_row: 2\ncolumns: {Place: Address, Area: Building SqFt}")
    found = json.loads(flexscout("check", "in", "--mapping", "m.yaml", "--format", "json").out)
    assert found["files"][0]["sheets"][0]["header_row"] == 2


def test_sheet_limits_what_is_read(tmp_path):
    write_sheets(tmp_path / "in/a.xlsx", {"Old": [HEADER, candidate(1)], "New": [HEADER, candidate(2)]})
    (tmp_path / "m.yaml").write_text("sheet: New\ncolumns: {Address: Address}")
    outcome = flexscout("run", "in", "--mapping", "m.yaml")
    assert [row["Address"] for row in outcome.rows()] == ["2 Test Street"]
    assert outcome.file("a.xlsx")["sheets_left_out"] == [{"sheet": "Old", "reason": 'm.yaml selects only sheet "New".'}]


def test_a_mapping_gives_the_same_result_with_any_number_of_workers(strange):
    write_workbook(strange / "in/other.xlsx", [STRANGE, ("Warehouse", "14 Loom Rd", *VALUES[2:])])
    (strange / "m.yaml").write_text("columns: {Bldg Use: Property Type, Situs Adress: Address, Struct Area: Building SqFt}")
    command = ("run", "in", "--mapping", "m.yaml", "-q")
    alone = flexscout(*command).csv.read_bytes()
    assert run_program(*command, "--workers", 2, "--fresh").csv.read_bytes() == alone
    assert len(alone.splitlines()) == 3


def test_a_missing_file_is_an_error():
    outcome = flexscout("map", "nowhere.xlsx")
    assert outcome.code == 2
    assert "nowhere.xlsx does not exist" in outcome.err


@pytest.mark.usefixtures("strange")
def test_a_file_is_found_in_the_input_folder_by_name():
    outcome = flexscout("map", "county.xlsx")
    assert outcome.code == 2
    assert "Did you mean in/county.xlsx?" in outcome.err.replace("\\", "/")
