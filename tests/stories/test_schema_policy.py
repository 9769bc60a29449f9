"""Files with different columns are reported, or refused by --schema-policy strict."""

import openpyxl
import pytest

from program import flexscout
from workbooks import HEADER, candidate, write_sheets, write_workbook

WITHOUT_ACRES = [name for name in HEADER if name != "Lot Size Acres"]


def without_acres(number):
    return [value for name, value in zip(HEADER, candidate(number), strict=True) if name != "Lot Size Acres"]


@pytest.fixture
def drifting(tmp_path):
    """Write three exports: one without acres, one with another broker header and a year in words."""
    write_workbook(tmp_path / "in/a.xlsx", [(*HEADER, "Broker Name"), (*candidate(1), "Ann")])
    write_workbook(tmp_path / "in/b.xlsx", [(*WITHOUT_ACRES, "Broker Name"), (*without_acres(2), "Ann")])
    write_workbook(tmp_path / "in/c.xlsx", [(*HEADER, "Brokers Name"), (*candidate(3, Year_Built="old"), "5")])
    return tmp_path


def column(outcome, name):
    return next(entry for entry in outcome.report["columns"]["columns"] if entry["column"] == name)


@pytest.mark.usefixtures("drifting")
def test_the_report_lists_missing_renamed_and_retyped_columns():
    outcome = flexscout("run", "in")
    assert outcome.code == 0
    assert column(outcome, "Lot Size Acres")["missing"] == ["b.xlsx"]
    assert column(outcome, "Broker Name")["alike"] == ["Brokers Name"]
    assert column(outcome, "Year Built")["unconverted"] == {"c.xlsx": 1}


def test_a_column_that_changes_from_text_to_numbers_is_reported(tmp_path):
    for name, value in (("a", "Ann"), ("b", "5")):
        write_workbook(tmp_path / f"in/{name}.xlsx", [(*HEADER, "Broker"), (*candidate(1), value)])
    outcome = flexscout("run", "in")
    assert column(outcome, "Broker")["kinds"] == {"numbers": ["b.xlsx"], "texts": ["a.xlsx"]}
    assert column(outcome, "Broker")["differs"] == "numbers in 1 sheet, texts in 1 sheet"


def test_the_workbook_shows_the_header_of_each_column_in_each_file(drifting):
    write_workbook(drifting / "in/d.xlsx", [["Situs Address", *HEADER[:1]], ["9 Oak Ave", "Flex"]])
    address = next(row for row in flexscout("run", "in").sheet("Columns") if row["Column"] == "Address")
    assert (address["in a.xlsx"], address["in d.xlsx"]) == ("Address", "Situs Address")
    assert address["Differs"] == "Address (3), Situs Address (1)"


@pytest.mark.usefixtures("drifting")
def test_strict_fails_a_file_without_eligibility_columns():
    outcome = flexscout("run", "in", "--schema-policy", "strict")
    assert outcome.code == 1
    error = outcome.file("b.xlsx")["error"]
    assert error["code"] == "missing_required_columns"
    assert 'b.xlsx, sheet "Sheet1": no column for Lot Size Acres' in error["message"]
    assert [row["Source File"] for row in outcome.rows()] == ["a.xlsx", "c.xlsx"]


def test_strict_requires_duplicate_fields_only_with_deduplication(tmp_path):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate()])
    strict = ("run", "in", "--schema-policy", "strict", "--duplicate-fields", "APN")
    assert flexscout(*strict).code == 1
    assert flexscout(*strict, "--no-deduplication").code == 0


def test_strict_takes_acres_that_can_be_calculated(tmp_path):
    header = [name.replace("Acres", "SqFt") for name in HEADER]
    write_workbook(tmp_path / "in/a.xlsx", [header, candidate(Lot_Size_Acres=90_000)])
    outcome = flexscout("run", "in", "--schema-policy", "strict")
    assert (outcome.code, len(outcome.rows())) == (0, 1)


@pytest.mark.usefixtures("drifting")
def test_check_is_as_strict_as_the_run():
    outcome = flexscout("check", "in", "--schema-policy", "strict")
    assert outcome.code == 1
    assert "required by --schema-policy strict" in " ".join(outcome.out.split())


def test_an_unknown_policy_is_an_error():
    outcome = flexscout("run", "in", "--schema-policy", "lax")
    assert outcome.code == 2
    assert "give one of report, strict" in outcome.err


def test_a_hidden_sheet_is_read_and_reported_as_hidden(tmp_path):
    path = write_sheets(tmp_path / "in/a.xlsx", {"Shown": [HEADER, candidate(1)], "Secret": [HEADER, candidate(2)]})
    book = openpyxl.load_workbook(path)
    book["Secret"].sheet_state = "hidden"
    book.save(path)
    assert 'sheet "Secret" (hidden)' in flexscout("check", "in").out
    outcome = flexscout("run", "in")
    assert len(outcome.rows()) == 2
    assert [sheet["hidden"] for sheet in outcome.file("a.xlsx")["sheets"]] == [False, True]


def test_columns_that_differ_in_case_are_always_reported_in_the_same_order(tmp_path):
    headers = ["Zoned as", "ZONED AS", "zoned as", "Zoned AS", "zoned AS", "ZONED as"]
    for number, header in enumerate(headers):
        write_workbook(tmp_path / f"in/{number}.xlsx", [(*HEADER, header), (*candidate(number + 1), "M")])
    outcome = flexscout("run", "in")
    names = [entry["column"] for entry in outcome.report["columns"]["columns"]]
    assert [name for name in names if name.casefold() == "zoned as"] == sorted(headers)
