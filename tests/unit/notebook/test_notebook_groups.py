"""`assign_groups` and `find_close_matches`."""

import pandas as pd
import polars as pl
import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.notebook.aggregator import ResultAggregator

LIBRARIES = pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
MERGING = ResultAggregator(PipelineConfiguration(close_matches="merge"))
CELLS = {
    "Address": ["5 Main Street", "7 Elm St", "5 MAIN ST", "Multiple", "Multiple", "7 Elm"],
    "City": ["Charlotte"] * 6,
    "State": ["NC"] * 6,
    "APN": ["1", "2", "3", None, None, None],
}


@LIBRARIES
def test_duplicates_share_a_number_and_rows_keep_their_order(library):
    frame = library.DataFrame(CELLS)
    found = MERGING.assign_groups(frame)
    assert list(found["Duplicate Group"]) == [1, 2, 1, 3, 4, 2]
    assert list(found["Address"]) == CELLS["Address"]
    assert "Duplicate Group" not in frame.columns


@LIBRARIES
def test_the_settings_decide_what_is_a_duplicate(library):
    config = PipelineConfiguration(duplicate_policy="parcel", close_matches="off")
    assert list(ResultAggregator(config).assign_groups(library.DataFrame(CELLS))["Duplicate Group"]) == [1, 2, 3, 4, 5, 6]


def test_pandas_labels_and_types_are_kept():
    frame = pd.DataFrame(CELLS, index=list("abcdef")).assign(Kind=pd.Categorical(list("xxyyzz")))
    found = MERGING.assign_groups(frame)
    pd.testing.assert_frame_equal(found.drop(columns="Duplicate Group"), frame)


@LIBRARIES
def test_a_frame_may_have_no_known_column(library):
    assert list(MERGING.assign_groups(library.DataFrame({"Note": ["a", "b"]}))["Duplicate Group"]) == [1, 2]


@LIBRARIES
def test_deduplicating_keeps_a_row_of_each_group(library):
    frame = library.DataFrame(CELLS)
    assert len(MERGING.deduplicate_properties(frame)) == 4


@LIBRARIES
def test_close_matches_are_listed_with_their_outcome(library):
    addresses = ["1 Main St", "1 Main", "100-120 Elm St", "110 Elm St"]
    found = MERGING.find_close_matches(library.DataFrame({"Address": addresses, "City": "X", "State": "NC"}))
    columns = ["Position", "Other Position", "Score", "Merged"]
    assert [tuple(row) for row in found[columns].to_numpy().tolist()] == [(0, 1, 0.98, True), (2, 3, 0.84, False)]


def test_matches_have_evidence():
    found = MERGING.find_duplicates(pl.DataFrame(CELLS))
    assert found["Evidence"].to_list() == [
        "same Address, City, State after normalization",
        "same number and street; suffix missing on one side",
    ]
