"""Drafting a mapping file."""

import pytest
import yaml

from flexscout.ingest import read_workbook
from flexscout.ingest.mapping import map_sheet
from flexscout.ingest.mapping.draft import draft_mapping
from flexscout.ingest.mapping.mapping_file import load_mapping
from workbooks import HEADER, candidate, write_sheets, write_workbook


@pytest.fixture
def draft(tmp_path):
    """Draft the mapping of a workbook with these rows."""
    return lambda *rows: draft_mapping(write_workbook(tmp_path / "a.xlsx", rows))


def line_of(text, start):
    return next(line for line in text.splitlines() if line.startswith(f"  {start}: "))


def test_known_headers_are_drafted_with_their_columns(draft):
    assert yaml.safe_load(draft(HEADER, candidate()))["columns"] == {name: name for name in HEADER}


def test_unknown_headers_are_drafted_with_samples_and_suggestions(draft):
    line = line_of(draft(["Situs Adress", "Property Type"], ["1 Oak Ave", "Flex"], ["2 Oak Ave", "Flex"]), "Situs Adress")
    assert line.split() == [
        "Situs",
        "Adress:",
        "pass",
        "#",
        "1",
        "Oak",
        "Ave",
        "|",
        "2",
        "Oak",
        "Ave;",
        "did",
        "you",
        "mean",
        "Address?",
    ]


def test_vacancy_is_drafted_as_inverted(draft):
    columns = yaml.safe_load(draft(["Address", "SqFt", "% Vacant"], ["1 Oak Ave", 5, 10]))["columns"]
    assert columns["% Vacant"] == {"column": "Occupancy", "inverted": True}


def test_a_lot_size_without_unit_asks_for_it(draft):
    assert "in square feet: Lot Size SqFt" in line_of(draft(["Address", "SqFt", "Lot Size"], ["1 Oak Ave", 5, "?"]), "Lot Size")


def test_a_table_without_header_is_drafted_by_letters(draft):
    content = yaml.safe_load(draft(candidate(1), candidate(2)))
    assert (content["header_row"], content["files"], content["columns"]["B"]) == (0, "a.xlsx", "pass")


@pytest.mark.parametrize("header", ["No", "a: b", "# lots", "- x", "{x}", "line\nbreak", "'q'", "ünï", "2023", "+1", 'say "hi"'])
def test_any_header_can_be_read_back(draft, tmp_path, header):
    (tmp_path / "m.yaml").write_text(draft(["Address", "SqFt", header], ["1 Oak Ave", 5, "x\n# y: z"]), encoding="utf-8")
    assert header in [choice.header for choice in load_mapping(str(tmp_path / "m.yaml")).choices]


def test_headers_of_several_sheets_are_drafted_once(tmp_path):
    sheets = {"A": [HEADER, candidate(1)], "B": [(*HEADER, "Broker"), (*candidate(2), "Ann")], "C": [("Cover",)]}
    content = yaml.safe_load(draft_mapping(write_sheets(tmp_path / "a.xlsx", sheets)))
    assert list(content["columns"]) == [*HEADER, "Broker"]


PARCELS = ("PIN", "NUM", "DIR", "STREET", "SFX", "Where", "CL CD", "SF")
PARCEL_ROWS = [(f"1-{i}", 100 + i, "N", "Main", "St", "Durham, NC 27701", 301 + i % 2, 40_000) for i in range(5)]


def test_joined_and_split_columns_are_drafted_as_entries(draft):
    content = yaml.safe_load(draft(PARCELS, *PARCEL_ROWS))
    assert content["join"] == {"Address": ["NUM", "DIR", "STREET", "SFX"]}
    assert not set(content["columns"]) & {"NUM", "DIR", "STREET", "SFX"}


def test_a_column_with_a_whole_address_is_drafted_as_a_split(draft):
    rows = [("Flex", f"{i} Oak Ave, Durham, NC 27701", 40_000) for i in range(1, 6)]
    assert yaml.safe_load(draft(("Type", "Location", "SqFt"), *rows))["split"] == {
        "Location": ["Address", "City", "State", "Zip Code"]
    }


def test_examples_come_from_the_export(draft):
    text = draft(PARCELS, *PARCEL_ROWS)
    assert "#   Where: [City, State]" in text
    assert '#   CL CD:\n#     "301": what it means\n#     "302": what it means' in text
    assert "# constants:\n#   " in text


def test_examples_are_valid_once_they_are_uncommented(draft, tmp_path):
    lines = draft(("Address", "SqFt"), ("1 Oak Ave", 5)).splitlines()
    start = lines.index("# join: columns that are put together, such as the parts of an address.")
    examples = [line[2:] for line in lines[start:] if line.startswith("# ") and not line.endswith((".", "them."))]
    (tmp_path / "m.yaml").write_text("\n".join(examples), encoding="utf-8")
    mapping = load_mapping(str(tmp_path / "m.yaml"))
    assert (len(mapping.joins), len(mapping.splits), len(mapping.codes)) == (1, 1, 1)


def test_a_size_with_a_column_of_its_unit_is_drafted_with_it(draft):
    rows = [(f"{i} Oak Ave", "Flex", 40_000, 2.5, "A") for i in range(1, 4)]
    content = yaml.safe_load(draft(("Address", "Use", "SF", "LOT_SIZE", "LOT_UNITS"), *rows))
    assert content["columns"]["LOT_SIZE"] == {"column": "Lot Size Acres", "unit": "LOT_UNITS"}


@pytest.mark.parametrize(
    "rows",
    [
        [PARCELS, *PARCEL_ROWS],
        [("Type", "Location", "SqFt"), *[("Flex", f"{i} Oak Ave, Durham, NC 27701", 40_000) for i in range(1, 6)]],
        [HEADER, candidate()],
    ],
)
def test_an_unchanged_draft_changes_nothing(tmp_path, rows):
    path = write_workbook(tmp_path / "a.xlsx", rows)
    (tmp_path / "m.yaml").write_text(draft_mapping(path), encoding="utf-8")
    (sheet,) = read_workbook(path, 2**30, tmp_path / "scratch").sheets
    plain, drafted = (map_sheet(sheet, load_mapping(name)).header_map for name in ("", str(tmp_path / "m.yaml")))
    assert drafted.mapped == plain.mapped
    assert [column.name for column in drafted.unmapped] == [column.name for column in plain.unmapped]
