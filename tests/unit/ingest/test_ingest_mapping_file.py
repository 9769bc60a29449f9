"""Loading and validating mapping files."""

import pytest

from flexscout.errors import ConfigurationError
from flexscout.ingest.mapping.column_mapping import NO_MAPPING, ColumnChoice
from flexscout.ingest.mapping.mapping_file import load_mapping


@pytest.fixture
def loaded(tmp_path):
    """Load a mapping from this text."""

    def load(text):
        path = tmp_path / "my_export.yaml"
        path.write_text(text, encoding="utf-8")
        return load_mapping(str(path))

    return load


@pytest.fixture
def mistakes(loaded):
    """Return place -> error in this text."""

    def mistakes_of(text):
        with pytest.raises(ConfigurationError) as raised:
            loaded(text)
        return raised.value.validation_errors

    return mistakes_of


def test_an_empty_path_gives_an_empty_mapping():
    assert load_mapping("") is NO_MAPPING


def test_the_case_of_a_column_is_ignored(loaded):
    assert loaded("columns:\n  Struct Area: building sqft\n").choices == (ColumnChoice("Struct Area", "Building SqFt"),)


def test_a_column_can_be_kept_as_is_or_left_out(loaded):
    assert [choice.column for choice in loaded("columns: {A1: pass, B1: Leave Out}").choices] == ["pass", "leave out"]


def test_a_percentage_can_be_inverted(loaded):
    assert loaded("columns:\n  Empty: {column: Occupancy, inverted: true}\n").choices == (
        ColumnChoice("Empty", "Occupancy", inverted=True),
    )


def test_a_size_can_have_a_column_with_its_unit(loaded):
    (choice,) = loaded("columns:\n  LOT_SIZE: {column: Lot Size Acres, unit: LOT_UNITS}\n").choices
    assert (choice.column, choice.unit) == ("Lot Size Acres", "LOT_UNITS")


def test_only_a_size_has_a_column_with_its_unit(mistakes):
    assert "only a size" in mistakes("columns:\n  Built: {column: Year Built, unit: YEARS}\n")["line 2: columns.Built.unit"]


def test_keys_are_taken_as_they_are_written(loaded):
    assert [choice.header for choice in loaded("columns: {No: pass, 2023: pass, 2024-01-31: pass}").choices] == [
        "No",
        "2023",
        "2024-01-31",
    ]


def test_an_entry_without_value_is_ignored(loaded):
    assert loaded("columns:\n  Struct Area:\n").choices == ()


def test_header_row_sheet_and_files_can_be_set(loaded):
    mapping = loaded("header_row: 4\nsheet: Data\nfiles: county_*.xlsx\ncolumns: {A1: pass}")
    assert (mapping.header_row, mapping.sheet, mapping.files) == (4, "Data", "county_*.xlsx")


def test_every_error_is_reported_with_its_line(mistakes):
    text = "header_row: three\nshet: Data\ncolumns:\n  Street: Adress\n  Empty: {colum: Occupancy}\n  Size: RBA\n"
    assert mistakes(text) == {
        "line 1: header_row": "three is not a row number; give the number shown in Excel, or 0 if there is no header",
        "line 2: shet": "shet is not known; did you mean sheet?",
        "line 4: columns.Street": "Adress is not known; did you mean Address?",
        "line 5: columns.Empty": "column is missing, as in {column: Occupancy, inverted: true}",
        "line 5: columns.Empty.colum": "colum is not known; did you mean column?",
        "line 6: columns.Size": "RBA is not known; did you mean Building SqFt?",
    }


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("sheet: Data", "is missing"),
        ("columns: [Address]", "should list headers"),
        ("columns: {Street: [Address]}", "a list joins columns"),
        ("columns: {Street: Address, street: City}", "is the same header as Street"),
        ("columns: {'#': Address}", "no letter or digit"),
        ("columns: {Age: {column: Year Built, inverted: true}}", "only a percentage can be inverted"),
        ("columns: {Empty: {column: Occupancy, inverted: perhaps}}", "give true or false"),
        ("header_row: 0\ncolumns: {Street: Address}", "should be a column letter"),
    ],
)
def test_an_error_says_what_to_do(mistakes, text, wrong):
    assert any(wrong in told for told in mistakes(text).values())


def test_a_duplicate_header_is_an_error(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text("columns:\n  Street: Address\n  Street: City", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 3: not valid YAML: Street appears twice in one place; keep one"):
        load_mapping(path)


def test_a_missing_file_is_an_error_that_says_how_to_make_one():
    with pytest.raises(ConfigurationError, match=r"flexscout map EXPORT -o nowhere\.yaml"):
        load_mapping("nowhere.yaml")


@pytest.mark.parametrize(("text", "why"), [("columns: {", "line 1: not valid YAML"), ("- a", "should contain `columns:`")])
def test_a_file_without_a_mapping_is_an_error(loaded, text, why):
    with pytest.raises(ConfigurationError, match=why):
        loaded(text)
