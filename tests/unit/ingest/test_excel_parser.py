"""Error cells and the 1904 date system."""

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from flexscout.ingest.readers.any_file import peek_workbook, read_workbook
from workbooks import write_workbook

ERRORS = ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!"]


def cells_of(book):
    return book.sheets[0].cells.rows()


@pytest.mark.parametrize("read", [read_workbook, lambda path: peek_workbook(path, 10)], ids=["read", "peeked"])
@pytest.mark.parametrize("error", ERRORS)
def test_an_error_cell_is_read_as_the_text_that_excel_shows(tmp_path, read, error):
    path = write_workbook(tmp_path / "a.xlsx", [["Address", "RBA"], ["1 Test Street", error], [error, 5]])
    assert cells_of(read(path)) == [("Address", "RBA"), ("1 Test Street", error), (error, "5")]


def test_an_error_cell_keeps_its_position_in_a_table_off_the_corner(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [[], [None, None, "Address", "RBA"], [None, None, "1 Test Street", "#REF!"]])
    assert cells_of(read_workbook(path))[2] == (None, None, "1 Test Street", "#REF!")


def test_a_sheet_of_nothing_but_errors_is_not_empty(tmp_path):
    assert cells_of(read_workbook(write_workbook(tmp_path / "a.xlsx", [["#N/A"]]))) == [("#N/A",)]


@pytest.mark.parametrize("from_1904", [True, False])
def test_the_1904_date_system_is_detected(tmp_path, from_1904):
    book = openpyxl.Workbook()
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    book.active.append(["Address"])
    book.save(tmp_path / "a.xlsx")
    assert read_workbook(tmp_path / "a.xlsx").from_1904 is from_1904
