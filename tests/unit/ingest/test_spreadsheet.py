"""Workbooks as text: every cell at its position, no value changed."""

import traceback
from datetime import date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import flexscout
from flexscout.errors import DataFormatError
from flexscout.ingest.header_row import find_header
from flexscout.ingest.mapping.header_map import map_headers
from flexscout.ingest.readers import spreadsheet
from flexscout.ingest.readers.any_file import read_workbook
from flexscout.ingest.readers.excel_parser import load_sheet
from flexscout.ingest.scan import build_source_file
from flexscout.ingest.worker import ingest_file
from flexscout.runtime.cache import TableCache
from flexscout.skipped import SheetSkipCode, SkippedSheet
from workbooks import HEADER, candidate, write_sheets, write_workbook

PACKAGE = Path(flexscout.__file__).parent


def only_sheet(path):
    (sheet,) = read_workbook(path).sheets
    return sheet


def test_sheets_are_read_by_name_in_their_order(tmp_path):
    path = write_sheets(tmp_path / "a.xlsx", {"Zoned M-1": [["Address"]], "All (2)": [["APN"]], "ümlaut": [["City"]]})
    assert [sheet.name for sheet in read_workbook(path).sheets] == ["Zoned M-1", "All (2)", "ümlaut"]


def test_columns_are_named_by_position_and_are_all_text(tmp_path):
    sheet = only_sheet(write_workbook(tmp_path / "a.xlsx", [HEADER, candidate()]))
    assert sheet.cells.columns == ["0", "1", "2", "3", "4", "5", "6", "7"]
    assert {str(kind) for kind in sheet.cells.dtypes} == {"String"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1 Test Street", "1 Test Street"),
        ("00123", "00123"),
        (" padded ", " padded "),
        ("N/A", "N/A"),
        ("línea\nnueva", "línea\nnueva"),
        (30_000, "30000"),
        (30_000.0, "30000"),
        (2.25, "2.25"),
        (0.1 + 0.2, "0.3"),
        (123_456_789_012, "123456789012"),
        (-2, "-2"),
        (date(2007, 1, 10), "2007-01-10 00:00:00"),
        (datetime(2007, 1, 10, 13, 5), "2007-01-10 13:05:00"),  # noqa: DTZ001 - Excel knows no time zones
        (None, None),
        ("", None),
    ],
)
def test_a_cell_is_read_as_the_text_that_it_shows(tmp_path, value, text):
    sheet = only_sheet(write_workbook(tmp_path / "a.xlsx", [["Address", "here", "City"], ["x", value, "y"]]))
    assert sheet.cells.row(1) == ("x", text, "y")


def test_a_text_far_below_numbers_is_not_lost(tmp_path):
    rows = [["Building SqFt"], *([number] for number in range(1, 3_000)), ["12,000 SF"]]
    assert only_sheet(write_workbook(tmp_path / "a.xlsx", rows)).cells["0"][-1] == "12,000 SF"


def test_a_table_that_starts_lower_keeps_the_row_numbers_of_excel(tmp_path):
    sheet = only_sheet(write_workbook(tmp_path / "a.xlsx", [[], [], [], HEADER, [], candidate()]))
    assert sheet.cells.height == 6
    assert sheet.cells.row(3) == HEADER
    assert sheet.cells.row(5)[1] == "1 Test Street"


def test_a_table_that_starts_further_right_keeps_the_letters_of_excel(tmp_path):
    rows = [[None, None, "Address", "Building SqFt", None], [None, None, "1 Test Street", "30000", "a note"]]
    cells = only_sheet(write_workbook(tmp_path / "a.xlsx", rows)).cells
    header = find_header(cells)
    names = [column.name for column in map_headers("Sheet1", cells.row(header), cells.slice(header + 1)).columns]
    assert names == ["Address", "Building SqFt", "Column E"]


def test_a_column_without_header_and_an_empty_row_are_kept(tmp_path):
    rows = [["Address", None, "City"], ["1 Test Street", "x", "Charlotte"], [None, None, None], ["2 Test Street"]]
    cells = only_sheet(write_workbook(tmp_path / "a.xlsx", rows)).cells
    assert cells.rows() == [
        ("Address", None, "City"),
        ("1 Test Street", "x", "Charlotte"),
        (None, None, None),
        ("2 Test Street", None, None),
    ]


def test_equal_headers_are_read(tmp_path):
    cells = only_sheet(write_workbook(tmp_path / "a.xlsx", [["Owner"] * 3, ["a", "b", "c"]])).cells
    assert cells.rows() == [("Owner", "Owner", "Owner"), ("a", "b", "c")]


def test_a_blank_sheet_is_skipped_with_its_reason(tmp_path):
    book = read_workbook(write_sheets(tmp_path / "a.xlsx", {"Cover": [], "Data": [HEADER, candidate()]}))
    assert [sheet.name for sheet in book.sheets] == ["Data"]
    assert book.skipped_sheets == (SkippedSheet("Cover", SheetSkipCode.EMPTY),)


@pytest.mark.parametrize("sheets", [{"Sheet1": []}, {"One": [], "Two": [[None, None], [""]]}])
def test_a_workbook_without_cells_is_refused(tmp_path, sheets):
    with pytest.raises(DataFormatError) as caught:
        read_workbook(write_sheets(tmp_path / "a.xlsx", sheets))
    assert caught.value.code == "empty_workbook"
    assert caught.value.message == "a.xlsx has no data: every sheet is empty."
    assert caught.value.next_step


def test_a_workbook_with_a_wrong_suffix_is_read_by_its_content(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, candidate()]).rename(tmp_path / "a.xls")
    assert only_sheet(path).cells.row(0) == HEADER


def test_a_missing_file_raises_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_workbook(tmp_path / "none.xlsx")


def test_an_ordinary_workbook_is_five_functions_from_its_cells(tmp_path, monkeypatch):
    """A reader of the code, or of a traceback, follows five names from the worker's entry point to fastexcel."""
    chains = []

    def load_and_record(*arguments):
        frames = [frame.name for frame in traceback.extract_stack() if Path(frame.filename).is_relative_to(PACKAGE)]
        chains.append([*frames, "load_sheet"])
        return load_sheet(*arguments)

    monkeypatch.setattr(spreadsheet, "load_sheet", load_and_record)
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, candidate()])
    assert ingest_file(build_source_file(path, path.name), TableCache(tmp_path / "cache")).error is None
    assert chains == [["ingest_file", "read_workbook", "read_spreadsheet", "collect_sheets", "load_sheet"]]


def read_merged_table(path, rows, *ranges):
    """Return the table of a workbook with merged cells."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for each in ranges:
        book.active.merge_cells(each)
    book.save(path)
    record = ingest_file(build_source_file(path, path.name), TableCache(path.parent / "cache"))
    return pl.read_parquet(record.sheets[0].table)


def test_the_value_of_cells_merged_down_a_column_holds_for_each_of_their_rows(tmp_path):
    rows = [HEADER, *(candidate(i, City=city) for i, city in enumerate(("Durham", None, None, "Cary", None), start=1))]
    table = read_merged_table(tmp_path / "a.xlsx", rows, "C2:C4", "C5:C5")
    assert table["City"].to_list() == ["Durham", "Durham", "Durham", "Cary", None]


def test_one_size_in_merged_cells_is_not_repeated(tmp_path):
    rows = [HEADER, candidate(1), candidate(2, Building_SqFt=None)]
    assert read_merged_table(tmp_path / "a.xlsx", rows, "E2:E3")["Building SqFt"].to_list() == [30_000, None]


def test_merged_banners_headers_and_blank_rows_stay_as_they_are(tmp_path):
    rows = [["Industrial in the Triangle"], [], HEADER, candidate(1, City="Durham"), candidate(2, City=None)]
    table = read_merged_table(tmp_path / "a.xlsx", rows, "A1:H2", "C5:C1048576")
    assert table["City"].to_list() == ["Durham", None]
    table = read_merged_table(tmp_path / "b.xlsx", rows, "A1:H2", "C4:C1048576")
    assert table["City"].to_list() == ["Durham", "Durham"]
