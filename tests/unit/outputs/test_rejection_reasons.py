"""Counts of rejection reasons."""

import polars as pl

from flexscout.domain.column_names import REASONS, STATUS
from flexscout.models import RowStatus
from flexscout.outputs.report.figures import count_rejection_reasons
from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.profile_files import load_profile


def rejected_rows(reasons, status=RowStatus.NOT_ELIGIBLE):
    return pl.DataFrame({REASONS: reasons}).with_columns(pl.lit(str(status)).alias(STATUS))


def counted(*reasons):
    return {entry["reason"]: entry["rows"] for entry in count_rejection_reasons(rejected_rows(reasons))}


def test_the_most_frequent_reason_comes_first():
    assert list(counted("no year", "no lot", "no lot")) == ["no lot", "no year"]


def test_rows_with_different_values_share_a_reason_which_keeps_the_figures_of_the_profile():
    frame = pl.DataFrame({"Property Type": "Flex", "Building SqFt": [1_200.0, 900.5], "Lot Size Acres": 2.0}, strict=False)
    rejected = classify_frame(frame, load_profile("flex-industrial"), 4.0)
    assert counted(*rejected[REASONS]) == {"Building SqFt below 20,000": 2}


def test_rare_reasons_beyond_a_thousand_are_counted_together():
    entries = count_rejection_reasons(rejected_rows([f"no {'x' * number}" for number in range(1_002)]))
    assert len(entries) == 1_001
    assert entries[-1] == {"reason": "other reasons", "rows": 2}


def test_superseded_rows_are_counted_together_whatever_replaced_them():
    rows = rejected_rows(["replaced by row 2 of b.xlsx", "replaced by row 3 of b.xlsx"], RowStatus.SUPERSEDED)
    assert count_rejection_reasons(rows) == [{"reason": "replaced by a newer export of the same source", "rows": 2}]


def test_without_rows_there_are_no_reasons():
    assert count_rejection_reasons(pl.DataFrame()) == []
