"""Nothing is dropped silently: every row of a file has a place."""

import openpyxl
import pytest

from program import flexscout
from workbooks import HEADER, candidate, write_workbook

ROWS = [
    HEADER,
    candidate(1),
    candidate(2, Property_Type="Office"),
    candidate(3, Building_SqFt=5_000),
    (),
    candidate(4, Lot_Size_Acres=60),
    candidate(5, Building_SqFt=None),
    candidate(6, Property_Type=None),
    candidate(7, Building_SqFt=250_000, Lot_Size_Acres=15, Year_Built=1950, Property_Type="Storage"),
    (None, "   ", None),
    HEADER,
    candidate(8, Lot_Size_Acres="unknown"),
    candidate(9),
    ("TOTAL", None, None, None, 500_000, None, None, None),
    ("* figures are estimates",),
    (),
    (),
]


@pytest.fixture
def outcome(tmp_path):
    write_workbook(tmp_path / "in/made.xlsx", ROWS)
    return flexscout("run", "in")


def not_selected(outcome):
    sheet = openpyxl.load_workbook(outcome.workbook)["Not Selected"]
    header, *rows = sheet.iter_rows(values_only=True)
    return {row[header.index("Source Row")]: row[header.index("Reason")] for row in rows}


def test_the_account_of_a_file_balances(outcome):
    file = outcome.file("made.xlsx")
    parts = {"candidates": 2, "below_score": 1, "not_eligible": 6, "blank": 2, "not_data": 3}
    assert {name: file[name] for name in parts} == parts
    assert file["rows_read"] == sum(parts.values()) == 14


def test_not_selected_names_each_reason(outcome):
    assert not_selected(outcome) == {
        3: "Property Type is none of industrial, warehouse, distribution, flex, manufacturing, storage, logistics",
        4: "Building SqFt below 20,000",
        6: "Lot Size Acres above 20",
        7: "Building SqFt is missing",
        8: "Property Type is missing",
        9: "Flex Score below 4",
        12: "Lot Size Acres is missing",
    }


def test_rows_that_are_no_properties_stand_among_the_issues(outcome):
    sheet = openpyxl.load_workbook(outcome.workbook)["Issues"]
    found = {row[2]: row[5] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert found == {11: "not_data: repeated header", 14: "not_data: total", 15: "not_data: note or section title"}


def test_a_promising_row_with_a_gap_is_on_the_list_to_verify(outcome):
    sheet = openpyxl.load_workbook(outcome.workbook)["To Verify"]
    header, *rows = sheet.iter_rows(values_only=True)
    assert {row[header.index("Source Row")] for row in rows} == {7, 8, 12}


def test_a_value_that_does_not_convert_is_an_issue_and_no_silent_blank(tmp_path):
    write_workbook(tmp_path / "in/made.xlsx", [HEADER, candidate(1, Year_Built="c. 1985"), candidate(2)])
    outcome = flexscout("run", "in")
    sheet = openpyxl.load_workbook(outcome.workbook)["Issues"]
    assert [row[2:6] for row in sheet.iter_rows(min_row=2, values_only=True)] == [(2, "Year Built", "c. 1985", "not_a_year")]
    assert outcome.report["quality"]["issues"] == {"not_a_year": 1}


def test_no_candidate_at_all_is_a_success_that_says_so(tmp_path):
    write_workbook(tmp_path / "in/offices.xlsx", [HEADER, candidate(1, Property_Type="Office")])
    outcome = flexscout("run", "in")
    assert outcome.code == 0
    assert "No candidates" in outcome.out
    assert outcome.rows() == []
