"""The user's mapping wins over the vocabulary."""

import polars as pl
import pytest

from flexscout.ingest.mapping.column_mapping import ColumnChoice, ColumnMapping
from flexscout.ingest.mapping.header_map import map_headers


def mapped(choices, headers, *rows, header_row=None):
    """Map a sheet with a user's choices: header -> column."""
    body = pl.DataFrame(rows, schema={str(i): pl.String for i in range(len(headers))}, orient="row")
    made = tuple(choice if isinstance(choice, ColumnChoice) else ColumnChoice(*choice) for choice in choices)
    return map_headers("Sheet1", headers, body, ColumnMapping("m.yaml", made, header_row))


def test_an_unknown_header_can_be_mapped():
    assert mapped([("struct area", "Building SqFt")], ["Struct. Area"], ["5"]).mapped == {"Struct. Area": "Building SqFt"}


def test_a_known_header_can_mean_something_else():
    assert mapped([("SqFt", "Lot Size SqFt")], ["SqFt"], ["5"]).mapped == {"SqFt": "Lot Size SqFt"}


def test_a_known_header_can_be_kept_as_is():
    assert mapped([("Units", "pass")], ["Units"], ["5"]).unmapped[0].name == "Units"


def test_a_column_can_be_excluded():
    header_map = mapped([("Memo", "leave out")], ["Address", "Memo"], ["1 Test Street", "x"])
    assert [column.header for column in header_map.columns] == ["Address"]
    assert [column.header for column in header_map.excluded] == ["Memo"]


def test_the_users_column_wins_over_a_fuller_one():
    header_map = mapped([("Street 2", "Address")], ["Address", "Street 2"], ["1 Test Street", None], ["2 Test Street", "x"])
    assert header_map.mapped == {"Street 2": "Address"}
    assert header_map.issues[0].full_reason == "second_column: Address is taken from Street 2"


@pytest.mark.parametrize(("inverted", "expected"), [(None, True), (True, True), (False, False)])
def test_a_mapped_header_keeps_what_the_vocabulary_knows(inverted, expected):
    header_map = mapped([ColumnChoice("Vacancy", "Occupancy", inverted)], ["Vacancy"], ["5"])
    assert header_map.columns[0].inverted is expected


def test_a_mapped_unit_wins_with_a_warning_if_values_disagree():
    header_map = mapped([("Lot Size", "Lot Size Acres")], ["Lot Size"], ["90000"], ["80000"])
    assert header_map.mapped == {"Lot Size": "Lot Size Acres"}
    assert "too large for acres, but the mapping file says acres" in header_map.issues[0].detail


def test_columns_without_header_are_mapped_by_letter():
    header_map = mapped([("b", "Address"), ("A", "leave out")], [None, None, None], ["x", "1 Test Street", "y"], header_row=0)
    assert [(column.header, column.name) for column in header_map.columns] == [("Column B", "Address"), ("Column C", "Column C")]


def test_used_and_unused_entries_are_listed():
    mapping = ColumnMapping("m.yaml", (ColumnChoice("A1", "pass"), ColumnChoice("B1", "pass")))
    header_map = map_headers("Sheet1", ["a1"], pl.DataFrame({"0": ["x"]}), mapping)
    assert header_map.from_mapping == ("A1",)
    assert mapping.list_unused(header_map.from_mapping) == ("B1",)


def test_mapped_headers_get_no_suggestions():
    assert mapped([("Adress", "pass")], ["Adress"], ["x"]).suggestions == ()


def test_the_vendor_and_the_known_columns_are_summarized():
    header_map = mapped([], ["RBA", "Building Class", "Star Rating", "My Notes"], ["1", "A", "3", "x"])
    assert header_map.recognized == "CoStar, 3 of 4 columns known"
