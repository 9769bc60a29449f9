"""Parsing of addresses."""

import polars as pl
import pytest

from flexscout.domain.addresses import ADDRESS_PARTS, parse_addresses


def parts(address):
    """Return the parts of one address that are not empty."""
    row = parse_addresses(pl.Series([address], dtype=pl.String)).row(0, named=True)
    return {name: row[name] for name in ADDRESS_PARTS if row[name] != ""}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("5136 Southwest Oak Avenue", {"number": "5136", "predirectional": "SW", "name": "OAK", "suffix": "AVE"}),
        ("123 South-West Oak St", {"number": "123", "predirectional": "SW", "name": "OAK", "suffix": "ST"}),
        ("100 N. E. 5th Ave", {"number": "100", "predirectional": "NE", "name": "5", "suffix": "AVE"}),
        ("2710 S.Dearborn", {"number": "2710", "predirectional": "S", "name": "DEARBORN"}),
        ("9 Main St North", {"number": "9", "name": "MAIN", "suffix": "ST", "postdirectional": "N"}),
        ("100 North St", {"number": "100", "name": "NORTH", "suffix": "ST"}),
        ("100 E Bay Dr", {"number": "100", "predirectional": "E", "name": "BAY", "suffix": "DR"}),
        ("9 Green Bay Rd", {"number": "9", "name": "GRNBAY", "suffix": "RD"}),
        ("100 W North Ave", {"number": "100", "predirectional": "W", "name": "NORTH", "suffix": "AVE"}),
        ("100 W North", {"number": "100", "predirectional": "W", "name": "NORTH"}),
        ("100 Avenue E", {"number": "100", "name": "AVE", "postdirectional": "E"}),
        ("1900 W Van Buren", {"number": "1900", "predirectional": "W", "name": "VANBUREN"}),
        ("1 Industrial Center Pkwy", {"number": "1", "name": "INDCTR", "suffix": "PKWY"}),
        ("100 Pe\u00f1a Blvd", {"number": "100", "name": "PENA", "suffix": "BLVD"}),
        ("3 Dr. Martin Luther King Jr. Blvd", {"number": "3", "name": "MARTINLUTHERKING", "suffix": "BLVD"}),
        ("3 MLK Blvd", {"number": "3", "name": "MARTINLUTHERKING", "suffix": "BLVD"}),
    ],
)
def test_a_street_is_parsed_into_directions_name_and_suffix(address, expected):
    assert parts(address) == expected


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("100-120 Oak Ave", "100-120"),
        ("(100-104) Oak Ave", "100-104"),
        ("100 - 120 Oak Ave", "100-120"),
        ("100 & 102 Oak Ave", "100-102"),
        ("100, 102, 104 Oak Ave", "100-104"),
        ("100/102 Oak Ave", "100-102"),
        ("100, 5th Ave", "100"),
        ("7954-58 Oak Ave", "7954-7958"),
        ("723 725 E Oak Ave", "723-725"),
        ("37-12 81st St", "37-12"),
        ("12A Oak Ave", "12A"),
        ("12 1/2 Oak Ave", "12 1/2"),
        ("0012 Oak Ave", "12"),
        ("One Oak Plaza", "1"),
        ("Two Oak Plaza", "2"),
        ("N123 W456 Oak Rd", "N123W456"),
        ("18W140 Oak Rd", "18W140"),
    ],
)
def test_a_house_number_can_be_a_range_or_have_a_letter_or_fraction(address, number):
    assert parts(address)["number"] == number


@pytest.mark.parametrize(
    ("address", "unit"),
    [
        ("5 Main St, Suite 4", "4"),
        ("5 Main St Ste #4", "4"),
        ("5 Main St # 004", "4"),
        ("5 Main St Unit B-2", "B2"),
        ("5 Main St Apt C", "C"),
        ("5 Main St 345", "345"),
        ("5 Main St number 2f", "2F"),
        ("5 Main St Bldg C", "BLDG C"),
        ("Building C, 5 Main St", "BLDG C"),
        ("5 Main St Bldg C Suite 4", "BLDG C 4"),
        ("5 Main St 15th Floor", "FL 15"),
        ("5 Main St Floor 15", "FL 15"),
        ("5 Main St 15 Fl", "FL 15"),
        ("5 Main St 3rd Floor Suite 300", "300"),
        ("5 Main St Suite 300, Floor 3", "300"),
        ("5 Main St Floor 3 Suite B", "FL 3 B"),
        ("5 Main St Bay 3", "3"),
        ("5 Main St Rear", "REAR"),
        ("5 Main St Lower Level", "LOWR"),
    ],
)
def test_a_unit_is_parsed_without_its_designator(address, unit):
    assert parts(address) == {"number": "5", "name": "MAIN", "suffix": "ST", "unit": unit}


@pytest.mark.parametrize(
    "address", ["100 Front St", "9 E Space Center Blvd", "100 Avenue 5", "9 Key Ave", "55 N Lot St", "9 Bay 7th St"]
)
def test_a_unit_word_in_a_street_name_is_not_a_unit(address):
    assert "unit" not in parts(address)


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("7 US HWY 19 N", "US"),
        ("7 U.S. Highway 19 North", "US"),
        ("7 US 19 N", "US"),
        ("7 State Road 19 N", "ST"),
        ("7 SR 19 N", "ST"),
        ("7 NC Highway 19 N", "ST"),
        ("7 Florida 19 N", "ST"),
        ("7 County Road 19 N", "CNTY"),
        ("7 CR 19 N", "CNTY"),
        ("7 Interstate 19 N", "I"),
        ("7 I-19 N", "I"),
        ("7 Farm to Market Rd 19 N", "FM"),
        ("7 FM 19 N", "FM"),
    ],
)
def test_a_numbered_road_has_its_owner_as_suffix(address, owner):
    assert parts(address) == {"number": "7", "name": "HWY 19", "suffix": owner, "postdirectional": "N"}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("9 US HIGHWAY 70", "9 US 70 HWY"),
        ("9 U.S. Highway 70 E", "9 US 70 HWY E"),
        ("9 NC 49 HWY", "9 N.C. Highway 49"),
        ("9 Old US Highway 70", "9 OLD US 70 HWY"),
        ("9 US 70 BUS HWY", "9 US Highway 70 Business"),
        ("9 US 70 BUS HWY", "9 US Business 70"),
        ("9 FM 1960 Rd W", "9 FM 1960 West"),
        ("9 N I-35 Frontage Rd", "9 North Interstate 35"),
        ("9 SR436", "9 State Road 436"),
        ("9 S US Highway 17/92", "9 S US HWY 17-92"),
        ("9 I-20 Fwy", "9 Interstate Highway 20"),
        ("9 Trunk Highway 13", "9 State Hwy 13"),
    ],
)
def test_a_numbered_road_has_one_key_in_every_spelling(left, right):
    assert parts(left) == parts(right)


@pytest.mark.parametrize("other", ["9 Old US Highway 70", "9 US Highway 70 Business", "9 US Highway 70 Bypass"])
def test_an_old_road_and_a_branch_are_other_roads(other):
    assert parts("9 US Highway 70") != parts(other)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("9 South Blvd", "9 S BLVD"),
        ("9 Old West Lathrop", "9 OLD W LATHROP"),
        ("9 Westinghouse Bv", "9 WESTINGHOUSE BOULEVARD"),
        ("9 Billy Graham Expwy", "9 Billy Graham Expressway"),
        ("9 Commerce Ci", "9 COMMERCE CIRCLE"),
        ("9 Foundry Lp", "9 Foundry Loop"),
        ("9 Rev. Dr. M. L. King Jr. Blvd", "9 Martin L King Bv"),
        ("9 LBJ Freeway", "9 Lyndon B Johnson Fwy"),
        ("9 N La Salle St", "9 North LaSalle Street"),
        ("9 La Ave", "9 La Avenue"),
        ("9 N La Ave Ste 5", "9 North La Avenue, Suite 5"),
        ("9 Maple La", "9 Maple Lane"),
        ("9 E Bay Dr Bay 3", "9 East Bay Drive # 3"),
        ("9 W Eight Mile Rd", "9 W 8 Mile Rd"),
        ("9 E Highland Rd (M-59)", "9 E Highland Rd"),
        ("9 W Taylor St (m/c 525)", "9 W Taylor St"),
    ],
)
def test_a_street_has_one_key_in_every_spelling(left, right):
    assert parts(left) == parts(right)


@pytest.mark.parametrize("direction", ["East", "North"])
def test_a_lettered_street_is_not_a_direction(direction):
    assert parts(f"9 {direction[0]} St")["name"] != parts(f"9 {direction} St")["name"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("9 Dr. Calvin Jones Hwy", "9 Calvin Jones Hwy"),
        ("9 John Smith Jr Dr", "9 John Smith Dr"),
        ("9 Ridge Wood Park Dr", "9 Ridgewood Pk Dr"),
        ("9 Old W Lathrop", "9 Old West Lathrop"),
    ],
)
def test_street_names_are_spelled_out_without_titles_and_spaces(left, right):
    assert parse_addresses(pl.Series([left, right]))["full"].n_unique() == 1


def test_a_highway_without_owner_has_no_suffix():
    assert parts("7 Highway 19") == {"number": "7", "name": "HWY 19"}


@pytest.mark.parametrize("words", ["First", "1st", "FIRST"])
def test_an_ordinal_becomes_a_number(words):
    assert parts(f"7 {words} Ave")["name"] == "1"


@pytest.mark.parametrize(("words", "name"), [("Ninety-sixth", "96"), ("96", "96"), ("Forty Second", "42"), ("24 th", "24")])
def test_an_ordinal_can_have_two_words_or_no_ending(words, name):
    assert parts(f"7 E {words} St")["name"] == name


@pytest.mark.parametrize(
    "address",
    [
        "Multiple",
        "Main St",
        "0 Main St",
        "PO Box 12",
        "Five Points Rd",
        "Six Mile Rd",
        "Two Notch Rd",
        "Lot 4",
        "#4",
        "12",
        "",
        None,
    ],
)
def test_an_address_without_a_house_number_has_no_parts(address):
    assert set(parse_addresses(pl.Series([address], dtype=pl.String)).row(0)) == {None}


def test_text_before_the_house_number_is_ignored():
    assert parts("Oak Business Park, 5 Main St") == parts("5 Main St")


def test_there_is_a_row_per_address():
    table = parse_addresses(pl.Series(["5 Main St", None, "7 Elm St", "5 Main St"]))
    assert table["name"].to_list() == ["MAIN", None, "ELM", "MAIN"]


@pytest.mark.parametrize(
    "address",
    [
        "100 5th Ave",
        "1 48 Commerce Street",
        "24 US Hwy 70 N E Ste 5",
        "5 24 Th St",
        "12 to 14 Oak St",
        "12 14 N Oak St",
        "9 LA Salle St Unit 2",
        "9 N E La 2nd Ave",
    ],
)
def test_an_address_of_words_and_numbers_reads_as_it_does_with_punctuation(address):
    assert parts(address) == parts(f"{address}.")


def test_addresses_on_one_street_differ_only_in_their_number():
    addresses = pl.Series(["100 La Salle St N E", "2 LA SALLE ST N E", "48 48 La Salle St N E"])
    first, second, third = parse_addresses(addresses).drop("number").rows()
    assert first == second != third
