"""A peek returns the same first rows as a full read."""

import re
import zipfile

import pytest

from flexscout.errors import DataFormatError
from flexscout.ingest.readers.any_file import peek_workbook, read_workbook
from flexscout.skipped import SheetSkipCode, SkippedSheet
from workbooks import HEADER, candidate, corrupted_file, empty_file, write_sheets, write_workbook

TABLES = {
    "plain": [HEADER, candidate(1), candidate(2)],
    "of numbers": [["a", "b"], [30_000, 30_000.0], [0.1 + 0.2, 2.25], [-5, 123_456_789_012]],
    "of texts": [["a", "b"], ["00123", " padded "], ["12,000 SF", "N/A"]],
    "below titles": [["Export of May"], [], HEADER, candidate()],
    "starting lower": [[], [], [], HEADER, candidate()],
    "starting further right": [[None, None, "Address", "City"], [None, None, "1 Test Street", "Charlotte"]],
    "with gaps": [["Address", None, "City"], [], ["1 Test Street"], [None, None, "Charlotte"]],
    "of one cell": [["Address"]],
}


def with_dimension(path, reference):
    """Rewrite the workbook so that its sheets declare the dimension `reference`, as careless exporters do."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            bare = re.sub(rb"<dimension[^>]*/>", b"", content)
            tag = f'<dimension ref="{reference}"/><sheetData>'.encode()
            book.writestr(name, bare.replace(b"<sheetData>", tag))
    return path


@pytest.mark.parametrize("rows", TABLES.values(), ids=TABLES.keys())
def test_a_peek_at_a_short_table_returns_all_of_it(tmp_path, rows):
    path = write_workbook(tmp_path / "a.xlsx", rows)
    (peeked,), (full,) = peek_workbook(path, 100).sheets, read_workbook(path).sheets
    assert peeked.name == full.name
    assert peeked.cells.rows() == full.cells.rows()


def test_a_peek_returns_no_more_rows_than_requested(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, *(candidate(number) for number in range(50))])
    (peeked,), (full,) = peek_workbook(path, 7).sheets, read_workbook(path).sheets
    assert peeked.cells.rows() == full.cells.head(7).rows()


def test_a_peek_skips_the_same_sheets(tmp_path):
    path = write_sheets(tmp_path / "a.xlsx", {"Cover": [], "Data": [HEADER, candidate()], "Notes": [["by Ann"]]})
    peeked, full = peek_workbook(path, 100), read_workbook(path)
    assert [sheet.name for sheet in peeked.sheets] == [sheet.name for sheet in full.sheets] == ["Data", "Notes"]
    assert peeked.skipped_sheets == full.skipped_sheets == (SkippedSheet("Cover", SheetSkipCode.EMPTY),)


@pytest.mark.parametrize("reference", ["A1", "A1:B2", "A1:XFD1048576"])
def test_a_wrong_dimension_hides_no_cell(tmp_path, reference):
    """Many exporters write `A1` whatever the size of the table."""
    path = with_dimension(write_workbook(tmp_path / "a.xlsx", [HEADER, candidate(1), candidate(2)]), reference)
    (peeked,), (full,) = peek_workbook(path, 100).sheets, read_workbook(path).sheets
    assert full.cells.row(0) == HEADER
    assert peeked.cells.rows() == full.cells.rows()


@pytest.mark.parametrize("make", [empty_file, corrupted_file])
def test_a_peek_at_a_bad_file_raises_the_same_error_as_a_full_read(tmp_path, make):
    path = make(tmp_path)
    with pytest.raises(DataFormatError) as peeked:
        peek_workbook(path, 100)
    with pytest.raises(DataFormatError) as full:
        read_workbook(path)
    assert peeked.value.as_dict() == full.value.as_dict()


def test_a_sheet_without_cells_in_the_peeked_rows_is_read_in_full(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [*([[]] * 20), HEADER, candidate()])
    (sheet,) = peek_workbook(path, 5).sheets
    assert sheet.cells.row(20) == HEADER
