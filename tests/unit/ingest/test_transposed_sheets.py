"""A sheet with a property per column is turned, if that is certain."""

import pytest

from flexscout.ingest.mapping import NO_MAPPING, find_missing_required, map_sheet
from flexscout.ingest.readers.any_file import peek_workbook, read_workbook
from flexscout.ingest.scan import build_source_file
from flexscout.ingest.worker import ingest_file
from flexscout.runtime import TableCache
from workbooks import HEADER, candidate, write_workbook

COMPARABLES = [
    ("Industrial comparables", None, None),
    (None, "Comp 1", "Comp 2"),
    ("Address", "1 Mill Rd", "2 Loom Rd"),
    ("City", "Cary", "Apex"),
    ("State", "NC", "NC"),
    ("Property Type", "Flex", "Warehouse"),
    ("Building SF", 30_000, 40_000),
    ("Land Area (AC)", 2.1, 3),
    ("Year Built", 1999, "2001"),
    ("Comments", "corner", None),
]


@pytest.mark.parametrize("read", [read_workbook, lambda path: peek_workbook(path, 500)])
def test_a_property_per_column_is_a_property_per_row(tmp_path, read):
    (sheet,) = read(write_workbook(tmp_path / "a.xlsx", COMPARABLES)).sheets
    mapped = map_sheet(sheet, NO_MAPPING)
    assert find_missing_required(mapped.header_map) == []
    assert mapped.header_map.issues[0].full_reason == "transposed: row 2 is column B"


def test_its_rows_are_numbered_as_the_columns_are(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", COMPARABLES)
    record = ingest_file(build_source_file(path, path.name), TableCache(tmp_path / "cache"))
    (sheet,) = record.sheets
    assert (sheet.header_row, sheet.rows_read) == (1, 2)


def test_one_property_with_labels_and_values_is_a_row(tmp_path):
    labels = [
        ("Address:", "1 Mill Rd"),
        ("City:", "Cary"),
        ("Type:", "Flex"),
        ("Size:", "30,000 SF"),
        ("Built:", 1999),
        ("Lot:", "2 AC"),
    ]
    (sheet,) = read_workbook(write_workbook(tmp_path / "a.xlsx", labels)).sheets
    assert sheet.cells.shape == (2, 6)


@pytest.mark.parametrize(
    "rows",
    [
        [HEADER, candidate(1), candidate(2)],
        [(name, "Text", f"{name} of the property") for name in HEADER],
        [(name, 20, 0) for name in HEADER],
        [("Address", "1 Mill Rd"), ("City", "Cary"), ("Contact", "Ann"), ("Phone", "555-0100"), ("Rent", 12)],
    ],
)
def test_tables_and_lists_of_columns_stay_as_they_are(tmp_path, rows):
    (sheet,) = read_workbook(write_workbook(tmp_path / "a.xlsx", rows)).sheets
    assert (sheet.cells.height, sheet.notes) == (len(rows), ())
