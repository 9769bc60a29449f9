"""Records and frames that can't be scored."""

import pandas as pd
import polars as pl
import pytest

from flexscout.errors import DataFormatError
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


@pytest.mark.parametrize("given", [pl.LazyFrame({"Building SqFt": [3.0]}), "Flex"], ids=["query", "text"])
def test_only_records_and_eager_frames_can_be_explained(given):
    with pytest.raises(TypeError, match="Expected a record or a frame"):
        FlexPropertyScorer().explain(given)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_a_text_column_without_values_counts_as_missing_numbers(make):
    empty = pl.Series([None, None], dtype=pl.String)
    frame = pl.DataFrame({"Property Type": ["Flex", "Flex"], "Building SqFt": empty})
    scored = FlexPropertyScorer().score(frame if make is pl.DataFrame else frame.to_pandas())
    assert list(scored["Building Size Points"]) == [0, 0]
