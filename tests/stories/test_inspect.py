"""`inspect`: what is in one file, before anything is decided."""

import json

import openpyxl
import pytest

from program import flexscout
from workbooks import (
    HEADER,
    candidate,
    corrupted_file,
    empty_file,
    valid_properties_1,
    write_sheets,
    write_workbook,
)


@pytest.fixture
def export(tmp_path):
    """Three properties, an office and a shed on too small a lot among them, and columns that pass through."""
    header = ("Broker", *HEADER, "Lender", "Type of [bold] Roof")
    rows = [
        ("Ann", *candidate(1), None, "flat"),
        (None, *candidate(2, Property_Type="Office", Year_Built=2099), None, "flat"),
        ("Bob", *candidate(3, Lot_Size_Acres=0.1), None, "flat"),
    ]
    return write_workbook(tmp_path / "export.xlsx", [header, *rows])


@pytest.fixture
def shown(export):
    outcome = flexscout("inspect", export)
    assert (outcome.code, outcome.err) == (0, "")
    return outcome.out


def line_with(text, start):
    """The words of the first line that starts so."""
    return next(line.split() for line in text.splitlines() if line.strip().startswith(start))


def part(text, title):
    """What stands below a title."""
    return text.split(f"\n{title}")[1].split("\n\n")[0]


def test_first_line_counts_properties_and_columns(shown):
    assert shown.startswith("export.xlsx: 3 properties, 11 columns\n")


def test_columns_show_their_mapping_type_and_share(shown):
    columns = part(shown, "Columns")
    assert line_with(columns, "Broker") == ["Broker", "-", "text", "2", "67%"]
    assert line_with(columns, "Building") == ["Building", "SqFt", "Building", "SqFt", "square", "feet", "3", "100%"]
    assert "Empty (2): Occupancy, Lender" in columns


def test_headers_are_not_read_as_markup(shown):
    assert "Type of [bold] Roof" in shown


def test_industrial_types_are_marked(shown):
    types = part(shown, "Property types (2 industrial)")
    assert line_with(types, "Flex") == ["Flex", "2", "67%", "industrial"]
    assert line_with(types, "Office") == ["Office", "1", "33%"]


def test_key_fields_show_their_completeness(shown):
    assert line_with(part(shown, "Key fields"), "APN") == ["APN", "no", "such", "column"]


def test_suspicious_values_name_their_row(shown):
    suspicious = part(shown, "Suspicious values (2)")
    assert "row 3, Year Built 2099: later than" in suspicious
    assert "row 4, Lot Size Acres 0.1: the lot has 4,356 sq ft, the building 30,000" in suspicious


def test_suspicious_values_name_their_sheet_if_there_are_several(tmp_path):
    sheets = {"A": [HEADER, candidate(1)], "B": [HEADER, candidate(2, Year_Built=2099)]}
    assert 'sheet "B", row 2, Year Built 2099' in flexscout("inspect", write_sheets(tmp_path / "two.xlsx", sheets)).out


def test_first_industrial_properties_are_shown(shown):
    assert "1 Test Street, Charlotte, NC | 30,000 sq ft | 2.00 acres | built 1995 | Flex" in shown
    assert "2 Test Street" not in shown


def test_unreadable_values_are_counted_by_reason(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, candidate(1, Building_SqFt="??? sf")])
    assert "not a number: 1" in part(flexscout("inspect", path).out, "Issues")


def test_file_without_property_types_is_inspected(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [("Address", "RBA"), ("1 Oak St", 30_000)])
    outcome = flexscout("inspect", path)
    assert outcome.code == 0
    assert "No column has property types" in outcome.out


def test_json_format_prints_only_json(export):
    report = json.loads(flexscout("inspect", export, "--format", "json", "-o", "summary.json").out)
    assert report["suspicious"] == {"lot_smaller_than_building": 1, "year_in_the_future": 1}


def test_output_format_follows_the_suffix(export, tmp_path):
    outcome = flexscout("inspect", export, "--output", "summary.xlsx")
    assert outcome.out.endswith("Wrote summary.xlsx\n")
    assert "Suspicious Values" in openpyxl.load_workbook(tmp_path / "summary.xlsx").sheetnames


def test_no_file_is_written_without_output_option(export, tmp_path):
    flexscout("inspect", export)
    assert [path.name for path in tmp_path.iterdir()] == ["export.xlsx"]


def test_output_never_overwrites_the_export(export):
    before = export.read_bytes()
    outcome = flexscout("inspect", export, "-o", "./export.xlsx")
    assert outcome.code == 2
    assert "is the export itself" in outcome.err
    assert export.read_bytes() == before


def test_unknown_output_suffix_is_rejected_first(export):
    outcome = flexscout("inspect", export, "-o", "summary.pdf")
    assert (outcome.code, outcome.out) == (2, "")
    assert "Use .xlsx, .csv, .parquet or .json." in outcome.err


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (corrupted_file, "is damaged"),
        (empty_file, "has no data"),
    ],
)
def test_a_file_that_can_not_be_understood_is_its_own_error(tmp_path, make, words):
    outcome = flexscout("inspect", make(tmp_path))
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("flexscout: ")
    assert words in outcome.err


def test_a_csv_is_inspected_as_a_workbook_is(tmp_path):
    (tmp_path / "a.csv").write_text("Address,RBA\n1 Oak St,1\n")
    outcome = flexscout("inspect", "a.csv")
    assert outcome.code == 0
    assert "RBA" in outcome.out


def test_a_missing_file_is_named_with_its_near_name(tmp_path):
    valid_properties_1(tmp_path / "in")
    outcome = flexscout("inspect", "in/valid_propertys_1.xlsx")
    assert outcome.code == 2
    assert "Did you mean in/valid_properties_1.xlsx?" in outcome.err.replace("\\", "/")


def test_a_folder_is_sent_to_check(tmp_path):
    valid_properties_1(tmp_path / "in")
    outcome = flexscout("inspect", "in")
    assert outcome.code == 2
    assert "flexscout check in" in outcome.err


def test_it_needs_a_file():
    assert flexscout("inspect").code == 2
