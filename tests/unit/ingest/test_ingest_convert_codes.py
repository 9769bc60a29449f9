"""Codes are described by their code table."""

import polars as pl
import pytest

from flexscout.domain import map_code_tables, parse_code_table
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


@pytest.mark.parametrize(
    ("table", "text", "described"),
    [
        ("miami dade", "4837", "4837 Warehousing, distribution terminals"),
        ("miami dade", "101", "0101 Single family"),
        ("texas", "F2", "F2 Real, industrial and manufacturing"),
        ("texas", "F10", "F10 Real, commercial"),
        ("massachusetts", "316", "316 Other storage, warehouse and distribution facilities"),
        ("massachusetts", "4010", "4010 Industrial: warehouses for storage of manufactured products"),
        ("massachusetts", "1010", "1010 Single family"),
        ("massachusetts", "13", "013 Multiple-use, primarily residential"),
        ("nyc building class", "e1", "E1 Warehouse, fireproof"),
        ("nyc building class", "F5", "F5 Factory and industrial building, light manufacturing"),
        ("nyc land use", "6", "06 Industrial and manufacturing"),
        ("new york", "449", "449 Other storage, warehouse and distribution facilities"),
        ("new york", "710", "710 Industrial, manufacturing and processing"),
        ("new york", "719", "719 Industrial"),
        ("cook county", "593", "5-93 Industrial building"),
        ("cook county", "6-63A", "663A Industrial incentive building"),
        ("cook county", "205", "205 Residential"),
        ("illinois", "80", "0080 Industrial"),
        ("los angeles", "3300", "3300 Industrial, warehousing, distribution, storage"),
        ("los angeles", "010C", "010C Residential, single"),
        ("los angeles", "100", "0100 Residential, single"),
        ("san francisco", "PDR", "PDR Industrial (production, distribution, repair)"),
        ("san francisco", "MIPS", "MIPS Office (management, information, professional services)"),
        ("georgia", "I4", "I4 Industrial, small tracts"),
        ("georgia", "R3", "R3 Residential, lots"),
        ("georgia land use", "398", "398 Warehouse, bulk"),
        ("georgia land use", "401.0", "401 Industrial, manufacturing and processing"),
        ("georgia land use", "2a1", "2A1 Garden apartments, class A"),
        ("milwaukee", "4225", "4225 General warehousing and storage"),
        ("milwaukee", "3599", "3599 Manufacturing, machinery and computer equipment"),
        ("milwaukee class", "3", "3 Manufacturing"),
        ("wisconsin", "3", "3 Manufacturing"),
        ("michigan", "301", "301 Industrial, improved"),
        ("king county building use", "406", "406 Storage warehouse"),
        ("king county building use", "453", "453 Industrial flex buildings"),
        ("king county building use", "458", "458 Discount store"),
        ("king county present use", "195", "195 Warehouse"),
        ("washington", "34", "34 Manufacturing, fabricated metal products"),
        ("washington", "511", "511 Wholesale trade"),
        ("philadelphia", "5", "5 Industrial"),
        ("ohio", "350", "350 Industrial warehouses"),
        ("ohio", "352", "352 Industrial"),
        ("new jersey", "4B", "4B Industrial"),
        ("colorado", "2235", "2235 Commercial improvements, warehouse/storage"),
        ("corelogic", "324", "324 Light industrial"),
        ("corelogic", "163", "163 SFR"),
        ("attom", "238", "238 Warehouse, storage"),
        ("attom", "385", "385 Single family residence"),
    ],
)
def test_codes_of_each_table_are_described(table, text, described):
    assert one(text, map_code_tables()[table])[0].startswith(described)


@pytest.mark.parametrize("table", ["georgia", "nyc building class"])
@pytest.mark.parametrize("text", ["A", "B", "C"])
def test_a_quality_class_is_no_code_of_a_letter_and_a_digit(table, text):
    """Offices of class A, B and C are in columns with the same header."""
    assert one(text, map_code_tables()[table]) == (text, "unknown_code")
