"""Addresses that end with their place."""

import polars as pl
import pytest

from flexscout.domain.places import split_places

NOWHERE = {"City": None, "State": None, "Zip Code": None}
BOCA = {"City": "Boca Raton", "State": "FL", "Zip Code": "33432"}


def split(address, **place):
    """Return the address without its place, and the place of the row."""
    row = {"Address": address, **NOWHERE, **place}
    found = split_places(pl.DataFrame([row], schema=dict.fromkeys(row, pl.String))).row(0)
    return tuple(text and text.upper() for text in found)


@pytest.mark.parametrize(
    "address",
    [
        "1 Main St, Boca Raton, FL 33432",
        "1 Main St, Boca Raton, Florida 33432-1234",
        "1 Main St\nBoca Raton FL 33432, USA",
        "1 Main St Boca Raton FL 33432",
        "1 Main St , Boca Raton ,FL 33432",
        "1 Main St, Boca-Raton",
        "1 Main St, Boca Raton",
        "1 Main St Boca Raton",
    ],
)
def test_the_place_of_the_row_is_split_off(address):
    assert split(address, **BOCA) == ("1 MAIN ST", "BOCA RATON", "FL", "33432")


def test_a_row_without_a_place_gets_the_place_of_its_address():
    assert split("1 Main St, Boca Raton, FL 33432") == ("1 MAIN ST", "BOCA RATON", "FL", "33432")


def test_the_quadrant_behind_a_street_is_no_part_of_the_city():
    assert split("2000 Mill St NE Washington DC 20018") == ("2000 MILL ST NE", "WASHINGTON", "DC", "20018")
    assert split("2000 Mill St N Charleston SC 29405")[1] == "N CHARLESTON"


@pytest.mark.parametrize("address", ["1 Main St, Boca Raton FL", "1 Main St , Boca Raton ,Florida"])
def test_a_place_without_a_zip_code_is_split_off_after_a_comma(address):
    assert split(address) == ("1 MAIN ST", "BOCA RATON", "FL" if address.endswith("FL") else "FLORIDA", None)


def test_another_spelling_of_the_city_is_split_off_between_commas():
    assert split("1 Main St, Saint Petersburg, FL 33701", City="St. Petersburg")[0] == "1 MAIN ST"


@pytest.mark.parametrize(
    ("address", "city", "state"),
    [
        ("12 Oak Ct", "Hartford", "CT"),
        ("100 N Boca Raton Blvd", "Boca Raton", "FL"),
        ("10 Boston", "Boston", "MA"),
        ("5 Main St, Suite 4", "Boca Raton", "FL"),
        ("1600 Hwy 12345", "Boca Raton", "FL"),
        ("100 Avenue Charlotte", "Gastonia", "NC"),
    ],
)
def test_a_street_that_looks_like_a_place_is_kept(address, city, state):
    assert split(address, City=city, State=state)[0] == address.upper()


@pytest.mark.parametrize("address", ["1 Main St, Macomb, IL", "1 Main St, NE", "1 Main St, Macomb"])
def test_a_place_other_than_the_row_has_is_kept(address):
    assert split(address, **BOCA)[0] == address.upper()


def test_another_city_is_kept_if_only_the_address_has_a_zip_code():
    assert split("1 Main St, Macomb, IL 61455", City="Chicago", State="IL")[0] == "1 MAIN ST, MACOMB"


def test_another_city_is_split_off_if_the_zip_code_agrees():
    assert split("1 Main St, West Boca, FL 33432", **BOCA)[0] == "1 MAIN ST"


def test_rows_keep_their_order():
    frame = pl.DataFrame({"Address": ["1 A St, X, NC 28202", "2 B St", "3 C St, X, NC 28202"]})
    assert split_places(frame)["Address"].to_list() == ["1 A ST", "2 B St", "3 C ST"]


@pytest.mark.parametrize("column", ["Address", "City", "State", "Zip Code"])
def test_a_text_longer_than_any_address_becomes_null(column):
    """Parsing the cells of a hostile file would cost minutes."""
    row = {"Address": "1 Main St", **BOCA} | {column: "7 Oak St " * 3_000}
    found = split_places(pl.DataFrame([row])).row(0, named=True)
    assert found[column] is None
