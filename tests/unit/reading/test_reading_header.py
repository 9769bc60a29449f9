"""Where the header of a sheet stands."""

import polars as pl
import pytest

from flexscout.reading import find_header, read_workbook
from workbooks import HEADER, candidate, write_workbook


def header_of(folder, *rows):
    """The header's position, from 0, in a workbook of these rows."""
    (sheet,) = read_workbook(write_workbook(folder / "a.xlsx", rows)).sheets
    return find_header(sheet.cells)


def test_a_header_in_the_first_row_is_found(tmp_path):
    assert header_of(tmp_path, HEADER, candidate()) == 0


def test_a_title_row_above_the_header_is_skipped(tmp_path):
    assert header_of(tmp_path, ["Export of May 2024"], [], ["171 properties"], HEADER, candidate()) == 3


def test_a_title_that_is_a_known_name_does_not_win_over_the_header(tmp_path):
    assert header_of(tmp_path, ["Property Type", "Industrial"], ["City", "Charlotte"], HEADER, candidate()) == 2


def test_a_row_of_group_titles_above_the_header_is_skipped(tmp_path):
    groups = ["Property", "Address", None, None, "Size", None, "Sale", None]
    assert header_of(tmp_path, groups, HEADER, candidate()) == 1


def test_the_first_of_two_equal_headers_counts(tmp_path):
    assert header_of(tmp_path, ["Report"], HEADER, candidate(1), HEADER, candidate(2)) == 1


def test_one_name_that_is_repeated_counts_once(tmp_path):
    assert header_of(tmp_path, ["Address", "address", "ADDRESS"], ["Address", "City"], ["1 Test Street", "x"]) == 1


def test_a_size_without_unit_counts_as_a_known_name(tmp_path):
    assert header_of(tmp_path, ["Address", "by Ann"], ["Address", "Lot Size"], ["1 Test Street", "2 ac"]) == 1


def test_without_any_known_name_the_first_row_with_a_cell_is_the_header(tmp_path):
    assert header_of(tmp_path, [], [], ["Name of person", "Phone"], ["Ann", "555-0100"]) == 2


def test_prose_is_no_header(tmp_path):
    prose = "Address, City and State of every property are as the county recorded them. " * 3
    assert header_of(tmp_path, [prose, prose], ["Address"], ["1 Test Street"]) == 1


@pytest.mark.parametrize(("titles", "position"), [(24, 24), (25, 0)])
def test_a_header_is_looked_for_in_the_first_25_rows(tmp_path, titles, position):
    assert header_of(tmp_path, *([["title"]] * titles), HEADER, candidate()) == position


def test_a_table_without_rows_has_its_header_at_0():
    assert find_header(pl.DataFrame(schema={"0": pl.String})) == 0
