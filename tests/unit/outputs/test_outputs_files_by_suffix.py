"""Tables in the format of a file's suffix."""

import openpyxl
import polars as pl
import pytest

from flexscout.errors import OutputError
from flexscout.outputs.files.write import export_tables

TABLES = {"First": pl.DataFrame({"APN": ["0012", "=1+1"], "Building SqFt": [1.0, 2.5]}), "Second": pl.DataFrame({"x": [1]})}


def test_a_workbook_holds_all_tables_and_text_stays_text(tmp_path):
    book = openpyxl.load_workbook(export_tables(TABLES, tmp_path / "t.xlsx"))
    assert book.sheetnames == ["First", "Second"]
    assert [cell.value for cell in book["First"]["A"]] == ["APN", "0012", "=1+1"]
    assert book["First"]["A3"].data_type == "s"


@pytest.mark.parametrize("number", ["00123", "12345"])
def test_digits_in_a_text_column_stay_text(number, tmp_path):
    path = export_tables({"T": pl.DataFrame({"Zoning Code": [number]})}, tmp_path / "t.xlsx")
    assert openpyxl.load_workbook(path)["T"]["A2"].value == number


def test_csv_and_parquet_hold_the_first_table(tmp_path):
    assert pl.read_parquet(export_tables(TABLES, tmp_path / "t.parquet")).equals(TABLES["First"])
    assert pl.read_csv(export_tables(TABLES, tmp_path / "t.csv")).columns == ["APN", "Building SqFt"]


def test_the_previous_file_is_kept_as_backup(tmp_path):
    (tmp_path / "t.csv").write_text("mine", encoding="utf-8")
    export_tables(TABLES, tmp_path / "t.csv")
    assert (tmp_path / "t.csv.bak").read_text(encoding="utf-8") == "mine"


def test_an_unknown_suffix_writes_nothing(tmp_path):
    with pytest.raises(OutputError, match=r"Can't write t\.doc: its suffix is not a supported format"):
        export_tables(TABLES, tmp_path / "new/t.doc")
    assert list(tmp_path.iterdir()) == []
