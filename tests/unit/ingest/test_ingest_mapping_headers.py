"""Headers are mapped to canonical columns."""

import polars as pl
import pytest

from flexscout.ingest.mapping.header_map import find_missing_required, has_vague_headers, map_headers

VENDORS = {
    "Crexi property records": {
        "Property Link": "Property Link",
        "Property Name": "Property Name",
        "Property Type": "Property Type",
        "Zip": "Zip Code",
        "Building SqFt": "Building SqFt",
        "Lot Size Acres": "Lot Size Acres",
        "Lot Size SqFt": "Lot Size SqFt",
        "Sold Price/ SqFt": "Sold Price/SqFt",
        "Zoning": "Zoning Code",
        "Tenant(s)": "Tenant(s)",
        "USPS Vacancy": None,
        "PFC Indicator": None,
        "Long": "Longitude",
    },
    "CoStar": {
        "PropertyID": None,
        "Property Address": "Address",
        "Building Class": None,
        "RBA": "Building SqFt",
        "Land Area (AC)": "Lot Size Acres",
        "Percent Leased": "Occupancy",
        "Ceiling Ht": "Ceiling Height",
        "Drive Ins": "Overhead Doors",
        "Number Of Loading Docks": "Loading Docks",
        "Parcel Number 1(Min)": "APN",
    },
    "Palm Beach County": {
        "PARCEL_ID": "APN",
        "PROPERTY_USE": "Property Type",
        "SITE_ADDRESS": "Address",
        "MUNICIPALITY": "City",
        "ACRES": "Lot Size Acres",
        "YEAR_BUILT": "Year Built",
        "OWNER_NAME": "Owner Name",
    },
    "Florida tax roll (NAL)": {
        "PARCEL_ID": "APN",
        "DOR_UC": "Property Type",
        "PA_UC": None,
        "JV": "Total Parcel Value",
        "LND_VAL": "Land Value",
        "LND_SQFOOT": "Lot Size SqFt",
        "TOT_LVG_AREA": "Building SqFt",
        "ACT_YR_BLT": "Year Built",
        "OWN_NAME": "Owner Name",
        "PHY_ADDR1": "Address",
        "PHY_CITY": "City",
        "PHY_ZIPCD": "Zip Code",
        "SALE_PRC1": "Sold Price",
        "SALE_YR1": None,
    },
    "Regrid": {
        "parcelnumb": "APN",
        "usedesc": "Property Type",
        "saddno": None,
        "ll_addresstype": None,
        "scity": "City",
        "szip": "Zip Code",
        "sqft": "Lot Size SqFt",
        "ll_gisacre": "Lot Size Acres",
        "improvval": "Improvement Value",
        "parval": "Total Parcel Value",
    },
    "Reonomy": {
        "reonomy_id": None,
        "asset_category": "Property Type",
        "lot_area": "Lot Size SqFt",
        "gross_building_area": "Building SqFt",
        "year_built": "Year Built",
    },
    "PropStream": {
        "Est. Equity": None,
        "Owner Occupied": None,
        "Owner 1 First Name": None,
        "Address": "Address",
        "Building Sqft": "Building SqFt",
        "Effective Year Built": "Year Built",
    },
    "Utah parcels (LIR)": {
        "PARCEL_ADD": "Address",
        "PARCEL_CITY": "City",
        "PROP_CLASS": "Property Type",
        "BLDG_SQFT": "Building SqFt",
        "BUILT_YR": "Year Built",
        "PARCEL_ACRES": "Lot Size Acres",
        "TOTAL_MKT_VALUE": "Total Parcel Value",
    },
}


def mapped(headers, *rows):
    """Map a sheet with these headers and rows."""
    body = pl.DataFrame(rows, schema={str(i): pl.String for i in range(len(headers))}, orient="row")
    return map_headers("Sheet1", headers, body)


def meanings(header_map):
    """Return header -> canonical name, or None if unmapped."""
    return {column.header: column.name if column.canonical else None for column in header_map.columns}


def reasons(header_map):
    return {issue.column: issue.full_reason for issue in header_map.issues}


@pytest.mark.parametrize(("vendor", "expected"), VENDORS.items(), ids=VENDORS.keys())
def test_the_headers_of_a_vendor_are_mapped(vendor, expected):
    header_map = mapped(list(expected), ["1"] * len(expected))
    assert header_map.vendor == vendor
    assert meanings(header_map) == expected
    assert [issue for issue in header_map.issues if issue.reason != "effective_year"] == []


def test_headers_of_an_unknown_vendor_are_mapped():
    header_map = mapped(["SITE ADDRESS", "use_type", "Bldg. SF", "yr-built", "Broker"], ["1", "2", "3", "4", "5"])
    assert header_map.vendor == ""
    assert list(meanings(header_map).values()) == ["Address", "Property Type", "Building SqFt", "Year Built", None]


def test_a_vendors_meaning_of_a_header_applies_only_to_its_exports():
    costar = ["PropertyID", "Property Address", "RBA", "Building Class", "Size"]
    assert meanings(mapped(costar, ["1", "1 Test Street", "5", "A", "7"]))["Size"] is None
    assert meanings(mapped(["Address", "Size"], ["1 Test Street", "7"]))["Size"] == "Building SqFt"


def test_an_effective_year_is_used_and_reported_if_there_is_no_year_of_construction():
    header_map = mapped(["Address", "Effective Year Built"], ["1 Test Street", "1995"])
    assert meanings(header_map)["Effective Year Built"] == "Year Built"
    assert reasons(header_map) == {"Effective Year Built": "effective_year"}


def test_an_effective_year_beside_a_year_of_construction_is_not_used():
    header_map = mapped(["Address", "EffYr", "YrBuilt"], ["1 Test Street", "1995", "1960"])
    assert meanings(header_map) == {"Address": "Address", "EffYr": None, "YrBuilt": "Year Built"}


def test_columns_keep_their_position_and_their_header():
    header_map = mapped(["Broker", "Bldg SF"], ["Ann", "5"])
    assert [(column.position, column.header, column.name) for column in header_map.columns] == [
        (0, "Broker", "Broker"),
        (1, "Bldg SF", "Building SqFt"),
    ]


@pytest.mark.parametrize("header", ["Vacancy", "Vacancy Rate", "% Vacant"])
def test_vacancy_is_occupancy_inverted(header):
    (column,) = mapped([header], ["5"]).columns
    assert (column.name, column.inverted) == ("Occupancy", True)


def test_occupancy_is_not_inverted():
    assert not mapped(["% Leased"], ["95"]).columns[0].inverted


NAL = ["PARCEL_ID", "PHY_ADDR1", "TOT_LVG_AREA"]


@pytest.mark.parametrize(
    ("headers", "codes"),
    [
        (["PHY_ADDR1", "DOR_UC"], "florida"),
        (["Address", "dor uc"], "florida"),
        (["Address", "property_use_code_rec10"], "palm beach"),
        ([*NAL, "Use Code"], "florida"),
        ([*NAL, "DOR CODE"], "florida"),
        (["parcel_id", "municipality", "property_use_code"], "palm beach"),
    ],
)
def test_a_florida_header_has_floridas_code_table(headers, codes):
    *_, column = mapped(headers, ["1"] * len(headers)).columns
    assert (column.name, column.canonical, column.codes) == ("Property Type", True, codes)


@pytest.mark.parametrize("header", ["Use Code", "Property Use Code", "Land Use Code"])
def test_a_code_of_nobody_in_particular_is_not_described(header):
    header_map = mapped(["Address", "State", header], *[["1 Test Street", "NV", "48"]] * 3)
    assert header_map.columns[-1].codes == ""
    assert reasons(header_map)[header].startswith("codes_unclear: no table of codes fits the header")


@pytest.mark.parametrize("header", ["DOR CODE", "dor_use_code"])
@pytest.mark.parametrize("state", ["FL", "Florida", " fl "])
def test_revenue_use_codes_are_read_if_the_state_is_florida(header, state):
    header_map = mapped(["State", header], [state, "48"], [None, "41"], ["--", "48"])
    assert meanings(header_map)[header] == "Property Type"
    assert header_map.columns[1].codes == "florida"


@pytest.mark.parametrize("rows", [[["WA", "48"]], [["FL", "48"], ["GA", "41"]], [["Florid", "48"]], [[None, "48"]]])
def test_use_codes_of_another_state_are_not_described_and_are_reported(rows):
    """Washington's Department of Revenue has other use codes: 48 means utilities."""
    header_map = mapped(["State", "DOR CODE"], *rows * 3)
    assert header_map.columns[1].codes != "florida"
    if rows != [["WA", "48"]]:
        assert reasons(header_map)["DOR CODE"].startswith("codes_unclear: no table of codes fits the header")


def test_use_codes_without_a_state_are_not_described():
    assert mapped(["Address", "DOR CODE"], ["1 Test Street", "48"]).columns[1].codes == ""


def test_numbers_under_a_plain_header_are_not_codes():
    assert mapped(["Property Type"], ["48"]).columns[0].codes == ""


def test_described_uses_are_taken_before_fuller_codes():
    header_map = mapped(["DOR_UC", "property_use"], ["48", "WAREH/DIST TERM"], ["41", None])
    assert meanings(header_map) == {"DOR_UC": None, "property_use": "Property Type"}
    assert reasons(header_map) == {"DOR_UC": "second_column: Property Type is taken from property_use"}


def test_codes_are_taken_where_no_use_is_described():
    assert meanings(mapped(["property_use", "DOR_UC"], [None, "48"])) == {"property_use": None, "DOR_UC": "Property Type"}


def test_the_fuller_of_two_equal_columns_is_used():
    header_map = mapped(["GBA", "RBA"], ["30000", None], ["30000", "40000"], [None, "40000"], [None, "40000"])
    assert meanings(header_map) == {"GBA": None, "RBA": "Building SqFt"}
    assert reasons(header_map) == {"GBA": "second_column: Building SqFt is taken from RBA"}


def test_of_two_columns_that_are_equally_full_the_first_is_taken():
    assert meanings(mapped(["RBA", "GBA"], ["30000", "40000"])) == {"RBA": "Building SqFt", "GBA": None}


def test_a_plain_name_is_taken_before_a_fuller_generic_one():
    header_map = mapped(["SF", "Bldg SF"], ["1", "30000"], ["2", None], ["3", None])
    assert meanings(header_map) == {"SF": None, "Bldg SF": "Building SqFt"}


def test_occupancy_is_taken_before_a_fuller_vacancy():
    assert meanings(mapped(["Vacancy", "Occupancy"], ["5", "95"], ["5", None])) == {"Vacancy": None, "Occupancy": "Occupancy"}


def test_an_empty_column_is_never_preferred():
    assert meanings(mapped(["Occupancy", "Vacancy"], [None, "5"])) == {"Occupancy": None, "Vacancy": "Occupancy"}


def test_a_second_column_is_kept_as_is_under_its_header_made_unique():
    header_map = mapped(["Building SqFt", "RBA"], [None, "30000"])
    assert [(column.name, column.canonical) for column in header_map.columns] == [
        ("Building SqFt (2)", False),
        ("Building SqFt", True),
    ]


def test_a_similar_header_is_suggested_but_not_mapped():
    header_map = mapped(["Addres", "Building SqFtt"], ["1 Test Street", "30000"])
    assert meanings(header_map) == {"Addres": None, "Building SqFtt": None}
    assert header_map.suggested == {"Addres": "Address", "Building SqFtt": "Building SqFt"}


def test_present_columns_are_not_suggested():
    assert mapped(["Address", "Addres"], ["1 Test Street", "x"]).suggestions == ()


@pytest.mark.parametrize("header", ["Broker", "Cit", "Fire District", "Notes", "Land Use Code"])
def test_unknown_headers_get_no_suggestion(header):
    assert mapped([header], ["x"]).suggestions == ()


def test_a_rejected_column_is_not_suggested_again():
    assert mapped(["Address", "Acres"], ["1 Test Street", "87120"]).suggestions == ()


def test_the_canonical_columns_that_a_sheet_lacks_are_reported():
    missing = mapped(["Address", "City"], ["1 Test Street", "Charlotte"]).missing
    assert "Address" not in missing
    assert {"State", "Building SqFt", "Occupancy"} <= set(missing)


@pytest.mark.parametrize(
    ("headers", "missing"),
    [
        (["Address", "Property Type"], []),
        (["APN", "RBA"], []),
        (["Address", "APN"], ["Property Type or Building SqFt"]),
        (["Property Type", "Building SqFt"], ["Address or APN"]),
        (["Name", "Phone"], ["Address or APN", "Property Type or Building SqFt"]),
    ],
)
def test_a_property_table_has_location_and_type_or_size(headers, missing):
    assert find_missing_required(mapped(headers, ["x"] * len(headers))) == missing


def test_a_ledger_of_products_is_no_property_table():
    ledger = ["Address", "Product", "Size", "GL", "DH", "Locator", "Sold", "Market"]
    values = ["1 Test Street", "Office storage", "5000", "4010", "1", "7", "3", "2"]
    assert has_vague_headers(mapped(ledger, values))
    assert not has_vague_headers(mapped([*ledger, "Year Built"], [*values, "1990"]))


def test_a_sheet_without_rows_is_mapped_by_its_headers():
    assert meanings(mapped(["Address", "RBA"])) == {"Address": "Address", "RBA": "Building SqFt"}
