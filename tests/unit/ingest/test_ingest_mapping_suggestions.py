"""Suggestions by what the values of unmapped columns look like."""

import polars as pl
import pytest

from flexscout.findings import SuggestionReason
from flexscout.ingest.mapping.header_map import map_headers

ADDRESSES = ("12 Loom Rd", "114 N Mill Street", "1200 Spindle Avenue", "77-79 Weaver Blvd")
ACRES = ("2.5", "1.25", "0.8", "12.04")
SQUARE_FEET = ("34,000", "12500", "60,000 SF", "8900")
YEARS = ("1995", "1988", "2004", "1971")
STATES = ("NC", "NC", "SC", "nc")
ZIP_CODES = ("28202", "28203", "28205-1234", "28206")
PARCELS = ("071-051-09", "071-051-10", "071-052-01", "083-112-07")
TYPES = ("Warehouse", "Office", "Warehouse", "Office")


def suggest(**columns):
    """Return header -> (suggested column, reason)."""
    frame = pl.DataFrame({name: list(values) for name, values in columns.items()})
    header_map = map_headers("Sheet1", [name.replace("_", " ") for name in columns], frame)
    return {each.header: (each.column, each.reason) for each in header_map.suggestions}


@pytest.mark.parametrize(
    ("header", "values", "column", "reason"),
    [
        ("Property", ADDRESSES, "Address", SuggestionReason.ADDRESSES),
        ("Site", ACRES, "Lot Size Acres", SuggestionReason.ACRES),
        ("Extent", ("2.5 ac", "4 acres", "1 ac", "0.5 AC"), "Lot Size Acres", SuggestionReason.ACRES),
        ("Lot", ACRES, "Lot Size Acres", SuggestionReason.ACRES),
        ("Year", YEARS, "Year Built", SuggestionReason.YEARS),
        ("Tract", ("87,120", "43560", "130,680", "21780"), "Lot Size SqFt", SuggestionReason.SQUARE_FEET),
        ("Struct Extent", SQUARE_FEET, "Building SqFt", SuggestionReason.SQUARE_FEET),
        ("How Big", ("20000 sf", "20500 SF", "15900 sf"), "Building SqFt", SuggestionReason.SQUARE_FEET),
        ("Ground", ("2.5 ac", "+/- 3 acres", "~4 ac", "± 5 acres"), "Lot Size Acres", SuggestionReason.ACRES),
        ("How Big", ("41,000 sf", "8,500 SF", "60,000 sq ft"), "Building SqFt", SuggestionReason.SQUARE_FEET),
        ("Erected", YEARS, "Year Built", SuggestionReason.YEARS),
        ("Jurisdiction", STATES, "State", SuggestionReason.STATES),
        ("Delivery Area", ZIP_CODES, "Zip Code", SuggestionReason.ZIP_CODES),
        ("Reference", PARCELS, "APN", SuggestionReason.PARCEL_NUMBERS),
        ("Kind", TYPES, "Property Type", SuggestionReason.PROPERTY_TYPES),
        ("Seat", ("12 Industrial Blvd",) * 4, "Address", SuggestionReason.ADDRESSES),
        ("Kind", ("4500 Warehouse", "301 - Industrial") * 2, "Property Type", SuggestionReason.PROPERTY_TYPES),
    ],
)
def test_values_suggest_a_column_that_is_missing(header, values, column, reason):
    assert suggest(**{header: values})[header] == (column, reason)


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Owner Street", ADDRESSES),
        ("Site", ("Raleigh flex 0", "Cary flex 1", "Durham flex 2")),
        ("Lot Area", ("41,000 sf", "8,500 SF", "60,000 sq ft")),
        ("Broker", ("12 Loom Rd",) * 4),
        ("MAILST", STATES),
        ("Ratio", ACRES),
        ("Site Value", SQUARE_FEET),
        ("Area Code", SQUARE_FEET),
        ("Tax Year", YEARS),
        ("Roll", ("2024",) * 4),
        ("Amount", ZIP_CODES),
        ("Ident", ("10441", "28203", "60610", "94105")),
        ("Phone", ("704-555-0100", "704-555-0101", "704-555-0102", "704-555-0103")),
        ("Visited", ("2024-01-03", "2024-02-07", "2024-03-09", "2024-04-01")),
        ("Remarks", ("A warehouse by the road that needs work", "Office", "Vacant land", "Store")),
        ("Notes", ("call", "12 boxes left", "3 visits", "none")),
        ("Erected", ("1995", "1988")),
    ],
)
def test_values_of_something_else_suggest_nothing(header, values):
    assert suggest(**{header: values}) == {}


def test_a_column_that_the_sheet_has_is_not_suggested_again():
    assert suggest(Address=ADDRESSES, Property=ADDRESSES) == {}


def test_acres_are_not_suggested_beside_a_lot_size_in_square_feet():
    assert "Tract" not in suggest(Lot_SqFt=("87120", "43560", "130680", "21780"), Tract=ACRES)


def test_of_two_columns_with_such_values_the_first_is_suggested():
    assert list(suggest(Property=ADDRESSES, Object=ADDRESSES)) == ["Property"]


def test_a_similar_header_comes_before_values():
    suggestions = suggest(Property=ADDRESSES, Adress=ADDRESSES)
    assert suggestions == {"Adress": ("Address", SuggestionReason.SIMILAR_HEADER)}


def test_the_owners_address_is_never_suggested():
    columns = {"Parcel": PARCELS, "Owner Name": ("A", "B", "C", "D"), "Mail Line": ADDRESSES, "Taxpayer Addr": ADDRESSES}
    assert suggest(**columns) == {}


def test_values_outweigh_a_similar_header_of_another_column():
    assert suggest(Site=ACRES) == {"Site": ("Lot Size Acres", SuggestionReason.ACRES)}


def test_a_question_says_what_the_column_holds():
    frame = pl.DataFrame({"a": list(ZIP_CODES), "b": ["x"] * 4})
    address, zip_code = map_headers("Sheet1", ["Delivery", "Addres"], frame).suggestions
    assert zip_code.question == "Delivery holds ZIP codes: map it to Zip Code?"
    assert address.question == "Addres = Address?"
