"""Codes are described by their code table."""

import polars as pl
import pytest

from flexscout.domain import parse_code_table
from flexscout.ingest.land_use_codes import describe_codes, share_described

TABLE = parse_code_table("made", {"digits": 3, "codes": {"048": "Warehousing", "001": "Single family"}})
COOK = parse_code_table("made", {"codes": {"5-93": "Industrial building", "E1": "Warehouse", "PDR": "PDR: production"}})
STATE = parse_code_table(
    "made", {"prefix": True, "codes": {"F": "Real", "F2": "Real, industrial", "40": "Factory", "401": "Warehouse"}}
)


def one(text, table=TABLE):
    both, reasons = describe_codes(pl.Series("Property Type", [text], dtype=pl.String), table)
    return both.item(), reasons.item()


@pytest.mark.parametrize("text", ["048", "48", "48.0", "048.00", " 48 "])
def test_a_code_is_described(text):
    assert one(text) == ("048 Warehousing", None)


def test_lost_leading_zeros_are_restored():
    assert one("1") == ("001 Single family", None)


@pytest.mark.parametrize("text", ["49", "4800", "0048", "48.5", "-48", "4A", "?"])
def test_a_code_missing_from_the_table_is_kept_and_reported(text):
    assert one(text) == (text, "unknown_code")


@pytest.mark.parametrize("text", ["Warehouse", "048 - Warehousing", "48 WAREH/DIST TERM"])
@pytest.mark.parametrize("table", [TABLE, STATE])
def test_a_text_with_words_is_kept(text, table):
    assert one(text, table) == (text, None)


@pytest.mark.parametrize("text", ["F2 - Real industrial", "FACTORY", "401 MFG WHSE"])
def test_a_text_with_words_is_not_described_by_its_beginning(text):
    assert one(text, STATE) == (text, None)


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("5-93", "5-93 Industrial building"),
        ("593", "5-93 Industrial building"),
        ("5 - 93", "5-93 Industrial building"),
        ("e1", "E1 Warehouse"),
        ("E 1", "E1 Warehouse"),
    ],
)
def test_case_spaces_and_hyphens_of_a_code_do_not_matter(text, described):
    assert one(text, COOK) == (described, None)


def test_a_description_that_begins_with_the_code_does_not_repeat_it():
    assert one("PDR", COOK) == ("PDR: production", None)


def test_described_codes_are_not_described_again():
    assert one(one("593", COOK)[0], COOK) == one("593", COOK)


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("F2", "F2 Real, industrial"),
        ("F20", "F20 Real, industrial"),
        ("F9", "F9 Real"),
        ("4010", "4010 Warehouse"),
        ("4090", "4090 Factory"),
    ],
)
def test_the_longest_listed_beginning_describes_an_unlisted_code(text, described):
    assert one(text, STATE) == (described, None)


@pytest.mark.parametrize("text", ["G1", "4", "40.5", "-401"])
def test_a_code_without_a_listed_beginning_is_unknown(text):
    assert one(text, STATE) == (text, "unknown_code")


def test_codes_without_digits_are_taken_as_written():
    assert one("01", STATE) == ("01", "unknown_code")


def test_a_missing_code_is_not_an_issue():
    assert one(None) == (None, None)


def test_the_column_keeps_its_name_and_its_rows():
    both, reasons = describe_codes(pl.Series("Property Type", ["48", None, "7"]), TABLE)
    assert (both.name, both.to_list()) == ("Property Type", ["048 Warehousing", None, "7"])
    assert reasons.to_list() == [None, None, "unknown_code"]


def test_a_column_without_rows_is_text():
    both, reasons = describe_codes(pl.Series("Property Type", [], dtype=pl.String), TABLE)
    assert (both.dtype, both.len(), reasons.len()) == (pl.String, 0, 0)


def test_the_share_of_known_codes_counts_filled_cells_only():
    assert share_described(pl.Series(["48", "48", None, "", "N/A", "7", "Office"]), TABLE) == 0.5


def test_an_empty_column_has_no_known_codes():
    assert share_described(pl.Series([None, ""], dtype=pl.String), TABLE) == 0
