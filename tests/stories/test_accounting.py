"""Nothing is dropped silently: every row of a file is counted once."""

import polars as pl
import pytest

from flexscout import BatchProcessor, PipelineConfiguration
from flexscout.merging import count_removed_rows
from in_process import run_in_process
from program import flexscout
from workbooks import HEADER, candidate, write_sheets, write_workbook

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
    return {row["Source Row"]: row["Reason"] for row in outcome.sheet("Not Selected")}


def test_the_account_of_a_file_balances(outcome):
    file = outcome.file("made.xlsx")
    parts = {"candidates": 2, "below_score": 1, "not_eligible": 6, "blank": 2, "not_data": 3}
    assert {name: file[name] for name in parts} == parts
    assert file["rows_read"] == sum(parts.values()) == 14


def test_the_sheet_not_selected_names_each_reason(outcome):
    assert not_selected(outcome) == {
        3: "Property Type is none of industrial, warehouse, distribution, flex, manufacturing, storage, logistics",
        4: "Building SqFt below 20,000",
        6: "Lot Size Acres above 20",
        7: "Building SqFt is missing",
        8: "Property Type is missing",
        9: "Flex Score below 4",
        12: "Lot Size Acres is missing",
    }


def test_rows_that_are_not_properties_are_listed_as_issues(outcome):
    found = {row["Row"]: row["What It Means"] for row in outcome.sheet("Issues")}
    sentence = "The row isn't a property; it is counted but not used"
    kinds = {11: "repeated header", 14: "total", 15: "note or section title"}
    assert found == {row: f"{sentence} ({kind})." for row, kind in kinds.items()}


def test_a_promising_row_with_a_missing_value_is_listed_to_verify(outcome):
    assert {row["Source Row"] for row in outcome.sheet("To Verify")} == {7, 8, 12}


def test_a_value_that_does_not_convert_is_an_issue(tmp_path):
    write_workbook(tmp_path / "in/made.xlsx", [HEADER, candidate(1, Year_Built="1980s"), candidate(2)])
    outcome = flexscout("run", "in")
    assert [(row["Row"], row["Column"], row["Value"]) for row in outcome.sheet("Issues")] == [(2, "Year Built", "1980s")]
    assert outcome.report["quality"]["issues"] == {"not_a_year": 1}


def test_a_run_without_candidates_succeeds_and_says_so(tmp_path):
    write_workbook(tmp_path / "in/offices.xlsx", [HEADER, candidate(1, Property_Type="Office")])
    outcome = flexscout("run", "in")
    assert outcome.code == 0
    assert "No candidates" in outcome.out
    assert outcome.rows() == []


TWO_SHEETS = {
    "North": [HEADER, candidate(1), candidate(2), candidate(3, Property_Type="Office"), ()],
    "Cover": [("Prepared for a client",)],
    "South": [HEADER, candidate(2, Year_Built=1985), candidate(4), candidate(5, Building_SqFt=5_000), candidate(6), ()],
}


def test_every_sheet_of_a_workbook_contributes_its_rows(tmp_path):
    write_sheets(tmp_path / "in/two.xlsx", TWO_SHEETS)
    outcome = flexscout("run", "in")
    counts = {"rows_read": 7, "candidates": 5, "below_score": 0, "not_eligible": 2, "blank": 0, "duplicates_removed": 1}
    assert {name: outcome.file("two.xlsx")[name] for name in counts} == counts
    assert {(row["Source Sheet"], row["Source Row"]) for row in outcome.rows()} == {
        ("North", "2"),
        ("North", "3"),
        ("South", "3"),
        ("South", "5"),
    }
    assert set(not_selected(outcome)) == {4}
    (merge,) = outcome.report["deduplication"]["merges"]
    assert (merge["Kept Sheet"], merge["Kept Row"], merge["Removed Sheet"], merge["Removed Row"]) == ("North", 3, "South", 2)


def test_the_removed_duplicates_of_each_file_are_counted_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, candidate(1), candidate(2)])
    write_workbook(tmp_path / "in/b.xlsx", [HEADER, candidate(1, Year_Built=1985), candidate(2, Year_Built=1985), candidate(3)])
    config = PipelineConfiguration(input_folder="in", progress_reporting=False, max_workers=1)
    report = run_in_process(config).report
    merge_log = pl.read_csv(config.duplicates_files[0])
    assert {file["file"]: file["duplicates_removed"] for file in report["files"]} == {"a.xlsx": 0, "b.xlsx": 2}
    assert merge_log["Removed File"].to_list() == ["b.xlsx", "b.xlsx"]


def test_the_account_of_a_result_counts_its_rows_in_the_merge_log(tmp_path):
    write_workbook(tmp_path / "a.xlsx", [HEADER, candidate(1), candidate(2)])
    write_workbook(tmp_path / "b.xlsx", [HEADER, candidate(1, Year_Built=1985), candidate(3)])
    batch = BatchProcessor(PipelineConfiguration(progress_reporting=False, max_workers=1))
    results = batch.process_batch([tmp_path / "a.xlsx", tmp_path / "b.xlsx"])
    assert [result.account.duplicates_removed for result in results] == [0, 0]
    merge_log = pl.DataFrame({"Removed File": ["b.xlsx"]})
    counted = count_removed_rows(results, merge_log)
    assert [result.account.duplicates_removed for result in counted] == [0, 1]
    assert all(result.account.balances for result in counted)


def test_unmapped_columns_stay_with_their_rows(tmp_path):
    header = (*HEADER, "Broker")
    write_workbook(tmp_path / "in/a.xlsx", [header, (*candidate(1, Property_Type="Office"), "Ann")])
    write_workbook(tmp_path / "in/b.xlsx", [header, (*candidate(2, Property_Type="Office"), "Bob"), (*candidate(3), "Cy")])
    write_workbook(tmp_path / "in/c.xlsx", [header, (*candidate(4, Year_Built=1950), "Dan"), (*candidate(5), "Eve")])
    rows = flexscout("run", "in").rows()
    assert [(row["Address"], row["Broker"]) for row in rows] == [
        ("3 Test Street", "Cy"),
        ("5 Test Street", "Eve"),
        ("4 Test Street", "Dan"),
    ]
