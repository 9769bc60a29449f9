"""Week by week: what a person typed into the workbook stays, and what is new is told."""

import warnings

import openpyxl
import pytest

from program import flexscout
from workbooks import HEADER, candidate, write_workbook


def book_of(outcome):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(outcome.workbook)


def rows_of(outcome, sheet="Flex Properties"):
    """The rows of a sheet as dicts."""
    header, *rows = book_of(outcome)[sheet].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def typed(outcome, address, **texts):
    """Type into the row of an address, as a person does in Excel."""
    book = book_of(outcome)
    sheet = book["Flex Properties"]
    header = [cell.value for cell in sheet[1]]
    (row,) = (row for row in sheet.iter_rows(min_row=2) if row[header.index("Address")].value == address)
    for name, text in texts.items():
        row[header.index(name.replace("_", " "))].value = text
    book.save(outcome.workbook)


@pytest.fixture
def first(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1), candidate(2)])
    return flexscout("run", "in")


def test_notes_stay_leave_with_their_property_and_come_back_with_it(first, tmp_path):
    typed(first, "1 Test Street", My_Notes="call on Monday", My_Status="passed")
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
    assert first.report["notes"] == {"on_the_list": 0, "of_others": 0}
    typed(first, "1 Test Street", My_Notes="call on Monday", My_Status="open")
    typed(first, "2 Test Street", My_Notes="sold")
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1), candidate(3)])
    assert flexscout("run", "in").report["notes"] == {"on_the_list": 1, "of_others": 1}


def test_a_property_that_was_passed_on_is_no_top_candidate_and_it_is_said(first):
    typed(first, "1 Test Street", My_Status=" Passed ")
    outcome = flexscout("run", "in")
    assert [(row["Rank"], row["Address"]) for row in rows_of(outcome, "Top Candidates")] == [(2, "2 Test Street")]
    assert "1 candidate that you rejected is left off the sheet Top Candidates." in outcome.out
    assert [(best["rank"], best["Address"]) for best in outcome.report["top_candidates"]] == [(2, "2 Test Street")]
    assert "1 Test Street" not in outcome.out


def test_if_all_were_passed_on_none_is_the_best(first):
    for number in (1, 2):
        typed(first, f"{number} Test Street", My_Status="passed")
    outcome = flexscout("run", "in")
    assert outcome.code == 0
    assert "Top candidates" not in outcome.out


def test_what_was_typed_stays_text(first):
    typed(first, "1 Test Street", My_Notes="@home, -5 %", My_Status="0042")
    write = flexscout("run", "in", "--min-score", "1")
    row = next(row for row in rows_of(write) if row["Address"] == "1 Test Street")
    assert (row["My Notes"], row["My Status"]) == ("@home, -5 %", "0042")


def test_what_changed_since_the_last_other_run_is_on_a_sheet_and_in_the_report(first, tmp_path):
    assert "Changes" not in book_of(first).sheetnames
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1, Year_Built=1985), candidate(3)])
    outcome = flexscout("run", "in")
    told = {(row["Change"], row["Address"]) for row in rows_of(outcome, "Changes")}
    assert told >= {("new", "3 Test Street"), ("gone", "2 Test Street"), ("score changed", "1 Test Street")}
    counts = outcome.report["changes"]["counts"]
    assert (counts["new"], counts["gone"], counts["score_changed"]) == (1, 1, 1)
    assert "Changes since run 1: 1 new, 1 gone, 1 with a changed score" in outcome.out


def test_a_workbook_that_can_not_be_read_back_is_kept_beside(first):
    first.workbook.write_bytes(b"no workbook any more")
    outcome = flexscout("run", "in")
    kept = first.workbook.with_name("all_flex_properties (not read back).xlsx")
    assert kept.read_bytes() == b"no workbook any more"
    assert (outcome.code, "Can't read your notes" in outcome.out, len(rows_of(outcome))) == (0, True, 2)
