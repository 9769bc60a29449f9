"""What a person says that headers mean comes before what flexscout thinks."""

import polars as pl
import pytest

from flexscout.ingest.mapping.column_mapping import ColumnChoice, ColumnMapping
from flexscout.ingest.mapping.header_map import map_headers


def mapped(choices, headers, *rows, header_row=None):
    """The header map of a sheet, with the choices of a person: header -> column."""
    body = pl.DataFrame(rows, schema={str(i): pl.String for i in range(len(headers))}, orient="row")
    made = tuple(choice if isinstance(choice, ColumnChoice) else ColumnChoice(*choice) for choice in choices)
    return map_headers("Sheet1", headers, body, ColumnMapping("m.yaml", made, header_row))


def test_a_header_that_nobody_knows_is_taken_as_a_person_says():
    assert mapped([("struct area", "Building SqFt")], ["Struct. Area"], ["5"]).mapped == {"Struct. Area": "Building SqFt"}


def test_a_known_header_can_mean_something_else():
    assert mapped([("SqFt", "Lot Size SqFt")], ["SqFt"], ["5"]).mapped == {"SqFt": "Lot Size SqFt"}


def test_a_known_header_can_pass_through():
    assert mapped([("Units", "pass")], ["Units"], ["5"]).unmapped[0].name == "Units"


def test_a_column_that_is_left_out_is_named_and_gone():
    header_map = mapped([("Memo", "leave out")], ["Address", "Memo"], ["1 Test Street", "x"])
    assert [column.header for column in header_map.columns] == ["Address"]
    assert [column.header for column in header_map.excluded] == ["Memo"]


def test_the_column_of_a_person_wins_over_a_fuller_one():
    header_map = mapped([("Street 2", "Address")], ["Address", "Street 2"], ["1 Test Street", None], ["2 Test Street", "x"])
    assert header_map.mapped == {"Street 2": "Address"}
    assert header_map.issues[0].full_reason == "second_column: Address is taken from Street 2"


@pytest.mark.parametrize(("inverted", "expected"), [(None, True), (True, True), (False, False)])
def test_what_is_known_of_a_header_holds_unless_a_person_says_otherwise(inverted, expected):
    header_map = mapped([ColumnChoice("Vacancy", "Occupancy", inverted)], ["Vacancy"], ["5"])
    assert header_map.columns[0].inverted is expected


def test_a_unit_that_the_values_contradict_is_obeyed_and_told():
    header_map = mapped([("Lot Size", "Lot Size Acres")], ["Lot Size"], ["90000"], ["80000"])
    assert header_map.mapped == {"Lot Size": "Lot Size Acres"}
    assert "too large for acres, but the mapping file says acres" in header_map.issues[0].detail


def test_columns_without_header_go_by_their_letters():
    header_map = mapped([("b", "Address"), ("A", "leave out")], [None, None, None], ["x", "1 Test Street", "y"], header_row=0)
    assert [(column.header, column.name) for column in header_map.columns] == [("Column B", "Address"), ("Column C", "Column C")]


def test_the_entries_that_were_used_are_named():
    mapping = ColumnMapping("m.yaml", (ColumnChoice("A1", "pass"), ColumnChoice("B1", "pass")))
    header_map = map_headers("Sheet1", ["a1"], pl.DataFrame({"0": ["x"]}), mapping)
    assert header_map.from_mapping == ("A1",)
    assert mapping.list_unused(header_map.from_mapping) == ("B1",)


def test_nothing_is_suggested_for_what_a_person_decided():
    assert mapped([("Adress", "pass")], ["Adress"], ["x"]).suggestions == ()


def test_the_vendor_is_told_with_how_many_of_its_columns_are_known():
    header_map = mapped([], ["RBA", "Building Class", "Star Rating", "My Notes"], ["1", "A", "3", "x"])
    assert header_map.recognized == "CoStar, 3 of 4 columns known"
