"""The user's notes survive from run to run, and changes are reported."""

import warnings

import openpyxl
import pytest

from program import flexscout
from result_sheets import header_row, headers_of
from result_sheets import rows_of as sheet_rows
from workbooks import HEADER, candidate, write_workbook


def book_of(outcome):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(outcome.workbook)


def rows_of(outcome, sheet="Flex Properties"):
    """Return the rows of a sheet as dicts."""
    return sheet_rows(book_of(outcome)[sheet])


def enter(outcome, address, **texts):
    """Enter texts into the row of an address, as a user does in Excel."""
    book = book_of(outcome)
    sheet = book["Flex Properties"]
    header = headers_of(sheet)
    (row,) = (row for row in sheet.iter_rows(min_row=header_row(sheet) + 1) if row[header.index("Address")].value == address)
    for name, text in texts.items():
        row[header.index(name.replace("_", " "))].value = text
    book.save(outcome.workbook)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("done")
    write_workbook(folder / "in/a.xlsx", [HEADER, candidate(1), candidate(2)])
    return flexscout("run", "in", folder=folder)


@pytest.fixture
def first(done, tmp_path):
    """A copy of that run, which a test may change."""
    return done.copy(tmp_path)


def test_notes_stay_with_their_property_while_it_leaves_and_returns(first, tmp_path):
    enter(first, "1 Test Street", My_Notes="call on Monday", My_Status="passed")
    write_workbook(tmp_path / "in/b.xlsx", [HEADER, candidate(3)])
    second = flexscout("run", "in")
    noted = {row["Address"]: row["My Notes"] for row in rows_of(second)}
    assert noted == {"1 Test Street": "call on Monday", "2 Test Street": None, "3 Test Street": None}
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(2)])
    third = flexscout("run", "in")
    assert [row["My Notes"] for row in rows_of(third, "Notes of Others")] == ["call on Monday"]
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1), candidate(2)])
    fourth = flexscout("run", "in")
    assert {row["Address"]: row["My Notes"] for row in rows_of(fourth)}["1 Test Street"] == "call on Monday"
    assert "Notes of Others" not in book_of(fourth).sheetnames


def test_the_report_counts_the_properties_with_notes(first, tmp_path):
    others = {"hidden": 0, "columns": ["My Status", "My Notes"], "corrections": 0, "corrected": []}
    assert first.report["notes"] == {"on_the_list": 0, "of_others": 0, **others}
    enter(first, "1 Test Street", My_Notes="call on Monday", My_Status="open")
    enter(first, "2 Test Street", My_Notes="sold")
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1), candidate(3)])
    assert flexscout("run", "in").report["notes"] == {"on_the_list": 1, "of_others": 1, **others}


def test_a_rejected_property_is_not_a_top_candidate(first):
    enter(first, "1 Test Street", My_Status=" Passed ")
    outcome = flexscout("run", "in")
    assert [(row["Rank"], row["Address"]) for row in rows_of(outcome, "Top Candidates")] == [(2, "2 Test Street")]
    assert "1 candidate that you rejected is left off the sheet Top Candidates." in outcome.out
    assert [(best["rank"], best["Address"]) for best in outcome.report["top_candidates"]] == [(2, "2 Test Street")]
    assert "1 Test Street" not in outcome.out


def test_a_run_with_only_rejected_properties_lists_no_best(first):
    for number in (1, 2):
        enter(first, f"{number} Test Street", My_Status="passed")
    outcome = flexscout("run", "in")
    assert outcome.code == 0
    assert "Top candidates" not in outcome.out


def test_notes_stay_text(first):
    enter(first, "1 Test Street", My_Notes="@home, -5 %", My_Status="0042")
    write = flexscout("run", "in", "--min-score", "1")
    row = next(row for row in rows_of(write) if row["Address"] == "1 Test Street")
    assert (row["My Notes"], row["My Status"]) == ("@home, -5 %", "0042")


def test_changes_since_the_previous_run_are_on_a_sheet_and_in_the_report(first, tmp_path):
    assert "Changes" not in book_of(first).sheetnames
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1, Year_Built=1985), candidate(3)])
    outcome = flexscout("run", "in")
    found = {(row["Change"], row["Address"]) for row in rows_of(outcome, "Changes")}
    assert found >= {("New", "3 Test Street"), ("Gone", "2 Test Street"), ("Score changed", "1 Test Street")}
    counts = outcome.report["changes"]["counts"]
    assert (counts["new"], counts["gone"], counts["score_changed"]) == (1, 1, 1)
    assert "Changes since run 1: 1 new, 1 gone, 1 with a changed score" in outcome.out


def test_an_unreadable_workbook_is_saved_under_another_name(first):
    first.workbook.write_bytes(b"not a workbook")
    outcome = flexscout("run", "in")
    kept = first.workbook.with_name("all_flex_properties (not read back).xlsx")
    assert kept.read_bytes() == b"not a workbook"
    assert (outcome.code, "Can't read your notes" in outcome.out, len(rows_of(outcome))) == (0, True, 2)
