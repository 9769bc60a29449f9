"""Which mapping file is used for which file."""

import pytest

from flexscout.config import PipelineConfiguration
from flexscout.domain import parse_code_table
from flexscout.errors import ConfigurationError
from flexscout.ingest import build_source_file, read_workbook
from flexscout.ingest.mapping import ColumnMapping
from flexscout.ingest.mapping.column_mapping import Codes, ColumnChoice, Constant, Join
from flexscout.ingest.options import IngestOptions, list_header_rows, load_options
from workbooks import write_sheets, write_workbook


def mapping(name, *headers, **parts):
    """Return a mapping that keeps these headers."""
    return ColumnMapping(name, tuple(ColumnChoice(header, "pass") for header in headers), **parts)


def choose(*mappings, file="a.xlsx", rows=(("a1", "b1", "c1", "d1"),)):
    """Return the name of the mapping that a file with these rows gets."""
    return IngestOptions(mappings, chooses=True).find_mapping(file, rows).name


def test_half_of_the_headers_are_enough():
    assert choose(mapping("m", "A1", "B1", "X1", "Y1")) == "m"


def test_less_than_half_is_not_enough():
    assert choose(mapping("m", "A1", "X1", "Y1")) == ""


def test_headers_have_to_be_in_one_row():
    assert choose(mapping("m", "A1", "B1", "X1", "Y1"), rows=(("a1",), ("b1",))) == ""


def test_headers_of_joins_count():
    joined = ColumnMapping("m", joins=(Join("Address", ("A1", "B1")),))
    assert choose(joined) == "m"


def test_most_headers_win_then_the_name():
    assert choose(mapping("a", "A1"), mapping("c", "A1", "B1"), mapping("b", "C1", "D1")) == "b"


def test_the_name_of_the_file_has_to_match():
    assert choose(mapping("m", "A1", files="b*")) == ""
    assert choose(mapping("m", "A1", files="A*")) == "m"


@pytest.mark.parametrize("parts", [{"header_row": 0}, {"constants": (Constant("State", "NC"),)}])
def test_without_headers_only_the_name_of_the_file_fits(parts):
    headers = ("A",) if "header_row" in parts else ()
    assert choose(mapping("m", *headers, **parts)) == ""
    assert choose(mapping("m", *headers, files="a.*", **parts)) == "m"


def test_the_rows_of_all_sheets_are_considered(tmp_path):
    sheets = {"Cover": [("Title",)], "Data": [("Bldg Use", "Site"), ("Flex", "1 Main St")]}
    rows = list_header_rows(read_workbook(write_sheets(tmp_path / "a.xlsx", sheets), 2**30, tmp_path / "scratch"))
    assert choose(mapping("m", "Bldg. Use", "SITE"), rows=rows) == "m"


def test_a_header_on_two_rows_is_considered(tmp_path):
    rows = [("Plot", None, "Owner"), ("Size", "Shape", "Name"), (5, "L", "Ann")]
    found = list_header_rows(read_workbook(write_workbook(tmp_path / "a.xlsx", rows), 2**30, tmp_path / "scratch"))
    assert choose(mapping("m", "Plot Size", "Plot Shape"), rows=found) == "m"


def test_a_reading_is_identified_by_all_that_its_mapping_says(tmp_path):
    source = build_source_file(write_workbook(tmp_path / "a.xlsx", [("A1",)]), "a.xlsx")

    def identify(*mappings):
        return IngestOptions(mappings).identify_reading(source, ()).mapping_key

    table = parse_code_table("t", {"codes": {"301": "Flex"}})
    other = parse_code_table("t", {"codes": {"301": "Office"}})
    keys = [identify(mapping("m", "A1", codes=(Codes("", each),))) for each in (table, other, table)]
    assert keys[0] == keys[2] != keys[1]
    assert identify() == ""


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes files of the input folder."""

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path = path.with_name(f"{path.name}.yaml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_mappings_of_the_input_folder_are_loaded_by_name(folder):
    place = folder(mappings__b="columns: {A1: pass}", mappings__a="columns: {B1: pass}")
    options = load_options(PipelineConfiguration(input_folder=str(place)))
    assert ([each.name for each in options.mappings], options.chooses) == (["a.yaml", "b.yaml"], True)


def test_a_named_folder_adds_to_them_and_a_named_file_replaces_them(folder):
    place = folder(mappings__b="columns: {A1: pass}", more__a="columns: {B1: pass}")
    both = load_options(PipelineConfiguration(input_folder=str(place), mapping=str(place / "more")))
    one = load_options(PipelineConfiguration(input_folder=str(place), mapping=[str(place / "more/a.yaml")]))
    assert [each.name for each in both.mappings] == ["a.yaml", "b.yaml"]
    assert ([each.name for each in one.mappings], one.chooses) == (["a.yaml"], False)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("codes: {301: Flex}", "needs headers:"),
        ("headers: [use]\ncounties: [wake]\ncodes: {301: Flex}", "has counties: without states:"),
        ("headers: [use]", "needs a description"),
        ("headers: use\ncodes: {301: Flex}", "headers must be a list of texts"),
        ("[301]", "should list each code"),
    ],
)
def test_a_code_table_that_can_not_be_used_is_an_error(folder, text, wrong):
    place = folder(code_tables__own=text)
    with pytest.raises(ConfigurationError, match=r"own\.yaml") as raised:
        load_options(PipelineConfiguration(code_tables=str(place / "code_tables")))
    assert wrong in str(raised.value)
