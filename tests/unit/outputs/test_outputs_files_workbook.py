"""The workbook writer: cell types, Excel's limits, equal bytes."""

import time
from datetime import date, datetime

import fastexcel
import openpyxl
import polars as pl
import pytest

from flexscout.outputs.files import xlsx_writer as workbook
from flexscout.outputs.files.layout import Sheet
from flexscout.outputs.files.xlsx_writer import MAX_CELL_CHARACTERS, write_workbook


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.xlsx"


def column(path, *values, formats=None, texts=()):
    """Write one column `A`; return the cells below the header and the messages."""
    messages = write_workbook([Sheet("S", pl.DataFrame({"A": values}), formats or {}, texts)], path)
    return [row[0] for row in openpyxl.load_workbook(path)["S"].iter_rows(min_row=2)], messages


def values_of(path, sheet):
    return list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))


def test_sheets_are_written_in_order_with_their_rows(path):
    write_workbook([Sheet("B", pl.DataFrame({"X": [1, 2]})), Sheet("A", [{"Figure": "Files", "Value": 3}])], path)
    assert openpyxl.load_workbook(path).sheetnames == ["B", "A"]
    assert values_of(path, "B") == [("X",), (1,), (2,)]
    assert values_of(path, "A") == [("Figure", "Value"), ("Files", 3)]


@pytest.mark.parametrize("text", ["=1+1", "00123", "@SUM(A1)", "https://example.com", "{=1}", "1e5", "TRUE", "0.\u0660"])
def test_text_stays_text(path, text):
    (cell,), messages = column(path, text)
    assert (cell.value, cell.data_type, messages) == (text, "s", [])


def test_a_header_that_looks_like_a_formula_stays_text(path):
    write_workbook([Sheet("S", pl.DataFrame({"=1+1": ["x"]}))], path)
    header = openpyxl.load_workbook(path)["S"]["A1"]
    assert (header.value, header.data_type) == ("=1+1", "s")


def test_numbers_dates_and_flags_have_their_types(path):
    frame = pl.DataFrame({"N": [1.5], "I": [30_000], "D": [date(2024, 3, 1)], "B": [True], "C": [False]})
    write_workbook([Sheet("S", frame)], path)
    assert values_of(path, "S")[1] == (1.5, 30_000, datetime(2024, 3, 1), "yes", "no")  # noqa: DTZ001 - cells have no zone


def test_missing_values_are_empty_cells(path):
    frame = pl.DataFrame({"T": [None, "x"], "N": [None, 1.5], "D": [None, date(2024, 3, 1)], "B": [None, True]})
    write_workbook([Sheet("S", frame)], path)
    assert values_of(path, "S")[1] == (None, None, None, None)


def test_a_column_gets_its_number_format(path):
    (cell,), _ = column(path, 30_000.0, formats={"A": "$#,##0"})
    assert cell.number_format == "$#,##0"


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [(["1", "2.5", "-3"], [1, 2.5, -3]), (["0", None, "0.25"], [0, None, 0.25]), (["123456789012345"], [123456789012345])],
)
def test_a_text_column_of_plain_numbers_becomes_numbers(path, texts, numbers):
    cells, _ = column(path, *texts)
    assert [cell.value for cell in cells] == numbers
    assert {cell.data_type for cell in cells} == {"n"}


@pytest.mark.parametrize("text", ["00123", "1234567890123456", "1,234", "$5", "5%", "1e5", "+5", " 5", "-", "5.", "N/A"])
def test_one_text_that_is_not_a_plain_number_keeps_the_column_as_text(path, text):
    cells, _ = column(path, "1", text)
    assert [(cell.value, cell.data_type) for cell in cells] == [("1", "s"), (text, "s")]


def test_codes_of_digits_stay_text(path):
    cells, _ = column(path, "28202", "10001", texts=("A",))
    assert [cell.value for cell in cells] == ["28202", "10001"]


def test_a_column_without_values_is_written(path):
    frame = pl.DataFrame({"A": [None, None], "B": ["x", "y"]}, schema={"A": pl.String, "B": pl.String})
    write_workbook([Sheet("S", frame)], path)
    assert values_of(path, "S") == [("A", "B"), (None, "x"), (None, "y")]


@pytest.mark.parametrize(
    "old", [date(1899, 12, 31), date(1900, 1, 1), date(1900, 2, 28), date(1776, 7, 4)], ids=lambda day: day.isoformat()
)
def test_dates_before_excels_calendar_are_text_with_a_message(path, old):
    cells, messages = column(path, old, None, date(2024, 3, 1))
    assert [cell.value for cell in cells] == [old.isoformat(), None, "2024-03-01"]
    assert messages == ["S, column A: Excel has no dates before March 1900, so the dates are written as text."]


def test_the_first_correct_day_of_excels_calendar_is_a_date(path):
    (cell,), messages = column(path, date(1900, 3, 1))
    assert (cell.is_date, messages) == (True, [])
    assert cell.value == datetime(1900, 3, 1)  # noqa: DTZ001 - cells have no zone


def test_a_text_too_long_for_a_cell_is_cut_with_a_message(path):
    cells, messages = column(path, "x" * (MAX_CELL_CHARACTERS + 1), "y")
    assert [len(cell.value) for cell in cells] == [32_767, 1]
    assert messages == ["S, column A: texts over 32,767 characters are cut. The CSV has the full texts."]


def test_the_longest_text_that_fits_is_kept(path):
    (cell,), messages = column(path, "x" * 32_767)
    assert (len(cell.value), messages) == (32_767, [])


SIZES = [(3, {"S": 3}), (4, {"S": 3, "S (2)": 1}), (6, {"S": 3, "S (2)": 3}), (7, {"S": 3, "S (2)": 3, "S (3)": 1})]


@pytest.mark.parametrize(("rows", "sizes"), SIZES)
def test_a_table_too_long_for_a_sheet_continues_in_further_sheets(path, monkeypatch, rows, sizes):
    monkeypatch.setattr(workbook, "MAX_SHEET_ROWS", 3)
    messages = write_workbook([Sheet("S", pl.DataFrame({"A": range(rows)}))], path)
    book = openpyxl.load_workbook(path)
    assert {sheet.title: sheet.max_row - 1 for sheet in book} == sizes
    assert [row[0] for sheet in book for row in sheet.iter_rows(min_row=2, values_only=True)] == list(range(rows))
    assert [book[name]["A1"].value for name in sizes] == ["A"] * len(sizes)
    assert len(messages) == (len(sizes) > 1)


def test_continuing_in_further_sheets_gives_a_message(path, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_SHEET_ROWS", 3)
    messages = write_workbook([Sheet("S", pl.DataFrame({"A": range(7)}))], path)
    assert messages == ["S has 7 rows, too many for one sheet. It continues in 2 more sheets."]


def test_columns_beyond_the_limit_are_left_out_with_a_message(path, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_SHEET_COLUMNS", 2)
    messages = write_workbook([Sheet("S", pl.DataFrame({"A": [1], "B": [2], "C": [3]}))], path)
    assert values_of(path, "S") == [("A", "B"), (1, 2)]
    assert messages == ["S has 3 columns. The workbook has the first 2; the CSV has all."]


@pytest.mark.parametrize("frame", [pl.DataFrame(), pl.DataFrame(schema={"A": pl.String, "B": pl.Float64})])
def test_a_table_without_rows_is_a_sheet_with_its_header(path, frame):
    assert write_workbook([Sheet("S", frame, {"B": "0.0"}, ("A",), "B")], path) == []
    assert [value for row in values_of(path, "S") for value in row] == frame.columns


def test_the_header_stays_in_view_and_has_a_filter(path):
    write_workbook([Sheet("S", pl.DataFrame({"A": [1], "B": [2]}))], path)
    sheet = openpyxl.load_workbook(path)["S"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B2")
    assert sheet["A1"].font.bold


def test_equal_tables_give_equal_bytes_at_any_time(tmp_path):
    frame = pl.DataFrame({"A": ["x", None], "N": [1.5, 2.0], "D": [date(2024, 3, 1), None]})
    sheets = [Sheet("S", frame, {"N": "0.0"}, ("A",), "N"), Sheet("T", [{"Figure": "Files", "Value": 3}])]
    write_workbook(sheets, tmp_path / "first.xlsx")
    time.sleep(1.1)  # the time of writing has seconds
    write_workbook(sheets, tmp_path / "second.xlsx")
    assert (tmp_path / "first.xlsx").read_bytes() == (tmp_path / "second.xlsx").read_bytes()


def test_the_workbook_has_its_creator_and_a_fixed_time(path):
    write_workbook([Sheet("S", pl.DataFrame({"A": [1]}))], path)
    about = openpyxl.load_workbook(path).properties
    assert about.creator == "flexscout"
    assert about.created == about.modified == datetime(2000, 1, 1)  # noqa: DTZ001 - openpyxl drops the zone


def test_fastexcel_reads_the_workbook(path):
    frame = pl.DataFrame({"A": ["=1+1", "00123"], "N": [1.5, -2.5]})
    write_workbook([Sheet("First", frame), Sheet("Second", frame)], path)
    book = fastexcel.read_excel(path)
    assert book.sheet_names == ["First", "Second"]
    assert book.load_sheet("Second").to_polars().equals(frame)


def test_special_characters_survive(path):
    texts = ["Ünïcödé 倉庫", "<a & 'b'>", 'say "flex"', "two\nlines", "🏭"]
    cells, _ = column(path, *texts)
    assert [cell.value for cell in cells] == texts
