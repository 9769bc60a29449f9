"""Which columns tell a property's type."""

import polars as pl
import pytest

from flexscout.ingest.convert import convert_sheet
from flexscout.ingest.mapping import find_missing_required, map_headers

PLACE = {"Address": ["1 Mill Rd", "2 Mill Rd", "3 Mill Rd", "4 Mill Rd"]}


def mapped(table):
    table = {**PLACE, **table}
    body = pl.DataFrame({str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(table.values())})
    return map_headers("Sheet1", list(table), body)


def types(table):
    table = {**PLACE, **table}
    body = pl.DataFrame(
        {str(i): pl.Series([header, *column], dtype=pl.String) for i, (header, column) in enumerate(table.items())}
    )
    return convert_sheet("Sheet1", body, 0, mapped(table)).table["Property Type"].to_list()


def test_a_finer_type_is_added_to_a_coarse_one():
    table = {
        "Class Description": ["Industrial", "Commercial", "Industrial", None],
        "Use Description": ["Warehouse", "Office", None, "Industrial flex"],
    }
    assert types(table) == ["Industrial - Warehouse", "Commercial - Office", "Industrial", "Industrial flex"]


def test_a_type_within_the_other_is_not_repeated():
    table = {"Class Description": ["Industrial"] * 4, "Use Description": ["Light Industrial"] * 4}
    assert types(table) == ["Light Industrial"] * 4


def test_a_described_use_is_taken_before_its_code():
    table = {"Use Code": ["48", "17", "48", "41"], "Use Code Description": ["Warehouse", "Office", "Warehouse", "Light mfg"]}
    assert mapped(table).mapped.get("Use Code") is None
    assert types(table) == ["Warehouse", "Office", "Warehouse", "Light mfg"]


def test_a_code_stands_where_the_described_use_is_cut_off():
    texts = ["LIGHT MANUFA", "WAREHOUSE TE", "HEAVY INDUST", "OFFICE BUILD"]
    table = {"State": ["FL"] * 4, "DOR_UC": ["041", "048", "042", "017"], "DOR Description": texts}
    assert types(table)[0].startswith("041 Light manufacturing")
    assert types(table)[1].endswith(" - WAREHOUSE TE")


def test_finer_codes_are_added_to_a_coarser_description_of_the_same():
    table = {
        "ATTOMID": list("1234"),
        "PropertyUseGroup": ["Industrial"] * 4,
        "PropertyUseStandardized": ["238", "220", "238", "215"],
    }
    assert types(table)[1] == "Industrial - 220 Manufacturing (light)"


def test_the_use_of_a_county_refines_the_class_of_its_state():
    place = {"City": ["Forest Park"] * 4, "State": ["GA"] * 4, "County": ["Clayton"] * 4}
    table = {**place, "Class": ["I4", "C4", "C4", "I4"], "LUCode": ["398", "396", "344", "999"]}
    assert types(table) == [
        "I4 Industrial, small tracts - 398 Warehouse, bulk",
        "C4 Commercial, small tracts - 396 Mini-warehouse",
        "C4 Commercial, small tracts - 344 Strip shopping center",
        "I4 Industrial, small tracts - 999",
    ]


@pytest.mark.parametrize("header", ["Secondary Type", "property_subtype", "Property Sub-type"])
def test_a_vendors_subtype_is_kept_beside_the_type(header):
    header_map = mapped({"Property Type": ["Industrial"] * 4, header: ["Warehouse"] * 4})
    assert header_map.mapped["Property Type"] == "Property Type"
    assert [column.name for column in header_map.unmapped] == ["Property Subtype"]


def test_a_subtype_is_the_type_where_the_type_says_only_commercial():
    table = {"PropertyType": ["Commercial Sale"] * 4, "PropertySubType": ["Warehouse", "Office", "Retail", "Flex"]}
    assert types(table)[0] == "Commercial Sale - Warehouse"


def test_codes_count_where_the_state_shows_their_issuer():
    table = {"State": ["TX"] * 4, "State Class": ["F1", "F2", "A1", "F2"]}
    assert "industrial" in types(table)[1].lower()


def test_a_state_code_that_names_no_state_is_the_states_class_of_property():
    assert "industrial" in types({"Situs Zip": ["75074"] * 4, "State Code": ["F1", "F2", "A1", "F2"]})[1].lower()
    assert mapped({"State Code": ["TX", "TX", "TX", "OK"], "Use": ["Flex"] * 4}).mapped["State Code"] == "State"


def test_codes_of_an_unknown_issuer_are_not_described():
    header_map = mapped({"State Class": ["F1", "F2", "A1", "F2"]})
    assert [issue.reason for issue in header_map.issues if issue.column == "State Class"] == ["codes_unclear"]
    assert types({"State Class": ["F1", "F2", "A1", "F2"]}) == ["F1", "F2", "A1", "F2"]


def test_the_same_code_in_every_row_says_nothing_beside_a_coarser_column_that_varies():
    table = {"State": ["TX"] * 4, "Class Description": ["Industrial", "Retail", "Office", "Retail"], "SPTD_CODE": ["F1"] * 4}
    assert types(table) == ["Industrial", "Retail", "Office", "Retail"]


def test_a_class_of_other_things_is_no_type():
    assert "Class" not in mapped({"Class": ["Cash", "FHA", "Loan", "Cash"], "APN": ["1", "2", "3", "4"]}).mapped


def test_a_buildings_quality_is_no_type():
    assert "Building Class" not in mapped({"Building Class": ["A", "B", "C", "B"], "APN": ["1", "2", "3", "4"]}).mapped


@pytest.mark.parametrize("header", ["Account", "Total Value", "Sale Date", "Units"])
def test_columns_that_other_tables_have_too_are_no_proof(header):
    table = {"Type": ["Flex", "Storage", "Lender", "Flex"], "Size": ["5", "6", "7", "8"], header: ["1", "2", "3", "4"]}
    assert find_missing_required(mapped(table)) != []


@pytest.mark.parametrize("proof", ["APN", "Lot Acres", "Year Built"])
def test_a_bare_type_and_size_need_a_proof_that_the_rows_are_properties(proof):
    table = {"Type": ["Flex", "Storage", "Lender", "Flex"], "Size": ["5", "6", "7", "8"]}
    assert find_missing_required(mapped(table)) != []
    assert find_missing_required(mapped({**table, proof: ["1", "2", "3", "4"]})) == []


@pytest.mark.parametrize("header", ["PCDESC", "LUC_NAME", "Tax Use Descr", "LU_GENERAL"])
def test_a_described_type_is_known_by_its_values_where_no_header_is_one_of_types(header):
    table = {
        header: ["Warehouse", "Office", "Industrial", "Retail"] * 2,
        "APN": list("12345678"),
        "Address": [f"{i} Mill Rd" for i in range(8)],
    }
    assert mapped(table).mapped.get(header) == "Property Type"
    assert mapped({**table, "Property Type": ["Flex"] * 8}).mapped.get(header) is None


@pytest.mark.parametrize("header", ["NAICS Description", "ZONING_DESC", "Owner Type", "Future Use", "Remarks"])
def test_a_description_of_other_things_is_no_type_whatever_its_values(header):
    assert "Property Type" not in mapped({header: ["Retail", "Office", "Retail", "Office"], "APN": list("1234")}).mapped.values()


def test_a_type_that_only_values_show_is_no_proof_that_rows_are_properties():
    table = {"PCDESC": ["Retail", "Office", "Retail", "Office"], "Size": ["5", "6", "7", "8"]}
    assert find_missing_required(mapped(table)) != []
