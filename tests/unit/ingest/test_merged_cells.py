"""Cells that are merged down a column hold for each of their rows, whatever the format of the workbook."""

import time
import tracemalloc

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hostile_files as hostile
from flexscout.ingest.file_types import FileType
from flexscout.ingest.mapping import NO_MAPPING, map_sheet
from flexscout.ingest.readers import limits as preflight
from flexscout.ingest.readers import merged_cells
from flexscout.ingest.readers.any_file import read_workbook
from flexscout.ingest.readers.merge_records import find_merged_cells
from flexscout.ingest.readers.raw_workbook import collect_cells
from flexscout.ingest.readers.streaming import cell_writer
from flexscout.ingest.readers.streaming import large_workbook as large
from format_files import spreadsheetml, write, write_archive
from sheets_as_xml import sheet_xml, write_book

SECTOR = 512
NO_SECTOR = 0xFFFFFFFF


def cities_of(path, folder=None):
    """Return the second column below the header, with merged cells filled."""
    (sheet,) = read_workbook(path, folder=folder).sheets
    return collect_cells(map_sheet(sheet, NO_MAPPING).sheet.cells).to_series(1).to_list()[1:]


def merges_of(path, kind):
    return {sheet: [tuple(one) for one in found.ranges] for sheet, found in find_merged_cells(path, kind).items()}


def ods_cell(text, attributes=""):
    return f'<table:table-cell {attributes} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def test_an_ods(tmp_path):
    merged = 'table:number-columns-spanned="1" table:number-rows-spanned="3"'
    first = f"<table:table-row>{ods_cell(1)}{ods_cell('Durham', merged)}</table:table-row>"
    other = f"<table:table-row>{ods_cell(2)}<table:covered-table-cell/></table:table-row>"
    header = f"<table:table-row>{ods_cell('Address')}{ods_cell('City')}</table:table-row>"
    path = hostile.ods(tmp_path / "a.ods", header + first + other * 2 + other)
    assert cities_of(path) == ["Durham", "Durham", "Durham", None]


def test_spreadsheetml(tmp_path):
    xml = spreadsheetml([["Address", "City"], ["1 Test St", "Durham"], ["2 Test St"], ["3 Test St"]])
    assert xml.count(">Durham<") == 1
    cell = xml[xml.rindex("<Cell", 0, xml.index(">Durham<")) :]
    merged = xml.replace(cell, cell.replace("<Cell", '<Cell ss:MergeDown="1"', 1))
    assert cities_of(write(tmp_path / "a.xml", merged.encode())) == ["Durham", "Durham", None]


def test_a_web_page(tmp_path):
    page = "<table><tr><th>Address<th>City</tr><tr><td>1 Test St<td rowspan=2>Durham</tr><tr><td>2 Test St</tr></table>"
    assert cities_of(write(tmp_path / "a.xls", page.encode())) == ["Durham", "Durham"]


def record(kind, content):
    return bytes([kind & 0x7F | 0x80, kind >> 7, len(content)]) + content


def numbers(values, size):
    return b"".join(value.to_bytes(size, "little") for value in values)


def test_an_xlsb(tmp_path):
    def text(value):
        return len(value).to_bytes(4, "little") + value.encode("utf-16-le")

    ranges = [(1, 3, 1, 1), (0, 0, 0, 5), (4, 5, 2, 3)]
    merges = record(177, numbers([3], 4)) + b"".join(record(176, numbers(each, 4)) for each in ranges) + record(178, b"")
    target = '<Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.bin"/>'
    parts = {
        "xl/workbook.bin": record(156, bytes(8) + text("r1") + text("Data")),
        "xl/_rels/workbook.bin.rels": f"<Relationships>{target}</Relationships>",
        "xl/worksheets/sheet1.bin": bytes(2**20) + merges,
    }
    assert merges_of(write_archive(tmp_path / "a.xlsb", parts), FileType.XLSB) == {"Data": [(1, 1, 3)]}


def sheet_record(name, start):
    content = numbers([start], 4) + bytes([0, 0, len(name), 0]) + name.encode()
    return numbers([0x85, len(content)], 2) + content


def merge_record(*ranges):
    return numbers([0xE5, 2 + 8 * len(ranges), len(ranges)], 2) + b"".join(numbers(each, 2) for each in ranges)


def workbook_stream():
    """Return the records of an .xls that matter here: two sheets, the second with merged cells."""
    sheets = sheet_record("First", 1_000) + sheet_record("Second", 2_000)
    return sheets.ljust(3_000, b"\0") + merge_record((1, 3, 1, 1), (0, 0, 0, 5)).ljust(2_000, b"\0")


def compound_file(stream, size=SECTOR):
    """Return a compound file of sectors of 512 or 4,096 bytes whose stream, `Workbook`, is in scattered ones."""
    pieces = [stream[at : at + size].ljust(size, b"\0") for at in range(0, len(stream), size)]
    places = [*range(3, 2 + len(pieces), 2), *range(2, 2 + len(pieces), 2)]
    following = dict(zip(places, [*places[1:], NO_SECTOR - 1], strict=True))
    table = numbers([NO_SECTOR - 2, NO_SECTOR - 1, *(following.get(i, NO_SECTOR) for i in range(2, size // 4))], 4)
    name = "Workbook".encode("utf-16-le") + bytes(2)
    entry = name.ljust(64, b"\0") + numbers([len(name)], 2)
    directory = (entry.ljust(116, b"\0") + numbers([places[0], len(stream)], 4)).ljust(size, b"\0")
    header = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(30, b"\0") + numbers([size.bit_length() - 1], 2)).ljust(48, b"\0")
    header = (header + numbers([1], 4)).ljust(68, b"\0") + numbers([NO_SECTOR - 1, 0, 0, *[NO_SECTOR] * 108], 4)
    sectors = {0: table, 1: directory} | dict(zip(places, pieces, strict=True))
    return header.ljust(size, b"\0") + b"".join(sectors[i] for i in sorted(sectors))


def test_an_xls(tmp_path):
    path = write(tmp_path / "a.xls", compound_file(workbook_stream()))
    assert merges_of(path, FileType.XLS) == {"Second": [(1, 1, 3)]}


def test_an_allocation_table_that_lists_a_sector_many_times_takes_no_memory(tmp_path):
    content = bytearray(compound_file(workbook_stream()))
    first, count = len(content) // SECTOR - 1, 100
    content[68:76] = numbers([first, count], 4)
    content += b"".join(numbers([*[1] * 127, first + i], 4) for i in range(1, count + 1))
    path = write(tmp_path / "a.xls", bytes(content))
    tracemalloc.start()
    try:
        assert merges_of(path, FileType.XLS) == {"Second": [(1, 1, 3)]}
        assert tracemalloc.get_traced_memory()[1] < 20 * len(content)
    finally:
        tracemalloc.stop()


def test_an_xls_of_thousands_of_sheets_and_merges_takes_no_second(tmp_path):
    sheets, merges = zip(*((sheet_record(f"{i}", 200_000), merge_record((i, i + 1, 1, 1))) for i in range(10_000)), strict=True)
    path = write(tmp_path / "a.xls", compound_file(b"".join(sheets).ljust(200_000, b"\0") + b"".join(merges), SECTOR * 8))
    started = time.process_time()
    assert len(merges_of(path, FileType.XLS)["9999"]) == 10_000
    assert time.process_time() - started < 1


def test_bytes_within_a_record_of_merged_cells_are_no_record(tmp_path):
    inner = (0xE5, 10, 1, 4)  # reads like the start of a record, of the range (4, 5, 7, 7)
    stream = sheet_record("A", 100).ljust(100, b"\0") + merge_record(inner, (5, 7, 7, 7))
    path = write(tmp_path / "a.xls", compound_file(stream.ljust(5_000, b"\0")))
    assert merges_of(path, FileType.XLS) == {"A": [(7, 5, 7)]}


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 511), st.binary(min_size=1, max_size=40), st.integers(0, 4_000))
def test_damage_to_an_xls_is_no_error(tmp_path_factory, at, damage, cut):
    content = bytearray(compound_file(workbook_stream()))
    content[at : at + len(damage)] = damage
    path = write(tmp_path_factory.mktemp("xls") / "a.xls", bytes(content[: len(content) - cut]))
    assert all(first < last for ranges in merges_of(path, FileType.XLS).values() for _, first, last in ranges)


@pytest.fixture
def _everything_is_large(monkeypatch):
    monkeypatch.setattr(preflight, "LARGE_PART_BYTES", 0)
    monkeypatch.setattr(cell_writer, "HELD_BYTES", 0)
    monkeypatch.setattr(large, "BLOCK_BYTES", 150)


def write_merged(path, cities, *ranges):
    def cell(place, text):
        return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>' if text else ""

    rows = [("Address", "City"), *((f"{i} Test St" if city != "" else "", city) for i, city in enumerate(cities))]
    lines = [f'<row r="{i}">{cell(f"A{i}", a)}{cell(f"B{i}", b)}</row>' for i, (a, b) in enumerate(rows, 1)]
    merges = "".join(f'<mergeCell ref="{each}"/>' for each in ranges)
    xml = sheet_xml(lines).replace("</worksheet>", f"<mergeCells>{merges}</mergeCells></worksheet>")
    return write_book(path, {"A": xml})


@pytest.mark.usefixtures("_everything_is_large")
def test_a_giant_xlsx_is_filled_across_the_files_that_its_rows_are_in(tmp_path):
    cities = ["Durham", *[None] * 9, "", None, "Cary", None, None]
    path = write_merged(tmp_path / "a.xlsx", cities, "B2:B13", "B14:B15", "A1:B1")
    assert cities_of(path, tmp_path / "rows") == [*["Durham"] * 10, None, "Durham", "Cary", "Cary", None]
    assert not isinstance(read_workbook(path, folder=tmp_path / "rows").sheets[0].cells, pl.DataFrame)


@pytest.mark.parametrize("is_giant", [False, True])
def test_merged_cells_beyond_the_limit_are_reported(tmp_path, monkeypatch, request, is_giant):
    if is_giant:
        request.getfixturevalue("_everything_is_large")
    monkeypatch.setattr(merged_cells, "_MAX_RANGES", 1)
    path = write_merged(tmp_path / "a.xlsx", ["Durham", None, "Cary", None], "B2:B3", "B4:B5")
    assert cities_of(path, tmp_path / "rows") == ["Durham", "Durham", "Cary", None]
    (sheet,) = read_workbook(path, folder=tmp_path / "rows").sheets
    assert sheet.notes == (("merged_cells", "1 of 2 ranges"),)
