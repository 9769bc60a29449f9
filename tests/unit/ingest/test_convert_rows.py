"""Property rows are told from totals, notes and repeated headers."""

import polars as pl
import pytest

from flexscout.ingest.convert.table import convert_sheet
from flexscout.ingest.header_row import find_header, header_texts
from flexscout.ingest.mapping.header_map import map_headers
from flexscout.ingest.readers.any_file import read_workbook
from workbooks import HEADER, candidate, write_workbook

SHORT = ("Property Name", "Address", "Building SqFt")


@pytest.fixture
def converted(tmp_path):
    """Convert the rows of a workbook."""

    def convert_rows(*rows):
        (sheet,) = read_workbook(write_workbook(tmp_path / "a.xlsx", rows)).sheets
        header = find_header(sheet.cells)
        texts, spans_two_rows = header_texts(sheet.cells, header)
        header_map = map_headers(sheet.name, texts, sheet.cells.slice(header + 1), spans_two_rows=spans_two_rows)
        return convert_sheet(sheet.name, sheet.cells, header, header_map)

    return convert_rows


def left_out(result):
    """Return row number in Excel -> kind of the row, for rows that are not properties."""
    kind = pl.when(pl.col("Reason") == "other_table").then(pl.lit("row of another table")).otherwise("Detail")
    return dict(result.issues.filter(pl.col("Reason").is_in(["not_data", "other_table"])).select("Source Row", kind).rows())


def test_a_property_has_its_row_number_in_excel(converted):
    result = converted(["Export of May"], [], HEADER, candidate(1), [], candidate(2))
    assert result.table["Source Sheet"].to_list() == ["Sheet1", "Sheet1"]
    assert result.table["Source Row"].to_list() == [4, 6]


def test_a_sheet_without_a_known_column_is_converted(converted):
    result = converted(("Foo", "Bar"), ("a", "b"))
    assert (result.table.height, result.table["Foo"].to_list()) == (1, ["a"])


def test_blank_rows_are_counted_except_at_the_end(converted):
    result = converted(HEADER, candidate(1), [], [" ", None, "\u00a0"], candidate(2), [], [" "])
    assert (result.rows_read, result.blank, result.table.height) == (4, 2, 2)
    assert left_out(result) == {}


@pytest.mark.parametrize(
    "row",
    [
        ["Total", None, 60_000],
        ["TOTALS:", None, 60_000],
        ["Grand Total (2 properties)", None, 60_000],
        [None, "Total", 60_000],
        [None, "Average:", 30_000],
        ["Total SF", None, 60_000],
        ["Count = 2", None, None],
        ["Sub-Total", "", 60_000],
        ["Max", None, 30_000],
        [None, "Subtotal Charlotte", 60_000],
        ["Average of all", None, 30_000],
        [None, "Grand Total / Average", 60_000],
    ],
)
def test_a_total_is_not_a_property(converted, row):
    result = converted(SHORT, ["Flex Park", "1 Test Street", 30_000], row)
    assert left_out(result) == {3: "total"}
    assert (result.table.height, result.not_data) == (1, 1)


@pytest.mark.parametrize(
    "row",
    [
        ["Total", "2 Test Street", 30_000],
        ["Total Logistics Park", None, 30_000],
        ["Average Joe's Gym", None, 30_000],
        ["Summit Center", None, 30_000],
        ["Sum", "2 Test Street", None],
    ],
)
def test_a_property_named_like_a_total_is_kept(converted, row):
    result = converted(SHORT, ["Flex Park", "1 Test Street", 30_000], row)
    assert left_out(result) == {}
    assert result.table.height == 2


def test_a_total_with_a_placeholder_address_is_not_a_property(converted):
    assert left_out(converted(SHORT, ["Flex Park", "1 Test Street", 30_000], ["Total", "--", 60_000])) == {3: "total"}


def test_a_row_labeled_total_with_an_apn_is_a_property(converted):
    result = converted(["Property Name", "APN", "Building SqFt"], ["Total", "123-45", 30_000])
    assert result.table["APN"].to_list() == ["123-45"]


@pytest.mark.parametrize("text", ["Source: county records", "* estimated", "CHARLOTTE", "171 properties", "\u00a9 2024"])
def test_a_note_or_a_section_title_is_not_a_property(converted, text):
    result = converted(SHORT, [text], ["Flex Park", "1 Test Street", 30_000])
    assert left_out(result) == {2: "note or section title"}


@pytest.mark.parametrize("text", ["5 properties found", "1,171 Results"])
def test_a_count_of_the_rows_under_the_addresses_is_not_a_property(converted, text):
    result = converted(["Address", "Building SqFt"], ["1 Test Street", 30_000], [text])
    assert left_out(result) == {3: "note or section title"}


def test_an_address_or_an_apn_alone_is_a_property(converted):
    result = converted(["APN", "Address", "Building SqFt"], [None, "1 Test Street"], ["123-45"])
    assert result.table.select("APN", "Address").rows() == [(None, "1 Test Street"), ("123-45", None)]
    assert left_out(result) == {}


def test_a_repeated_header_is_not_a_property(converted):
    result = converted(HEADER, candidate(1), HEADER, candidate(2))
    assert left_out(result) == {3: "repeated header"}
    assert result.table["Address"].to_list() == ["1 Test Street", "2 Test Street"]


def test_a_repeated_header_may_be_partial(converted):
    assert left_out(converted(SHORT, ["Property Name", None, "Building SqFt"], ["A", "1 Test Street", 5])) == {
        2: "repeated header"
    }


def test_every_row_is_accounted_for(converted):
    rows = [candidate(1), [], HEADER, candidate(2), ["Total", None, None, None, 60_000], ["Source: county records"]]
    result = converted(HEADER, *rows)
    assert (result.rows_read, result.table.height, result.blank, result.not_data) == (6, 2, 1, 3)


def test_the_issue_of_a_skipped_row_has_its_first_value(converted):
    result = converted(SHORT, ["Flex Park", "1 Test Street", 30_000], [None, "Total", 30_000])
    assert result.issues.rows() == [("Sheet1", 3, "", "Total", "not_data", "total")]


def test_a_header_without_rows_gives_an_empty_table(converted):
    result = converted(HEADER)
    assert (result.rows_read, result.blank, result.not_data) == (0, 0, 0)
    assert result.table.columns[:2] == ["Property Type", "Address"]
    assert result.table.height == result.issues.height == 0


@pytest.mark.parametrize(
    "row",
    [
        ["Charlotte Total", None, 60_000],
        ["Page 2 of 7", None, "July 2024"],
        ["Source: county records", None, "2024"],
        ["* estimated", None, "see note"],
        ["Printed on 7/4/2024", None, "by Ann"],
    ],
)
def test_subtotals_and_page_footers_of_several_cells_are_not_properties(converted, row):
    result = converted(["Property Type", "Address", "Building SqFt"], ["Flex", "1 Test Street", 30_000], row)
    assert list(left_out(result)) == [3]


def test_a_property_with_an_address_may_end_in_total(converted):
    result = converted(["City", "Address", "Building SqFt"], ["Charlotte Total", "2 Test Street", 30_000])
    assert left_out(result) == {}


def test_a_county_as_a_section_title_is_not_a_property(converted):
    header, first, second = ["Address", "County", "Building SqFt"], ["1 Test Street", "x", 30_000], ["2 Test Street", "x", 30_000]
    result = converted(header, ["Mecklenburg County"], first, ["Gaston County"], second)
    assert left_out(result) == {2: "note or section title", 4: "note or section title"}


def test_a_repeated_two_row_header_is_recognized(converted):
    upper, lower = ["Address", "Building", None, "Lot", None], [None, "SqFt", "Year Built", "SqFt", "Acres"]
    result = converted(
        upper, lower, ["1 Test Street", 30_000, 1999, 90_000, 2], upper, lower, ["2 Test Street", 30_000, 1999, 1, 2]
    )
    assert left_out(result) == {4: "repeated header", 5: "repeated header"}
    assert result.table["Address"].to_list() == ["1 Test Street", "2 Test Street"]


def test_a_confidential_listing_is_kept(converted):
    row = ["Confidential listing", None, 30_000, "Charlotte", "NC"]
    result = converted([*SHORT, "City", "State"], ["Flex Park", "1 Test Street", 30_000, "Charlotte", "NC"], row)
    assert left_out(result) == {}
    assert result.table.height == 2


TABLE = ("Address", "Property Type", "Building SF", "Acres")
FIRST = ("1 Mill Rd", "Flex", 40_000, 3)


def test_rows_below_a_header_with_other_columns_are_of_another_table(converted):
    result = converted(
        TABLE, FIRST, [], ["For lease"], ("Address", "Property Type", "Acres", "Building SF"), ("2 Mill Rd", "Flex", 2, 30_000)
    )
    assert result.table["Address"].to_list() == ["1 Mill Rd"]
    assert left_out(result) == {4: "note or section title", 5: "row of another table", 6: "row of another table"}


def test_a_repeated_header_ends_another_table(converted):
    other = ("Address", "Property Type", "Acres", "Building SF")
    result = converted(TABLE, FIRST, other, ("2 Mill Rd", "Flex", 2, 30_000), TABLE, ("3 Mill Rd", "Flex", 50_000, 2))
    assert result.table["Address"].to_list() == ["1 Mill Rd", "3 Mill Rd"]
    assert left_out(result) == {3: "row of another table", 4: "row of another table", 5: "repeated header"}


def test_a_header_of_the_same_columns_in_other_words_is_a_repeated_one(converted):
    result = converted(TABLE, FIRST, ("Street Address", "Type", "Bldg SqFt", "Lot Acres"), ("2 Mill Rd", "Flex", 30_000, 2))
    assert result.table["Building SqFt"].to_list() == [40_000, 30_000]
    assert left_out(result) == {3: "repeated header"}


def test_a_header_below_a_table_whose_columns_are_all_made_of_several_is_none_of_its_rows(converted):
    table = [("House Number", "Street Name", "Street Type"), (1, "Mill", "Rd"), (2, "Mill", "Rd"), (3, "Mill", "Rd")]
    result = converted(*table, ("Address", "City", "State"))
    assert result.table["Address"].to_list() == ["1 Mill Rd", "2 Mill Rd", "3 Mill Rd"]
    assert left_out(result) == {5: "repeated header"}


def test_an_address_without_a_number_is_no_header(converted):
    result = converted(TABLE, FIRST, ("Building", "Flex", 30_000, 2), ("Location", "Type", 30_000, 2))
    assert result.table.height == 3


def test_a_row_of_units_below_the_header_is_no_property(converted):
    result = converted(("Address", "Property Type", "Building Size", "Lot Size"), (None, None, "(sq ft)", "acres"), FIRST)
    assert left_out(result) == {2: "note or section title"}
