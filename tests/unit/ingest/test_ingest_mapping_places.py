"""Whose address a table has, and addresses that are spread over several columns."""

from datetime import date

import polars as pl
import pytest

from flexscout.ingest.convert import convert_sheet
from flexscout.ingest.mapping import map_headers
from flexscout.sheet_columns import DerivedKind


def mapped(table):
    """Map a sheet with these headers and columns of texts."""
    body = pl.DataFrame({str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(table.values())})
    return map_headers("Sheet1", list(table), body)


def read(table):
    """Return the property table of a sheet with these headers and columns of texts."""
    body = pl.DataFrame(
        {str(i): pl.Series([header, *column], dtype=pl.String) for i, (header, column) in enumerate(table.items())}
    )
    return convert_sheet("Sheet1", body, 0, mapped(table)).table


ROLL = {"PARCEL ID": ["1", "2", "3"], "Use Description": ["Warehouse", "Office", "Flex"]}
OWNER = {"Owner Name": ["A LLC", "B LLC", "C LLC"]}
MAILED = {"Address": ["1 Wall St", "2 Oak St", "9 Elm St"], "City": ["New York", "Boston", "Miami"], "State": ["NY", "MA", "FL"]}
PARTS = {
    "SITUS_NUM": ["12", "0", "00340"],
    "SITUS_DIR": ["N", None, None],
    "SITUS_STREET": ["Mill", "Loom", "Canal"],
    "SITUS_SUFFIX": ["RD", "LN", "ST"],
}


LOC = {
    "LOC_NUM": ["12", "7", "340"],
    "LOC_SFX": [None, "1/2", None],
    "LOC_DIR": ["N", None, None],
    "LOC_ST": ["MILL", "LOOM", "5TH"],
}


def test_a_street_that_is_called_only_st_behind_its_number_is_joined():
    table = {**ROLL, **LOC, "LOC_TYPE": ["RD", "LN", "ST"], "OWN_ST": ["NC", "VA", "NC"]}
    assert read(table)["Address"].to_list() == ["12 N MILL RD", "7 1/2 LOOM LN", "340 5TH ST"]
    short = {**ROLL, "LOC_NUM": ["12", "7", "340"], "LOC_ST": ["MILL RD", "LOOM LN", "5TH ST"]}
    assert read(short)["Address"].to_list() == ["12 MILL RD", "7 LOOM LN", "340 5TH ST"]


def test_a_state_behind_a_house_number_is_no_street():
    states = ["North Carolina", "Virginia", "Ohio"]
    table = {**ROLL, "LOC_NUM": ["12", "7", "340"], "LOC_STREET": ["MILL RD", "LOOM LN", "5TH ST"], "LOC_ST": states}
    assert read(table)["Address"].to_list() == ["12 MILL RD", "7 LOOM LN", "340 5TH ST"]
    assert "Address" not in read({**ROLL, "LOC_NUM": ["12", "7", "340"], "LOC_ST": ["NC", "VA", "OH"]}).columns


SOLD = {"Sale Year": ["2021", "1998.0", "0"], "Sale Month": ["3", "12.0", "0"]}


def test_the_year_and_the_month_of_a_sale_make_a_date():
    assert read({**ROLL, "SALE_YR1": ["2021", "1998", "2003"], "SALE_MO1": ["3", "12", "0"]})["Sale Date"].to_list() == [
        date(2021, 3, 1),
        date(1998, 12, 1),
        None,
    ]
    assert read({**ROLL, **SOLD, "Sale Day": ["15", "31", "0"]})["Sale Date"].to_list()[:2] == [
        date(2021, 3, 15),
        date(1998, 12, 31),
    ]
    assert read({**ROLL, "Yr Sold": ["2021"] * 3, "Mo Sold": ["Mar", "March", "Sept."]})["Sale Date"].to_list()[2] == date(
        2021, 9, 1
    )


def test_month_and_day_may_be_one_number():
    assert read({**ROLL, "SALE_YEAR": ["2021", "1998", "0"], "SALE_MONTHDAY": ["315", "1231", "0"]})["Sale Date"].to_list() == [
        date(2021, 3, 15),
        date(1998, 12, 31),
        None,
    ]


@pytest.mark.parametrize("header", ["PREMISEADD", "SITEADRESS"])
def test_an_address_behind_the_owner_is_the_owners_if_the_site_has_one_written_together(header):
    table = {
        **ROLL,
        header: ["5 Mill Rd", "6 Mill Rd", "7 Mill Rd"],
        **OWNER,
        "ADDRESS1": MAILED["Address"],
        "CITYSTZIP": ["Reno NV 89501"] * 3,
    }
    assert read(table)["Address"].to_list() == ["5 Mill Rd", "6 Mill Rd", "7 Mill Rd"]


def test_year_and_month_stand_beside_the_date_that_they_make():
    assert {"Sale Year", "Sale Month"} <= set(read({**ROLL, **SOLD}).columns)


@pytest.mark.parametrize(
    "more", [{"Sale Date": ["1/2/2020"] * 3}, {"Sale Month": ["77", "88", "99"]}, {"Sale Year": ["21", "98", "3"]}]
)
def test_no_date_is_made_beside_a_date_or_of_other_numbers(more):
    assert not [made for made in mapped({**ROLL, **SOLD, **more}).derived if made.kind is DerivedKind.DATE]


def test_bare_columns_beside_those_of_the_site_are_the_owners():
    header_map = mapped({**ROLL, **OWNER, **MAILED, "SITE_ADDR": ["5 Mill Rd", "6 Mill Rd", "7 Mill Rd"]})
    assert header_map.mapped["SITE_ADDR"] == "Address"
    assert {"Address", "City", "State"}.isdisjoint(header_map.mapped)
    assert {issue.column for issue in header_map.issues if issue.reason == "other_party"} == {"City", "State"}


def test_bare_columns_beside_those_of_the_owner_are_the_propertys():
    owner = {"Mail Address": ["1 Wall St"] * 3, "Mail City": ["New York"] * 3, "Mail State": ["NY"] * 3}
    assert {"Address", "City", "State"} <= mapped({**ROLL, **owner, **MAILED}).mapped.keys()


def test_columns_behind_the_owners_name_in_many_states_are_the_owners():
    assert {"Address", "City", "State"}.isdisjoint(mapped({**ROLL, **OWNER, **MAILED}).mapped)


def test_the_columns_right_behind_a_mailing_address_are_the_rest_of_it():
    mail = {"Mail Address": ["1 Wall St"] * 3, "City": ["New York"] * 3, "State": ["NY"] * 3, "Zip": ["10005"] * 3}
    header_map = mapped({**ROLL, **mail, "Full Address": ["5 Mill Rd", "6 Mill Rd", "7 Mill Rd"], "Town": ["Reno"] * 3})
    assert header_map.mapped["Full Address"] == "Address"
    assert header_map.mapped["Town"] == "City"
    assert {"City", "State", "Zip"}.isdisjoint(header_map.mapped)


def test_columns_of_the_property_behind_an_owners_address_are_the_propertys():
    table = {**ROLL, "Site Address": ["5 Mill Rd"] * 3, "Owner Address": ["1 Wall St"] * 3, "Property City": ["Reno"] * 3}
    assert mapped(table).mapped["Property City"] == "City"


def test_columns_of_one_state_behind_the_owners_name_are_the_propertys():
    assert {"Address", "City", "State"} <= mapped({**ROLL, **OWNER, **MAILED, "State": ["FL"] * 3}).mapped.keys()


def test_a_state_that_contradicts_the_sites_zip_codes_is_the_owners():
    table = {**ROLL, "Site Address": ["5 Mill Rd"] * 3, "Site Zip": ["33069", "33309", "33010"], "State": ["NY"] * 3}
    assert "State" not in mapped(table).mapped


def test_parts_of_an_address_are_joined():
    assert read({**ROLL, **PARTS})["Address"].to_list() == ["12 N Mill RD", "Loom LN", "340 Canal ST"]


def test_joined_parts_are_listed_under_their_headers():
    header_map = mapped({**ROLL, **PARTS})
    assert {header for header, name in header_map.mapped.items() if name == "Address"} == PARTS.keys()
    assert "SITUS_NUM + SITUS_DIR + SITUS_STREET + SITUS_SUFFIX" in [column.header for column in header_map.columns]


def test_a_whole_address_is_taken_before_its_parts():
    table = {**ROLL, **PARTS, "SITUS_ADDRESS": ["12 N Mill Rd", "14 Loom Ln", "340 Canal St"]}
    assert mapped(table).mapped["SITUS_ADDRESS"] == "Address"
    assert mapped(table).derived == ()


def test_a_street_type_that_the_name_has_already_is_not_repeated():
    table = {
        **ROLL,
        "House Number": ["1", "2", "3"],
        "Street Name": ["Mill Rd", "Loom Ln", "Canal St"],
        "ST_TYPE": ["Rd", "Ln", "St"],
    }
    assert read(table)["Address"].to_list() == ["1 Mill Rd", "2 Loom Ln", "3 Canal St"]


def test_a_type_behind_a_street_is_the_streets():
    table = {"PARCEL ID": ["1", "2"], "NUM": ["12", "14"], "DIR": ["N", None], "STREET": ["Mill", "Loom"], "TYPE": ["St", "Rd"]}
    result = read({**table, "Use Description": ["Flex", "Office"]})
    assert result["Address"].to_list() == ["12 N Mill St", "14 Loom Rd"]
    assert result["Property Type"].to_list() == ["Flex", "Office"]


def test_a_type_behind_the_street_of_the_site_is_the_streets():
    table = {**PARTS, "SITUS_TYPE": ["RD", "LN", "ST"]}
    del table["SITUS_SUFFIX"]
    assert read({**ROLL, **table})["Address"].to_list() == ["12 N Mill RD", "Loom LN", "340 Canal ST"]


def test_parts_of_an_address_beside_a_whole_one_behind_the_owner_are_the_propertys():
    parts = {"STREET_NO": ["5", "6", "7"], "STREET_NAME": ["Mill Rd", "Loom Ln", "Canal St"]}
    assert read({**ROLL, **OWNER, **MAILED, **parts})["Address"].to_list() == ["5 Mill Rd", "6 Loom Ln", "7 Canal St"]


def test_a_count_of_the_rows_is_no_house_number():
    assert "Address" not in mapped({**ROLL, "#": ["1", "2", "3"], "Street": ["Mill Rd", "Loom Ln", "Canal St"]}).mapped.values()


def test_streets_without_numbers_are_no_addresses():
    header_map = mapped({**ROLL, "Street": ["Mill Rd", "Loom Ln", "Canal St"]})
    assert "Address" not in header_map.mapped.values()
    assert [issue.reason for issue in header_map.issues] == ["street_only"]


def test_an_address_column_of_bare_numbers_is_kept_where_no_street_has_a_column():
    assert mapped({**ROLL, "Address": ["0", "12", "7"]}).mapped["Address"] == "Address"


def test_an_address_column_of_streets_is_joined_with_the_numbers():
    table = {**ROLL, "PROPERTYHOUSENUM": ["1", "2", "3"], "PROPERTYADDRESS": ["Mill Rd", "Loom Ln", "Canal St"]}
    assert read(table)["Address"].to_list() == ["1 Mill Rd", "2 Loom Ln", "3 Canal St"]


def test_lines_of_an_address_are_told_by_their_values():
    table = {"site_addr_1": ["1 Mill Rd"] * 3, "site_addr_2": ["HOUSTON"] * 3, "site_addr_3": ["77002"] * 3, **ROLL}
    assert [mapped(table).mapped[f"site_addr_{i}"] for i in (1, 2, 3)] == ["Address", "City", "Zip Code"]


def test_major_and_minor_are_a_parcel_number():
    table = {"Major": ["000100", "000200", "000300"], "Minor": ["0010"] * 3, "Address": ["1 Mill Rd"] * 3, "Use": ["Flex"] * 3}
    assert read(table)["APN"].to_list() == ["000100-0010", "000200-0010", "000300-0010"]


@pytest.mark.parametrize(
    ("header", "texts", "expected"),
    [
        ("City, State ZIP", "Reno, NV 89502", {"City": "RENO", "State": "NV", "Zip Code": "89502"}),
        ("City / State", "Reno, NV", {"City": "RENO", "State": "NV"}),
        ("Address / City / State", "12 Mill Rd / Reno / NV", {"Address": "12 Mill Rd", "City": "RENO", "State": "NV"}),
        ("Location", "12 Mill Rd, Reno, NV 89502", {"Address": "12 Mill Rd", "City": "RENO", "State": "NV", "Zip Code": "89502"}),
    ],
)
def test_a_column_with_several_parts_of_a_place_is_split(header, texts, expected):
    street = {} if "Address" in expected else {"Address": ["12 Mill Rd"] * 3}
    table = read({**ROLL, **street, header: [texts] * 3})
    assert {name: table[name][0].upper() for name in expected} == {name: text.upper() for name, text in expected.items()}
    assert header in table.columns


def test_the_places_of_brokers_are_not_split():
    assert "City" not in mapped({**ROLL, "Broker City, State ZIP": ["Reno, NV 89502"] * 3}).mapped.values()


@pytest.mark.parametrize("header", ["City", "County"])
def test_codes_of_a_city_or_county_are_not_its_name(header):
    assert header not in mapped({**ROLL, header: ["026", "026", "001"]}).mapped
    assert header in mapped({**ROLL, header: ["Fort Worth", "Azle", "29 Palms"]}).mapped


def test_the_last_part_of_a_parcel_number_is_not_the_number():
    roll = {"SCHEDNUM": [f"02141{i:03}" for i in range(20)], "PARCELNUM": ["1", "2"] * 10, "Use Description": ["Flex"] * 20}
    assert mapped(roll).mapped["SCHEDNUM"] == "APN"
    several_buildings = {
        "PARCELNUM": [str(i // 2) for i in range(20)],
        "SCHEDNUM": roll["SCHEDNUM"],
        "Use Description": ["Flex"] * 20,
    }
    assert mapped(several_buildings).mapped["PARCELNUM"] == "APN"


def test_decimals_that_a_program_added_to_a_parcel_number_are_dropped():
    roll = {"APN": ["3007000001.00000", "30070000.0", "12.0", "6885672921.00"], "Use Description": ["Flex"] * 4}
    assert read(roll)["APN"].to_list() == ["3007000001", "30070000", "12.0", "6885672921.00"]


@pytest.mark.parametrize("header", ["Property", "Building"])
def test_a_column_of_whole_addresses_is_split_whatever_it_is_called(header):
    whole = {header: [f"{i} Mill St, Reno, NV 89502" for i in range(1, 4)], "Use Description": ["Flex"] * 3}
    assert read(whole).select("Address", "City", "State", "Zip Code").row(0) == ("1 MILL ST", "RENO", "NV", "89502")
    names = {header: ["Mill Park", "2 Oak Center", "Foundry"], "Address": ["1 Mill St"] * 3}
    assert mapped(names).mapped["Address"] == "Address"
    assert mapped(names).mapped.get(header) != "Address"


def test_a_unit_behind_the_parts_of_a_street_is_the_propertys():
    owner = {"mail_addr_1": ["1 Wall St"] * 3, "mail_city": ["Austin"] * 3, "mail_zip": ["78701"] * 3}
    street = {"str_num": ["12", "14", "16"], "str": ["Mill", "Oak", "Elm"], "str_sfx": ["ST"] * 3, "str_unit": ["A", "B", "C"]}
    header_map = mapped({**ROLL, **owner, **street, "site_addr_1": ["12 Mill ST", "14 Oak ST", "16 Elm ST"]})
    assert (header_map.mapped["str_unit"], header_map.mapped["site_addr_1"]) == ("Unit", "Address")


def test_a_municipality_is_the_propertys_also_behind_the_owner():
    table = {**ROLL, "Property Location": ["1 Mill Rd", "2 Mill Rd", "3 Mill Rd"], **OWNER, "Mail Address": ["1 Wall St"] * 3}
    assert mapped({**table, "MUNIC_NM": ["Edina", "Bloomington", "Edina"]}).mapped["MUNIC_NM"] == "City"
