"""The entries of a mapping file that make columns: join, split, constants and codes."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from flexscout.domain import use_code_tables
from flexscout.errors import ConfigurationError
from flexscout.ingest import convert_sheet, read_workbook
from flexscout.ingest.mapping import load_mapping, map_sheet
from workbooks import write_workbook

COUNTY = ("PARCEL", "NUM", "DIR", "STREET", "TYPE", "CL", "SF", "ACRES")
ROW = ("1-1", 100, "N", "Main", "St", 301, 40_000, 3)


@pytest.fixture
def loaded(tmp_path):
    """Load a mapping from this text."""

    def load(text):
        path = tmp_path / "county.yaml"
        path.write_text(text, encoding="utf-8")
        return load_mapping(str(path))

    return load


@pytest.fixture
def read(tmp_path, loaded):
    """Read a workbook of these rows with a mapping; return its header map and its rows."""

    def read_rows(text, *rows):
        mapping = loaded(text)
        (sheet,) = read_workbook(write_workbook(tmp_path / "a.xlsx", rows), 2**30, tmp_path / "scratch").sheets
        with use_code_tables(mapping.tables):
            mapped = map_sheet(sheet, mapping)
            converted = convert_sheet(sheet.name, sheet.cells, mapped.header, mapped.header_map)
        return mapped.header_map, converted.table.rows(named=True)

    return read_rows


def test_a_joined_sale_date_is_made_of_year_and_month(read):
    text = "join:\n  Sale Date: [Y, M]\ncolumns:\n  PARCEL: APN\n  CL: Property Type\n  SF: Building SqFt\n"
    rows = ("PARCEL", "CL", "SF", "Y", "M"), ("1-1", "Warehouse", 40_000, 2021, 3), ("1-2", "Warehouse", 50_000, 2021, None)
    assert [row["Sale Date"] for row in read(text, *rows)[1]] == [date(2021, 3, 1), None]


def test_a_joined_year_of_two_digits_is_a_year(read):
    text = "join:\n  Sale Date: [Y, M, D]\ncolumns:\n  PARCEL: APN\n  CL: Property Type\n  SF: Building SqFt\n"
    sales = ("1-1", "Flex", 40_000, "04", 3, 5), ("1-2", "Flex", 50_000, 98, 12, 31)
    found = read(text, ("PARCEL", "CL", "SF", "Y", "M", "D"), *sales)[1]
    assert [row["Sale Date"] for row in found] == [date(2004, 3, 5), date(1998, 12, 31)]


def test_short_years_are_read_as_excel_does(read):
    text = "join:\n  Sale Date: [Y, M, D]\ncolumns:\n  PARCEL: APN\n  CL: Property Type\n  SF: Building SqFt\n"
    years = {"00": 2000, "5": 2005, "5.0": 2005, "05": 2005, "29": 2029, "30": 1930, "0": None}
    rows = [("PARCEL", "CL", "SF", "Y", "M", "D"), *((f"{i}", "Flex", "5000", year, "3", "1") for i, year in enumerate(years))]
    assert [row["Sale Date"] for row in read(text, *rows)[1]] == [year and date(year, 3, 1) for year in years.values()]


@pytest.fixture
def errors(loaded):
    """Return place -> error in this text."""

    def errors_of(text):
        with pytest.raises(ConfigurationError) as raised:
            loaded(text)
        return raised.value.validation_errors

    return errors_of


def test_columns_are_joined_with_spaces(read):
    header_map, (row,) = read("join: {Address: [NUM, DIR, STREET, TYPE]}\ncolumns: {SF: Building SqFt}", COUNTY, ROW)
    assert row["Address"] == "100 N Main St"
    assert header_map.from_mapping == ("SF", "join.Address")


def test_a_list_under_columns_joins_too(loaded):
    assert loaded("columns: {Address: [NUM, STREET]}").joins == loaded("join: {Address: [NUM, STREET]}").joins


def test_parcel_numbers_are_joined_with_hyphens(read):
    _, (row,) = read("join: {APN: [MAJ, MIN]}", ("MAJ", "MIN", "Address", "SqFt"), (12, 7, "1 Main St", 5000))
    assert row["APN"] == "12-7"


def test_the_separator_can_be_chosen(read):
    text = "join: {APN: {columns: [MAJ, MIN], separator: .}}"
    _, (row,) = read(text, ("MAJ", "MIN", "Address", "SqFt"), (12, 7, "1 Main St", 5000))
    assert row["APN"] == "12.7"


def test_a_join_needs_all_of_its_columns(read):
    header_map, _ = read("join: {Address: [NUM, BLVD]}\ncolumns: {SF: Building SqFt}", COUNTY, ROW)
    assert header_map.from_mapping == ("SF",)


def test_joined_columns_are_not_repeated_unless_they_are_kept(read):
    header_map, _ = read("join: {Address: [NUM, STREET]}\ncolumns: {STREET: pass}", COUNTY, ROW)
    assert "STREET" in [column.name for column in header_map.unmapped]
    assert "NUM" not in [column.name for column in header_map.unmapped]


def test_a_coarse_and_a_finer_type_are_joined_with_their_codes(read):
    text = "join: {Property Type: [Group, CL]}\ncodes: {CL: {301: Flex}}"
    header_map, (row,) = read(text, ("Address", "Group", "CL", "SqFt"), ("1 Main St", "Industrial", 301, 5000))
    assert row["Property Type"] == "Industrial - 301 Flex"
    assert header_map.from_mapping == ("codes.CL", "join.Property Type")


def test_a_column_is_split(read):
    rows = ("Site", "Where", "SqFt"), ("1 Main St", "Durham, NC 27701", 5000)
    header_map, (row,) = read("columns: {Site: Address}\nsplit: {Where: [City, State, Zip Code]}", *rows)
    assert (row["City"].title(), row["State"], row["Zip Code"]) == ("Durham", "NC", "27701")
    assert "split.Where" in header_map.from_mapping


def test_the_part_that_is_split_off_wins_over_the_whole_column(read):
    rows = ("Where", "SqFt"), ("1 Main St, Durham, NC 27701", 5000)
    _, (row,) = read("columns: {Where: Address}\nsplit: {Where: [Address, City, State]}", *rows)
    assert (row["Address"].title(), row["City"].title(), row["State"]) == ("1 Main St", "Durham", "NC")


def test_a_constant_is_used_where_the_file_has_no_such_column(read):
    _, (row,) = read("constants: {State: NC, County: Mecklenburg}", ("Address", "SqFt", "County"), ("1 Main St", 5000, "Wake"))
    assert (row["State"], row["County"]) == ("NC", "Wake")


def test_constants_make_no_rows_of_blank_ones(read):
    _, rows = read("constants: {State: NC}", ("Address", "SqFt"), ("1 Main St", 5000), (None, None), ("2 Main St", 6000))
    assert [row["Address"] for row in rows] == ["1 Main St", "2 Main St"]


def test_codes_describe_the_property_type(read):
    text = "columns: {CL: Property Type, SF: Building SqFt}\ncodes: {301: Industrial, 0410: Warehouse}"
    header_map, rows = read(text, COUNTY, ROW, (*ROW[:5], "0410", *ROW[6:]))
    assert [row["Property Type"] for row in rows] == ["301 Industrial", "0410 Warehouse"]
    assert "codes" in header_map.from_mapping


def test_codes_find_the_column_they_know_best(read):
    _, (row,) = read("codes: {301: Flex}", ("Address", "Use Code", "Class Code", "SqFt"), ("1 Main St", 12, 301, 5000))
    assert row["Property Type"] == "301 Flex"


def test_codes_can_be_in_a_file_beside_the_mapping(read, tmp_path):
    (tmp_path / "codes.yaml").write_text("issuer: Wayne County\ndigits: 3\ncodes: {041: Flex}", encoding="utf-8")
    _, (row,) = read("columns: {CL: Property Type}\ncodes: codes.yaml", ("Address", "CL", "SqFt"), ("1 Main St", 41, 5000))
    assert row["Property Type"] == "041 Flex"


def test_codes_can_be_those_of_a_built_in_table(read):
    rows = ("Address", "CL", "SqFt"), ("1 Main St", "048", 5000)
    for codes in ("florida", "{CL: florida}"):
        _, (row,) = read(f"columns: {{CL: Property Type}}\ncodes: {codes}", *rows)
        assert row["Property Type"].startswith("048 Warehous")


def test_a_constant_shows_the_issuer_of_codes(read):
    rows = ("Address", "Class", "SqFt"), *[(f"{i} Main St", 301, 5000) for i in range(1, 5)]
    plain, _ = read("columns: {Class: Property Type}", *rows)
    placed, _ = read("columns: {Class: Property Type}\nconstants: {State: MI}", *rows)
    codes = [{column.name: column.codes for column in found.canonical}["Property Type"] for found in (plain, placed)]
    assert codes[0] == ""
    assert codes[1]


def test_unused_entries_are_listed(loaded):
    text = "columns: {A1: Address}\njoin: {APN: [B, C]}\nsplit: {D: [City]}\nconstants: {State: NC}\ncodes: {301: Flex}"
    assert loaded(text).list_unused({"A1", "split.D"}) == ("join.APN", "codes", "constants.State")


@pytest.mark.parametrize(
    ("text", "place", "wrong"),
    [
        ("join: {Adress: [A, B]}", "line 1: join.Adress", "did you mean Address?"),
        ("join:\n  Address: NUM", "line 2: join.Address", "should be a list, such as [NUM, STREET, TYPE]"),
        ("join: {Address: {separator: x}}", "line 1: join.Address", "columns is missing"),
        ("join: {Address: {columns: [A], separators: x}}", "line 1: join.Address.separators", "did you mean separator?"),
        ("join: [A]", "line 1: join", "should have one entry per line"),
        ("split: {A1: [Year Built]}", "line 1: split.A1", "Year Built can't be split off"),
        ("split: {A1: City}", "line 1: split.A1", "should be a list, such as [City, State]"),
        ("constants:\n  State: Northcarolina", "line 2: constants.State", "Northcarolina is not a state"),
        ("constants: {Year Built: soon}", "line 1: constants.Year Built", "soon is not a year"),
        ("constants: {State: }", "line 1: constants.State", "is empty"),
        ("codes: many", "line 1: codes", "should be a code table"),
        ("codes: none.yaml", "line 1: codes", "does not exist"),
        ("codes: {issuer: Wayne, codes: {301: 5}}", "line 1: codes", "301 needs a description"),
        ("codes: {CL: {states: [XX], codes: {301: Flex}}}", "line 1: codes.CL", "XX is not the two-letter code"),
        ("header_row: 0\njoin: {Address: [STREET, B]}", "line 2: join.STREET", "should be a column letter"),
    ],
)
def test_an_error_says_where_it_is(errors, text, place, wrong):
    assert wrong in errors(text).get(place, "")


SECTIONS = ("columns", "join", "split", "constants", "codes")
KEYS = st.sampled_from([*SECTIONS, "Address", "State", "headers", "A", "301", "name", "separator"])
LEAVES = st.sampled_from([None, "", "Address", "NC", "x.yaml", 301, 0.5, True, "A", [], {}, "\u202e", "2024-01-31"])
CONTENT = st.dictionaries(
    KEYS, st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6)
)


@given(CONTENT)
@examples(50)
def test_any_content_is_a_mapping_or_an_error(content):
    with TemporaryDirectory() as folder:
        path = Path(folder, "m.yaml")
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        outcome = ""
        try:
            outcome = load_mapping(str(path)).name
        except ConfigurationError as error:
            outcome = str(error)
        assert path.name in outcome


def test_the_unit_of_a_size_is_read_row_by_row(read):
    rows = (("Parcel", "Use", "Extent", "Kind"), ("1-1", "Flex", 2.5, "A"), ("1-2", "Flex", 87_120, "S"), ("1-3", "Flex", 4, ""))
    header_map, found = read("columns:\n  Extent: {column: Lot Size Acres, unit: Kind}\n", *rows)
    assert header_map.mapped["Extent"] == "Lot Size Acres"
    assert [row["Lot Size Acres"] for row in found] == [2.5, 2.0, None]


def test_a_size_without_the_column_of_its_unit_is_in_the_unit_of_its_column(read):
    rows = (("Parcel", "Use", "Extent"), ("1-1", "Flex", 2.5))
    _, (row,) = read("columns:\n  Extent: {column: Lot Size Acres, unit: Kind}\n", *rows)
    assert row["Lot Size Acres"] == 2.5
