"""Workbooks that fastexcel refuses are read by openpyxl, with a note; what openpyxl would lose or expand stays refused."""

import re
import zipfile

import pytest

from flexscout.errors import DataFormatError, LimitError
from flexscout.ingest.file_types import FileType, detect_file_type
from flexscout.ingest.readers.any_file import peek_workbook, read_workbook
from flexscout.ingest.readers.limits import check_limits
from flexscout.ingest.scan import build_source_file
from flexscout.ingest.worker import ingest_file
from flexscout.models import IssueReason
from flexscout.runtime.cache import TableCache
from format_files import write_archive
from sheets_as_xml import sheet_xml, write_book
from workbooks import HEADER, candidate, write_workbook

SHEET, BOOK, LINKS = "xl/worksheets/part1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
READ_AGAIN = ((IssueReason.SECOND_READER, ""),)
MEMORY = 2**31


def text_cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number, *cells):
    return f'<row r="{number}">{"".join(cells)}</row>'


ROWS = [
    row(1, text_cell("A1", "Address"), text_cell("B1", "Size")),
    row(2, text_cell("A2", "1 Test Street"), '<c r="B2"><v>5</v></c>'),
]
NEW_ERROR = row(1, '<c r="A1" t="e"><v>#CALC!</v></c>')
CELLS = [("Address", "Size"), ("1 Test Street", "5")]


def book_with(path, change, rows=ROWS):
    """Write a workbook of one sheet, and change its parts (name -> text)."""
    with zipfile.ZipFile(write_book(path, {"Data": sheet_xml(rows)})) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    return write_archive(path, change(parts) or parts)


def replaced(part, old, new):
    def change(parts):
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new)

    return change


def renamed(old, new):
    """Give parts, and all that refers to them, other names."""
    return lambda parts: {name.replace(old, new): text.replace(old, new) for name, text in parts.items()}


def moved_out(parts):
    return {
        name.replace("xl/worksheets/", "tables/"): text.replace('"worksheets/', '"../tables/') for name, text in parts.items()
    }


def in_utf_16(parts):
    parts[SHEET] = parts[SHEET].replace("UTF-8", "UTF-16").encode("utf-16")


@pytest.mark.parametrize(("old", "new"), [("xl/", ""), ("xl/", "spreadsheet/"), ("xl/", "Office/Book/")])
def test_a_package_may_keep_its_parts_in_any_folder(tmp_path, old, new):
    path = book_with(tmp_path / "a.xlsx", renamed(old, new))
    assert detect_file_type(path) is FileType.XLSX
    (sheet,) = read_workbook(path).sheets
    assert (sheet.name, sheet.cells.rows(), sheet.notes) == ("Data", CELLS, ())


def test_a_sheet_in_another_folder_is_measured_before_it_is_read(tmp_path):
    far = [*ROWS, row(1_048_576, text_cell("XFD1048576", "far"))]
    path = book_with(tmp_path / "a.xlsx", renamed("xl/worksheets/part1.xml", "data/first.xml"), far)
    with pytest.raises(LimitError, match="span 1,048,576 rows x 16,384 columns"):
        check_limits(path, ".xlsx", MEMORY)


def test_a_zip_of_other_files_is_no_workbook(tmp_path):
    relation = '<Relationship Id="a" Type="x/officeDocument" Target="book.xml"/>'
    parts = {"_rels/.rels": f"<Relationships>{relation}</Relationships>", "book.xml": "<html></html>"}
    assert detect_file_type(write_archive(tmp_path / "a.xlsx", parts)) is FileType.ARCHIVE


@pytest.mark.parametrize(
    "change",
    [
        renamed("workbook.xml", "book.xml"),
        moved_out,
        replaced(LINKS, 'Target="worksheets', 'Target="./worksheets'),
        replaced(SHEET, "<v>5</v>", '<v>5</v></c><c r="C2" t="e"><v>#SPILL!</v>'),
        replaced(SHEET, '<c r="B2"', '<c r="B2" t="unknown"'),
        replaced(SHEET, '<row r="2"', '<row r="2.0"'),
        in_utf_16,
    ],
    ids=["name of the workbook", "target outside", "dots", "new error value", "unknown type", "row number", "UTF-16"],
)
def test_a_workbook_that_is_written_in_an_unusual_way_is_read_with_a_note(tmp_path, change):
    path = book_with(tmp_path / "a.xlsx", change)
    (sheet,) = read_workbook(path).sheets
    assert [cells[:2] for cells in sheet.cells.rows()] == CELLS
    assert sheet.notes == READ_AGAIN


def test_only_the_sheet_that_needs_it_is_read_again(tmp_path):
    path = write_book(tmp_path / "a.xlsx", {"Good": sheet_xml(ROWS), "Odd": sheet_xml([NEW_ERROR])})
    good, odd = read_workbook(path).sheets
    assert (good.notes, odd.notes, odd.cells.rows()) == ((), READ_AGAIN, [("#CALC!",)])


def test_a_hidden_sheet_stays_hidden(tmp_path):
    (sheet,) = read_workbook(write_book(tmp_path / "a.xlsx", {"Odd": sheet_xml([NEW_ERROR])}, hidden=("Odd",))).sheets
    assert sheet.hidden


@pytest.mark.parametrize(
    "rows",
    [
        [row(2, text_cell("A2", "x")), NEW_ERROR],
        [row(1, text_cell("A1", "x")), NEW_ERROR],
    ],
    ids=["out of order", "twice"],
)
def test_a_workbook_whose_rows_would_be_lost_is_refused(tmp_path, rows):
    with pytest.raises(DataFormatError):
        read_workbook(write_book(tmp_path / "a.xlsx", {"Data": sheet_xml(rows)}))


@pytest.mark.parametrize("read", [read_workbook, lambda path: peek_workbook(path, 10)], ids=["read", "peeked"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_every_encoding(tmp_path, encoding, read):
    def declare_entity(parts):
        text = parts[SHEET].replace("UTF-8", encoding).replace("1 Test", "&number; Test")
        parts[SHEET] = text.replace("?>", '?><!DOCTYPE x [<!ENTITY number "1">]>', 1).encode(encoding)

    with pytest.raises(DataFormatError):
        read(book_with(tmp_path / "a.xlsx", declare_entity))


def test_cells_far_apart_are_refused_while_they_are_read(tmp_path):
    """In UTF-16, where they aren't found before."""
    far = [*ROWS, row(1_048_576, text_cell("XFD1048576", "far"))]
    with pytest.raises(LimitError, match="the limit for one file is 8 MB"):
        read_workbook(book_with(tmp_path / "a.xlsx", in_utf_16, far), 2**23)


def test_the_note_becomes_an_issue_of_the_file(tmp_path):
    rows = [row(1, *map(text_cell, [f"{letter}1" for letter in "ABCDEFGH"], HEADER))]
    for number in (2, 3):
        cells = zip("ABCDEFG", candidate(number), strict=False)
        rows.append(row(number, *(text_cell(f"{letter}{number}", value) for letter, value in cells)))
    path = write_book(tmp_path / "a.xlsx", {"Data": sheet_xml([*rows, row(4, '<c r="A4" t="e"><v>#CALC!</v></c>')])})
    record = ingest_file(build_source_file(path, path.name), TableCache(tmp_path / "cache"))
    assert record.error is None
    assert ("second_reader", 1) in record.sheets[0].issue_counts


@pytest.mark.parametrize("damage", [replaced(BOOK, "</workbook>", ""), replaced(LINKS, "</Relationships>", "")])
def test_a_workbook_that_no_reader_understands_is_damaged_in_plain_words(tmp_path, damage):
    with pytest.raises(DataFormatError) as caught:
        read_workbook(book_with(tmp_path / "a.xlsx", damage))
    assert caught.value.code == "damaged"
    assert re.fullmatch(r"a\.xlsx is damaged: [a-z ']+\.", caught.value.message)
    assert caught.value.next_step


def test_a_peek_at_a_sheet_out_of_order_finds_its_rows(tmp_path):
    path = write_book(tmp_path / "a.xlsx", {"Data": sheet_xml(ROWS[::-1])})
    assert peek_workbook(path, 10).sheets[0].cells.rows() == CELLS


def test_a_good_workbook_has_no_note(tmp_path):
    (sheet,) = read_workbook(write_workbook(tmp_path / "a.xlsx", [HEADER, candidate()])).sheets
    assert sheet.notes == ()


def test_both_readers_write_values_alike(tmp_path):
    values = (
        '<c r="B2" t="b"><v>1</v></c><c r="C2"><v>2.5</v></c><c r="D2" s="1"><v>39092</v></c><c r="E2" s="2"><v>39092.5</v></c>'
    )
    rows = [ROWS[0], row(2, text_cell("A2", "x"), values)]
    (first,) = read_workbook(write_book(tmp_path / "a.xlsx", {"Data": sheet_xml(rows)})).sheets
    (second,) = read_workbook(write_book(tmp_path / "b.xlsx", {"Data": sheet_xml([*rows, NEW_ERROR.replace("1", "3")])})).sheets
    assert (first.notes, second.notes) == ((), READ_AGAIN)
    assert second.cells.row(1) == first.cells.row(1)
