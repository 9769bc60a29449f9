"""The order of the result."""

import polars as pl
import pytest

from flexscout.merging.order import sort_by_rank
from flexscout.merging.survivors import keep_all_rows

ROW = {
    "Flex Score": 5.0,
    "Completeness": 0.8,
    "Building SqFt": 30_000.0,
    "Address": "5 Main St",
    "Source File": "e.xlsx",
    "Source Sheet": "E",
    "Source Row": 5,
}
FIRST_TO_LAST = [
    ROW | {"Flex Score": 9.0, "Completeness": 0.2},
    ROW | {"Completeness": 1.0, "Building SqFt": 100.0},
    ROW | {"Building SqFt": 40_000.0, "Address": "9 Main St"},
    ROW | {"Address": "1 Main St", "Source File": "z.xlsx"},
    ROW | {"Source File": "a.xlsx", "Source Sheet": "Z"},
    ROW | {"Source Sheet": "A", "Source Row": 100},
    ROW | {"Source Row": 2},
    ROW,
    ROW | {"Address": None},
    ROW | {"Building SqFt": None},
]


@pytest.mark.parametrize("seed", range(5))
def test_score_leads_then_completeness_size_address_and_source_and_missing_values_come_last(seed):
    shuffled = pl.DataFrame(FIRST_TO_LAST).sample(fraction=1, shuffle=True, seed=seed)
    assert sort_by_rank(shuffled).to_dicts() == FIRST_TO_LAST


def test_rows_are_numbered_as_numbers_and_not_as_texts():
    rows = [ROW | {"Source Row": number} for number in (10, 9, 100)]
    assert sort_by_rank(pl.DataFrame(rows))["Source Row"].to_list() == [9, 10, 100]


def test_columns_that_are_not_there_do_not_matter():
    frame = pl.DataFrame({"Flex Score": [5.0, 9.0], "Source Row": [2, 3]})
    assert sort_by_rank(frame)["Flex Score"].to_list() == [9, 5]


@pytest.mark.parametrize("frame", [pl.DataFrame(), pl.DataFrame(ROW).clear(), pl.DataFrame({"Note": ["b", "a"]})])
def test_a_frame_without_rows_or_without_such_columns_stays_as_it_is(frame):
    assert sort_by_rank(frame).equals(frame)


def test_without_deduplication_every_row_stays_in_order_and_the_merge_log_is_empty():
    frame = pl.DataFrame([ROW | {"key": "k"}, ROW | {"Flex Score": 9.0, "key": "k"}])
    found = keep_all_rows(frame, ("key", "age"))
    alone = {"Duplicate Group": None, "Source Count": 1, "Also In": None}
    assert found.survivors.to_dicts() == [ROW | {"Flex Score": 9.0} | alone, ROW | alone]
    assert found.merge_log.is_empty()


def test_equal_rows_stay_in_their_order():
    frame = pl.DataFrame({"Flex Score": [5.0] * 1_000, "Note": range(1_000)})
    assert sort_by_rank(frame).equals(frame)
