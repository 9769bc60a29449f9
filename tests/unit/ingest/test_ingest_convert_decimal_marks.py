"""Decimal commas are detected by column."""

import polars as pl
import pytest

from flexscout.ingest.convert.table import convert_sheet
from flexscout.ingest.header_row import find_header
from flexscout.ingest.mapping.header_map import map_headers
from flexscout.ingest.readers.any_file import read_workbook
from workbooks import write_workbook


@pytest.fixture
def columns_of(tmp_path):
    """Return column -> its values and the reason reported for the whole column."""

    def read(**texts):
        headers = [name.replace("_", " ") for name in texts]
        rows = [[f"{i} Test Street", *row] for i, row in enumerate(zip(*texts.values(), strict=True), start=1)]
        (sheet,) = read_workbook(write_workbook(tmp_path / "a.xlsx", [["Address", *headers], *rows])).sheets
        header = find_header(sheet.cells)
        header_map = map_headers(sheet.name, sheet.cells.row(header), sheet.cells.slice(header + 1))
        result = convert_sheet(sheet.name, sheet.cells, header, header_map)
        reasons = dict(result.issues.filter(pl.col("Source Row") == 0).select("Column", "Reason").rows())
        return {name: (result.table[name].to_list(), reasons.get(name, "")) for name in headers}

    return read


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1.234,56", "7,5", "1.234", "12"], [1234.56, 7.5, 1234, 12]),
        (["$1.234,56", "(1.000,00)", "0,125", "1.234.567"], [1234.56, -1000, 0.125, 1_234_567]),
        (["1,2345", "2,5", "1,234", None], [1.2345, 2.5, 1.234, None]),
    ],
)
def test_a_column_of_decimal_commas_is_read_and_reported(columns_of, texts, values):
    assert columns_of(Sold_Price=texts)["Sold Price"] == (values, "decimal_comma")


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1.234,56", "1,234.56", "1,234"], [None, 1234.56, 1234]),
        (["7,5", "7.5", "1.234"], [None, 7.5, 1.234]),
        (["1,234", "5,678", "12,34"], [1234, 5678, 12.34]),
    ],
)
def test_a_mixed_column_is_read_with_decimal_points_and_reported(columns_of, texts, values):
    found, told = columns_of(Sold_Price=texts)["Sold Price"]
    assert told == "number_format_unclear"
    assert found == [value if value != 12.34 else None for value in values]


def test_percentages_and_degrees_have_decimal_commas_too(columns_of):
    found = columns_of(Occupancy=["95,5 %", "80%"], Latitude=["35,2271", "35,5"])
    assert found == {"Occupancy": ([95.5, 80], "decimal_comma"), "Latitude": ([35.2271, 35.5], "decimal_comma")}


def test_an_ambiguous_column_follows_its_neighbors(columns_of):
    found = columns_of(Building_SqFt=["30.000", "25.500"], Sold_Price=["1.234,56", "7,5"])
    assert found["Building SqFt"] == ([30_000, 25_500], "decimal_comma")


def test_neighbors_that_disagree_decide_nothing(columns_of):
    found = columns_of(Building_SqFt=["30.125", "25.500"], Sold_Price=["1.234,56", "7,5"], Latitude=["35.2271", "35.5"])
    assert found["Building SqFt"] == ([30.125, 25.5], "number_format_unclear")


def test_without_evidence_points_are_decimal_points_and_reported(columns_of):
    assert columns_of(Sold_Price=["1.234", "5.678"])["Sold Price"] == ([1.234, 5.678], "number_format_unclear")


def test_evidence_for_points_anywhere_is_enough(columns_of):
    found = columns_of(Sold_Price=["1.234", "5.678"], Latitude=["35.2271", "35.5"])
    assert found["Sold Price"] == ([1.234, 5.678], "")


@pytest.mark.parametrize("texts", [["1,234", "5,678"], ["$1,234,567.89", "12"], ["30000", "25000"], [None, None]])
def test_us_numbers_are_not_reported(columns_of, texts):
    assert columns_of(Sold_Price=texts)["Sold Price"][1] == ""


def test_points_of_units_are_kept(columns_of):
    assert columns_of(Building_SqFt=["30.000,5 sq. ft.", "7,5 SF"])["Building SqFt"][0] == [30_000.5, 7.5]


def test_an_issue_shows_the_original_value(tmp_path):
    rows = [["Address", "Sold Price"], ["1 Test Street", "1.234,56"], ["2 Test Street", "1.2.3,4"]]
    (sheet,) = read_workbook(write_workbook(tmp_path / "a.xlsx", rows)).sheets
    result = convert_sheet(sheet.name, sheet.cells, 0, map_headers(sheet.name, sheet.cells.row(0), sheet.cells.slice(1)))
    assert result.issues.select("Source Row", "Value", "Reason").rows()[-1] == (3, "1.2.3,4", "not_a_number")
