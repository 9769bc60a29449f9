"""`deduplicate_properties` and `find_duplicates`."""

import pandas as pd
import polars as pl
import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.errors import AggregationError
from flexscout.notebook.aggregator import ResultAggregator
from frames import LIBRARIES, column_of, frame_of, rows_of

faces = ResultAggregator()
HERE = {"Address": "5 Main Street", "City": "Charlotte", "State": "NC", "Note": ""}
AGAIN = HERE | {"Address": "5 MAIN ST."}


def kept(library, *rows, config=None, **kinds):
    """Return the `Note` of each surviving row."""
    return column_of(ResultAggregator(config).deduplicate_properties(frame_of(library, rows, **kinds)), "Note")


@LIBRARIES
def test_spellings_of_one_address_are_merged_into_the_first(library):
    assert kept(library, HERE | {"Note": "a"}, AGAIN | {"Note": "b"}) == ["a"]


@LIBRARIES
def test_the_highest_score_survives(library):
    assert kept(library, HERE | {"Note": "a", "Flex Score": 4.0}, AGAIN | {"Note": "b", "Flex Score": 9.0}) == ["b"]


@LIBRARIES
def test_a_scored_row_survives_one_without_a_score(library):
    assert kept(library, HERE | {"Note": "a", "Flex Score": None}, AGAIN | {"Note": "b", "Flex Score": 0.0}) == ["b"]


@LIBRARIES
def test_among_equal_scores_the_most_complete_row_survives(library):
    rows = (HERE | {"Note": "a", "Year Built": None, "X": "x"}, AGAIN | {"Note": "b", "Year Built": 1990, "X": None})
    assert kept(library, *rows) == ["b"]


@LIBRARIES
def test_a_placeholder_is_not_a_filled_cell(library):
    assert kept(library, HERE | {"Note": "a", "County": "N/A"}, AGAIN | {"Note": "b", "County": "Union"}) == ["b"]


@LIBRARIES
def test_survivors_keep_their_order(library):
    rows = [HERE | {"Note": str(n), "Address": f"{n} Oak St", "Flex Score": float(n)} for n in (3, 9, 1)]
    assert kept(library, *rows, rows[0] | {"Note": "again"}) == ["3", "9", "1"]


@LIBRARIES
@pytest.mark.parametrize("address", [None, "", "Multiple", "0 Main St"])
def test_rows_without_a_key_are_never_merged(library, address):
    row = HERE | {"Address": address}
    assert kept(library, row, row, HERE, Address=pl.String) == ["", "", ""]


@LIBRARIES
def test_states_are_compared_by_their_codes(library):
    assert kept(library, HERE, AGAIN | {"State": "North Carolina", "Note": "b"}) == [""]


@LIBRARIES
def test_case_and_spaces_of_columns_are_ignored(library):
    row = {"ADDRESS": "5 Main St", "city ": "Charlotte", "state": "NC", "Note": "a"}
    assert kept(library, row, row) == ["a"]


@LIBRARIES
@pytest.mark.parametrize(("files", "left"), [(("a", "a"), 1), (("a", "b"), 2), ((None, None), 2)])
def test_without_state_rows_are_compared_within_their_file(library, files, left):
    here = {name: value for name, value in HERE.items() if name != "State"}
    assert len(kept(library, *(here | {"Source File": file} for file in files), Source_File=pl.String)) == left


@LIBRARIES
def test_an_empty_state_column_is_like_none(library):
    rows = [HERE | {"State": None, "Source File": "a"}] * 2
    assert len(kept(library, *rows, State=pl.String)) == 1


@LIBRARIES
def test_rows_without_a_state_are_compared_within_their_file(library):
    rows = [HERE | {"State": None, "Source File": "a"}, HERE | {"State": None, "Source File": "a"}]
    assert len(kept(library, *rows, HERE | {"State": None, "Source File": "b"})) == 2


@LIBRARIES
def test_a_frame_without_a_state_is_compared_with_itself(library):
    rows = [{name: row[name] for name in ("Address", "City", "Note")} for row in (HERE, AGAIN)]
    assert len(kept(library, *rows)) == 1


@LIBRARIES
def test_the_configuration_sets_the_fields(library):
    config = PipelineConfiguration(duplicate_fields=["APN"])
    rows = [HERE | {"APN": "06-43", "Note": "a"}, HERE | {"APN": "0643", "Address": "9 Oak", "Note": "b"}, HERE | {"APN": "7"}]
    assert kept(library, *rows, config=config) == ["a", ""]


def test_zip_codes_of_any_type_are_compared_as_zip_codes():
    frame = pd.DataFrame({"Address": ["5 Main St"] * 4, "Zip Code": [28202, "28202-1234", 28202.0, pd.NA]}, dtype=object)
    config = PipelineConfiguration(duplicate_fields=["Address", "Zip Code"])
    assert list(ResultAggregator(config).deduplicate_properties(frame).index) == [0, 3]


def test_a_pandas_frame_keeps_labels_types_and_values():
    frame = pd.DataFrame([HERE, AGAIN, HERE | {"Address": None}], index=["x", "x", "y"])
    frame["Mixed"] = pd.Series([1, "a", pd.Timestamp("2020-01-02")], dtype=object, index=frame.index)
    frame["Kind"] = pd.Categorical(["p", "q", None])
    expected = frame.iloc[[0, 2]]
    pd.testing.assert_frame_equal(faces.deduplicate_properties(frame), expected)


@LIBRARIES
def test_the_frame_is_not_changed(library):
    frame = frame_of(library, [HERE, AGAIN])
    faces.deduplicate_properties(frame)
    assert rows_of(frame) == [HERE, AGAIN]


@LIBRARIES
def test_the_duplicates_are_listed_with_positions_and_evidence(library):
    rows = [HERE | {"Flex Score": 4.0, "APN": "1"}, HERE | {"Address": "9 Oak St", "Flex Score": 9.0, "APN": "2"}]
    merge_log = faces.find_duplicates(frame_of(library, [*rows, AGAIN | {"Flex Score": 8.0, "APN": "3"}]))
    (entry,) = rows_of(merge_log)
    assert isinstance(merge_log, library.DataFrame)
    assert (entry["Kept Position"], entry["Removed Position"]) == (2, 0)
    assert (entry["Kept Score"], entry["Removed Score"], entry["Different APN"]) == (8.0, 4.0, True)
    assert entry["Evidence"] == "same Address, City, State after normalization"
    assert entry["Fields That Differ"] == "Address: 5 MAIN ST. (kept), 5 Main Street; APN: 3 (kept), 1"


@LIBRARIES
def test_unscored_duplicates_have_no_score(library):
    assert column_of(faces.find_duplicates(frame_of(library, [HERE, AGAIN])), "Kept Score") == [None]


@LIBRARIES
def test_a_frame_without_duplicates_has_an_empty_merge_log(library):
    merge_log = faces.find_duplicates(frame_of(library, [HERE]))
    assert len(merge_log) == 0
    assert "Removed Position" in merge_log.columns


@LIBRARIES
@pytest.mark.parametrize("call", [faces.deduplicate_properties, faces.find_duplicates, faces.sort_by_score])
def test_an_empty_frame_is_not_an_error(library, call):
    assert len(call(library.DataFrame())) == 0


@LIBRARIES
@pytest.mark.parametrize("row", [{"Note": "x"}, {"City": "x", "State": "NC"}])
def test_the_error_for_a_frame_without_address_lists_its_columns(library, row):
    with pytest.raises(AggregationError, match=r"the frame needs Address.*Columns found: " + ", ".join(row)) as caught:
        faces.deduplicate_properties(frame_of(library, [row]))
    assert caught.value.code == "missing_columns"
    assert "duplicate_fields" in caught.value.next_step


@pytest.mark.parametrize("call", [faces.deduplicate_properties, faces.find_duplicates, faces.sort_by_score])
def test_anything_but_a_frame_is_a_type_error(call):
    with pytest.raises(TypeError, match="A DataFrame of pandas or Polars is needed"):
        call([HERE])
