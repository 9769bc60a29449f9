"""One record: what can be scored, and what is said of the rest."""

import pandas as pd
import polars as pl
import pytest

from flexscout.errors import DataFormatError
from flexscout.scoring.scorer import FlexPropertyScorer


def test_a_text_where_a_number_is_needed_is_told():
    with pytest.raises(TypeError, match="Building SqFt is the text '34,000 SF': give a number"):
        FlexPropertyScorer().calculate_flex_score({"Property Type": "Flex", "Building SqFt": "34,000 SF"})


def test_what_is_no_record_is_told():
    with pytest.raises(TypeError, match="One record is needed"):
        FlexPropertyScorer().calculate_flex_score([1, 2])


def test_a_list_where_a_text_is_needed_is_told():
    with pytest.raises(TypeError, match=r"Property Type is \['Flex'\]: give a text"):
        FlexPropertyScorer().calculate_flex_score({"Property Type": ["Flex"]})


def test_a_record_of_which_no_key_is_known_is_told():
    with pytest.raises(DataFormatError, match=r"no column for Building SqFt .* Headers found: property_type, sqft"):
        FlexPropertyScorer().calculate_flex_score({"property_type": "Flex", "sqft": 30_000})


def test_missing_values_of_pandas_are_missing():
    scorer = FlexPropertyScorer("parcel")
    missing = {"Zoning Code": pd.NA, "acres": pd.NA, "Sale Date": pd.NaT}
    assert scorer.calculate_flex_score(missing) == scorer.calculate_flex_score(dict.fromkeys(missing))


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pl.LazyFrame], ids=["pandas", "polars", "lazy"])
def test_a_frame_of_which_no_column_is_known_is_told(make):
    with pytest.raises(DataFormatError, match="Headers found: RBA"):
        FlexPropertyScorer().score(make({"RBA": [3]}))


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_a_frame_of_texts_where_numbers_are_needed_is_told(make):
    with pytest.raises(TypeError, match="Building SqFt holds text"):
        FlexPropertyScorer().score(make({"Building SqFt": ["30,000"]}))


@pytest.mark.parametrize("given", [pl.LazyFrame({"Building SqFt": [3.0]}), "Flex"], ids=["query", "text"])
def test_what_can_not_be_explained_is_told(given):
    with pytest.raises(TypeError, match="A record or a frame is needed"):
        FlexPropertyScorer().explain(given)
