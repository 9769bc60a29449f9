"""`sort_by_score` sorts as a run does."""

import pandas as pd
import pytest

from flexscout.errors import AggregationError
from flexscout.notebook.aggregator import ResultAggregator
from frames import LIBRARIES, column_of, frame_of, rows_of

sort = ResultAggregator().sort_by_score
ROW = {"Flex Score": 5.0, "Completeness": 0.8, "Building SqFt": 30_000.0, "Address": "5 Main St", "Note": "x"}
FIRST_TO_LAST = [
    ROW | {"Flex Score": 9.0, "Completeness": 0.2},
    ROW | {"Completeness": 1.0},
    ROW | {"Building SqFt": 40_000.0},
    ROW | {"Address": "1 Main St"},
    ROW,
    ROW | {"Address": None},
    ROW | {"Building SqFt": None},
    ROW | {"Flex Score": None},
]


@LIBRARIES
def test_score_leads_then_completeness_size_and_address_and_missing_values_come_last(library):
    assert rows_of(sort(frame_of(library, FIRST_TO_LAST[::-1]))) == FIRST_TO_LAST


@LIBRARIES
def test_equal_rows_keep_their_order(library):
    rows = [ROW | {"Note": str(number)} for number in range(50)]
    assert column_of(sort(frame_of(library, rows)), "Note") == [str(number) for number in range(50)]


def test_scores_in_mixed_columns_are_numbers():
    frame = pd.DataFrame({"Flex Score": ["10", 9, None, 9.5, pd.NA]}, index=list("abcde"), dtype=object)
    assert list(sort(frame).index) == ["a", "d", "b", "c", "e"]


def test_a_pandas_frame_keeps_labels_and_types():
    frame = pd.DataFrame({"Flex Score": pd.array([1, None, 3], dtype="Int64"), "k": pd.Categorical(list("xyz"))}, index=[7, 7, 1])
    pd.testing.assert_frame_equal(sort(frame), frame.iloc[[2, 0, 1]])


@LIBRARIES
def test_the_error_for_a_frame_without_scores_lists_its_columns(library):
    with pytest.raises(AggregationError, match=r"needs Flex Score. Columns found: Address. Score it first"):
        sort(frame_of(library, [{"Address": "a"}]))
