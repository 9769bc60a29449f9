"""Headers with abbreviated words."""

import pytest

from flexscout.domain.columns import fold_header, list_canonical_columns, map_ambiguous_headers, map_header_aliases
from flexscout.domain.known_headers import _list_names, normalize_header

KNOWN = {
    "BLDG_AREA": "Building SqFt",
    "BldgArea": "Building SqFt",
    "RBA (SF)": "Building SqFt",
    "Bldg. Sq. Ft.": "Building SqFt",
    "Land (AC)": "Lot Size Acres",
    "Lot Area (Acres)": "Lot Size Acres",
    "lot_area (sq ft)": "Lot Size SqFt",
    "LAND_USE_DESC": "Property Type",
    "SITUS_ADDR": "Address",
    "Yr Blt": "Year Built",
    "Parcel Num": "APN",
    "TOT_VAL": "Total Parcel Value",
    "Clear Ht (ft)": "Ceiling Height",
    "Asking Price (USD)": "Asking Price",
}


@pytest.mark.parametrize(("header", "column"), KNOWN.items())
def test_a_header_with_abbreviated_words_is_known(header, column):
    assert map_header_aliases()[normalize_header(header)].column == column


@pytest.mark.parametrize(
    "header", ["AC", "No.", "Own Addr", "Bldg No", "Land Use Cd", "Eff Yr Blt", "Central AC", "Price/SF", ""]
)
def test_an_ambiguous_word_is_not_written_out(header):
    assert normalize_header(header) == fold_header(header)


@pytest.mark.parametrize("header", ["TOT_SF", "Size (sqft)"])
def test_a_generic_header_stays_generic_when_written_out(header):
    assert map_header_aliases()[normalize_header(header)].generic


def test_a_known_header_is_not_written_out():
    assert all(
        normalize_header(header) == fold_header(header)
        for entry in list_canonical_columns()
        for header in (entry.name, *entry.aliases, *entry.generic)
    )


def test_headers_that_are_equal_when_written_out_mean_the_same_column():
    meanings = {}
    for full_name, folded in _list_names():
        column = map_ambiguous_headers().get(folded) or map_header_aliases()[folded].column
        assert meanings.setdefault(full_name, column) == column
