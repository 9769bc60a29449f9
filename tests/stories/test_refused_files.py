"""A file without the columns of a property table: every place that names it says what its columns may be, and the command."""

import json

import pytest

from program import flexscout
from workbooks import HEADER, candidate, write_sheets, write_workbook

ROWS = [
    ("Property", "Site", "Struct", "Kind"),
    ("12 Loom Rd", 2.5, "34,000", "Flex"),
    ("14 Loom Rd", 4.25, "60,000", "Flex"),
    ("16 Mill Street", 0.75, "21,000", "Warehouse"),
    ("18 Mill Street", 1.5, "25,000", "Warehouse"),
]
COMMAND = "flexscout map in/county.xlsx"


@pytest.fixture(autouse=True)
def _refused(tmp_path):
    write_workbook(tmp_path / "in/county.xlsx", ROWS)


@pytest.mark.parametrize("command", [("run", "in"), ("retry",)])
def test_the_summary_of_a_run_or_retry_says_what_columns_hold_and_the_command(command):
    flexscout("run", "in")
    outcome = flexscout(*command)
    assert outcome.code == 1
    assert "Property holds addresses: map it to Address? Site holds acres: map it to Lot Size Acres?" in outcome.err
    assert f"`{COMMAND}`" in outcome.err


def test_headers_of_any_table_are_refused_in_one_sentence(tmp_path):
    (tmp_path / "in/county.xlsx").unlink()
    for name in ("a", "b", "c", "d"):
        rows = [("Type", "Location", "Amount"), ("Payment", f"{ord(name)} Loom Rd", 12), ("Refund", "3 Mill Street", -4)]
        write_workbook(tmp_path / f"in/{name}.xlsx", rows)
    outcome = flexscout("check", "in")
    assert (
        'a.xlsx, sheet "Sheet1": its headers (Type, Location) could be of any table. A property table also has a parcel number, '
        "lot size, year built, coordinates, or a header that names a building or property."
    ) in " ".join(outcome.out.split())
    errors = flexscout("run", "in").err
    assert "have headers that could be of any table" in errors
    assert "lack required columns" not in errors


def test_a_sheet_with_headers_of_any_table_is_left_out_with_that_reason(tmp_path):
    statement = [("Type", "Location"), ("Payment", "12 Loom Rd")]
    write_sheets(tmp_path / "in/county.xlsx", {"Statement": statement, "Roll": [HEADER, candidate(1)]})
    assert "its headers could be of any table" in flexscout("check", "in").out


@pytest.mark.parametrize("command", ["check", "errors"])
def test_check_and_errors_say_it_too(command):
    flexscout("run", "in")
    outcome = flexscout(command, *(["in"] if command == "check" else []))
    assert "Property holds addresses: map it to Address?" in outcome.out
    assert f"`{COMMAND}`" in outcome.out


def test_errors_lists_the_command_of_each_of_several_files(tmp_path):
    write_workbook(tmp_path / "in/my town.xlsx", ROWS[:-1])
    flexscout("run", "in")
    listed = flexscout("errors").out
    assert f"`{COMMAND}`" in listed
    assert '`flexscout map "in/my town.xlsx"`' in listed


def test_the_page_names_the_command(tmp_path):
    flexscout("run", "in")
    page = next(tmp_path.glob("data/reports/*.html")).read_text(encoding="utf-8")
    assert COMMAND in page


def test_the_draft_asks_on_the_line_of_the_column():
    drafted = flexscout("map", "in/county.xlsx").out
    assert "holds addresses: Address?" in next(line for line in drafted.splitlines() if line.startswith("  Property:"))


def test_check_names_the_command_for_a_file_that_is_read(tmp_path):
    rows = [(*candidate(number)[:5], number + 0.25, *candidate(number)[6:]) for number in range(1, 6)]
    (tmp_path / "in/county.xlsx").unlink()
    write_workbook(tmp_path / "in/a.xlsx", [[name.replace("Lot Size Acres", "Site") for name in HEADER], *rows])
    checked = flexscout("check", "in")
    assert checked.code == 0
    assert "Site holds acres: map it to Lot Size Acres?" in checked.out
    assert "to map them: flexscout map in/a.xlsx" in checked.out


def test_inspect_shows_the_columns_what_they_may_be_and_the_command():
    outcome = flexscout("inspect", "in/county.xlsx")
    assert outcome.code == 1
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert lines[0] == "county.xlsx: not a property table, 1 sheet"
    assert 'Sheet "Sheet1", header in row 1 (-: kept as is)' in lines
    assert "Site - number 2.5 | 4.25 | 0.75" in lines
    assert "It lacks: Address or APN and Property Type or Building SqFt" in lines
    assert "Did you mean: Property holds addresses: map it to Address?" in lines
    assert lines[-1] == f"Map its columns: {COMMAND}"
    assert "county.xlsx, sheet" in outcome.err


def test_inspect_as_json_has_the_error_and_what_is_mapped_missing_and_suggested(tmp_path):
    write_workbook(tmp_path / "in/county.xlsx", [("City", *ROWS[0][:-1]), *(("Charlotte", *row[:-1]) for row in ROWS[1:])])
    outcome = flexscout("inspect", "in/county.xlsx", "--format", "json")
    assert outcome.code == 1
    shown = json.loads(outcome.out)
    assert shown["mapped"] == {"City": "City"}
    assert "Address" in shown["missing"]
    assert shown["suggestions"] == {"Property": "Address", "Site": "Lot Size Acres", "Struct": "Building SqFt"}
    assert shown["suggested_by"]["Property"] == "addresses"
    assert (shown["error"]["code"], shown["command"]) == ("missing_required_columns", COMMAND)


def test_inspect_reads_a_refused_file_with_the_mappings_of_its_folder(tmp_path):
    (tmp_path / "in/mappings").mkdir()
    (tmp_path / "in/mappings/county.yaml").write_text("columns:\n  Property: Address\n  Site: pass\n", encoding="utf-8")
    write_workbook(tmp_path / "in/county.xlsx", [row[:-1] for row in ROWS])
    shown = json.loads(flexscout("inspect", "in/county.xlsx", "--format", "json").out)
    assert shown["mapped"] == {"Property": "Address"}
    assert "Site" not in shown["suggestions"]


def test_inspect_shows_every_sheet(tmp_path):
    write_sheets(tmp_path / "in/county.xlsx", {"Notes": [("To do", "Who"), ("Call", "Ann")], "Roll": ROWS})
    shown = flexscout("inspect", "in/county.xlsx").out
    assert 'Sheet "Notes"' in shown
    assert 'Sheet "Roll"' in shown
