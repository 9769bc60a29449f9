"""A folder of exports, the defaults, and what is there afterwards."""

import json

import openpyxl
import polars as pl
import pytest

from flexscout.domain.column_names import LINK_COLUMNS, SOURCE_COLUMNS
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.score import score_columns
from program import flexscout
from workbooks import valid_properties_1, valid_properties_2

SCORED = score_columns(load_profile("flex-industrial"))


@pytest.fixture
def outcome(tmp_path):
    valid_properties_1(tmp_path / "data/raw")
    valid_properties_2(tmp_path / "data/raw")
    return flexscout("run")


def test_it_ends_well_and_says_where_to_look(outcome):
    assert outcome.code == 0
    assert "8 flex-industrial candidates from 2 files" in outcome.out
    assert "all_flex_properties.xlsx" in outcome.out


def test_progress_goes_to_standard_error_a_line_a_file(outcome):
    lines = outcome.err.splitlines()
    assert len(lines) == 2
    assert {line.split("]")[0] for line in lines} == {"[1/2", "[2/2"}


def test_the_list_is_ranked_and_every_property_stands_once(outcome):
    rows = outcome.rows()
    assert [float(row["Flex Score"]) for row in rows] == [9.0] * 5 + [8.5] * 3
    assert len({(row["Address"].upper().rstrip("."), row["City"]) for row in rows}) == 8


def test_the_better_scored_of_two_spellings_survives(outcome):
    kept = {row["Address"] for row in outcome.rows() if row["City"] == "Charlotte"}
    assert kept == {f"{number} Test Street" for number in range(1, 6)}


def test_the_columns_stand_in_the_order_of_the_design(outcome):
    canonical = ["Property Type", "Address", "City", "State", "Building SqFt", "Lot Size Acres", "Year Built", "Occupancy"]
    assert list(outcome.rows()[0]) == [*canonical, *SCORED, *SOURCE_COLUMNS, *LINK_COLUMNS, "My Status", "My Notes"]


def test_the_csv_opens_right_in_excel(outcome):
    assert outcome.csv.read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_parquet_twin_is_typed(outcome):
    schema = pl.read_parquet_schema(outcome.parquet)
    assert (schema["Building SqFt"], schema["Year Built"], schema["Address"]) == (pl.Float64, pl.Int32, pl.String)


def test_the_workbook_has_its_sheets(outcome):
    names = openpyxl.load_workbook(outcome.workbook, read_only=True).sheetnames
    found = ["Flex Properties", "Top Candidates", "To Verify", "Duplicates", "Possible Duplicates"]
    assert names == ["Summary", *found, "Why Not Selected", "Not Selected", "Issues", "Files", "Columns", "Settings"]


def test_the_report_has_the_figures_of_the_design(outcome):
    statistics = outcome.report["statistics"]
    assert statistics["total_files_processed"] == statistics["successful_files"] == 2
    assert (statistics["total_properties"], statistics["unique_flex_properties"]) == (12, 8)
    assert statistics["score_distribution"] == {"8-10": 8, "6-8": 0, "4-6": 0}
    assert statistics["geographic_coverage"]["states"] == {"NC": 5, "GA": 3}


def test_removed_duplicates_add_up(outcome):
    report = outcome.report
    assert report["deduplication"].items() >= {"before": 10, "removed": 2, "after": 8, "groups": 2, "different_apn": 0}.items()
    assert sum(file["candidates"] - file["duplicates_removed"] for file in report["files"]) == 8


def test_the_log_is_one_object_a_line(outcome):
    events = [json.loads(line)["event"] for line in outcome.log.read_text(encoding="utf-8").splitlines()]
    assert events.count("file_read") == 2
    assert events[-1] == "run_finished"


def test_a_source_row_is_numbered_as_excel_does(outcome):
    first = next(row for row in outcome.rows() if row["Address"] == "1 Test Street" and row["City"] == "Charlotte")
    assert (first["Source File"], first["Source Sheet"], first["Source Row"]) == ("valid_properties_1.xlsx", "Sheet1", "2")
