"""The unit of a lot size is detected from its values."""

import polars as pl
import pytest

from flexscout.ingest.mapping.header_map import map_headers
from flexscout.ingest.mapping.units import LotUnit, detect_lot_unit, is_square_feet_as_acres


def mapped(headers, *rows):
    """Map a sheet with these headers and rows."""
    body = pl.DataFrame(rows, schema={str(i): pl.String for i in range(len(headers))}, orient="row")
    return map_headers("Sheet1", headers, body)


def meaning(header_map, header):
    """Return the canonical name of a header, or None if unmapped."""
    return next(column.name if column.canonical else None for column in header_map.columns if column.header == header)


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [
        (["2.2 Acres", "3 AC", "0.5 acre"], LotUnit.ACRES),
        (["2.2ac", "3 ac.", "1"], LotUnit.ACRES),
        (["87,120 SF", "10000 sq. ft.", "5,000 Square Feet"], LotUnit.SQUARE_FEET),
        (["2.2 Acres", "10,000 SF", "10,000 SF"], LotUnit.SQUARE_FEET),
        (["2.2", "3", "15.75"], LotUnit.ACRES),
        (["87,120", "43560", "10000"], LotUnit.SQUARE_FEET),
        (["2", None, "3", None], LotUnit.ACRES),
        (["2.2 Acres", "5", "7"], LotUnit.ACRES),
        (["87,120 SF", "43,560"], LotUnit.SQUARE_FEET),
        (["2.2 Acres", "43,560", "50,000"], LotUnit.SQUARE_FEET),
        (["2.2 Acres", "10,000 SF", "5", "6"], LotUnit.ACRES),
        (["2.1", "3", "4.5", "2", "6", "7", "1.5", "2", "3", "108,900"], LotUnit.ACRES),
        (["200"], LotUnit.ACRES),
        (["2000"], LotUnit.SQUARE_FEET),
    ],
)
def test_the_cells_decide_the_unit_of_a_lot(texts, verdict):
    assert detect_lot_unit(pl.Series(texts, dtype=pl.String)) is verdict


@pytest.mark.parametrize(
    "texts",
    [
        ["2.2 Acres", "500", "900"],  # the others may be either
        ["500", "900", "1500"],  # large acres or small square feet
        ["130680", "87120", "2.5", "3.5", "2 ac", "2"],  # each is one or the other, and no cell says which
        ["0", "0", "0"],
        ["irregular", "see plat"],
        [None, None],
        [],
    ],
)
def test_a_unit_that_is_not_sure_is_not_guessed(texts):
    assert detect_lot_unit(pl.Series(texts, dtype=pl.String)) is LotUnit.UNKNOWN


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["2.2 Acres"], "Lot Size Acres"),
        (["2.2"], "Lot Size Acres"),
        (["95000"], "Lot Size SqFt"),
        (["95,000 SF"], "Lot Size SqFt"),
    ],
)
@pytest.mark.parametrize("header", ["Lot Size", "LOT AREA", "land_area"])
def test_a_lot_size_is_taken_in_the_unit_of_its_cells(header, texts, name):
    assert meaning(mapped([header], texts), header) == name


def test_a_lot_size_in_doubt_is_passed_through_and_named():
    header_map = mapped(["Address", "Lot Size"], ["1 Test Street", "500"])
    (issue,) = header_map.issues
    assert meaning(header_map, "Lot Size") is None
    assert (issue.sheet, issue.row, issue.column) == ("Sheet1", 0, "Lot Size")
    assert issue.full_reason == "unit_unclear: acres or square feet? The column is kept as is, not scored"


@pytest.mark.parametrize(
    ("header", "cells"),
    [("Land", ["$250,000", "$310,000"]), ("Land", ["$1,250,000.00", "$98,500.00"]), ("Lot", ["$95,000", "$1"])],
)
def test_amounts_of_money_are_not_size(header, cells):
    """County rolls have the land value under this header."""
    assert meaning(mapped([header], *([cell] for cell in cells)), header) is None


def test_numbers_of_lots_are_not_size():
    """A plat has lots and blocks."""
    header_map = mapped(["APN", "Block", "Lot"], ["1", "4", "12 Block 4"], ["2", "4", "13 Block 4"])
    assert meaning(header_map, "Lot") is None


def test_acres_too_large_to_be_acres_are_passed_through_and_named():
    header_map = mapped(["Address", "Acres"], ["1 Test Street", "87120"], ["2 Test Street", "43,560"])
    assert meaning(header_map, "Acres") is None
    assert [(issue.column, issue.reason) for issue in header_map.issues] == [("Acres", "unit_unclear")]


def test_acres_with_square_feet_written_in_the_cells_are_taken():
    """Each cell is converted from its own unit."""
    assert meaning(mapped(["Acres"], ["87,120 SF"], ["43,560 SF"]), "Acres") == "Lot Size Acres"


def test_a_bare_sqft_that_is_the_acres_in_square_feet_is_the_lot():
    header_map = mapped(["sqft", "Acres"], ["43560", "1"], ["87,120", "2"], ["21,780", "0.5"])
    assert meaning(header_map, "sqft") == "Lot Size SqFt"
    assert header_map.issues[0].full_reason == "taken_as_lot_area: equal to the size of the lot"


def test_a_bare_sqft_that_is_not_the_acres_is_the_building():
    header_map = mapped(["sqft", "Acres"], ["30000", "1"], ["87,120", "2"])
    assert meaning(header_map, "sqft") == "Building SqFt"
    assert header_map.issues == ()


def test_a_bare_sqft_without_acres_is_the_building():
    assert meaning(mapped(["Address", "sqft"], ["1 Test Street", "30000"]), "sqft") == "Building SqFt"


def test_an_explicit_building_size_is_never_the_lot():
    assert meaning(mapped(["Building SqFt", "Acres"], ["43560", "1"]), "Building SqFt") == "Building SqFt"


def test_cells_that_each_name_their_own_unit_are_taken():
    assert detect_lot_unit(pl.Series(["2.2 Acres", "95,832 SF"])) is LotUnit.ACRES


def test_one_absurd_value_does_not_change_the_unit():
    assert not is_square_feet_as_acres(pl.Series(["2.0", "1000000"]))
