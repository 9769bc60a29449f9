"""Tables of land-use codes."""

import re

import pytest

from flexscout.domain import find_code_tables, fold_header, list_word_forms, map_code_tables, map_state_codes, parse_code_table
from flexscout.domain.columns import list_canonical_columns, list_vendors
from flexscout.domain.vocabulary import map_property_type_words

FORMS = "|".join(re.escape(form) for word in map_property_type_words() for form in list_word_forms(word))
TABLES = pytest.mark.parametrize("table", map_code_tables().values(), ids=map_code_tables().keys())
NOWHERE = frozenset()


def find_keywords(text):
    return re.findall(rf"(?:^| )({FORMS})(?= |$)", re.sub(r"[\W_]+", " ", text.lower()))


def find_names(header, layout="", states=(), counties=()):
    return [table.name for table in find_code_tables(fold_header(header), layout, frozenset(states), frozenset(counties))]


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
    assert map_code_tables()[table].codes[code].startswith(description)


def test_florida_has_the_hundred_codes_from_000_to_099():
    assert list(map_code_tables()["florida"].codes) == [f"{number:03}" for number in range(100)]


@TABLES
def test_a_table_names_its_issuer_and_its_source(table):
    assert table.issuer
    assert table.source


@TABLES
def test_a_table_says_where_its_codes_count(table):
    assert table.states or table.own_headers or table.layouts
    assert table.headers
    assert table.states <= set(map_state_codes().values())
    assert table.states or not table.counties


@TABLES
def test_codes_are_texts_that_differ_without_case_spaces_and_hyphens(table):
    assert not table.keys.is_duplicated().any()
    assert table.prefix or [key for key in table.keys if key.isdigit() and len(key) != table.digits and table.digits] == []


@TABLES
def test_every_code_has_a_description(table):
    assert {
        code: text for code, text in table.codes.items() if not isinstance(text, str) or not text.strip() or text != text.strip()
    } == {}


@pytest.mark.parametrize(("table", "industrial"), [("florida", "04"), ("palm beach", "4")])
def test_no_description_outside_florida_industry_contains_a_keyword(table, industrial):
    """Florida lists auto repair "and storage" and "manufacturing outlets" as shops."""
    others = {code: text for code, text in map_code_tables()[table].codes.items() if not code.startswith(industrial)}
    assert {code: find_keywords(text) for code, text in others.items() if find_keywords(text)} == {}


def test_a_header_proves_one_issuer_only():
    own = [header for table in map_code_tables().values() for header in table.own_headers]
    assert len(set(own)) == len(own)


def test_every_code_table_of_a_header_exists():
    of_columns = {table for entry in list_canonical_columns() for table, _ in (*entry.codes, *entry.codes_in_state)}
    of_vendors = {meaning.codes for vendor in list_vendors() for _, meaning in vendor.overrides if meaning and meaning.codes}
    assert of_columns | of_vendors <= map_code_tables().keys()


def test_the_header_of_one_issuer_proves_it_anywhere():
    assert find_names("DOR_UC") == ["florida"]


def test_a_layout_proves_the_issuer_of_its_code_columns():
    assert find_names("Use Code", layout="florida tax roll (NAL)") == ["florida"]


def test_a_layout_proves_nothing_about_other_columns():
    assert find_names("Zip Code", layout="Florida tax roll (NAL)") == []


def test_the_state_of_all_rows_proves_the_issuer():
    assert find_names("DOR Code", states=["FL"]) == ["florida"]
    assert find_names("DOR Code", states=["FL", "WA"]) == []


def test_a_county_is_more_certain_than_its_state():
    assert find_names("use code", states=["FL"], counties=["Palm Beach County"]) == ["palm beach", "florida"]


def test_one_foreign_county_rules_out_a_county_table():
    assert find_names("use code", states=["FL"], counties=["palm beach", "broward"]) == ["florida"]


def test_a_county_without_its_state_proves_nothing():
    """Several states have a county of the same name."""
    assert find_names("use code", counties=["palm beach"]) == []


def test_nothing_is_found_without_a_sign_of_the_issuer():
    assert find_names("use code") == []


def test_a_user_table_counts_for_its_headers():
    table = parse_code_table("mine", {"own headers": ["My Use"], "codes": {"1": "Warehouse"}})
    assert find_code_tables("myuse", "", NOWHERE, NOWHERE, [table]) == (table,)


def test_the_codes_of_a_user_table_are_its_own():
    assert parse_code_table("mine", {"codes": {"1": "Warehouse"}}).codes == {"1": "Warehouse"}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kodes": {"1": "x"}}, "kodes is not a part of a code table"),
        ({}, "codes must list each code with its description"),
        ({"codes": {}}, "codes must list each code with its description"),
        ({"codes": ["1"]}, "codes must list each code with its description"),
        ({"codes": {33: "Warehouse"}}, "write the code 33 in quotes"),
        ({"codes": {"1": ""}}, "1 needs a description"),
        ({"codes": {"5-93": "x", "593": "y"}}, "5-93 and 593 are the same code"),
        ({"codes": {"48": "x", "048": "y"}, "digits": 3}, "48 and 048 are the same code"),
        (["1"], "a code table needs named parts"),
        ({"codes": {"1": "x"}, "headers": "use"}, "headers must be a list of texts"),
        ({"codes": {"1": "x"}, "states": ["Texas"]}, "Texas is not the two-letter code of a state"),
        ({"codes": {"1": "x"}, "digits": "3"}, "digits must be a whole number"),
        ({"codes": {"1": "x"}, "digits": -1}, "digits must be a whole number"),
        ({"codes": {"1": "x"}, "prefix": "yes"}, "prefix must be true or false"),
        ({"codes": {"1": "x"}, "issuer": 5}, "issuer must be a text"),
    ],
)
def test_a_wrong_user_table_is_refused_in_plain_words(entry, message):
    with pytest.raises(ValueError, match=message):
        parse_code_table("mine", entry)
