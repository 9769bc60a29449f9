"""SpreadsheetML, which some portals still send."""

import pytest

from flexscout.errors import DataFormatError
from flexscout.ingest.readers.any_file import read_workbook
from format_files import spreadsheetml, write, write_spreadsheetml
from workbooks import HEADER, candidate


def book_of(folder, text):
    return read_workbook(write(folder / "a.xls", text.encode()))


def with_table(rows):
    return spreadsheetml([]).replace("<Table></Table>", f"<Table>{rows}</Table>")


def test_each_sheet_is_text_under_its_name(tmp_path):
    (sheet,) = read_workbook(write_spreadsheetml(tmp_path / "a.xls", [HEADER, candidate()])).sheets
    assert sheet.name == "Listings"
    assert sheet.cells.row(0) == HEADER
    assert sheet.cells.row(1)[:5] == ("Flex", "1 Test Street", "Charlotte", "NC", "30000")


def test_rows_and_cells_are_placed_by_their_index(tmp_path):
    rows = '<Row ss:Index="3"><Cell ss:Index="2"><Data>a</Data></Cell><Cell><Data>b</Data></Cell></Row>'
    (sheet,) = book_of(tmp_path, with_table(rows)).sheets
    assert sheet.cells.rows() == [(None,) * 3, (None,) * 3, (None, "a", "b")]


def test_a_merged_cell_shifts_the_following_ones(tmp_path):
    rows = (
        '<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">a</Data></Cell><Cell><Data ss:Type="String">b</Data></Cell></Row>'
    )
    (sheet,) = book_of(tmp_path, with_table(rows)).sheets
    assert sheet.cells.rows() == [("a", None, "b")]


def test_a_date_reads_as_in_a_workbook(tmp_path):
    rows = '<Row><Cell><Data ss:Type="DateTime">2007-01-10T00:00:00.000</Data></Cell></Row>'
    (sheet,) = book_of(tmp_path, with_table(rows)).sheets
    assert sheet.cells.item() == "2007-01-10 00:00:00"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (spreadsheetml([HEADER, candidate()])[:-40], "damaged"),
        (spreadsheetml([]), "empty_workbook"),
        (with_table('<Row ss:Index="99999999"/>'), "damaged"),
        (with_table('<Row><Cell ss:Index="20000"><Data>x</Data></Cell></Row>'), "damaged"),
    ],
)
def test_unreadable_content_is_reported(tmp_path, text, code):
    with pytest.raises(DataFormatError) as caught:
        book_of(tmp_path, text)
    assert caught.value.code == code
    assert caught.value.message.startswith("a.xls ")


def test_no_other_file_is_read(tmp_path):
    """An entity that refers to a file of the computer is not expanded."""
    secret = write(tmp_path / "secret.txt", b"secret")
    entity = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    text = with_table("<Row><Cell><Data>a&e;</Data></Cell></Row>").replace('<?xml version="1.0"?>', entity)
    (sheet,) = book_of(tmp_path, text).sheets
    assert "secret" not in sheet.cells.item()
