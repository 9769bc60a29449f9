"""A sheet becomes a typed table and its issues."""

from datetime import date

import polars as pl
import pytest

from flexscout.ingest.convert.issues import ISSUE_SCHEMA
from flexscout.ingest.convert.table import convert_sheet
from flexscout.ingest.header_row import find_header
from flexscout.ingest.mapping.header_map import map_headers
from flexscout.ingest.readers.any_file import read_workbook
from workbooks import HEADER, candidate, write_sheets


@pytest.fixture
def converted(tmp_path):
    """Convert the rows of a sheet `Listings`."""

    def convert_rows(*rows):
        (sheet,) = read_workbook(write_sheets(tmp_path / "a.xlsx", {"Listings": rows})).sheets
        header = find_header(sheet.cells)
        header_map = map_headers(sheet.name, sheet.cells.row(header), sheet.cells.slice(header + 1))
        return convert_sheet(sheet.name, sheet.cells, header, header_map)

    return convert_rows


def test_every_column_has_its_type(converted):
    header = ["Address", "State", "Zip", "RBA", "Yr Built", "% Leased", "Sale Date", "Lat", "Near Interstate"]
    row = ["1 Test Street", "North Carolina", 2101, "30,000 SF", 1995, "95%", date(2007, 1, 10), 35.2, "yes"]
    assert converted(header, row).table.row(0, named=True) == {
        "Address": "1 Test Street",
        "State": "NC",
        "Zip Code": "02101",
        "Building SqFt": 30_000.0,
        "Year Built": 1995,
        "Occupancy": 95.0,
        "Sale Date": date(2007, 1, 10),
        "Latitude": 35.2,
        "Near Highway": True,
        "Source Sheet": "Listings",
        "Source Row": 2,
    }


def test_columns_are_canonical_then_source_then_unmapped(converted):
    table = converted(["Broker", "RBA", "Address", "Notes"], ["Ann", 30_000, "1 Test Street", "x"]).table
    assert table.columns == ["Address", "Building SqFt", "Source Sheet", "Source Row", "Broker", "Notes"]


def test_an_issue_names_sheet_row_column_and_value(converted):
    result = converted(["Listings of May"], [], ["Address", "Bldg SF"], ["1 Test Street", "about a hundred"])
    assert result.issues.schema == pl.Schema(ISSUE_SCHEMA)
    assert result.issues.rows() == [("Listings", 4, "Bldg SF", "about a hundred", "not_a_number", "")]


def test_a_value_that_cannot_be_converted_leaves_the_others(converted):
    result = converted(HEADER, candidate(1, Building_SqFt="10-12k", Year_Built="1990s"), candidate(2))
    assert result.table["Building SqFt"].to_list() == [None, 30_000]
    assert result.table["Year Built"].to_list() == [None, 1995]
    assert result.issues["Value"].to_list() == ["10-12k", "1990s"]


def test_issues_are_sorted_by_row(converted):
    rows = [candidate(1, Year_Built="old"), candidate(2, Building_SqFt="big"), candidate(3, Occupancy="full", Building_SqFt="x")]
    assert converted(HEADER, *rows).issues.select("Source Row", "Column").rows() == [
        (2, "Year Built"),
        (3, "Building SqFt"),
        (4, "Building SqFt"),
        (4, "Occupancy"),
    ]


def test_issues_of_whole_columns_come_first_with_row_0(converted):
    result = converted(["Address", "Bldg SF", "Lot Size"], ["1 Test Street", "x", "500"])
    assert result.issues.select("Source Row", "Column").rows() == [(0, "Lot Size"), (2, "Bldg SF")]


def test_vacancy_becomes_occupancy(converted):
    result = converted(["Address", "Vacancy %"], ["1 Test Street", "5%"], ["2 Test Street", 40], ["3 Test Street", None])
    assert result.table["Occupancy"].to_list() == [95, 60, None]


def test_vacancy_in_fractions_becomes_occupancy_in_percent(converted):
    result = converted(["Address", "Vacancy"], ["1 Test Street", 0.05], ["2 Test Street", 1])
    assert result.table["Occupancy"].to_list() == [95, 0]


def test_land_use_codes_are_described(converted):
    rows = [["1 TEST ST", 48], ["2 TEST ST", "041"], ["3 TEST ST", None]]
    types = converted(["PHY_ADDR1", "DOR_UC"], *rows).table["Property Type"].to_list()
    assert types[0] == "048 Warehousing, distribution terminals, trucking terminals, van and storage warehousing"
    assert types[1].startswith("041 Light manufacturing")
    assert types[2] is None


def test_an_unknown_code_is_kept_and_reported(converted):
    result = converted(["PHY_ADDR1", "DOR_UC"], ["1 TEST ST", "048"], ["2 TEST ST", 148])
    assert result.table["Property Type"].to_list()[1] == "148"
    assert result.issues.rows() == [("Listings", 3, "DOR_UC", "148", "unknown_code", "")]


def test_numbers_under_property_type_stay_numbers(converted):
    result = converted(["Address", "Property Type"], ["1 Test Street", 48])
    assert result.table["Property Type"].to_list() == ["48"]
    assert result.issues.is_empty()


def test_missing_acres_are_calculated_from_square_feet(converted):
    rows = [["1 Test Street", 2.5, 1], ["2 Test Street", None, 87_120], ["3 Test Street", None, None]]
    table = converted(["Address", "Acres", "Lot SqFt"], *rows).table
    assert table["Lot Size Acres"].to_list() == [2.5, 2, None]
    assert table["Lot Size SqFt"].to_list() == [1, 87_120, None]


def test_calculated_acres_are_in_canonical_order(converted):
    table = converted(["Address", "Lot SqFt", "Zoning"], ["1 Test Street", 87_120, "M-1"]).table
    assert table.columns[:4] == ["Address", "Lot Size Acres", "Lot Size SqFt", "Zoning Code"]
    assert table["Lot Size Acres"].to_list() == [2]


def test_a_lot_size_is_converted_cell_by_cell(converted):
    rows = [["1 Test Street", "2 AC"], ["2 Test Street", "0.5 acres"], ["3 Test Street", "21,780 SF"]]
    assert converted(["Address", "Lot Size"], *rows).table["Lot Size Acres"].to_list() == [2, 0.5, 0.5]


def test_an_unmapped_column_is_kept_as_text(converted):
    texts = ["00123", "N/A", "1,234.50", "$5", None, "TRUE", "M\u00a0-  1"]
    rows = [[f"{number} Test Street", text] for number, text in enumerate(texts)]
    assert converted(["Address", "Broker Code"], *rows).table["Broker Code"].to_list() == texts


def test_an_unmapped_date_loses_only_its_midnight(converted):
    rows = [["1 Test Street", date(2007, 1, 10)], ["2 Test Street", "2007-01-10 13:05:00"]]
    assert converted(["Address", "Lease End"], *rows).table["Lease End"].to_list() == ["2007-01-10", "2007-01-10 13:05:00"]


def test_an_empty_unmapped_column_is_dropped(converted):
    table = converted(["Address", "Broker", "Notes"], ["1 Test Street", None, "x"], ["2 Test Street", "  ", None]).table
    assert table.columns == ["Address", "Source Sheet", "Source Row", "Notes"]


def test_an_empty_canonical_column_is_kept(converted):
    """An empty column differs from a column that the export does not have."""
    table = converted(["Address", "RBA", "Occupancy"], ["1 Test Street", 5, None]).table
    assert table["Occupancy"].to_list() == [None]
    assert table["Occupancy"].dtype == pl.Float64


def test_a_lot_size_without_unit_is_kept_as_is(converted):
    table = converted(["Address", "Lot Size"], ["1 Test Street", "500"], ["2 Test Street", "900"]).table
    assert "Lot Size Acres" not in table.columns
    assert table["Lot Size"].to_list() == ["500", "900"]


@pytest.mark.parametrize(("from_1904", "day"), [(True, date(2011, 1, 11)), (False, date(2007, 1, 10))])
def test_a_serial_date_uses_the_epoch_of_its_workbook(from_1904, day):
    cells = pl.DataFrame({"0": ["Address", "1 Test Street"], "1": ["Sale Date", "39092"]})
    header_map = map_headers("S", cells.row(0), cells.slice(1))
    assert convert_sheet("S", cells, 0, header_map, from_1904=from_1904).table["Sale Date"].to_list() == [day]


def test_an_excel_error_in_an_unmapped_column_is_kept(converted):
    assert converted(["Address", "Notes"], ["1 Test Street", "#REF!"]).table["Notes"].to_list() == ["#REF!"]


def test_an_excel_error_in_a_canonical_column_is_an_issue(converted):
    result = converted(HEADER, candidate(1, City="#N/A", Year_Built="#DIV/0!"))
    assert result.issues.select("Column", "Value", "Reason").rows() == [
        ("City", "#N/A", "error_cell"),
        ("Year Built", "#DIV/0!", "error_cell"),
    ]
    assert result.table["City"].to_list() == result.table["Year Built"].to_list() == [None]


def test_an_invalid_vacancy_is_reported_once_and_blank(converted):
    result = converted(["Address", "Vacancy %"], ["1 Test Street", "5% unsold"], ["2 Test Street", "120%"])
    assert result.table["Occupancy"].to_list() == [None, None]
    assert result.issues["Reason"].to_list() == ["not_a_percentage", "out_of_range"]


@pytest.mark.parametrize("price", [0, "$0", "$0.00", "0.0"])
def test_a_price_of_0_is_missing(converted, price):
    result = converted(
        ["Address", "Sqft", "Sold Price", "Asking Price", "Land Value"], ["1 Test Street", 30_000, price, price, 0]
    )
    row = result.table.row(0, named=True)
    assert (row["Sold Price"], row["Asking Price"], row["Land Value"]) == (None, None, 0)
    assert result.issues.is_empty()


def test_a_rent_among_asking_prices_is_left_blank_and_reported(converted):
    prices = [1_200_000, 8.5, "$9 NNN", 2_500_000, 900_000]
    result = converted(["Address", "Sqft", "Price"], *([f"{i} Test Street", 30_000, price] for i, price in enumerate(prices)))
    assert result.table["Asking Price"].to_list() == [1_200_000, None, None, 2_500_000, 900_000]
    assert result.issue_counts == (("not_a_number", 1), ("out_of_range", 1))
