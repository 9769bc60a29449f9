"""Records and frames: what can't be scored, and how a record is scored without a frame."""

import pickle

import pandas as pd
import polars as pl
import pytest

from flexscout.errors import DataFormatError
from flexscout.scoring import row_functions
from flexscout.scoring.scorer import FlexPropertyScorer


def test_text_instead_of_a_number_is_an_error():
    with pytest.raises(TypeError, match="Building SqFt is '34,000 SF', not a number"):
        FlexPropertyScorer().calculate_flex_score({"Property Type": "Flex", "Building SqFt": "34,000 SF"})


def test_a_list_instead_of_a_record_is_an_error():
    with pytest.raises(TypeError, match="Expected a record"):
        FlexPropertyScorer().calculate_flex_score([1, 2])


def test_a_list_instead_of_text_is_an_error():
    with pytest.raises(TypeError, match=r"Property Type is \['Flex'\], not text"):
        FlexPropertyScorer().calculate_flex_score({"Property Type": ["Flex"]})


def test_a_record_without_known_keys_is_an_error():
    with pytest.raises(DataFormatError, match=r"no column for Building SqFt .* Headers found: property_type, sqft"):
        FlexPropertyScorer().calculate_flex_score({"property_type": "Flex", "sqft": 30_000})


def test_missing_values_of_pandas_count_as_missing():
    scorer = FlexPropertyScorer("parcel")
    missing = {"Zoning Code": pd.NA, "acres": pd.NA, "Sale Date": pd.NaT}
    assert scorer.calculate_flex_score(missing) == scorer.calculate_flex_score(dict.fromkeys(missing))


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pl.LazyFrame], ids=["pandas", "polars", "lazy"])
def test_a_frame_without_known_columns_is_an_error(make):
    with pytest.raises(DataFormatError, match="Headers found: RBA"):
        FlexPropertyScorer().score(make({"RBA": [3]}))


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_a_frame_with_text_instead_of_numbers_is_an_error(make):
    with pytest.raises(TypeError, match="Building SqFt holds text"):
        FlexPropertyScorer().score(make({"Building SqFt": ["30,000"]}))


def test_only_records_frames_and_queries_can_be_explained():
    with pytest.raises(TypeError, match="Expected"):
        FlexPropertyScorer().explain("Flex")


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_a_text_column_without_values_counts_as_missing_numbers(make):
    empty = pl.Series([None, None], dtype=pl.String)
    frame = pl.DataFrame({"Property Type": ["Flex", "Flex"], "Building SqFt": empty})
    scored = FlexPropertyScorer().score(frame if make is pl.DataFrame else frame.to_pandas())
    assert list(scored["Building Size Points"]) == [0, 0]


RECORD = {"Property Type": "Light Industrial", "Building SqFt": 30_000, "Lot Size Acres": 2.5, "Year Built": 1985}


def test_a_record_is_scored_without_a_frame(monkeypatch):
    scorer = FlexPropertyScorer()
    scorer.calculate_flex_score({})
    monkeypatch.setattr(pl, "DataFrame", None)
    assert scorer.calculate_flex_score(RECORD)[0] == 7.5


def test_a_record_is_scored_in_a_frame_where_expressions_cannot_be_compiled(monkeypatch):
    expected = FlexPropertyScorer().calculate_flex_score(RECORD)
    monkeypatch.setattr(row_functions, "_OPERATIONS", {})
    assert FlexPropertyScorer().calculate_flex_score(RECORD) == expected


def test_a_scorer_can_be_pickled_after_it_has_scored_a_record():
    scorer = FlexPropertyScorer()
    expected = scorer.calculate_flex_score(RECORD)
    assert pickle.loads(pickle.dumps(scorer)).calculate_flex_score(RECORD) == expected  # noqa: S301


def test_another_profile_counts_from_the_next_record_on():
    scorer = FlexPropertyScorer()
    scorer.calculate_flex_score(RECORD)
    scorer.profile = FlexPropertyScorer("parcel").profile
    assert set(scorer.calculate_flex_score(RECORD)[1]) > {"Zoning Points"}
