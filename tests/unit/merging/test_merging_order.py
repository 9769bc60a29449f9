"""The order of the list and of the rows of a cluster."""

import polars as pl
import pytest

from flexscout.merging.order import (
    FILLED_CELLS,
    SURVIVOR_ORDER,
    count_filled_cells,
    explain_survivor,
    sort_by_rank,
    sort_survivors_first,
)
from flexscout.scoring import MODIFIED

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
def test_the_list_is_sorted_by_score_completeness_size_address_and_source(seed):
    shuffled = pl.DataFrame(FIRST_TO_LAST).sample(fraction=1, shuffle=True, seed=seed)
    assert sort_by_rank(shuffled).to_dicts() == FIRST_TO_LAST


def test_row_numbers_are_compared_as_numbers():
    rows = [ROW | {"Source Row": number} for number in (10, 9, 100)]
    assert sort_by_rank(pl.DataFrame(rows))["Source Row"].to_list() == [9, 10, 100]


def test_missing_columns_are_skipped():
    frame = pl.DataFrame({"Flex Score": [5.0, 9.0], "Source Row": [2, 3]})
    assert sort_by_rank(frame)["Flex Score"].to_list() == [9, 5]


@pytest.mark.parametrize("frame", [pl.DataFrame(), pl.DataFrame(ROW).clear(), pl.DataFrame({"Note": ["b", "a"]})])
def test_a_frame_without_rows_or_sort_columns_is_unchanged(frame):
    assert sort_by_rank(frame).equals(frame)


def test_equal_rows_keep_their_order():
    frame = pl.DataFrame({"Flex Score": [5.0] * 1_000, "Note": range(1_000)})
    assert sort_by_rank(frame).equals(frame)


KEPT = {"Flex Score": 8.0, FILLED_CELLS: 9, MODIFIED: 100.0, "Source File": "a.xlsx", "Source Sheet": "A", "Source Row": 2}
SAME_CELLS = "same score; same number of filled columns"


@pytest.mark.parametrize(
    ("worse", "reason"),
    [
        ({"Flex Score": 6.5}, "lower score (6.5; the kept row has 8)"),
        ({FILLED_CELLS: 7}, "same score; fewer filled columns (7; the kept row has 9)"),
        ({MODIFIED: 99.0}, f"{SAME_CELLS}; older file"),
        ({"Source File": "b.xlsx"}, f"{SAME_CELLS}; same file date; the kept row comes first by file, sheet and row"),
        ({"Source Sheet": "B"}, f"{SAME_CELLS}; same file date; the kept row comes first by file, sheet and row"),
        ({"Source Row": 3}, f"{SAME_CELLS}; same file date; the kept row comes first by file, sheet and row"),
    ],
)
def test_the_explanation_names_the_first_criterion_in_which_the_row_is_worse(worse, reason):
    assert explain_survivor(KEPT | worse, KEPT) == reason


def test_the_explanation_does_not_use_file_dates_that_are_not_known():
    row = KEPT | {MODIFIED: 1.0}
    assert explain_survivor(row, KEPT, has_dates=False) == f"{SAME_CELLS}; the file dates of the run are no longer known"
    assert explain_survivor(row | {"Flex Score": 4.0}, KEPT, has_dates=False).startswith("lower score")


@pytest.mark.parametrize("worse", [{"Flex Score": 4.0}, {"Address": None}, {MODIFIED: 1.0}, {"Source File": "z.xlsx"}])
def test_the_survivor_and_its_explanation_follow_one_order(worse):
    kept = ROW | {MODIFIED: 5.0}
    frame = pl.DataFrame([kept | worse, kept])
    first, second = frame.with_columns(count_filled_cells(frame.columns))[sort_survivors_first(frame)].to_dicts()
    assert first == first | kept
    key = next(key for key in SURVIVOR_ORDER if key.is_worse(second[key.column], first[key.column]))
    assert key.loss.partition(" (")[0] in explain_survivor(second, first)
