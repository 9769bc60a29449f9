"""Why rows are no candidates, counted."""

import polars as pl

from flexscout.domain.column_names import REASONS
from flexscout.outputs.report.figures import count_rejection_reasons


def counted(*reasons):
    return {entry["reason"]: entry["rows"] for entry in count_rejection_reasons(pl.DataFrame({REASONS: reasons}))}


def test_the_most_frequent_reason_comes_first():
    assert list(counted("no year", "no lot", "no lot")) == ["no lot", "no year"]


def test_reasons_that_differ_in_what_was_found_are_one():
    assert counted("Building SqFt 1,200 is below 20,000", "Building SqFt 900.5 is below 20,000") == {
        "Building SqFt ... is below ...": 2
    }


def test_a_reason_that_is_always_the_same_keeps_its_figures():
    assert counted("score 3.5 is below 4", "score 3.5 is below 4") == {"score 3.5 is below 4": 2}


def test_beyond_a_thousand_reasons_the_rare_ones_are_counted_together():
    entries = count_rejection_reasons(pl.DataFrame({REASONS: [f"no {'x' * number}" for number in range(1_002)]}))
    assert len(entries) == 1_001
    assert entries[-1] == {"reason": "other reasons", "rows": 2}


def test_without_rows_there_are_no_reasons():
    assert count_rejection_reasons(pl.DataFrame()) == []
