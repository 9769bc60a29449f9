"""Drafting a mapping file."""

import pytest
import yaml

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
