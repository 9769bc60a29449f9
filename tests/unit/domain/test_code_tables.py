"""Land-use codes that replace a property type."""

import re

import pytest

from flexscout.domain.columns import canonical_columns, vendors
from flexscout.domain.vocabulary import code_tables, property_type_words, state_codes, word_forms

FORMS = "|".join(re.escape(form) for word in property_type_words() for form in word_forms(word))
INDUSTRIAL_CODES = {"florida": "04", "palm beach": "4"}


def find_keywords(text):
    return re.findall(rf"(?:^| )({FORMS})(?= |$)", re.sub(r"[\W_]+", " ", text.lower()))


@pytest.mark.parametrize(
    ("table", "code", "description"),
    [
        ("florida", "000", "Vacant residential"),
        ("florida", "040", "Vacant industrial"),
        ("florida", "041", "Light manufacturing"),
        ("florida", "048", "Warehousing, distribution terminals"),
        ("florida", "049", "Open storage"),
        ("florida", "099", "Acreage"),
        ("palm beach", "4100", "LIGHT MFG"),
        ("palm beach", "4200", "HEAVY MFG"),
        ("palm beach", "4800", "WAREH/DIST TERM"),
        ("palm beach", "4900", "OPEN STORAGE"),
    ],
)
def test_a_code_has_the_description_of_its_issuer(table, code, description):
    assert code_tables()[table].codes[code].startswith(description)


def test_florida_has_the_hundred_codes_from_000_to_099():
    assert list(code_tables()["florida"].codes) == [f"{number:03}" for number in range(100)]


@pytest.mark.parametrize("table", code_tables().values(), ids=code_tables().keys())
def test_codes_have_the_digits_of_their_table_and_a_description(table):
    assert all(len(code) == table.digits and code.isdigit() for code in table.codes)
    assert all(text == text.strip() != "" for text in table.codes.values())


@pytest.mark.parametrize("table", code_tables().values(), ids=code_tables().keys())
def test_a_table_names_its_source_and_its_state(table):
    assert table.source
    assert table.state in state_codes().values()


@pytest.mark.parametrize("table", code_tables().values(), ids=code_tables().keys())
def test_no_description_outside_industry_contains_a_keyword(table):
    """Florida lists auto repair "and storage" and "manufacturing outlets" as shops."""
    others = {code: text for code, text in table.codes.items() if not code.startswith(INDUSTRIAL_CODES[table.name])}
    assert {code: find_keywords(text) for code, text in others.items() if find_keywords(text)} == {}


def test_every_code_table_of_a_header_exists():
    of_columns = {table for entry in canonical_columns() for table, _ in (*entry.codes, *entry.codes_in_state)}
    of_vendors = {meaning.codes for vendor in vendors() for _, meaning in vendor.overrides if meaning.codes}
    assert of_columns | of_vendors <= code_tables().keys()
