"""Reading the result of a run from its files."""

from datetime import date

import openpyxl
import polars as pl
import pytest

from flexscout.errors import DataFormatError, FileAccessError
from flexscout.history.saved_results import read_result
from flexscout.outputs.files import Sheet, choose_number_formats, write_workbook
from flexscout.outputs.files.table_files import write_csv
from flexscout.outputs.files.write import export_tables
from results import listed, master

ROWS = [
    listed(1, Sale_Date=date(2024, 1, 2), Near_Highway=True, APN="0012", Zip_Code="02134", Year_Built=1995),
    listed(2, Sale_Date=None, Near_Highway=False, APN="=1+1", Zip_Code=None, Year_Built=None, Building_SqFt=0.1 + 0.2),
]


@pytest.fixture(params=[".xlsx", ".csv", ".parquet"])
def written(request, tmp_path):
    """A list of two properties in each format."""
    table = master(*ROWS).cast({"Year Built": pl.Int32})
    return export_tables({"Flex Properties": table}, tmp_path / f"all{request.param}")


def test_every_format_gives_the_same_values(written):
    found, expected = read_result(written), master(*ROWS)
    assert found.columns == expected.columns
    numbers = ["Building SqFt", "Year Built", "Flex Score"]
    assert found.select(pl.col(numbers).cast(pl.Float64).round(9)).equals(
        expected.select(pl.col(numbers).cast(pl.Float64).round(9))
    )
    others = pl.exclude(numbers)
    assert found.select(others).equals(expected.select(others))


def test_a_file_is_recognized_by_its_content(tmp_path):
    export_tables({"Flex Properties": master(*ROWS)}, tmp_path / "all.xlsx").rename(tmp_path / "all.xlsx.bak")
    assert read_result(tmp_path / "all.xlsx.bak").height == 2


def test_the_list_may_continue_in_a_further_sheet(tmp_path):
    sheets = [
        Sheet("Flex Properties", master(listed(1))),
        Sheet("Other", master(listed(3))),
        Sheet("Flex Properties (2)", master(listed(2))),
    ]
    write_workbook(sheets, tmp_path / "all.xlsx")
    assert read_result(tmp_path / "all.xlsx")["Property ID"].to_list() == ["P-1", "P-2"]


def test_the_other_columns_of_the_list_are_read_from_their_sheet(tmp_path):
    table = master(*ROWS)
    listed_columns, others = table.select("Property ID", "Address", "Flex Score"), table.drop("Address", "Flex Score")
    formats = choose_number_formats(table.columns)
    sheets = [
        Sheet("Flex Properties", listed_columns, formats, about="The list."),
        Sheet("All Columns", others.reverse(), formats, ("APN", "Zip Code"), about="The other columns."),
    ]
    write_workbook(sheets, tmp_path / "all.xlsx")
    found = read_result(tmp_path / "all.xlsx")
    assert found.select(table.columns).equals(read_result(export_tables({"Flex Properties": table}, tmp_path / "one.xlsx")))


def test_a_number_overwritten_with_text_leaves_its_column_text(tmp_path):
    path = export_tables({"Flex Properties": master(listed(1), listed(2))}, tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(path)
    book["Flex Properties"]["D2"] = "about 30,000"
    book.save(path)
    assert read_result(path)["Building SqFt"].to_list() == ["about 30,000", "30000"]


def test_rows_emptied_by_the_user_are_ignored(tmp_path):
    path = export_tables({"Flex Properties": master(listed(1), listed(2))}, tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(path)
    for cell in book["Flex Properties"][2]:
        cell.value = None
    book.save(path)
    assert read_result(path)["Property ID"].to_list() == ["P-2"]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet"])
def test_a_list_without_properties_is_a_result(suffix, tmp_path):
    assert read_result(export_tables({"Flex Properties": master()}, tmp_path / f"all{suffix}")).height == 0


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet"])
def test_a_table_without_scores_is_not_a_result(suffix, tmp_path):
    path = export_tables({"Flex Properties": pl.DataFrame({"Address": ["1 Test Street"]})}, tmp_path / f"mine{suffix}")
    with pytest.raises(DataFormatError, match=rf"mine\{suffix} is not a result of flexscout: .*Flex Score"):
        read_result(path)


def test_a_workbook_with_other_sheets_is_not_a_result(tmp_path):
    write_workbook([Sheet("Ours", master(listed()))], tmp_path / "all.xlsx")
    with pytest.raises(DataFormatError, match="its sheets are Ours"):
        read_result(tmp_path / "all.xlsx")


def test_a_file_that_is_not_a_table_is_not_a_result(tmp_path):
    (tmp_path / "summary.json").write_text('{"format": "1.0"}')
    with pytest.raises(DataFormatError, match=r"summary\.json is not a result of flexscout: it can't be read: .*JSON"):
        read_result(tmp_path / "summary.json")


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_a_damaged_result_is_an_error(suffix, tmp_path):
    path = export_tables({"Flex Properties": master(*ROWS)}, tmp_path / f"all{suffix}")
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(DataFormatError, match="is damaged"):
        read_result(path)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(FileAccessError, match="no longer exists"):
        read_result(tmp_path / "all.parquet")


def test_quoted_formulas_in_a_csv_are_restored(tmp_path):
    write_csv(master(listed(Owner_Name="=Acme", Tenant="'quoted")), tmp_path / "all.csv")
    assert read_result(tmp_path / "all.csv").select("Owner Name", "Tenant").row(0) == ("=Acme", "'quoted")
