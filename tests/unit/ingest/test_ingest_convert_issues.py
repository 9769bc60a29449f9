"""All issues are counted, and a fair sample is listed."""

import polars as pl
import pytest

from flexscout.ingest.convert.issues import ISSUE_SCHEMA, IssueCollector, sample_issues
from flexscout.models import Issue, IssueReason


def values_of(issues, column, count, reason="not_a_number"):
    """Add `count` bad values, in rows from 2 on."""
    issues.add_value_issues(
        pl.Series(range(2, count + 2)), column, pl.Series([f"x{i}" for i in range(count)]), pl.Series([reason] * count)
    )


def frame(*entries):
    """Build an issues frame from (row, column, reason, detail)."""
    rows = [("S", row, column, "x", reason, detail) for row, column, reason, detail in entries]
    return pl.DataFrame(rows, schema=ISSUE_SCHEMA, orient="row")


def test_issues_beyond_the_limit_are_counted():
    issues = IssueCollector("S", 10)
    values_of(issues, "RBA", 1_000)
    assert (issues.to_frame().height, issues.count_by_reason()) == (10, (("not_a_number", 1_000),))


def test_a_frequent_reason_does_not_hide_a_rare_one():
    issues = IssueCollector("S", 10)
    values_of(issues, "RBA", 1_000)
    values_of(issues, "Built", 1, "not_a_year")
    issues.add_column_issues([Issue("S", 0, "Lot", "", IssueReason.UNIT_UNCLEAR, "acres or square feet?")])
    listed = issues.to_frame()
    assert listed["Reason"].value_counts().sort("Reason")["count"].to_list() == [8, 1, 1]
    assert issues.count_by_reason() == (("not_a_number", 1_000), ("not_a_year", 1), ("unit_unclear", 1))


def test_listed_issues_are_sorted_by_row():
    issues = IssueCollector("S", 10)
    values_of(issues, "RBA", 20)
    values_of(issues, "Built", 20, "not_a_year")
    rows = issues.to_frame()["Source Row"].to_list()
    assert rows == sorted(rows) == [2, 2, 3, 3, 4, 4, 5, 5, 6, 6]


def test_values_without_a_reason_are_not_issues():
    issues = IssueCollector("S")
    issues.add_value_issues(pl.Series([2, 3]), "RBA", pl.Series(["a", "5"]), pl.Series(["not_a_number", None]))
    assert issues.to_frame()["Source Row"].to_list() == [2]


def test_without_issues_the_frame_has_its_schema():
    assert (IssueCollector("S").to_frame().schema, IssueCollector("S").count_by_reason()) == (pl.Schema(ISSUE_SCHEMA), ())


def test_a_long_value_is_shortened():
    issues = IssueCollector("S")
    issues.add_value_issues(pl.Series([2]), "RBA", pl.Series(["x" * 32_767]), pl.Series(["not_a_number"]))
    assert issues.to_frame()["Value"].str.len_chars().to_list() == [200]


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5])
def test_each_reason_and_column_has_its_share(most):
    table = frame((2, "A", "x", "1"), (3, "A", "x", "2"), (4, "A", "x", ""), (5, "B", "x", ""), (6, "A", "y", ""))
    found = sample_issues(table, most)
    assert found.height == most
    assert found["Source Row"].to_list() == sorted([2, 5, 6, 3, 4][:most])
