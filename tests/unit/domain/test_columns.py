"""Canonical columns and their headers."""

from collections import Counter

import pytest

from flexscout.domain.column_names import OUTPUT_COLUMNS
from flexscout.domain.columns import (
    find_canonical_column,
    fold_header,
    list_canonical_columns,
    list_vendors,
    map_ambiguous_headers,
    map_header_aliases,
)
from flexscout.ingest.convert.types import CONVERSIONS
from flexscout.ingest.mapping.header_map import REQUIRED


def headers_of(entry):
    """Return the distinct folded headers of a column."""
    coded = (header for _, headers in (*entry.codes, *entry.codes_in_state) for header in headers)
    return {fold_header(header) for header in (entry.name, *entry.aliases, *entry.generic, *entry.inverted, *coded)}


@pytest.mark.parametrize(
    ("header", "folded"),
    [
        ("Building SqFt", "buildingsqft"),
        ("BUILDING_SQFT", "buildingsqft"),
        ("  Building\nSq. Ft. ", "buildingsqft"),
        ("Building\u00a0SqFt", "buildingsqft"),
        ("Sold Price/ SqFt", "soldpricesqft"),
        ("Parcel #", "parcel"),
        ("% Leased", "leased"),
        ("", ""),
        (" - ", ""),
    ],
)
def test_a_header_is_folded_to_its_letters_and_digits(header, folded):
    assert fold_header(header) == folded


def test_no_header_means_two_columns():
    counts = Counter(header for entry in list_canonical_columns() for header in headers_of(entry))
    assert [header for header, count in counts.items() if count > 1] == []


def test_no_alias_is_also_generic_or_inverted():
    both = {
        entry.name: {fold_header(header) for header in (*entry.generic, *entry.inverted)}
        & {fold_header(header) for header in (entry.name, *entry.aliases)}
        for entry in list_canonical_columns()
    }
    assert {name: headers for name, headers in both.items() if headers} == {}


def test_no_alias_is_also_ambiguous():
    assert map_header_aliases().keys() & map_ambiguous_headers().keys() == set()


def test_no_header_folds_to_an_empty_text():
    assert "" not in map_header_aliases().keys() | map_ambiguous_headers().keys()


def test_every_column_type_has_a_conversion():
    assert {entry.type for entry in list_canonical_columns()} == CONVERSIONS.keys()


def test_column_names_are_distinct_from_each_other_and_from_output_columns():
    names = [fold_header(entry.name) for entry in list_canonical_columns()]
    assert len(set(names)) == len(names)
    assert not set(names) & {fold_header(name) for name in OUTPUT_COLUMNS}


def test_every_column_in_the_vocabulary_exists():
    names = {entry.name for entry in list_canonical_columns()}
    required = {name for pair in REQUIRED for name in pair}
    by_unit = {name for entry in map_ambiguous_headers().values() for name in (entry.acres, entry.square_feet)}
    overrides = {meaning.column for vendor in list_vendors() for _, meaning in vendor.overrides if meaning}
    assert required | by_unit | overrides <= names


def test_every_vendor_has_signs():
    assert all(vendor.signs and "" not in vendor.signs for vendor in list_vendors())


@pytest.mark.parametrize(
    ("header", "name", "generic", "inverted"),
    [
        ("building sf", "Building SqFt", False, False),
        ("SqFt", "Building SqFt", True, False),
        ("Vacancy %", "Occupancy", False, True),
        ("Occupancy", "Occupancy", False, False),
    ],
)
def test_an_alias_says_whether_it_is_generic_or_inverted(header, name, generic, inverted):
    alias = map_header_aliases()[fold_header(header)]
    assert (alias.column, alias.generic, alias.inverted) == (name, generic, inverted)


@pytest.mark.parametrize(("name", "kind", "unit"), [("Lot Size Acres", "number", "acres"), ("Zip Code", "zip", "")])
def test_a_column_is_found_by_its_name(name, kind, unit):
    found = find_canonical_column(name)
    assert (found.name, found.type, found.unit) == (name, kind, unit)


def test_a_column_is_not_found_by_an_alias():
    with pytest.raises(KeyError):
        find_canonical_column("gba")
