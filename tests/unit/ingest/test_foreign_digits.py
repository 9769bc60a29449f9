"""Digits of other scripts are no numbers, and never an unexpected error."""

import polars as pl
import pytest

from flexscout.domain import list_canonical_columns
from flexscout.ingest import convert_column

ARABIC = str.maketrans("123456", "\u0661\u0662\u0663\u0664\u0665\u0666")
USUAL = ["1", "1 1/2", "3/4 acres", "10' 6\"", "1,234.5", "$12", "50%", "2/3/2024"]
TYPED = [
    "±1,234 SF",
    "1.5 ac (65,340 SF)",
    "1234 / 1235",
    "4 DH, 2 GL",
    "2 - 1x4",
    "22'-24'",
    "15% leased",
    "$1.2M ($15/SF)",
    "Q2 2024",
]
TEXTS = [*USUAL, *TYPED]


@pytest.mark.parametrize("name", [column.name for column in list_canonical_columns()])
def test_a_value_with_digits_of_another_script_can_be_converted(name):
    texts = [variant for text in TEXTS for variant in (text.translate(ARABIC), text[:1] + text[1:].translate(ARABIC))]
    assert convert_column(name, pl.Series(texts)).len() == len(texts)
