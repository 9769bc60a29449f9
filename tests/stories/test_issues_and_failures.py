"""Issues are listed in sentences, failures by their cause."""

import csv

import pytest

from program import flexscout
from workbooks import HEADER, candidate, corrupted_file, valid_properties_1, write_workbook


def issues_of(outcome):
    """Return the rows of the issues file."""
    path = outcome.workbook.with_name("all_flex_properties_issues.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_value_that_could_not_be_used_is_listed_in_words(tmp_path):
    rows = [HEADER, candidate(1, Year_Built="1980s"), candidate(2, Building_SqFt="#REF!"), ("Total",)]
    write_workbook(tmp_path / "in/a.xlsx", rows)
    outcome = flexscout("run", "in")
    found = [(issue["Source Row"], issue["Column"], issue["Value"], issue["Reason"]) for issue in issues_of(outcome)]
    assert found == [
        ("2", "Year Built", "1980s", "not_a_year"),
        ("3", "Building SqFt", "#REF!", "error_cell"),
        ("4", "", "Total", "not_data: total"),
    ]
    assert issues_of(outcome)[0]["In Words"] == "Not a four-digit year; left blank."
    assert issues_of(outcome)[0] | {"Source File": "a.xlsx", "Source Sheet": "Sheet1"} == issues_of(outcome)[0]
    assert outcome.report["quality"]["issues"] == {"error_cell": 1, "not_a_year": 1, "not_data": 1}
    assert "3 issues with values, rows or columns" in outcome.out


def test_issues_beyond_the_limit_are_counted_and_announced(tmp_path):
    rows = [HEADER, *(candidate(number, Year_Built="old") for number in range(10_500)), candidate(0, Occupancy="full")]
    write_workbook(tmp_path / "in/a.xlsx", rows)
    outcome = flexscout("run", "in")
    assert outcome.report["quality"]["issues"] == {"not_a_year": 10_500, "not_a_percentage": 1}
    assert (outcome.file("a.xlsx")["issues"], outcome.file("a.xlsx")["issues_listed"]) == (10_501, 10_000)
    listed = [issue["Reason"] for issue in issues_of(outcome)]
    assert (len(listed), listed.count("not_a_percentage")) == (10_000, 1)
    assert "a.xlsx has 10,501 issues. The sheet Issues lists 10,000 of them" in outcome.out


def test_the_issues_file_is_never_read_as_an_export(tmp_path):
    valid_properties_1(tmp_path)
    again = [flexscout("run", ".", "--output-file", "out.xlsx", "--file-pattern", "*.*") for _ in range(2)]
    assert (again[1].code, again[1].file("out_issues.csv")["status"]) == (0, "skipped")
    assert again[1].file("out_issues.csv")["reason"] == "An output of flexscout, never used as input."


@pytest.mark.parametrize(("files", "lines"), [(3, 3), (4, 1)])
def test_many_files_with_one_cause_are_one_line(tmp_path, files, lines):
    valid_properties_1(tmp_path / "in")
    for number in range(files):
        corrupted_file(tmp_path / "in").rename(tmp_path / f"in/broken_{number}.xlsx")
        # Files of one content are skipped.
        with (tmp_path / f"in/broken_{number}.xlsx").open("ab") as file:
            file.write(bytes([number]))
    outcome = flexscout("run", "in")
    told = [line for line in outcome.err.splitlines() if line.startswith("flexscout: failed:")]
    assert len(told) == lines
    (cause,) = outcome.report["errors"]["causes"]
    assert (cause["code"], cause["files"], outcome.report["errors"]["total"]) == ("damaged", files, files)
    assert cause["message"].startswith(f"{files} files are damaged: broken_0.xlsx, broken_1.xlsx and ")
    assert (cause["message"] in told[0]) == (lines == 1)


def test_each_file_reports_its_retries(tmp_path):
    valid_properties_1(tmp_path / "in")
    assert flexscout("run", "in").file("valid_properties_1.xlsx")["retries"] == 0


def test_a_foreign_number_format_is_read_and_reported(tmp_path):
    header = (*HEADER, "Sold Price", "Sale Date")
    rows = [(*candidate(1), "1.234.567,50", "13.1.2007"), (*candidate(2), "7,5", "1.2.2007")]
    write_workbook(tmp_path / "in/a.xlsx", [header, *rows])
    outcome = flexscout("run", "in")
    found = [(row["Sold Price"], row["Sale Date"]) for row in outcome.rows()]
    assert found == [("1234567.5", "2007-01-13"), ("7.5", "2007-02-01")]
    assert [issue["Reason"].partition(":")[0] for issue in issues_of(outcome)] == ["day_first", "decimal_comma"]


def test_rows_of_a_second_table_are_named(tmp_path):
    second = [[], ("Address", "Property Type", "Acres", "Building SF"), ("9 Mill Rd", "Flex", 2, 30_000)]
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1), ("Total",), *second])
    outcome = flexscout("run", "in")
    sentence = "2 rows of a second table, with its header, not used: move that table to a sheet of its own."
    assert f"a.xlsx: {sentence}" in outcome.out
    assert [finding["code"] for finding in outcome.report["files"][0]["findings"]] == ["second_table"]
    assert outcome.report["quality"]["issues"] == {"other_table": 2, "not_data": 1}
