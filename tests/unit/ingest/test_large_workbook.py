"""Large sheets are read in blocks; one that can't be split is read as a whole, with a note."""

import pytest

from flexscout.errors import LimitError
from flexscout.ingest.readers import limits as preflight
from flexscout.ingest.readers.any_file import read_workbook
from flexscout.ingest.readers.raw_workbook import collect_cells
from flexscout.ingest.readers.streaming import cell_writer
from flexscout.ingest.readers.streaming import large_workbook as large
from sheets_as_xml import sheet_xml, write_book


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch):
    monkeypatch.setattr(preflight, "LARGE_PART_BYTES", 0)
    monkeypatch.setattr(cell_writer, "HELD_BYTES", 0)
    monkeypatch.setattr(large, "BLOCK_BYTES", 150)


def sheets_of(folder, rows, texts=(), memory=2**32):
    path = write_book(folder / "a.xlsx", {"A": sheet_xml(rows)}, texts)
    return read_workbook(path, memory, folder / "rows").sheets


def row(number, text):
    return f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def test_rows_are_stored_in_several_files(tmp_path):
    (sheet,) = sheets_of(tmp_path, [row(number, f"text {number}") for number in range(1, 30)])
    assert sheet.cells.to_series(0).to_list() == [f"text {number}" for number in range(1, 30)]
    assert len(list((tmp_path / "rows").iterdir())) > 5


def test_a_slice_may_span_files(tmp_path):
    (sheet,) = sheets_of(tmp_path, [row(number, f"text {number}") for number in range(1, 30)])
    assert sheet.cells.slice(7, 3).to_series().to_list() == ["text 8", "text 9", "text 10"]
    assert sheet.cells.skip_rows(7).height == 22
    assert sheet.cells.row(28) == ("text 29",)


def test_unnumbered_rows_follow_the_last_numbered_one(tmp_path):
    unnumbered = "<row><c><v>1</v></c></row>"
    (sheet,) = sheets_of(tmp_path, [row(1, "a"), row(9, "b"), *[unnumbered] * 12])
    assert collect_cells(sheet.cells)["0"].is_not_null().arg_true().to_list() == [0, 8, *range(9, 21)]
    assert not sheet.notes


def test_a_later_row_may_be_wider(tmp_path):
    wide = '<row r="12"><c r="C12"><v>5</v></c></row>'
    (sheet,) = sheets_of(tmp_path, [*(row(number, "a" * 40) for number in range(1, 12)), wide])
    assert sheet.cells.width == 3
    assert sheet.cells.to_series(2).to_list() == [None] * 11 + ["5"]


def test_files_of_different_widths_can_be_read_together(tmp_path):
    wide = '<row r="12"><c r="C12"><v>5</v></c></row>'
    (sheet,) = sheets_of(tmp_path, [*(row(number, "a" * 40) for number in range(1, 12)), wide, row(13, "b")])
    frames = list(sheet.cells.skip_rows(2).iter_frames(["2", "0"], files=3))
    assert len(frames) > 1
    assert [texts for frame in frames for texts in frame.rows()] == [*[(None, "a" * 40)] * 9, ("5", None), (None, "b")]


def test_many_shared_texts_are_stored_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(large, "HELD_TEXT_BYTES", 0)
    cells = [f'<row r="{n}"><c r="A{n}" t="s"><v>{30 - n}</v></c></row>' for n in range(1, 30)]
    (sheet,) = sheets_of(tmp_path, cells, [f"<si><t>text {n}</t></si>" for n in range(30)])
    assert sheet.cells.to_series(0).to_list() == [f"text {30 - n}" for n in range(1, 30)]


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ("<!-- </row> -->", "comments"),
        (row(2, "again"), "out of order"),
        (f'<row r="99"><c r="B98" t="inlineStr"><is><t>{"a" * 300}</t></is></c></row>', "out of order"),
    ],
)
def test_a_sheet_that_cannot_be_split_is_read_as_a_whole(tmp_path, odd, why):
    (sheet,) = sheets_of(tmp_path, [*(row(number, "a" * 40) for number in range(1, 12)), odd])
    ((reason, detail),) = sheet.notes
    assert reason == "read_whole"
    assert why in detail
    assert sheet.cells.height >= 11


def test_a_sheet_read_as_a_whole_keeps_the_memory_limit(tmp_path):
    rows = [*(row(number, "a" * 1_000) for number in range(1, 200)), "<!-- </row> -->"]
    with pytest.raises(LimitError):
        sheets_of(tmp_path, rows, memory=150_000)


def test_a_sheet_read_in_blocks_may_be_larger_than_the_memory_limit(tmp_path):
    (sheet,) = sheets_of(tmp_path, [row(number, "a" * 1_000) for number in range(1, 200)], memory=150_000)
    assert sheet.cells.height == 199
