"""Conversion between pandas and Polars frames."""

import datetime as dt
import decimal
import subprocess
import sys

import pandas as pd
import polars as pl
import pytest

from flexscout.notebook.frames import is_pandas, join_columns, pick_columns, select_column_at, take_rows, to_texts
from frames import LIBRARIES, frame_of

NAN = float("nan")
LARGE = pl.Series([1e300]).cast(pl.String).item()  # 1e300 or 1e+300, by the version of Polars
STRANGE = {
    "mixed": (pd.Series([28202, "28203", 2.5, None, pd.NA, NAN], dtype=object), ["28202", "28203", "2.5", None, None, None]),
    "times among texts": (pd.Series([pd.Timestamp("2020-01-02"), "x", pd.NaT], dtype=object), ["2020-01-02 00:00:00", "x", None]),
    "whole floats among texts": (pd.Series([34000.0, "34,000"], dtype=object), ["34000", "34,000"]),
    "texts that look like floats": (pd.Series(["12.0", "7"], dtype=object), ["12.0", "7"]),
    "decimals": (pd.Series([decimal.Decimal("1.50"), None], dtype=object), ["1.50", None]),
    "lists": (pd.Series([[1], None], dtype=object), ["[1]", None]),
    "categories": (pd.Series(["a", None], dtype="category"), ["a", None]),
    "categories of numbers": (pd.Series([1, 2], dtype="category"), ["1", "2"]),
    "nullable integers": (pd.Series([1, None], dtype="Int64"), ["1", None]),
    "nullable booleans": (pd.Series([True, None], dtype="boolean"), ["true", None]),
    "sparse": (pd.Series(pd.arrays.SparseArray([1.0, NAN])), ["1", None]),
    "periods": (pd.Series(pd.period_range("2020-01", periods=1, freq="M")), ["2020-01"]),
    "times with a zone": (pd.Series(pd.to_datetime(["2020-01-02"], utc=True)), ["2020-01-02 00:00:00"]),
    "nothing": (pd.Series([None, NAN], dtype=object), [None, None]),
}  # fmt: skip


@pytest.mark.parametrize(("values", "texts"), STRANGE.values(), ids=STRANGE)
def test_a_pandas_column_of_any_kind_reads_as_text(values, texts):
    assert to_texts(select_column_at(pd.DataFrame({"x": values}), 0)).to_list() == texts


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([34_000.0, 2.5, NAN, None], ["34000", "2.5", None, None]),
        ([0.1 + 0.2, 0.4999999999999], ["0.3", "0.5"]),
        ([1e300, float("inf")], [LARGE, "inf"]),
        ([dt.datetime(2020, 1, 2, tzinfo=dt.UTC), None], ["2020-01-02 00:00:00", None]),
        ([dt.date(2020, 1, 2)], ["2020-01-02"]),
        ([True, None], ["true", None]),
        ([None, None], [None, None]),
        ([[1, 2], None], ["List(Int64)", None]),
        ([b"\xff", None], ["Binary", None]),
    ],
)
def test_a_polars_column_of_any_kind_reads_as_a_sheet_would(values, texts):
    """Numbers are rounded as the workbook reader rounds them."""
    assert to_texts(pl.Series(values)).to_list() == texts


@pytest.mark.parametrize("thing", [{"a": [1]}, [1], None, "x", pd.Series([1]), pl.Series([1])])
def test_anything_but_a_frame_is_a_type_error(thing):
    with pytest.raises(TypeError, match="A DataFrame of pandas or Polars is needed, not "):
        is_pandas(thing)


def test_the_error_for_a_lazy_frame_says_what_to_do():
    with pytest.raises(TypeError, match=r"not polars.LazyFrame. Call .collect\(\) first."):
        is_pandas(pl.LazyFrame())


@LIBRARIES
def test_rows_are_taken_by_position_in_order(library):
    frame = frame_of(library, [{"a": number} for number in range(4)])
    assert list(take_rows(frame, pl.Series([2, 0]))["a"]) == [2, 0]


def test_taken_pandas_rows_keep_labels_and_types():
    frame = pd.DataFrame({"a": pd.Categorical(["x", "y"]), "b": [1, 2]}, index=["k", "k"])
    taken = take_rows(frame, pl.Series([1]))
    assert list(taken.index) == ["k"]
    assert (taken.dtypes == frame.dtypes).all()


def test_duplicate_pandas_columns_can_be_picked():
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "b"])
    assert pick_columns(frame, [1, 2], ["x", "y"]).to_dict("list") == {"x": [2], "y": [3]}


def test_columns_are_joined_to_rows_with_duplicate_labels():
    frame = pd.DataFrame({"b": ["x", "y"]}, index=[5, 5])
    joined = join_columns(pl.DataFrame({"a": [1, 2]}), frame)
    assert joined.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
    assert list(joined.index) == [5, 5]


def test_polars_users_do_not_load_pandas():
    code = """
import sys, polars as pl
from flexscout import FlexPropertyClassifier, PropertyDataAnalyzer, ReportGenerator, ResultAggregator
frame = pl.DataFrame({"Address": ["1 Main St"], "City": ["X"], "State": ["NC"], "Building SqFt": [30_000], "Flex Score": [5.0]})
faces = ResultAggregator()
faces.sort_by_score(faces.deduplicate_properties(faces.combine_results([frame, frame])))
FlexPropertyClassifier(frame.drop("Flex Score")).get_analysis_statistics()
PropertyDataAnalyzer(frame).generate_summary_report()
ReportGenerator().create_top_candidates(frame)
assert "pandas" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
