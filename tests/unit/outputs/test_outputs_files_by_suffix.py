"""Tables in the format that a file's name asks for."""

import openpyxl
import polars as pl
import pytest

from flexscout.errors import OutputError
from flexscout.outputs.files.write import write_by_suffix

TABLES = {"First": pl.DataFrame({"APN": ["0012", "=1+1"], "Building SqFt": [1.0, 2.5]}), "Second": pl.DataFrame({"x": [1]})}


def test_a_workbook_holds_all_tables_and_text_stays_text(tmp_path):
    book = openpyxl.load_workbook(write_by_suffix(TABLES, tmp_path / "t.xlsx"))
    assert book.sheetnames == ["First", "Second"]
    assert [cell.value for cell in book["First"]["A"]] == ["APN", "0012", "=1+1"]
    assert book["First"]["A3"].data_type == "s"


@pytest.mark.parametrize("number", ["00123", "12345"])
def test_digits_in_a_column_of_texts_are_no_numbers(number, tmp_path):
    path = write_by_suffix({"T": pl.DataFrame({"Zoning Code": [number]})}, tmp_path / "t.xlsx")
    assert openpyxl.load_workbook(path)["T"]["A2"].value == number


def test_csv_and_parquet_hold_the_first(tmp_path):
    assert pl.read_parquet(write_by_suffix(TABLES, tmp_path / "t.parquet")).equals(TABLES["First"])
    assert pl.read_csv(write_by_suffix(TABLES, tmp_path / "t.csv")).columns == ["APN", "Building SqFt"]


def test_what_stood_there_is_kept(tmp_path):
    (tmp_path / "t.csv").write_text("mine", encoding="utf-8")
    write_by_suffix(TABLES, tmp_path / "t.csv")
    assert (tmp_path / "t.csv.bak").read_text(encoding="utf-8") == "mine"


def test_another_suffix_leaves_nothing_behind(tmp_path):
    with pytest.raises(OutputError, match=r"t\.doc names no format"):
        write_by_suffix(TABLES, tmp_path / "new/t.doc")
    assert list(tmp_path.iterdir()) == []
