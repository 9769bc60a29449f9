"""A first run over a folder with default settings."""

import json

import openpyxl
import polars as pl
import pytest

from flexscout.domain.column_names import LINK_COLUMNS, SOURCE_COLUMNS
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.score import score_columns
from program import run_program
from workbooks import valid_properties_1, valid_properties_2

SCORED = score_columns(load_profile("flex-industrial"))


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first")
    valid_properties_1(folder / "data/raw")
    valid_properties_2(folder / "data/raw")
    return run_program("run", folder=folder)


def test_run_succeeds_and_lists_its_outputs(outcome):
    assert outcome.code == 0
    assert "8 flex-industrial candidates from 2 files" in outcome.out
    assert "all_flex_properties.xlsx" in outcome.out


def test_the_summary_tells_the_time_but_not_the_speed(outcome):
    assert "Took " in outcome.out
    assert "per minute" not in outcome.out


def test_progress_has_one_line_per_file_on_standard_error(outcome):
    lines = outcome.err.splitlines()
    assert len(lines) == 2
    assert {line.split("]")[0] for line in lines} == {"[1/2", "[2/2"}


def test_list_is_ranked_and_without_duplicates(outcome):
    rows = outcome.rows()
    assert [float(row["Flex Score"]) for row in rows] == [9.0] * 5 + [8.5] * 3
    assert len({(row["Address"].upper().rstrip("."), row["City"]) for row in rows}) == 8


def test_spelling_with_the_higher_score_survives(outcome):
    kept = {row["Address"] for row in outcome.rows() if row["City"] == "Charlotte"}
    assert kept == {f"{number} Test Street" for number in range(1, 6)}


ADDED = ("Sources", "First Seen", "Last Seen", "Missing From", "Values From", "Score Before Merging")
COMPARED = (
    "Asking Price/SqFt",
    "Comparable Properties",
    "Median Asking/SqFt",
    "Price Position",
    "Owner Group",
    "Owner Properties",
)


def test_columns_are_in_the_documented_order(outcome):
    canonical = ["Property Type", "Address", "City", "State", "Building SqFt", "Lot Size Acres", "Year Built", "Occupancy"]
    added = [*SCORED, *SOURCE_COLUMNS, *LINK_COLUMNS, *ADDED, *COMPARED, "My Status", "My Notes"]
    assert list(outcome.rows()[0]) == [*canonical, *added]


def test_csv_has_a_byte_order_mark_for_excel(outcome):
    assert outcome.csv.read_bytes().startswith(b"\xef\xbb\xbf")


def test_parquet_copy_is_typed(outcome):
    schema = pl.read_parquet_schema(outcome.parquet)
    assert (schema["Building SqFt"], schema["Year Built"], schema["Address"]) == (pl.Float64, pl.Int32, pl.String)


def test_workbook_has_the_documented_sheets(outcome):
    names = openpyxl.load_workbook(outcome.workbook, read_only=True).sheetnames
    result_sheets = ["Top Candidates", "Flex Properties", "All Columns", "To Verify", "Possible Duplicates", "Duplicates"]
    assert names == ["Summary", *result_sheets, "Why Not Selected", "Not Selected", "Issues", "Files", "Columns", "Settings"]


def test_report_has_the_documented_statistics(outcome):
    statistics = outcome.report["statistics"]
    assert statistics["total_files_processed"] == statistics["successful_files"] == 2
    assert (statistics["total_properties"], statistics["unique_flex_properties"]) == (12, 8)
    assert statistics["score_distribution"] == {"8-10": 8, "6-8": 0, "4-6": 0}
    assert statistics["geographic_coverage"]["states"] == {"NC": 5, "GA": 3}


def test_duplicate_counts_add_up(outcome):
    report = outcome.report
    assert report["deduplication"].items() >= {"before": 10, "removed": 2, "after": 8, "groups": 2, "different_apn": 0}.items()
    assert sum(file["candidates"] - file["duplicates_removed"] for file in report["files"]) == 8


def test_log_has_one_json_object_per_line(outcome):
    events = [json.loads(line)["event"] for line in outcome.log.read_text(encoding="utf-8").splitlines()]
    assert events.count("file_read") == 2
    assert events[-1] == "run_finished"


def test_source_rows_are_numbered_as_in_excel(outcome):
    first = next(row for row in outcome.rows() if row["Address"] == "1 Test Street" and row["City"] == "Charlotte")
    assert (first["Source File"], first["Source Sheet"], first["Source Row"]) == ("valid_properties_1.xlsx", "Sheet1", "2")
