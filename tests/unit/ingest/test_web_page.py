"""Tables of web pages, which portals send with the suffix of a workbook."""

import pytest

from flexscout.errors import DataFormatError
from flexscout.ingest.readers.any_file import read_workbook
from format_files import page, write, write_page, write_web_archive
from workbooks import HEADER, candidate

ROWS = [("Address", "City"), ("1 Test Street", "Charlotte"), ("2 Peña", None)]


def rows_of(folder, text):
    (sheet,) = read_workbook(write(folder / "a.xls", text.encode())).sheets
    return sheet.cells.rows()


@pytest.mark.parametrize("make", [write_page, write_web_archive])
def test_the_table_of_a_page_is_a_sheet(tmp_path, make):
    (sheet,) = read_workbook(make(tmp_path / "a.xls", ROWS)).sheets
    assert sheet.name == "Table 1"
    assert sheet.cells.rows() == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_every_encoding_is_decoded(tmp_path, encoding):
    (sheet,) = read_workbook(write_page(tmp_path / "a.xls", ROWS, encoding)).sheets
    assert sheet.cells.row(2) == ("2 Peña", None)


def test_every_table_is_a_sheet_of_its_own(tmp_path):
    book = read_workbook(write(tmp_path / "a.xls", page([["Notes"]], [HEADER, candidate()]).encode()))
    assert [sheet.name for sheet in book.sheets] == ["Table 1", "Table 2"]


def test_a_layout_table_is_not_read(tmp_path):
    inner = page(ROWS)
    assert rows_of(tmp_path, f"<html><table><tr><td>Menu</td><td>{inner}</td></tr></table></html>") == ROWS


def test_merged_cells_shift_the_following_ones(tmp_path):
    text = "<table><tr><td rowspan=2>a<td colspan=2>b<td>c</tr><tr><td>d<td>e<td>f</tr><tr><td>g<td>h<td>i<td>j</tr></table>"
    assert rows_of(tmp_path, text) == [("a", "b", None, "c"), (None, "d", "e", "f"), ("g", "h", "i", "j")]


def test_whitespace_of_the_source_is_collapsed(tmp_path):
    assert rows_of(tmp_path, "<table><tr><td>\n  1 <b>Test</b>\n Street&nbsp;&amp; Co</td></tr></table>") == [
        ("1 Test Street & Co",)
    ]


def test_a_page_without_a_table_is_reported_as_possible_login_form(tmp_path):
    with pytest.raises(DataFormatError) as caught:
        read_workbook(write(tmp_path / "a.xls", b"<html><body>Please log in</body></html>"))
    assert caught.value.code == "web_page"
    assert "a web page without a table" in caught.value.message
    assert "login form" in caught.value.next_step


def test_a_web_archive_without_a_page_is_reported(tmp_path):
    with pytest.raises(DataFormatError, match="a web archive without a page"):
        read_workbook(write(tmp_path / "a.xls", b"MIME-Version: 1.0\nContent-Type: text/plain\n\nAddress"))


def test_the_span_of_a_cell_is_limited(tmp_path):
    row = "<tr>" + "<td colspan=999999>x" * 20 + "</tr>"
    with pytest.raises(DataFormatError, match="more than 16,384 columns"):
        read_workbook(write(tmp_path / "a.xls", f"<table>{row}</table>".encode()))
