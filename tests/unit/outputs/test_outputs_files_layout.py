"""The looks of a sheet: what is above its table, Excel tables, colors, charts and pages."""

import warnings
import zipfile

import openpyxl
import polars as pl
import pytest
from lxml import etree

from flexscout.outputs.files import sheet_look, xlsx_writer
from flexscout.outputs.files.layout import Cell, Chart, Sheet, Style
from flexscout.outputs.files.xlsx_writer import write_workbook
from result_sheets import rows_of

TABLE = pl.DataFrame({"Rank": [1, 2], "Class": ["Prime", "Good"], "Score": [9.5, 7.0]})
ABOUT = "What this sheet is for."


@pytest.fixture
def written(tmp_path):
    """Write sheets and return the workbook as openpyxl reads it."""

    def write(*sheets):
        write_workbook(sheets, tmp_path / "a.xlsx")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(tmp_path / "a.xlsx")

    return write


def test_a_sheet_with_a_purpose_has_its_name_and_purpose_above_the_header(written):
    sheet = written(Sheet("List", TABLE, about=ABOUT, frozen=1))["List"]
    assert (sheet["A1"].value, sheet["A2"].value) == ("List", ABOUT)
    assert rows_of(sheet) == TABLE.to_dicts()
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B4", "A3:C5")


def test_only_the_leading_columns_and_the_rows_of_the_table_are_printed(written):
    sheet = written(Sheet("List", TABLE, about=ABOUT, printed=2, footer="9 A & B"))["List"]
    assert sheet.print_area == "'List'!$A$1:$B$5"
    assert (sheet.print_title_rows, sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("$3:$3", "landscape", 0)
    assert (sheet.oddFooter.left.text, sheet.oddFooter.right.text) == ("9 A && B", "Page &P of &N")


def test_rows_become_an_excel_table(written):
    sheet = written(Sheet("My List", TABLE, about=ABOUT, is_table=True), Sheet("Other", TABLE))["My List"]
    table = sheet.tables["MyList"]
    assert (table.ref, table.autoFilter.ref, sheet.auto_filter.ref) == ("A3:C5", "A3:C5", None)
    assert [column.name for column in table.tableColumns] == TABLE.columns


@pytest.mark.parametrize("name", ["rank", "a\nb", "_x0041_", " "])
def test_rows_below_headers_that_excel_would_change_stay_rows(written, name):
    sheet = written(Sheet("List", TABLE.rename({"Class": name}), is_table=True))["List"]
    assert (len(sheet.tables), sheet.auto_filter.ref) == (0, "A1:C3")


def test_a_long_list_has_a_filter_instead_of_a_table(written, monkeypatch):
    monkeypatch.setattr(xlsx_writer, "_MAX_TABLE_ROWS", 1)
    sheet = written(Sheet("List", TABLE, is_table=True))["List"]
    assert (len(sheet.tables), sheet.auto_filter.ref) == (0, "A1:C3")


def test_a_list_that_is_written_in_blocks_is_an_excel_table_of_all_its_rows(written, monkeypatch):
    monkeypatch.setattr(xlsx_writer, "_MIN_BLOCK_ROWS", 6)
    monkeypatch.setattr(xlsx_writer, "_SAMPLE_ROWS", 2)
    monkeypatch.setattr(xlsx_writer, "_MAX_TABLE_ROWS", 6)
    monkeypatch.setattr(sheet_look, "_MAX_FITTED_ROWS", 6)
    rows = pl.concat([TABLE] * 5)
    sheet = written(Sheet("List", rows, about=ABOUT, wrapped=("Class",), is_table=True))["List"]
    assert (sheet.tables["List"].ref, sheet.print_area) == ("A3:C13", "'List'!$A$1:$C$13")
    assert rows_of(sheet) == rows.to_dicts()
    assert not sheet["B4"].alignment.wrap_text


def test_the_tables_of_a_list_on_several_sheets_have_names_of_their_own(written, monkeypatch):
    monkeypatch.setattr(xlsx_writer, "MAX_SHEET_ROWS", 1)
    book = written(Sheet("List", TABLE, is_table=True))
    assert [[*sheet.tables] for sheet in book] == [["List"], ["List2"]]


def test_each_class_has_its_color_and_the_longer_name_comes_first(written):
    sheet = written(Sheet("List", TABLE, bars="Score", colors={"Class": ("Good", "Good Flex", 'a"b')}))["List"]
    rules = [rule for area in sheet.conditional_formatting for rule in area.rules]
    assert [rule.text for rule in rules if rule.type == "beginsWith"] == ["Good Flex", "Good"]
    assert [rule.type for rule in rules].count("dataBar") == 1


def test_numbers_above_a_table_are_numbers(written):
    cells = (Cell(0, 0, 1, "Count", Style(bold=True)), Cell(1, 0, 1, 1234, Style(number="#,##0")), Cell(1, 2, 3, "=1+1"))
    sheet = written(Sheet("Cover", [{" ": None}], cells=cells, column_widths=(5.0, 6.0)))["Cover"]
    assert [(sheet[place].value, sheet[place].data_type) for place in ("A1", "A2", "C2")] == [
        ("Count", "s"), (1234, "n"), ("=1+1", "s")
    ]  # fmt: skip
    assert sheet["A2"].number_format == "#,##0"
    assert sheet.column_dimensions["B"].width == pytest.approx(6.71, abs=0.01)


def test_a_chart_holds_its_values_whatever_the_texts(written, tmp_path):
    chart = Chart("A & <b>", ("x\x00y", "</c:v>"), (3, 4), (0, 0, 1, 0), (0, 2, 1, 2), (3, 0), (300, 200), is_horizontal=True)
    cells = tuple(Cell(i, at, at + 1, value) for i in (0, 1) for at, value in ((0, chart.labels[i]), (2, chart.values[i])))
    written(Sheet("It's", [{" ": None}], cells=cells, charts=(chart,)))
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        part = etree.fromstring(book.read("xl/charts/chart1.xml"))
    texts = [element.text for element in part.iter("{*}v", "{*}f", "{*}t")]
    assert texts == ["A & <b>", "'It''s'!$A$1:$A$2", r"x\x00y", "</c:v>", "'It''s'!$C$1:$C$2", "3", "4"]


def test_parts_that_are_not_changed_are_valid_and_complete(written, tmp_path):
    written(Sheet("List", TABLE, about=ABOUT, is_table=True), Sheet("Other", TABLE))
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        assert book.testzip() is None
        assert len(set(book.namelist())) == len(book.namelist())
    assert not (tmp_path / "a.xlsx.part").exists()
