"""Kinds of values in unmapped columns."""

import polars as pl
import pytest

from flexscout.ingest.convert.unmapped_columns import detect_value_kinds


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "2.5", "$1,200", "(3)"], "n"),
        (["2024-01-31", "1/31/2024", "January 3, 2024"], "d"),
        (["yes", "2"], "t"),
        ([None, None], "-"),
        ([], "-"),
    ],
)
def test_the_first_values_decide_the_kind(texts, kind):
    assert detect_value_kinds(pl.DataFrame({"x": pl.Series(texts, dtype=pl.String)})) == kind


def test_each_column_has_its_letter_in_order():
    assert detect_value_kinds(pl.DataFrame({"b": ["x"], "a": ["1"]})) == "tn"


def test_no_columns_have_no_kinds():
    assert detect_value_kinds(pl.DataFrame()) == ""
