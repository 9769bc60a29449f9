"""County parcel exports: their warehouses become candidates."""

import pytest

from program import flexscout
from workbooks import write_workbook

PALM_BEACH = {
    "property_use": "WAREH/DIST TERM",
    "building_sqft": 40_000.0,
    "address": "1 MADE UP WAY",
    "municipality": "SAMPLETON",
    "acres": 2.5,
    "market_value": 5e6,
    "year_built": 1995.0,
    "warehouse_sqft": 38_000.0,
    "office_sqft": 2_000.0,
    "office_percentage": 5.0,
    "parcel_id": "00000000000000011",
    "assessed_value": 4e6,
    "improvement_value": 0.0,
    "land_value": 0.0,
    "sale_date": 1168405200000.0,
    "sale_price": "10",
}

NAL = {
    "CO_NO": 60,
    "PARCEL_ID": "0000000001",
    "DOR_UC": "048",
    "PA_UC": "48",
    "JV": 5_000_000,
    "LND_SQFOOT": 108_900,
    "TOT_LVG_AREA": 40_000,
    "ACT_YR_BLT": 1995,
    "OWN_NAME": "MADE UP LLC",
    "PHY_ADDR1": "1 INVENTED RD",
    "PHY_CITY": "SAMPLETON",
    "PHY_ZIPCD": 33400,
    "SALE_PRC1": 2_000_000,
    "SALE_YR1": 2007,
    "SALE_MO1": 1,
}


def rows_like(first, *changes):
    """Return a header, the first row, and rows that differ from it."""
    return [tuple(first), tuple(first.values()), *(tuple((first | change).values()) for change in changes)]


@pytest.fixture
def palm_beach(tmp_path):
    mfg = {"property_use": "LIGHT MFG", "address": "2 MADE UP WAY", "sale_date": None}
    yard = {"property_use": "OPEN STORAGE", "address": "3 MADE UP WAY", "warehouse_sqft": None}
    shop = {"property_use": "STORES", "address": "4 MADE UP WAY"}
    write_workbook(tmp_path / "in/parcels.xlsx", rows_like(PALM_BEACH, mfg, yard, shop))
    return flexscout("run", "in")


@pytest.fixture
def tax_roll(tmp_path):
    mfg = {"DOR_UC": 41, "PHY_ADDR1": "2 INVENTED RD"}
    home = {"DOR_UC": "001", "PHY_ADDR1": "3 INVENTED RD", "TOT_LVG_AREA": 2_100, "LND_SQFOOT": 10_000}
    dealer = {"DOR_UC": "027", "PHY_ADDR1": "4 INVENTED RD"}
    unknown = {"DOR_UC": "148", "PHY_ADDR1": "5 INVENTED RD"}
    write_workbook(tmp_path / "in/NAL60F.xlsx", rows_like(NAL, mfg, home, dealer, unknown))
    return flexscout("run", "in")


def by_address(outcome):
    return {row["Address"]: row for row in outcome.rows()}


def test_industrial_parcels_of_palm_beach_are_candidates_by_their_use(palm_beach):
    points = {row["Property Type"]: float(row["Property Type Points"]) for row in palm_beach.rows()}
    assert points == {"WAREH/DIST TERM": 2.5, "LIGHT MFG": 2, "OPEN STORAGE": 1}


def test_a_shop_of_palm_beach_is_not_eligible(palm_beach):
    (row,) = palm_beach.sheet("Not Selected")
    assert (row["Property Type"], row["Status"]) == ("STORES", "Not eligible")


def test_every_known_column_of_palm_beach_is_mapped(palm_beach):
    row = by_address(palm_beach)["1 Made Up Way"]
    assert palm_beach.file("parcels.xlsx")["vendor"] == "Palm Beach County"
    assert (row["City"], row["APN"], row["Sale Date"]) == ("Sampleton", "00000000000000011", "2007-01-10")
    numbers = {name: float(row[name]) for name in ("Total Parcel Value", "Warehouse SqFt", "Office SqFt", "Lot Size Acres")}
    assert numbers == {"Total Parcel Value": 5e6, "Warehouse SqFt": 38_000, "Office SqFt": 2_000, "Lot Size Acres": 2.5}
    assert palm_beach.sheet("Issues") == []


def test_industrial_parcels_of_a_tax_roll_are_candidates_by_their_code(tax_roll):
    row = by_address(tax_roll)["1 Invented Rd"]
    assert by_address(tax_roll).keys() == {"1 Invented Rd", "2 Invented Rd"}
    assert row["Property Type"].startswith("048 Warehousing, distribution terminals")
    assert (float(row["Property Type Points"]), float(row["Lot Size Acres"])) == (2.5, 2.5)


def test_a_code_without_its_leading_zero_is_recognized(tax_roll):
    row = by_address(tax_roll)["2 Invented Rd"]
    assert row["Property Type"].startswith("041 Light manufacturing")
    assert float(row["Property Type Points"]) == 2


def test_a_car_dealer_of_a_tax_roll_is_not_storage(tax_roll):
    rejected = {row["Address"]: row["Reason"] for row in tax_roll.sheet("Not Selected")}
    assert rejected["4 INVENTED RD"].startswith("Property Type is none of")


def test_an_unknown_code_is_kept_and_listed_as_an_issue(tax_roll):
    (issue,) = tax_roll.sheet("Issues")
    assert (issue["Column"], issue["Value"]) == ("DOR_UC", "148")
    assert tax_roll.report["quality"]["issues"] == {"unknown_code": 1}
    types = {row["Address"]: row["Property Type"] for row in tax_roll.sheet("Not Selected")}
    assert str(types["5 INVENTED RD"]) == "148"
