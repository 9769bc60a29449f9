"""Finding the rows that a user means by an address or an APN."""

import polars as pl
import pytest

from flexscout.matching.lookup import find_nearest_rows, find_rows_by_address, find_rows_by_apn

ROWS = pl.DataFrame(
    {
        "Address": [
            "12 N Main St",
            "12 Main St Ste 4",
            "12 Main Ave",
            "Industrial Pkwy",
            "12 North Main Street, Concord, NC",
            None,
        ],
        "City": ["Charlotte", "Charlotte", "Charlotte", "Charlotte", None, "Charlotte"],
        "State": ["NC", "NC", "NC", "NC", None, "NC"],
        "Zip Code": ["28208", "28208", "28210", "28208", None, "28208"],
        "APN": ["123-45-678", None, "123-45-679", "R 77", None, "-"],
    }
)


@pytest.mark.parametrize(
    ("address", "rows"),
    [
        ("12 North Main Street", [0, 4]),
        ("12 North Main Street, Concord", [4]),
        ("12 n. main st, charlotte", [0]),
        ("12 N Main St Charlotte NC 28208", [0]),
        ("12 Main Street #4", [1]),
        ("12 Main St", [0, 1, 4]),
        ("12 Main, 28210", [2]),
        ("Industrial Parkway", [3]),
        ("Industrial Parkway, Charlotte, NC", [3]),
        ("Industrial Parkway, Concord", []),
        ("((", []),
        ("12 S Main St", []),
        ("13 N Main St", []),
        ("", []),
    ],
)
def test_an_address_is_found_in_any_spelling(address, rows):
    assert find_rows_by_address(address, ROWS).to_list() == rows


@pytest.mark.parametrize(("number", "rows"), [("12345678", [0]), ("123 45 679", [2]), ("r77", [3]), ("-", []), ("12", [])])
def test_a_parcel_is_found_by_its_letters_and_digits(number, rows):
    assert find_rows_by_apn(number, ROWS).to_list() == rows


def test_the_nearest_address_comes_first():
    assert find_nearest_rows("21 N Main St", ROWS, 2)[0] == 0


def test_a_row_without_a_city_is_found_only_if_no_other_row_matches():
    nowhere = ROWS[[0]].with_columns(pl.lit(None, pl.String).alias("City"))
    assert find_rows_by_address("12 N Main St, Charlotte", nowhere).to_list() == [0]
    assert find_rows_by_address("12 N Main St, Charlotte", pl.concat([nowhere, ROWS])).to_list() == [1]


@pytest.mark.parametrize("address", ["", "((", "!"])
def test_a_blank_address_has_no_nearest_rows(address):
    assert find_nearest_rows(address, ROWS, 3) == []


def test_rows_without_addresses_have_no_nearest_rows():
    assert find_nearest_rows("12 Main St", ROWS.clear(), 3) == []
