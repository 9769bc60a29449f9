"""Codes are described by their code table."""

import polars as pl
import pytest

from flexscout.domain.vocabulary import CodeTable
from flexscout.ingest.convert.mapped_columns import describe_codes

TABLE = CodeTable("made", "FL", 3, "nowhere", {"048": "Warehousing", "001": "Single family"})


def one(text, table=TABLE):
    both, reasons = describe_codes(pl.Series("Property Type", [text], dtype=pl.String), table)
    return both.item(), reasons.item()


@pytest.mark.parametrize("text", ["048", "48", "48.0", "048.00"])
def test_a_code_is_described(text):
    assert one(text) == ("048 Warehousing", None)


def test_lost_leading_zeros_are_restored():
    assert one("1") == ("001 Single family", None)


@pytest.mark.parametrize("text", ["49", "4800", "0048", "48.5", "-48", "4A", "?"])
def test_a_code_missing_from_the_table_is_kept_and_reported(text):
    assert one(text) == (text, "unknown_code")


@pytest.mark.parametrize("text", ["Warehouse", "048 - Warehousing", "48 WAREH/DIST TERM"])
def test_a_text_with_words_is_kept(text):
    assert one(text) == (text, None)


def test_a_missing_code_is_not_an_issue():
    assert one(None) == (None, None)


def test_the_column_keeps_its_name_and_its_rows():
    both, reasons = describe_codes(pl.Series("Property Type", ["48", None, "7"]), TABLE)
    assert (both.name, both.to_list()) == ("Property Type", ["048 Warehousing", None, "7"])
    assert reasons.to_list() == [None, None, "unknown_code"]


def test_a_column_without_rows_is_text():
    both, reasons = describe_codes(pl.Series("Property Type", [], dtype=pl.String), TABLE)
    assert (both.dtype, both.len(), reasons.len()) == (pl.String, 0, 0)
