"""The vocabulary of cells."""

import pytest

from flexscout.domain.vocabulary import (
    list_cell_units,
    list_cell_values,
    list_word_forms,
    map_address_words,
    map_property_type_sources,
    map_property_type_words,
    map_state_codes,
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NC", "NC"),
        ("NORTH CAROLINA", "NC"),
        ("NO", None),
        ("NE", "NE"),
        ("OR", "OR"),
        ("IN", "IN"),
        ("DISTRICT OF COLUMBIA", "DC"),
        ("PUERTO RICO", "PR"),
        ("ONTARIO", None),
    ],
)
def test_a_state_is_known_by_code_and_name(text, code):
    assert map_state_codes().get(text) == code


def test_there_are_fifty_states_the_district_and_three_territories():
    codes = set(map_state_codes().values())
    assert len(codes) == 54
    assert all(len(code) == 2 and code.isupper() for code in codes)
    assert len(map_state_codes()) == 2 * len(codes)


def test_no_state_code_is_a_placeholder():
    assert not {code.lower() for code in map_state_codes()} & set(list_cell_values("missing"))


@pytest.mark.parametrize("kind", ["missing", "yes", "no", "totals", "totals_of"])
def test_cell_values_are_distinct_lower_case_texts(kind):
    values = list_cell_values(kind)
    assert all(isinstance(value, str) and value == value.lower() for value in values)
    assert len(set(values)) == len(values) > 0


def test_no_word_means_both_yes_and_no():
    assert not set(list_cell_values("yes")) & set(list_cell_values("no"))


def test_no_word_means_two_units():
    units = [word for unit in ("acres", "square_feet", "feet") for word in list_cell_units(unit)]
    assert len(set(units)) == len(units)


@pytest.mark.parametrize(
    ("word", "form"),
    [("warehouse", "wareh"), ("warehouse", "warehouses"), ("industrial", "indl"), ("manufacturing", "mfg"), ("flex", "flex")],
)
def test_a_keyword_has_its_forms(word, form):
    assert form in list_word_forms(word)


@pytest.mark.parametrize("form", ["dist", "ind", "mfr"])
def test_an_ambiguous_abbreviation_is_not_a_form(form):
    assert not [word for word in map_property_type_words() if form in list_word_forms(word)]


def test_every_form_has_a_cited_source():
    used = {source for forms in map_property_type_words().values() for source in forms.values()}
    assert used == map_property_type_sources().keys()
    assert all(map_property_type_sources().values())


def test_every_keyword_is_a_form_of_itself():
    assert [word for word, forms in map_property_type_words().items() if word not in forms] == []


def test_forms_are_lower_case_with_single_spaces():
    forms = {form for word in map_property_type_words() for form in list_word_forms(word)}
    assert all(form == " ".join(form.lower().split()) for form in forms)


def test_a_keyword_without_other_forms_has_only_itself():
    assert list_word_forms("data center") == ("data center",)


@pytest.mark.parametrize(
    ("word", "short"),
    [("STREET", "ST"), ("AVENUE", "AVE"), ("NORTHEAST", "NE"), ("SUITE", "UNIT"), ("#", "UNIT"), ("FIRST", "1ST")],
)
def test_an_address_word_has_its_standard_abbreviation(word, short):
    assert map_address_words()[word] == short


def test_no_abbreviation_is_abbreviated_again():
    """Normalizing an address twice must not change it."""
    words = map_address_words()
    assert {short: words[short] for short in words.values() if words.get(short, short) != short} == {}


def test_address_words_are_upper_case_without_spaces():
    assert all(word == word.upper() and " " not in word for pair in map_address_words().items() for word in pair)


@pytest.mark.parametrize(("word", "short"), [("BV", "BLVD"), ("EXPWY", "EXPY"), ("PWY", "PKWY"), ("TPK", "TPKE")])
def test_abbreviations_of_county_rolls_are_known(word, short):
    assert map_address_words()[word] == short
