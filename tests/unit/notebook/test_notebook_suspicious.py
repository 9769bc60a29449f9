"""Suspicious values and their reasons."""

import datetime as dt

import pandas as pd
import polars as pl
import pytest

from flexscout.notebook.analyzer import PropertyDataAnalyzer
from frames import LIBRARIES, frame_of, rows_of
from workbooks import HEADER, candidate, write_sheets, write_workbook

AS_OF = dt.date(2025, 6, 30)
SOUND = {"Property Type": "Flex", "Address": "1 Oak St", "Building SqFt": 30_000, "Lot Size Acres": 2.0}


def found_in(**values):
    """Return the suspicious values of SOUND with these changes (underscores for spaces)."""
    row = SOUND | {name.replace("_", " "): value for name, value in values.items()}
    return rows_of(PropertyDataAnalyzer(pl.DataFrame([row])).find_suspicious_values(AS_OF))


def reasons_of(**values):
    return [(row["Column"], row["Reason"].partition(":")[0]) for row in found_in(**values)]


def test_a_sound_property_is_not_suspicious():
    assert found_in(Sold_Price=3_000_000, Year_Built=2025, Sale_Date="2025-06-30", Latitude=35.2, Longitude=-80.8) == []


def test_a_lot_smaller_than_its_building_is_suspicious():
    (row,) = found_in(Lot_Size_Acres=0.5)
    assert (row["Column"], row["Value"]) == ("Lot Size Acres", "0.5")
    assert row["Reason"] == (
        "lot_smaller_than_building: the lot has 21,780 sq ft, the building 30,000; number of stories unknown"
    )


@pytest.mark.parametrize("header", ["Number of Stories", "stories", "NumStories", "Floors"])
def test_stories_that_make_the_building_fit_explain_it(header):
    assert found_in(Lot_Size_Acres=0.5, **{header: "2"}) == []


def test_the_detail_has_the_number_of_stories():
    (row,) = found_in(Lot_Size_Acres=0.25, Stories=2)
    assert row["Reason"].endswith("number of stories: 2")


@pytest.mark.parametrize("stories", ["0", "nan", "inf", "split level"])
def test_invalid_stories_are_unknown(stories):
    assert found_in(Lot_Size_Acres=0.5, Stories=stories)[0]["Reason"].endswith("number of stories unknown")


def test_a_lot_that_only_rounding_makes_smaller_is_not_suspicious():
    assert reasons_of(Lot_Size_Acres=0.69, Building_SqFt=30_100) == []


@pytest.mark.parametrize("acres", [0, None])
def test_an_unknown_lot_is_not_suspicious(acres):
    assert reasons_of(Lot_Size_Acres=acres) == []


def test_a_year_built_after_the_date_is_in_the_future():
    assert reasons_of(Year_Built=2026) == [("Year Built", "year_in_the_future")]


def test_a_sale_after_the_date_is_in_the_future():
    assert reasons_of(Sale_Date="2025-07-01") == [("Sale Date", "sale_in_the_future")]


def test_the_default_date_is_today():
    analyzer = PropertyDataAnalyzer(pl.DataFrame([SOUND | {"Year Built": 2099}]))
    assert analyzer.find_suspicious_values()["Column"].to_list() == ["Year Built"]


@pytest.mark.parametrize(("price", "words"), [(90_000, "$3.00 per sq ft"), (60_000_000, "$2,000.00 per sq ft")])
def test_a_calculated_price_per_square_foot_can_be_out_of_range(price, words):
    (row,) = found_in(Sold_Price=price)
    assert row["Reason"] == f"price_out_of_range: {words}, expected $5 to $1,000"


@pytest.mark.parametrize("price", [150_000, 30_000_000])
def test_the_bounds_are_inclusive(price):
    assert reasons_of(Sold_Price=price) == []


def test_a_nominal_price_is_suspicious():
    assert reasons_of(Sold_Price=10) == [("Sold Price", "nominal_price")]


def test_a_price_of_0_is_unknown():
    assert reasons_of(Sold_Price=0, **{"Sold Price/SqFt": 0}) == []


def test_the_stated_price_per_square_foot_is_checked_if_none_can_be_calculated():
    assert reasons_of(**{"Sold Price/SqFt": 4_000}) == [("Sold Price/SqFt", "price_out_of_range")]


def test_a_price_out_of_range_is_reported_once():
    assert reasons_of(Sold_Price=90_000, **{"Sold Price/SqFt": 3}) == [("Sold Price", "price_out_of_range")]


def test_two_prices_per_square_foot_that_differ_disagree():
    assert reasons_of(Sold_Price=3_000_000, **{"Sold Price/SqFt": 150}) == [("Sold Price/SqFt", "prices_disagree")]


def test_rounding_to_dollars_is_not_a_disagreement():
    assert reasons_of(Sold_Price=196_000, **{"Sold Price/SqFt": 7}) == []


@pytest.mark.parametrize(
    ("acres", "feet", "column"),
    [(1_500, 1_500, "Lot Size Acres"), (2.0, 2.0, "Lot Size SqFt"), (2.0, 2.0 * 43_560**2, "Lot Size SqFt")],
)
def test_swapped_units_are_reported(acres, feet, column):
    found = reasons_of(Building_SqFt=None, Lot_Size_Acres=acres, Lot_Size_SqFt=feet)
    assert (column, "units_mixed_up") in found
    assert ("Lot Size SqFt", "lot_sizes_disagree") not in found


def test_two_lot_sizes_that_differ_are_reported():
    (row,) = found_in(Lot_Size_SqFt=100_000)
    assert (row["Column"], row["Value"], row["Reason"]) == (
        "Lot Size SqFt",
        "100000",
        "lot_sizes_disagree: 2.0 acres are 87,120 sq ft",
    )


def test_a_deed_and_a_map_may_differ_a_little():
    assert reasons_of(Lot_Size_SqFt=90_000) == []


def test_too_many_acres_are_suspicious():
    rows = [SOUND, SOUND, SOUND | {"Lot Size Acres": 20_000}]
    found = rows_of(PropertyDataAnalyzer(pl.DataFrame(rows)).find_suspicious_values(AS_OF))
    assert [(row["Source Row"], row["Value"]) for row in found] == [(4, "20000")]


def test_too_few_square_feet_are_suspicious():
    row = {"Property Type": "Flex", "Address": "1 Oak St", "Lot Size SqFt": 2.5}
    (found,) = rows_of(PropertyDataAnalyzer(pl.DataFrame([row])).find_suspicious_values(AS_OF))
    assert (found["Column"], found["Reason"].partition(":")[0]) == ("Lot Size SqFt", "lot_too_small")


def test_swapped_coordinates_are_reported():
    assert reasons_of(Latitude=-80.8, Longitude=35.2) == [("Latitude", "coordinates_swapped")]


def test_numbers_out_of_range_are_issues_and_not_suspicious_as_well():
    row = SOUND | {"Building SqFt": 1e-9, "Lot Size Acres": 1e30, "Lot Size SqFt": 1e300, "Sold Price": 1e300}
    analyzer = PropertyDataAnalyzer(pl.DataFrame([row]))
    assert analyzer.generate_summary_report()["issues"] == {"out_of_range": 3}
    assert rows_of(analyzer.find_suspicious_values(AS_OF)) == []


def test_the_largest_numbers_do_not_crash():
    found = found_in(Building_SqFt=1e9, Lot_Size_Acres=40_000, Lot_Size_SqFt=1e12, Sold_Price=1e12)
    assert [row["Column"] for row in found] == ["Lot Size Acres"]


@LIBRARIES
def test_the_result_has_the_kind_of_the_frame(library):
    found = PropertyDataAnalyzer(frame_of(library, [SOUND | {"Year Built": 2099}])).find_suspicious_values()
    assert isinstance(found, library.DataFrame)
    assert list(found.columns) == ["Source Sheet", "Source Row", "Column", "Value", "Reason"]


@LIBRARIES
def test_without_suspicious_values_the_table_is_empty(library):
    assert len(PropertyDataAnalyzer(frame_of(library, [SOUND])).find_suspicious_values(AS_OF)) == 0


def test_values_of_a_file_have_sheet_row_and_header(tmp_path):
    header = tuple({"Year Built": "Yr Built"}.get(name, name) for name in HEADER)
    sheets = {"A": [HEADER, candidate(1)], "B": [("A title",), header, candidate(2), candidate(3, Year_Built=2099)]}
    found = PropertyDataAnalyzer(write_sheets(tmp_path / "two.xlsx", sheets)).find_suspicious_values()
    assert isinstance(found, pd.DataFrame)
    assert found.iloc[:, :4].to_numpy().tolist() == [["B", 4, "Yr Built", "2099"]]


def test_rows_of_a_frame_are_numbered_as_in_excel(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, candidate(1), candidate(2, Year_Built=2099)])
    found = [PropertyDataAnalyzer(source).find_suspicious_values() for source in (path, pd.read_excel(path))]
    assert [frame["Source Row"].to_list() for frame in found] == [[3], [3]]
