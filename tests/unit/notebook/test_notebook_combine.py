"""`combine_results`: rows, columns, types and labels."""

import pandas as pd
import polars as pl
import pytest

from flexscout.domain.column_names import SCORE_COLUMNS, SOURCE_COLUMNS, UNVERIFIED
from flexscout.errors import AggregationError
from flexscout.notebook.aggregator import ResultAggregator
from frames import LIBRARIES, column_of, frame_of, rows_of

combine = ResultAggregator().combine_results


@LIBRARIES
def test_all_rows_are_there_in_the_order_given(library):
    frames = [frame_of(library, [{"Address": text} for text in texts]) for texts in ("ba", "d", "c")]
    assert column_of(combine(frames), "Address") == ["b", "a", "d", "c"]


@LIBRARIES
def test_canonical_columns_come_first_then_scores_then_sources_then_the_others(library):
    names = ["Broker", UNVERIFIED, *reversed(SOURCE_COLUMNS), *reversed(SCORE_COLUMNS), "Agent", "City", "Address"]
    combined = combine([frame_of(library, [dict.fromkeys(names, "x")])])
    assert list(combined.columns) == ["Address", "City", *SCORE_COLUMNS, *SOURCE_COLUMNS, UNVERIFIED, "Broker", "Agent"]


@LIBRARIES
def test_columns_that_a_frame_lacks_are_null(library):
    combined = combine([frame_of(library, [{"Address": "a", "Note": "b"}]), frame_of(library, [{"City": "c"}])])
    assert rows_of(combined) == [{"Address": "a", "City": None, "Note": "b"}, {"Address": None, "City": "c", "Note": None}]


@LIBRARIES
@pytest.mark.parametrize("name", ["broker note", "BROKER NOTE", "BrokerNote", " Broker  Note"])
def test_case_and_spaces_of_names_are_ignored(library, name):
    combined = combine([frame_of(library, [{"Broker Note": "a"}]), frame_of(library, [{name: "b"}])])
    assert rows_of(combined) == [{"Broker Note": "a"}, {"Broker Note": "b"}]


@LIBRARIES
def test_two_spellings_in_one_frame_become_one_column(library):
    combined = combine([frame_of(library, [{"Zip Code": "1", "zip code": None}, {"Zip Code": None, "zip code": "2"}])])
    assert rows_of(combined) == [{"Zip Code": "1"}, {"Zip Code": "2"}]


@LIBRARIES
def test_none_and_frames_without_columns_are_ignored(library):
    frame = frame_of(library, [{"Address": "a"}])
    assert rows_of(combine([None, library.DataFrame(), frame, None])) == [{"Address": "a"}]


@LIBRARIES
def test_a_frame_without_rows_adds_columns_without_changing_types(library):
    first, second = (frame_of(library, [{name: "x", "Units": 1}]) for name in ("Address", "City"))
    combined = combine([first, second[:0]])
    assert list(combined.columns) == ["Address", "City", "Units"]
    assert combined["Units"].dtype == first["Units"].dtype


@LIBRARIES
def test_a_column_of_two_types_holds_both(library):
    combined = combine([frame_of(library, [{"X": 1}]), frame_of(library, [{"X": "a"}])])
    assert [str(value) for value in combined["X"]] == ["1", "a"]


def test_an_empty_column_does_not_change_the_type_that_another_frame_gives_it():
    frames = [pd.DataFrame({"Occupancy": [95.0]}), pd.DataFrame({"Occupancy": [None], "City": ["x"]})]
    assert combine(frames)["Occupancy"].dtype == "float64"


def test_default_pandas_labels_are_renumbered():
    frame = pd.DataFrame({"Address": ["a", "b"]})
    assert list(combine([frame, frame]).index) == [0, 1, 2, 3]


def test_other_pandas_labels_are_kept():
    frames = [pd.DataFrame({"Address": ["a"]}, index=["k"]), pd.DataFrame({"Address": ["b"]})]
    assert list(combine(frames).index) == ["k", 0]


def test_duplicate_pandas_columns_become_one():
    frame = pd.DataFrame([["a", None, 1], [None, "b", 2]], columns=["City", "City", "n"])
    assert combine([frame]).to_dict("list") == {"City": ["a", "b"], "n": [1, 2]}


@pytest.mark.parametrize("nothing", [[], [None], [pd.DataFrame()]])
def test_no_frames_give_an_empty_pandas_frame(nothing):
    combined = combine(nothing)
    assert isinstance(combined, pd.DataFrame)
    assert combined.empty


@LIBRARIES
def test_the_frames_are_not_changed(library):
    frame = frame_of(library, [{"city": "x", "Address": "a"}])
    combine([frame, frame])
    assert list(frame.columns) == ["city", "Address"]


def test_frames_of_both_libraries_are_a_type_error():
    with pytest.raises(TypeError, match="pandas and of Polars can't be combined"):
        combine([pd.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]})])


@pytest.mark.parametrize("wrong", [pd.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]}), 5, [5], "frames"])
def test_anything_but_a_list_of_frames_is_a_type_error(wrong):
    with pytest.raises(TypeError, match="A list of DataFrames"):
        combine(wrong)


def test_incompatible_types_are_an_aggregation_error():
    with pytest.raises(AggregationError, match="can't be combined") as caught:
        combine([pl.DataFrame({"X": [[1]]}), pl.DataFrame({"X": [{"a": 1}]})])
    assert caught.value.code == "types_differ"
