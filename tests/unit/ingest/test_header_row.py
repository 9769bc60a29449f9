"""Detection of the header row."""

import polars as pl
import pytest

from flexscout.ingest.header_row import find_header, header_texts
from flexscout.ingest.readers.any_file import read_workbook
from workbooks import HEADER, candidate, write_workbook


def header_of(folder, *rows):
    """Return the header's position, from 0, in a workbook of these rows."""
    (sheet,) = read_workbook(write_workbook(folder / "a.xlsx", rows)).sheets
    return find_header(sheet.cells)


def test_a_header_in_the_first_row_is_found(tmp_path):
    assert header_of(tmp_path, HEADER, candidate()) == 0


def test_a_title_row_above_the_header_is_skipped(tmp_path):
    assert header_of(tmp_path, ["Export of May 2024"], [], ["171 properties"], HEADER, candidate()) == 3


def test_a_title_that_is_a_known_name_is_not_the_header(tmp_path):
    assert header_of(tmp_path, ["Property Type", "Industrial"], ["City", "Charlotte"], HEADER, candidate()) == 2


def test_a_row_of_group_titles_above_the_header_is_not_the_header(tmp_path):
    groups = ["Property", "Address", None, None, "Size", None, "Sale", None]
    assert header_of(tmp_path, groups, HEADER, candidate()) == 1


def test_the_first_of_two_equal_headers_counts(tmp_path):
    assert header_of(tmp_path, ["Report"], HEADER, candidate(1), HEADER, candidate(2)) == 1


def test_a_repeated_name_counts_once(tmp_path):
    assert header_of(tmp_path, ["Address", "address", "ADDRESS"], ["Address", "City"], ["1 Test Street", "x"]) == 1


def test_a_size_without_unit_counts_as_a_known_name(tmp_path):
    assert header_of(tmp_path, ["Address", "by Ann"], ["Address", "Lot Size"], ["1 Test Street", "2 ac"]) == 1


def test_without_any_known_name_the_first_row_with_a_cell_is_the_header(tmp_path):
    assert header_of(tmp_path, [], [], ["Name of person", "Phone"], ["Ann", "555-0100"]) == 2


def test_prose_is_not_a_header(tmp_path):
    prose = "Address, City and State of every property are as the county recorded them. " * 3
    assert header_of(tmp_path, [prose, prose], ["Address"], ["1 Test Street"]) == 1


@pytest.mark.parametrize(("titles", "position"), [(24, 24), (25, 0)])
def test_the_header_is_searched_in_the_first_25_rows(tmp_path, titles, position):
    assert header_of(tmp_path, *([["title"]] * titles), HEADER, candidate()) == position


def test_a_table_without_rows_has_its_header_at_0():
    assert find_header(pl.DataFrame(schema={"0": pl.String})) == 0


def texts_of(folder, *rows):
    """Return the position of the header, from 0, in a workbook of these rows, and its names."""
    (sheet,) = read_workbook(write_workbook(folder / "a.xlsx", rows)).sheets
    position = find_header(sheet.cells)
    return position, list(header_texts(sheet.cells, position)[0])


def test_a_header_on_two_rows_is_joined(tmp_path):
    upper = ["Address", "City", "Building", None, "Lot", None]
    lower = [None, None, "SqFt", "Year Built", "SqFt", "Acres"]
    joined = ["Address", "City", "Building SqFt", "Year Built", "Lot SqFt", "Lot Acres"]
    assert texts_of(tmp_path, ["Export"], upper, lower, ["1 Test Street", "x", 1, 1999, 2, 3]) == (2, joined)


def test_groups_distinguish_an_owner_address_from_the_property_address(tmp_path):
    upper = ["Property", None, None, None, "Owner", None, None]
    lower = ["Address", "City", "Type", "SqFt", "Name", "Address", "City"]
    joined = [f"{group} {name}" for group, name in zip(["Property"] * 4 + ["Owner"] * 3, lower, strict=True)]
    assert texts_of(tmp_path, upper, lower, ["1 Test Street"]) == (1, joined)


def test_two_rows_are_not_joined_if_one_has_as_many_known_names(tmp_path):
    assert texts_of(tmp_path, ["Property", None, "Place", None], HEADER, candidate()) == (1, list(HEADER))


def test_a_header_is_not_joined_with_the_row_of_values_below_it(tmp_path):
    header = ["Property Type", "Address", "Remark", "Building"]
    assert texts_of(tmp_path, header, ["Flex", None, "Unit", "Annex"]) == (0, header)


def test_a_size_below_an_unknown_group_is_not_the_building_size(tmp_path):
    upper, lower = ["Address", "Building", None, "Parking", None], [None, "SqFt", "Year Built", "SqFt", "Stalls"]
    assert texts_of(tmp_path, upper, lower, ["1 Test Street"])[1][3] == "Parking SqFt"


def test_a_mapped_name_makes_a_row_the_header(tmp_path):
    (sheet,) = read_workbook(write_workbook(tmp_path / "a.xlsx", [["Bericht"], ["Strasse", "Ort"], ["1 Test", "x"]])).sheets
    assert (find_header(sheet.cells), find_header(sheet.cells, {"strasse", "ort"})) == (0, 1)
