"""Completeness, issue counts and column mappings in the report."""

import polars as pl
import pytest

from flexscout.notebook.processors import FileProcessor
from flexscout.outputs.report.figures import count_issues_by_reason, list_columns_by_file, measure_completeness
from workbooks import HEADER, candidate, write_sheets


def test_completeness_is_the_share_of_candidates_that_have_a_value():
    master = pl.DataFrame({"Address": ["a", "b", "c"], "City": ["x", None, None], "Broker": [None, None, "y"]})
    assert measure_completeness(master) == {"Address": 1.0, "City": 0.3333}


@pytest.mark.parametrize("master", [pl.DataFrame(), pl.DataFrame({"Address": []}), pl.DataFrame({"Broker": ["x"]})])
def test_completeness_is_empty_without_candidates_or_canonical_columns(master):
    assert measure_completeness(master) == {}


def test_issues_are_counted_by_reason_code_most_frequent_first():
    reasons = ["not_a_year", "not_data", "not_data", "below_zero"]
    found = count_issues_by_reason(pl.DataFrame({"Reason": reasons}))
    assert list(found.items()) == [("not_data", 2), ("below_zero", 1), ("not_a_year", 1)]


@pytest.mark.parametrize("issues", [pl.DataFrame(), pl.DataFrame({"Reason": []}, schema={"Reason": pl.String})])
def test_no_issues_have_no_reasons(issues):
    assert count_issues_by_reason(issues) == {}


def test_the_report_has_each_sheets_mapping(tmp_path):
    titled = [("Report",), ("Property Type", "Street"), ("Flex", "1 Oak Ave")]
    sheets = {"North": [(*HEADER, "Broker"), (*candidate(1), "x")], "South": titled}
    north, south = list_columns_by_file([FileProcessor().process_file(write_sheets(tmp_path / "a.xlsx", sheets))])
    assert (north["file"], north["sheet"], north["header_row"], north["extra"]) == ("a.xlsx", "North", 1, ["Broker"])
    assert (south["sheet"], south["header_row"]) == ("South", 2)
    assert south["mapped"] == {"Property Type": "Property Type", "Street": "Address"}
    assert "Building SqFt" in south["missing"]
    assert "Building SqFt" not in north["missing"]
