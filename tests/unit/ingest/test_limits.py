"""Limits that are checked before a workbook is parsed."""

import re
import zipfile

import pytest

import hostile_files as hostile
from flexscout.errors import DataFormatError, LimitError
from flexscout.ingest.readers.any_file import diagnose_reader_failure, read_workbook
from flexscout.ingest.readers.limits import MAX_PARTS, check_limits, diagnose_limits
from format_files import write, write_archive
from workbooks import HEADER, candidate, write_workbook

SHARE = 2 * 2**30  # bytes; a worker's, by default on two cores

CELL = b'<c r="%s"><v>1</v></c>'


def refusal(path, kind=".xlsx", memory=SHARE):
    with pytest.raises((LimitError, DataFormatError)) as caught:
        check_limits(path, kind, memory)
    assert path.name in caught.value.message
    assert caught.value.next_step
    return caught.value


def test_a_stray_cell_is_reported_with_its_extent_and_a_next_step(tmp_path):
    error = refusal(hostile.stray_cell(tmp_path))
    assert error.code == "too_large"
    assert error.message == (
        'stray_cell.xlsx, sheet "Sheet1": 2 cells span 10,000 rows x 16,384 columns, up to XFD10000, which need about 10.7 GB of '
        "memory; the limit for one file is 2.0 GB."
    )
    assert "Ctrl+End" in error.next_step


def test_a_stray_cell_is_found_out_of_order_or_with_a_prefix(tmp_path):
    rows = b"<x:row r='1048576'><x:c s='1' r='XFD1048576'><x:v>1</x:v></x:c></x:row>"
    path = hostile.with_parts(tmp_path / "a.xlsx", {hostile.SHEET: hostile.sheet_of(rows)})
    assert "1,048,576 rows x 16,384 columns" in refusal(path).message


def test_a_cell_beyond_the_last_possible_one_is_reported(tmp_path):
    assert "extend to ZZZZ1;" in refusal(hostile.stray_cell(tmp_path, "ZZZZ1")).message


@pytest.mark.parametrize("content", [b'<c r="XFD1048576" s="3"/>', b'<c r="XFD1048576" s="3"></c>'])
def test_stray_cells_with_only_a_format_are_ignored(tmp_path, content):
    rows = b'<row r="1"><c r="A1" t="inlineStr"><is><t>Address</t></is></c></row><row r="1048576">%s</row>' % content
    path = hostile.with_parts(tmp_path / "a.xlsx", {hostile.SHEET: hostile.sheet_of(rows)})
    (sheet,) = read_workbook(path).sheets
    assert sheet.cells.shape == (1, 1)


def test_a_declared_dimension_is_not_trusted(tmp_path):
    rows = b'<row r="1">%s</row>' % (CELL % b"A1")
    sheet = hostile.sheet_of(rows).replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    path = hostile.with_parts(tmp_path / "a.xlsx", {hostile.SHEET: sheet})
    assert read_workbook(path).sheets[0].cells.shape == (1, 1)


def test_a_sheet_with_too_many_cells_is_refused_with_next_steps(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, *(candidate(number) for number in range(2_000))])
    error = refusal(path, memory=700_000)
    assert error.message == (
        'a.xlsx, sheet "Sheet1": 2,001 rows x 8 columns need about 1 MB of memory; the limit for one file is 1 MB.'
    )
    assert "--memory-limit" in error.next_step
    assert "CSV" in error.next_step


@pytest.mark.parametrize("rows", [False, True])
def test_content_larger_than_the_memory_is_refused_by_its_declared_size(tmp_path, rows):
    assert 'sheet "Sheet1": its content is 3.0 GB or more' in refusal(hostile.bomb(tmp_path, rows=rows)).message


@pytest.mark.parametrize("declared", [0, 1_000, 100_000])
def test_content_larger_than_its_declared_size_is_damage(tmp_path, declared):
    error = refusal(hostile.bomb(tmp_path, declared=declared))
    assert error.code == "damaged"
    assert f"the {declared:,} bytes that it claims" in error.message


def test_a_false_size_that_passes_the_quick_checks_is_found_by_the_diagnosis(tmp_path):
    path = hostile.bomb(tmp_path, declared=40_000_000)
    check_limits(path, ".xlsx", SHARE)
    with pytest.raises(DataFormatError, match="larger than the 40,000,000 bytes that it claims"):
        diagnose_reader_failure(path, SHARE)


def test_the_limit_in_a_message_is_never_above_the_need(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, *(candidate(number) for number in range(2_000))])
    reported = 0
    for memory in range(10**6, 6 * 10**6, 10**5):
        for check in (check_limits, diagnose_limits):
            try:
                check(path, ".xlsx", memory)
            except LimitError as error:
                need, limit = (int(size) for size in re.findall(r"(\d+) MB", error.message))
                assert need >= limit
                reported += 1
            except DataFormatError as error:
                assert "crashes the parser" in error.message  # noqa: PT017 - the other way to end
    assert reported > 20


def xlsb(path, cells):
    """Write an .xlsb of one sheet, `Data`, as far as limits need it: cells (row, column) from 0."""

    def record(kind, content):
        head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return head + bytes([len(content)]) + content

    def text(value):
        return len(value).to_bytes(4, "little") + value.encode("utf-16-le")

    rows = [record(0, r.to_bytes(4, "little") + bytes(13)) + record(5, c.to_bytes(4, "little") + bytes(12)) for r, c in cells]
    target = '<Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.bin"/>'
    parts = {
        "xl/workbook.bin": record(156, bytes(8) + text("r1") + text("Data")),
        "xl/_rels/workbook.bin.rels": f"<Relationships>{target}</Relationships>",
        "xl/worksheets/sheet1.bin": b"".join(rows),
    }
    return write_archive(path, parts)


def test_an_xlsb_names_its_sheet_and_its_span(tmp_path):
    error = refusal(xlsb(tmp_path / "a.xlsb", [(0, 0), (1_048_575, 16_383)]), ".xlsb")
    assert 'a.xlsb, sheet "Data": 2 cells span 1,048,576 rows x 16,384 columns, up to XFD1048576, which need' in error.message


def test_an_xlsb_that_fits_is_not_refused(tmp_path):
    check_limits(xlsb(tmp_path / "a.xlsb", [(row, column) for row in range(50) for column in range(9)]), ".xlsb", SHARE)


def test_a_large_xlsb_that_killed_a_worker_names_its_span(tmp_path):
    path = xlsb(tmp_path / "a.xlsb", [(row, column) for row in range(2_000) for column in range(9)])
    with pytest.raises(LimitError, match=r'sheet "Data": .* rows x 9 columns need about 2 MB'):
        diagnose_limits(path, ".xlsb", 15 * 10**5)


def test_an_xls_that_killed_a_worker_names_the_span_that_it_declares(tmp_path):
    name = b"\x85\0\x0c\0" + bytes(4) + b"\0\0\x04\0Data"
    size = b"\0\x02\x0e\0" + bytes(4) + (65_536).to_bytes(4, "little") + bytes(2) + (256).to_bytes(2, "little") + bytes(2)
    path = write(tmp_path / "a.xls", bytes(512) + name + bytes(40) + size + bytes(64))
    with pytest.raises(LimitError, match='sheet "Data": 65,536 rows x 256 columns need about 1'):
        diagnose_limits(path, ".xls", 2**30)
    diagnose_limits(path, ".xls", 2**31)


def test_too_many_parts_are_refused(tmp_path):
    assert refusal(hostile.many_parts(tmp_path)).code == "too_many_parts"


def test_the_part_limit_exceeds_that_of_real_workbooks(tmp_path):
    assert MAX_PARTS > 1_033
    assert read_workbook(hostile.many_parts(tmp_path, 1_033)).sheets


def test_a_false_count_of_shared_texts_is_damage(tmp_path):
    error = refusal(hostile.false_shared_text_count(tmp_path))
    assert "it declares 4,294,967,295 shared texts and has 1" in error.message


def test_a_harmless_wrong_count_is_ignored(tmp_path):
    assert read_workbook(hostile.false_shared_text_count(tmp_path, 1_000)).sheets


def test_an_encrypted_part_is_reported_as_password_protected(tmp_path):
    assert refusal(hostile.encrypted_part(tmp_path)).code == "password_protected"


def test_repeated_ods_cells_are_counted(tmp_path):
    error = refusal(hostile.ods_repeats(tmp_path), ".ods")
    assert 'sheet "Data": 1,048,576 rows x 16,384 columns' in error.message


def test_repeated_empty_ods_cells_are_ignored(tmp_path):
    """LibreOffice writes every sheet this way."""
    cell = '<table:table-cell office:value-type="string"><text:p>Address</text:p></table:table-cell>'
    blank = '<table:table-cell table:number-columns-repeated="16383"/>'
    rest = '<table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384"/>'
    path = hostile.ods(tmp_path / "a.ods", f"<table:table-row>{cell}{blank}</table:table-row>{rest}</table:table-row>")
    assert read_workbook(path).sheets[0].cells.shape == (1, 1)


def test_a_small_file_that_killed_a_worker_is_reported_as_damaged(tmp_path):
    with pytest.raises(DataFormatError, match="only 2 rows x 8 columns"):
        diagnose_reader_failure(write_workbook(tmp_path / "a.xlsx", [HEADER, candidate()]), SHARE)


def test_parts_that_share_bytes_are_measured_while_decompressed(tmp_path):
    """Many entries that point at the same data decompress to far more than the file has."""
    path = hostile.with_parts(tmp_path / "a.xlsx", {})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b"0" * 2**20)
        (last,) = [part for part in archive.filelist if part.filename.endswith("sheet2.xml")]
        archive.filelist += [last] * 5
        archive.NameToInfo |= {"again": last}
    check_limits(path, ".xlsx", SHARE)
    assert read_workbook(path).sheets


def test_an_unknown_zip_version_is_damage(tmp_path):
    path = hostile.plain_workbook(tmp_path / "a.xlsx")
    content = bytearray(path.read_bytes())
    content[content.find(b"PK\x01\x02") + 6] = 255
    path.write_bytes(content)
    with pytest.raises(DataFormatError, match=r"a\.xlsx is damaged"):
        read_workbook(path)
