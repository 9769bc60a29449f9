"""A long sheet that is written in blocks equals the one that the library writes alone."""

import zipfile
from datetime import date

import openpyxl
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flexscout.domain import escape_names
from flexscout.outputs.files import xlsx_blocks, xlsx_writer
from flexscout.outputs.files.layout import Sheet

TEXTS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.text(alphabet="\x00\x01\x0b\r\n\t _x0041]>&<\u00a0\u2003\u200b\ufeff\ufffe\x7f\x85😀\"'", max_size=10),
    st.sampled_from(["_x0041_", "]]>", " a", "a ", "\ufffe", "\uffff", "=1+1", "A4:F503", "<row r="]),
)
NUMBERS = st.one_of(
    st.none(), st.floats(), st.floats(-1e-3, 1e-3), st.sampled_from([1e-5, 9.99e-5, 1e-4, 1e15, 1e16, 5e-324, 0.1, -0.0, 12.5])
)
DATES = st.one_of(st.none(), st.dates(date(1900, 3, 1), date(9999, 12, 31)))
ROWS = st.tuples(TEXTS, NUMBERS, st.one_of(st.none(), st.integers(-(2**62), 2**62)), DATES, TEXTS, st.none())
SCHEMA = {"Address": pl.String, "Score": pl.Float64, "Units": pl.Int64, "Sold": pl.Date, "^A.*$": pl.String, "Blank": pl.Null}
FORMATS = {"Score": "0.0#", "Sold": "yyyy-mm-dd", "^A.*$": "@"}


@pytest.fixture
def small_blocks(monkeypatch):
    """Write every sheet of more than six rows in blocks of three, after the first two rows."""
    monkeypatch.setattr(xlsx_blocks, "BLOCK_ROWS", 3)
    monkeypatch.setattr(xlsx_writer, "_MIN_BLOCK_ROWS", 6)
    monkeypatch.setattr(xlsx_writer, "_SAMPLE_ROWS", 2)


def read_parts(path):
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        return {entry: book.read(entry) for entry in book.namelist()}


def write_both(sheets, folder, monkeypatch):
    """Write the sheets in blocks, and again by the library alone, and return both workbooks."""
    blocks, alone = folder / "blocks.xlsx", folder / "alone.xlsx"
    xlsx_writer.write_workbook(sheets, blocks)
    with monkeypatch.context() as patch:
        patch.setattr(xlsx_writer, "can_render", lambda _: False)
        xlsx_writer.write_workbook(sheets, alone)
    return blocks, alone


@pytest.mark.usefixtures("small_blocks")
def test_all_parts_of_the_workbook_are_equal(tmp_path, monkeypatch):
    @settings(deadline=None, max_examples=60)
    @given(st.lists(ROWS, min_size=7, max_size=14))
    def law(rows):
        table = escape_names(pl.DataFrame(rows, schema=SCHEMA, orient="row"))
        assume(xlsx_blocks.can_render(table))
        sheets = [
            Sheet("A & B", table, FORMATS, texts=("Address",), bars="Score"),
            Sheet("Other", table.reverse() if table["Units"][0] else table, FORMATS),
        ]
        blocks, alone = write_both(sheets, tmp_path, monkeypatch)
        assert read_parts(blocks) == read_parts(alone)

    law()


@pytest.mark.usefixtures("small_blocks")
def test_links_and_classes_reach_as_far_as_the_library_writes_them(tmp_path, monkeypatch):
    rows = 40
    table = pl.DataFrame(
        {
            "Flex Classification": ["PRIME_FLEX", "GOOD_FLEX"] * (rows // 2),
            "Map": [f"https://example.com/{i}" if i < 5 else None for i in range(rows)],
            "Address": [f"{i} Oak St" for i in range(rows)],
            "My Status": [None] * rows,
        },
        schema_overrides={"My Status": pl.String},
    )
    sheet = Sheet(
        "List",
        table,
        links={"Map": "Address"},
        choices={"My Status": ("pass",)},
        colors={"Flex Classification": ("PRIME_FLEX", "GOOD_FLEX")},
    )
    blocks, alone = write_both([sheet], tmp_path, monkeypatch)
    assert read_parts(blocks) == read_parts(alone)
    values = [[cell.value for cell in row] for row in openpyxl.load_workbook(blocks)["List"].iter_rows(min_row=2)]
    assert [row[2] for row in values] == table["Address"].to_list()


@pytest.mark.parametrize(
    "table",
    [
        pl.DataFrame({"a": ["x", "_x0041_x0042_", "y"]}),
        pl.DataFrame({"a": ["x", ""], "b": [1.0, float("nan")]}),
        pl.DataFrame({"a": [[1], [2]]}),
    ],
    ids=["codes in a row", "an empty last row", "lists"],
)
def test_what_the_library_writes_otherwise_is_left_to_it(table):
    assert not xlsx_blocks.can_render(table)
