"""Delimited text: every record is a row, every cell its text."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flexscout.ingest.header_row import find_header
from flexscout.ingest.readers.any_file import peek_workbook, read_workbook
from flexscout.ingest.readers.delimited import MAX_CELL_LINES, measure_layout
from format_files import delimited, refusal, write, write_delimited
from workbooks import HEADER, candidate


def sheet_of(folder, text, name="export.csv", encoding="utf-8"):
    (sheet,) = read_workbook(write(folder / name, text.encode(encoding))).sheets
    return sheet


def rows_of(folder, text):
    return sheet_of(folder, text).cells.rows()


def test_a_text_is_one_sheet_named_after_the_file(tmp_path):
    sheet = sheet_of(tmp_path, "Address,City\n1 Test Street,Charlotte\n", "May export.csv")
    assert (sheet.name, sheet.cells.columns) == ("May export", ["0", "1"])
    assert sheet.cells.rows() == [("Address", "City"), ("1 Test Street", "Charlotte")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_names_columns(tmp_path, delimiter):
    rows = [HEADER, candidate(1, Address="1, 2; 3 | 4 Test Street"), candidate(2)]
    (sheet,) = read_workbook(write_delimited(tmp_path / "a.csv", rows, delimiter)).sheets
    assert sheet.cells.row(0) == HEADER
    assert sheet.cells.row(1)[1] == "1, 2; 3 | 4 Test Street"


def test_an_ambiguous_delimiter_is_reported(tmp_path):
    ((reason, detail),) = sheet_of(tmp_path, "a,b;c\n1,2;3\n").notes
    assert (reason, detail.partition(";")[0]) == ("delimiter_unclear", "read as separated by commas")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_is_decoded(tmp_path, encoding):
    sheet = sheet_of(tmp_path, "Address,City\n1 Peña € Straße,Cañon City\n", encoding=encoding)
    assert sheet.cells.rows() == [("Address", "City"), ("1 Peña € Straße", "Cañon City")]


def test_an_assumed_encoding_is_reported(tmp_path):
    assert sheet_of(tmp_path, "Address,City\n1 Peña,x\n", encoding="cp1252").notes[0][0] == "encoding_assumed"


def test_quoted_line_ends_and_delimiters_belong_to_the_cell(tmp_path):
    text = 'Address,City\r\n"1 Test Street,\nUnit ""B""",Charlotte\r\n2 Test Street,x\r\n'
    assert rows_of(tmp_path, text) == [("Address", "City"), ('1 Test Street,\nUnit "B"', "Charlotte"), ("2 Test Street", "x")]


def test_titles_and_blank_lines_above_the_header_keep_the_row_numbers(tmp_path):
    cells = sheet_of(tmp_path, "171 properties\n\n" + delimited([HEADER, candidate()])).cells
    assert find_header(cells) == 2
    assert cells.row(0) == ("171 properties", *[None] * 7)


def test_long_records_widen_the_table_and_short_ones_are_padded(tmp_path):
    assert rows_of(tmp_path, "a,b\n1\n1,2,3,4\n") == [("a", "b", None, None), ("1", None, None, None), ("1", "2", "3", "4")]


def test_empty_cells_are_null_and_trailing_ones_are_removed(tmp_path):
    assert rows_of(tmp_path, 'a,b,,\n"",2,,\n\n,,,\n') == [("a", "b"), (None, "2")]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(tmp_path, ending):
    assert rows_of(tmp_path, ending.join(["a,b", "1,2"])) == [("a", "b"), ("1", "2")]


def test_a_quote_inside_a_cell_is_text(tmp_path):
    assert rows_of(tmp_path, 'a,b\n12" pipe,1\n') == [("a", "b"), ('12" pipe', "1")]


def test_a_quote_that_never_closes_does_not_swallow_the_file(tmp_path):
    rows = delimited([HEADER, *map(candidate, range(1, 2 * MAX_CELL_LINES))])
    sheet = sheet_of(tmp_path, rows.replace("3 Test Street", '"3 Test Street', 1))
    assert sheet.cells.height == 2 * MAX_CELL_LINES
    assert any(
        reason == "read_without_quotes" and detail.startswith("a quote in row 4 opens a cell") for reason, detail in sheet.notes
    )


@pytest.mark.parametrize(
    ("end", "detail"),
    [
        ("2 Test Street,Char", "row 3 has 2 of 3 cells"),
        ('2 Test Street,"Char', "row 3 ends inside a quotation mark"),
        ('2 Test Street,"Charlotte\n', "row 3 ends inside a quotation mark"),
        ('2 "Test" Street,Char', "row 3 has 2 of 3 cells"),
    ],
)
def test_a_download_that_was_cut_off_is_reported(tmp_path, end, detail):
    sheet = sheet_of(tmp_path, f"Address,City,State\n1 Test Street,Charlotte,NC\n{end}")
    assert sheet.notes == (("cut_off", detail),)


@pytest.mark.parametrize(
    "end",
    [
        "2 Test Street,Charlotte,NC",
        "2 Test Street,Charlotte,",
        "2 Test Street\n",
        '2 Test Street,Charlotte,"NC\n"',
        '"2 Test\nStreet",Charlotte,NC',
        "\nSource: an export",
        "Total,1\nSource: an export",
        " ",
        "",
    ],
)
def test_a_file_that_is_complete_is_not_reported_as_cut_off(tmp_path, end):
    assert sheet_of(tmp_path, f"Address,City,State\n1 Test Street,Charlotte,NC\n{end}").notes == ()


def test_a_peek_does_not_look_at_the_last_row(tmp_path):
    path = write(tmp_path / "a.csv", b"Address,City,State\n1 Test Street,Charlotte,NC\n2 Test")
    assert peek_workbook(path, 2).sheets[0].notes == ()


def test_a_zero_byte_does_not_end_the_text(tmp_path):
    assert rows_of(tmp_path, "a,b\nx\0y," + "z" * 500 + "\n")[1][0] == "x\0y"


def test_too_many_columns_are_refused(tmp_path):
    error = refusal(write(tmp_path / "a.csv", b"a," * 20_000 + b"\n"))
    assert error.code == "too_many_columns"
    assert "20,001 columns" in error.message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"x" * 20_000_000, "no_table"),
        (b"a,b\n1," + b"x" * 5_000_000, "no_table"),
        (bytes(range(256)) * 100, "unknown_content"),
        (b",,,\n\n,,\n", "empty_file"),
        (b"\n\n", "empty_file"),
    ],
)
def test_text_that_is_not_a_table_is_refused(tmp_path, content, code):
    assert refusal(write(tmp_path / "a.csv", content)).code == code


def test_a_peek_returns_the_first_rows(tmp_path):
    path = write_delimited(tmp_path / "a.csv", [HEADER, *map(candidate, range(100))])
    (peeked,), (full,) = peek_workbook(path, 7).sheets, read_workbook(path).sheets
    assert peeked.cells.rows() == full.cells.head(7).rows()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_peek_at_a_large_file_reads_only_its_beginning(tmp_path, encoding):
    path = write_delimited(tmp_path / "a.csv", [HEADER, *[candidate(Address="x" * 50_000)] * 500], encoding=encoding)
    (sheet,) = peek_workbook(path, 7).sheets
    assert sheet.cells.height == 7


@settings(deadline=None)
@given(st.lists(st.lists(st.text(st.sampled_from('a",;\n\r '), max_size=4), min_size=1, max_size=4), min_size=1, max_size=6))
def test_a_well_formed_text_is_read_as_the_standard_library_reads_it(tmp_path_factory, rows):
    text = "Address,City\n" + delimited(rows, lineterminator="\n", quoting=csv.QUOTE_ALL)
    cells = sheet_of(tmp_path_factory.mktemp("x"), text).cells
    expected = [[cell or None for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
    found = [[*row, None, None] for row in cells.rows()]
    for number, row in enumerate(expected):
        assert (found[number] if number < len(found) else [None] * 4)[: len(row)] == row


@settings(deadline=None)
@given(st.text(st.sampled_from('a",\n'), max_size=12))
def test_the_layout_of_a_text_is_measured_exactly(text):
    """A text that is not well-formed has no layout; the lenient parser reads it."""
    text += "\n"
    if build := measure_layout(text.encode(), ord(",")):
        records = list(csv.reader(io.StringIO(text, newline="")))
        assert (build.records, build.width) == (len(records), max(1, *map(len, records)))


@pytest.mark.parametrize("cell", ['="02101"', '"=""02101"""'])
def test_a_text_that_is_written_as_a_formula_is_the_text(tmp_path, cell):
    sheet = sheet_of(tmp_path, f'Address,Zip,APN\n1 Mill Rd,{cell},""\n2 Mill Rd,02102,="" \n')
    assert sheet.cells.to_series(1).to_list()[1:] == ["02101", "02102"]
