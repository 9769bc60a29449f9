"""Names of unmapped columns."""

import polars as pl
import pytest

from flexscout.domain.column_names import OUTPUT_COLUMNS
from flexscout.domain.columns import fold_header, list_canonical_columns
from flexscout.ingest.mapping.header_map import map_headers


def names_of(headers, *rows):
    body = pl.DataFrame(rows or [["x"] * len(headers)], schema={str(i): pl.String for i in range(len(headers))}, orient="row")
    return [column.name for column in map_headers("Sheet1", headers, body).columns]


@pytest.mark.parametrize("blank", [None, "", " ", "\u00a0", "\n"])
def test_a_column_without_header_is_called_by_its_letter(blank):
    assert names_of(["Address", "City", blank, "Broker"]) == ["Address", "City", "Column C", "Broker"]


def test_a_column_without_header_and_values_is_dropped():
    assert names_of(["Address", None, "Broker"], ["1 Test Street", None, None]) == ["Address", "Broker"]


def test_a_column_that_is_kept_as_is_keeps_its_header():
    assert names_of(["Tax (2023)", "Ünit №", "% Fee"]) == ["Tax (2023)", "Ünit №", "% Fee"]


def test_line_breaks_and_double_spaces_in_a_header_become_spaces():
    assert names_of(["Fire\nDistrict", " Listing   Broker "]) == ["Fire District", "Listing Broker"]


@pytest.mark.parametrize("name", OUTPUT_COLUMNS)
def test_a_name_that_flexscout_writes_itself_is_marked_as_input(name):
    assert names_of([name]) == [f"{name} (input)"]


def test_reserved_names_are_recognized_in_any_spelling():
    assert names_of(["FLEX_SCORE", "flex score"]) == ["FLEX_SCORE (input)", "flex score (input) (2)"]


def test_a_repeated_header_is_numbered():
    assert names_of(["Note", "Note", "note", "NOTE!"]) == ["Note", "Note (2)", "note (3)", "NOTE! (4)"]


def test_a_number_that_is_already_a_header_is_not_given_twice():
    names = names_of(["Note", "Note (2)", "Note"])
    assert len({fold_header(name) for name in names}) == 3


def test_a_header_is_never_named_as_a_canonical_column():
    """Its values may not be those of the canonical column."""
    assert names_of(["Lot Size Acres"], ["87120"]) == ["Lot Size Acres (2)"]


def test_names_are_unique_for_any_headers():
    headers = [
        None,
        "Column A",
        "column-a",
        "#",
        "%",
        "Flex Score",
        "Flex Score (input)",
        *(column.name for column in list_canonical_columns()),
    ]
    names = names_of(headers)
    assert len({name.casefold() for name in names}) == len(headers)
    assert all(names)
