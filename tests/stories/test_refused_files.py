"""A file without the columns of a property table: every place that names it says what its columns may be, and the command."""

import pytest

from program import flexscout
from workbooks import HEADER, candidate, write_workbook

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
