"""Sizes and prices that are something else than their header says."""

import polars as pl
import pytest

from flexscout.ingest.convert import convert_sheet
from flexscout.ingest.mapping import find_missing_required, map_headers

PLACE = {"Address": ["1 Mill Rd", "2 Mill Rd", "3 Mill Rd"], "Property Type": ["Flex", "Office", "Flex"]}


def map_product(*values):
    table = {"Address": PLACE["Address"], "Building SF": ["5000"] * 3, "Product": list(values)}
    body = pl.DataFrame({str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(table.values())})
    return map_headers("Sheet1", list(table), body).mapped.get("Product")


def mapped(table):
    table = {**PLACE, **table}
    body = pl.DataFrame({str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(table.values())})
    return map_headers("Sheet1", list(table), body).mapped


@pytest.mark.parametrize("header", ["$/SF", "Price/SF", "Rent/SF", "$/Unit", "$ / Acre", "Rent/SF/Yr"])
def test_a_rate_is_no_size_unit_price_or_acreage(header):
    names = {"Building SqFt", "Number of Units", "Asking Price", "Sold Price", "Lot Size Acres"}
    assert mapped({header: ["5", "6", "7"]}).get(header) not in names


@pytest.mark.parametrize("acres", ["total_acreage", "Number of Acres", "Deeded Acres", "AreaLotAcres"])
def test_an_area_that_equals_the_lot_is_the_lot(acres):
    table = {"total_square_footage": ["43560", "87120", "217800"], acres: ["1", "2", "5"]}
    assert mapped(table)["total_square_footage"] == "Lot Size SqFt"


def test_an_area_that_equals_the_lot_in_square_feet_is_the_lot():
    assert mapped({"Total SF": ["5000", "6000", "7000"], "Lot SF": ["5000", "6000", "7000"]})["Total SF"] == "Lot Size SqFt"


def test_an_area_whose_header_names_a_building_is_the_buildings():
    table = {"Building Area": ["43560", "87120", "217800"], "Acres": ["1", "2", "5"]}
    assert mapped(table)["Building Area"] == "Building SqFt"


def test_the_size_in_a_list_of_parcels_is_the_lots():
    table = {
        "Address": ["1 Mill Rd"] * 3,
        "apn": ["1-1", "1-2", "1-3"],
        "zoning": ["C2"] * 3,
        "size_sqft": ["5000", "6000", "7000"],
    }
    body = pl.DataFrame({str(i): pl.Series(column) for i, column in enumerate(table.values())})
    header_map = map_headers("Sheet1", list(table), body)
    assert header_map.mapped["size_sqft"] == "Lot Size SqFt"
    assert find_missing_required(header_map) == []


def test_a_bare_price_beside_a_sale_date_is_that_of_the_sale():
    assert mapped({"Price": ["500000", "600000", "700000"], "Sale Date": ["1/2/2020"] * 3})["Price"] == "Sold Price"
    assert mapped({"Price": ["500000", "600000", "700000"]})["Price"] == "Asking Price"


@pytest.mark.parametrize(
    "rents",
    [
        ("$8.50/SF/yr", "$9.25 / SF / Year", "$0.85/sf/mo"),
        ("9.25 NNN", "8.00 MG NNN", "$7 NNN"),
        ("8.5", "$12.00", "7.75"),
        ("8.5", "0", "Call for pricing", "9 psf"),
        ("$11,500 per month", "$8,000/mo", "$1,200,000"),
    ],
)
def test_rents_under_a_price_are_no_asking_prices(rents):
    table = {"Address": ["1 Mill Rd"] * len(rents), "Property Type": ["Flex"] * len(rents), "Price": rents}
    body = pl.DataFrame({str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(table.values())})
    header_map = map_headers("Sheet1", list(table), body)
    assert "Price" not in header_map.mapped
    assert [issue.reason for issue in header_map.issues if issue.column == "Price"] == ["rates"]


def test_prices_with_a_rent_among_them_are_asking_prices():
    assert mapped({"Price": ["$1,200,000", "$9 NNN", "$2.5M"]})["Price"] == "Asking Price"


@pytest.mark.parametrize(
    ("units", "column"), [(("A", "S", "A"), "Lot Size Acres"), (("sf", "SQ FT", "Square Feet"), "Lot Size SqFt")]
)
def test_a_lot_takes_its_unit_from_a_column_beside_it(units, column):
    found = mapped({"LOT_SIZE": ["2.5", "65000", "1.5"], "LOT_UNITS": list(units)})
    assert found["LOT_SIZE"] == found["LOT_UNITS"] == column


def test_of_several_sizes_with_units_one_is_the_lots():
    units = {"LGL_AREA_UNIT": ["ACRES"] * 3, "GIS_AREA_UNIT": ["ACRES"] * 3, "Acres": [None] * 3}
    table = {**PLACE, "LEGAL_AREA": ["2.5", "3", "4"], "GIS_AREA": ["2.51", "3.1", "4"], **units}
    body = pl.DataFrame({str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(table.values())})
    names = [column.name for column in map_headers("Sheet1", list(table), body).canonical]
    assert names.count("Lot Size Acres") == 1


def test_a_living_area_comes_before_an_effective_one():
    assert mapped({"Effective_Area": ["42000", "5", "6"], "Living_Area": ["41000", "4", "5"]})["Living_Area"] == "Building SqFt"


def test_a_product_is_a_type_if_its_values_name_types():
    assert map_product("Warehouse", "Flex", "Office") == "Property Type"
    assert map_product("Bolts", "Nuts", "Screws") is None


def test_a_column_of_other_units_is_no_unit_of_a_lot():
    assert "Lot Units" not in mapped({"Lot Size": ["2.5", "65000", "1.5"], "Lot Units": ["4", "12", "8"]})


def test_a_lot_whose_header_has_a_unit_needs_no_other():
    assert (
        mapped({"Acres": ["2.5", "3", "1.5"], "LOT_SIZE": ["5", "6", "7"], "LOT_UNITS": ["S"] * 3})["Acres"] == "Lot Size Acres"
    )


def test_a_price_per_square_foot_beside_a_sale_date_is_that_of_the_sale():
    assert mapped({"Price/SF": ["5", "6", "7"], "Sale Date": ["1/2/2020"] * 3})["Price/SF"] == "Sold Price/SqFt"
    assert "Price/SF" not in mapped({"Price/SF": ["5", "6", "7"]})


@pytest.mark.parametrize("header", ["$/SF", "$ / SF", "Price Per Sq Ft", "For Sale Price Per SF", "For Sale $/SF"])
def test_a_price_per_square_foot_in_a_list_without_sales_is_asked(header):
    assert header not in mapped({header: ["95", "110", "120"]})


def test_a_price_per_square_foot_for_sale_is_asked_also_beside_a_last_sale():
    sold = {"Last Sale Date": ["1/2/2020"] * 3, "Sale Price/SF": ["5", "6", "7"], "For Sale Price Per SF": ["8", "9", "10"]}
    assert "For Sale Price Per SF" not in mapped(sold)
    assert mapped(sold)["Sale Price/SF"] == "Sold Price/SqFt"


def test_a_price_per_square_foot_beside_an_asking_price_may_be_either():
    table = {"For Sale Price": ["500000", "600000", "700000"], "Last Sale Date": ["1/2/2020"] * 3, "Price/SF": ["5", "6", "7"]}
    assert "Price/SF" not in mapped(table)


def test_the_gross_area_is_taken_before_the_net_and_the_living_area():
    table = {"Living Area": ["5", "6", "7"], "BldgNetSqFt": ["8", "9", "9"], "BldgGrossSqFt": ["10", "11", "12"]}
    assert mapped(table)["BldgGrossSqFt"] == "Building SqFt"
    assert {"Living Area", "BldgNetSqFt"}.isdisjoint(mapped(table))


def test_a_clearer_header_with_hardly_any_values_is_not_taken():
    table = {"BldgGrossSqFt": ["10", *[None] * 9], "BldgNetSqFt": [str(i) for i in range(10)]}
    assert "BldgNetSqFt" in mapped({**table, "Address": ["1 Mill Rd"] * 10, "Property Type": ["Flex"] * 10})


def test_counts_of_households_are_no_occupancy():
    counts = {"Occupancy": ["1", "2", "4", "30", "1", "8"], "Address": ["1 Mill Rd"] * 6, "Property Type": ["Flex"] * 6}
    assert "Occupancy" not in mapped(counts)
    assert mapped({"Occupancy": ["0.5", "1", "0.95"]})["Occupancy"] == "Occupancy"
    assert mapped({"Occupancy": ["95", "80", "72"]})["Occupancy"] == "Occupancy"
    assert mapped({"Vacancy %": ["5", "10", "0"]})["Vacancy %"] == "Occupancy"


def test_an_occupancy_that_names_types_is_the_use_of_a_building():
    assert mapped({"Occupancy": ["Warehouse", "Office General", "Warehouse"]})["Occupancy"] == "Property Type"


def test_coordinates_of_a_projection_are_no_degrees():
    assert "X Coordinate" not in mapped({"X Coordinate": ["979250", "979916", "979859"]})


def test_a_status_of_buildings_is_told_by_its_values():
    assert mapped({"Status": ["Existing", "Demolished", "Under Construction"]})["Status"] == "Building Status"
    assert "Status" not in mapped({"Status": ["Sold", "Active", "Pending"]})


def read(table):
    """Return the property table of a sheet with these columns."""
    table = {**PLACE, **table}
    body = pl.DataFrame({str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(table.values())})
    whole = pl.concat([pl.DataFrame([list(table)], schema=dict.fromkeys(body.columns, pl.String), orient="row"), body])
    return convert_sheet("Sheet1", whole, 0, map_headers("Sheet1", list(table), body)).table


@pytest.mark.parametrize(
    ("header", "cells", "column", "values"),
    [
        ("Building (000 SF)", ["42.5", "61.2", None], "Building SqFt", [42_500, 61_200, None]),
        ("Bldg Size (k sf)", ["42.5", "61.2", "9"], "Building SqFt", [42_500, 61_200, 9_000]),
        ("Building SF (1000s)", ["42.5", "61.2", "9"], "Building SqFt", [42_500, 61_200, 9_000]),
        ("Price (1,000's)", ["4,500", "3,975 (est)", "3"], "Asking Price", [4_500_000, 3_975_000, 3_000]),
        ("Price ($000s)", ["4,500", "$3,975", "TBD"], "Asking Price", [4_500_000, 3_975_000, None]),
        ("Ask ($MM)", ["4.5", "$3.975", "6M"], "Asking Price", [4_500_000, 3_975_000, 6_000_000]),
        ("Price ($M)", ["4.5", "$1,200,000", "6"], "Asking Price", [4_500_000, 1_200_000, 6_000_000]),
        ("Asking Price in millions", ["4.5", "12", "6"], "Asking Price", [4_500_000, 12_000_000, 6_000_000]),
        ("Building (m²)", ["1000", "2,000", "30,000 SF"], "Building SqFt", [10_763.91, 21_527.82, 30_000]),
        ("Site (ha)", ["1", "2.5", "3 ac"], "Lot Size Acres", [2.47, 6.18, 3]),
    ],
)
def test_numbers_in_thousands_millions_and_metric_units_are_scaled(header, cells, column, values):
    found = read({"Building SF": ["5000"] * 3, header: cells} if column != "Building SqFt" else {header: cells})
    assert [value and round(value, 2) for value in found[column]] == values


@pytest.mark.parametrize("header", ["Price ($000s)", "Price ($MM)"])
def test_prices_that_are_whole_already_are_not_scaled(header):
    assert read({"Building SF": ["5000"] * 3, header: ["4500000", "3975000", "60000000"]})["Asking Price"][0] == 4_500_000


def convert(table):
    """Return the converted sheet with these columns."""
    table = {**PLACE, **table}
    body = pl.DataFrame(
        {str(i): pl.Series([header, *column], dtype=pl.String) for i, (header, column) in enumerate(table.items())}
    )
    return convert_sheet("Sheet1", body, 0, map_headers("Sheet1", list(table), body.slice(1)))


@pytest.mark.parametrize(
    ("header", "cells", "column", "values", "detail"),
    [
        ("Price ($000s)", ["4,500", "3,975", "6,200,000"], "Asking Price", [4_500_000, 3_975_000, 6_200_000], "1 of 3 values"),
        ("Price ($000s)", ["650,000", "975,000", "6,200,000"], "Asking Price", [650_000, 975_000, 6_200_000], "all values"),
        ("Building SF (000s)", ["45", "61", "30,000"], "Building SqFt", [45_000, 61_000, 30_000], "1 of 3 values"),
    ],
)
def test_whole_values_below_a_header_in_thousands_are_used_as_they_are_and_reported(header, cells, column, values, detail):
    converted = convert({"Building SF": ["5000"] * 3, header: cells} if column != "Building SqFt" else {header: cells})
    assert converted.table[column].to_list() == values
    assert converted.issues.select("Column", "Reason", "Detail").rows() == [(header, "whole_values", detail)]


def test_prices_with_a_scale_of_their_own_are_not_reported_as_whole():
    converted = convert({"Building SF": ["5000"] * 3, "Price ($000s)": ["$4.5M", "$450K", "TBD"]})
    assert (converted.table["Asking Price"].to_list(), converted.issues.height) == ([4_500_000, 450_000, None], 0)


def test_a_large_price_in_thousands_is_none_that_is_whole():
    cells = ["450", "900", "80,000"]
    assert read({"Building SF": ["5000"] * 3, "Price ($000s)": cells})["Asking Price"].to_list() == [450_000, 900_000, 80_000_000]


@pytest.mark.parametrize(
    ("header", "cells", "buildings", "lots"),
    [
        ("SF / AC", ["61,913 SF / 4.2 AC", "±20,000 SF / 2 acres", "TBD"], [61_913, 20_000, None], [4.2, 2, None]),
        ("SF / AC", ["61,913 / 4.2", "20,000/2", "30,000"], [61_913, 20_000, 30_000], [4.2, 2, None]),
        ("Bldg SF / Lot AC", ["61,913 / 4.2", "20,000 / 2", "- / 3"], [61_913, 20_000, None], [4.2, 2, 3]),
        ("AC / SF", ["4.2 / 61,913", "2 AC / 20,000 SF", "1.5"], [61_913, 20_000, None], [4.2, 2, 1.5]),
        ("Building / Land", ["61,913 / 4.2", "20,000 / 2", None], [61_913, 20_000, None], [4.2, 2, None]),
        ("Size", ["61,913 SF on 4.2 AC", "20,000 SF, 2 AC", "30,000 SF"], [61_913, 20_000, 30_000], [4.2, 2, None]),
    ],
)
def test_the_sizes_of_building_and_lot_in_one_cell_are_split(header, cells, buildings, lots):
    found = read({header: cells})
    assert (found["Building SqFt"].to_list(), found["Lot Size Acres"].to_list()) == (buildings, lots)


def convert_among_sizes(cell):
    """Return building, lot and unread values of a cell whose column has sizes of buildings and lots."""
    cells = [f"{20 + i},000 SF / 2.{i} AC" for i in range(19)]
    table = {
        "Address": [f"{i} Mill Rd" for i in range(20)],
        "Property Type": ["Flex"] * 20,
        "Building SF / Lot AC": [*cells, cell],
    }
    converted = convert(table)
    unread = converted.issues.filter(pl.col("Reason") == "not_a_number")["Value"].to_list()
    return converted.table["Building SqFt"][-1], converted.table["Lot Size Acres"][-1], unread


@pytest.mark.parametrize(
    ("cell", "building", "lot"),
    [
        ("1.5 million SF / 80 AC", 1_500_000, 80),
        ("15K SF / 2 AC", 15_000, 2),
        ("±61,913 +/- SF / 4.2 AC m/l", 61_913, 4.2),
        ("20,000 S/F / 1/2 AC", 20_000, 0.5),
        ("9,000 SF / 43,560 SF", 9_000, 1),
        ("4.2 / 61,913 SF", 61_913, 4.2),
        ("30,000 SF / 4 AC / 3 bldgs", 30_000, 4),
        ("Bldg: 61,913 SF, on 4.2 acres of land", 61_913, 4.2),
        ("20,000 SF / TBD", 20_000, None),
        ("150K", 150_000, None),
        (None, None, None),
    ],
)
def test_two_sizes_in_a_cell_are_read_like_one(cell, building, lot):
    assert convert_among_sizes(cell) == (building, lot, [])


@pytest.mark.parametrize(
    ("cell", "lot", "unread"),
    [
        ("10,000 - 20,000 SF / 2 AC", 2, ["10,000 - 20,000 SF"]),
        ("3,000 m2 / 2 AC", 2, ["3,000 m2"]),
        ("20,000 SF available / 2 AC", 2, ["20,000 SF available"]),
        ("2 AC / 4 AC", None, ["2 AC / 4 AC"] * 2),
        ("30,000 / 4 / 3", None, ["30,000 / 4 / 3"] * 2),
        ("1,500", None, ["1,500 (acres or sq ft?)"]),
    ],
)
def test_a_size_among_two_that_cannot_be_read_is_reported(cell, lot, unread):
    assert convert_among_sizes(cell) == (None, lot, unread)


def test_one_size_in_two_units_and_sizes_of_two_buildings_are_not_split():
    assert read({"Lot Size": ["2.5 AC / 108,900 SF", "1 AC / 43,560 SF", "2 AC"]})["Lot Size Acres"].to_list() == [2.5, 1, 2]
    assert convert({"Building SF": ["10,000 / 12,000", "5,000 / 6,000", None]}).table["Building SqFt"].count() == 0
    assert "Building / Lot" not in mapped({"Building / Lot": ["12 / 4", "3 / 2", "7 / 1"]})


def test_a_size_that_the_sheet_has_in_a_column_of_its_own_is_not_taken_from_one_with_two():
    found = read({"SF / AC": ["61,913 / 4.2", "20,000 / 2", "30,000 / 1"], "Building SF": ["61,000", "20,000", "30,000"]})
    assert (found["Building SqFt"][0], found["Lot Size Acres"][0]) == (61_000, 4.2)


@pytest.mark.parametrize("header", ["Land", "Lot", "Parcel", "Site"])
def test_a_column_of_sizes_in_acres_or_square_feet_is_the_lot(header):
    found = read({"Building SF": ["5000"] * 3, header: ["3.25 +/- AC", "43,560 SF", "2.5 acres"]})
    assert found["Lot Size Acres"].to_list() == [3.25, 1, 2.5]


@pytest.mark.parametrize("header", ["Sold", "Last Sale"])
def test_a_sale_is_a_date_or_a_price_by_its_values(header):
    assert mapped({header: ["1/2/2020", "2019-03-04", "3/4/21"]})[header] == "Sale Date"
    assert mapped({header: ["$1,000,000", "2,000,000", "3000000"]})[header] == "Sold Price"


def test_a_size_in_acres_is_the_lots():
    assert mapped({"Building SF": ["5000"] * 3, "Size": ["1 ac", "2.5 acres", "3 AC"]})["Size"] == "Lot Size Acres"


@pytest.mark.parametrize(
    ("header", "column"),
    [("List $", "Asking Price"), ("Sold $", "Sold Price"), ("Building RSF", "Building SqFt"), ("Vintage", "Year Built")],
)
def test_words_of_brokers_are_known(header, column):
    assert mapped({header: ["1990", "1991", "1992"]})[header] == column


def test_whole_zip_codes_under_zip_4_are_zip_codes():
    assert mapped({"Zip+4": ["28202", "28202-1234", "28203"]})["Zip+4"] == "Zip Code"
    assert "Zip+4" not in mapped({"Zip+4": ["1234", "1235", "1236"]})
