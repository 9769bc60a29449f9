"""The words inside cells."""

import pytest

from flexscout.domain.vocabulary import (
    address_words,
    cell_units,
    cell_values,
    property_type_sources,
    property_type_words,
    state_codes,
    word_forms,
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
def test_a_state_is_known_by_its_code_and_its_name(text, code):
    assert state_codes().get(text) == code


def test_there_are_fifty_states_the_district_and_three_territories():
    codes = set(state_codes().values())
    assert len(codes) == 54
    assert all(len(code) == 2 and code.isupper() for code in codes)
    assert len(state_codes()) == 2 * len(codes)


def test_no_state_is_taken_for_a_missing_value():
    assert not {code.lower() for code in state_codes()} & set(cell_values("missing"))


@pytest.mark.parametrize("kind", ["missing", "yes", "no", "totals", "totals_of"])
def test_the_values_of_cells_are_lower_case_texts_each_once(kind):
    values = cell_values(kind)
    assert all(isinstance(value, str) and value == value.lower() for value in values)
    assert len(set(values)) == len(values) > 0


def test_no_word_is_yes_and_no():
    assert not set(cell_values("yes")) & set(cell_values("no"))


def test_no_word_means_two_units():
    units = [word for unit in ("acres", "square_feet", "feet") for word in cell_units(unit)]
    assert len(set(units)) == len(units)


@pytest.mark.parametrize(
    ("word", "form"),
    [("warehouse", "wareh"), ("warehouse", "warehouses"), ("industrial", "indl"), ("manufacturing", "mfg"), ("flex", "flex")],
)
def test_a_word_has_the_forms_in_which_it_is_written(word, form):
    assert form in word_forms(word)


@pytest.mark.parametrize("form", ["dist", "ind", "mfr"])
def test_a_form_that_means_something_else_too_is_no_form(form):
    assert not [word for word in property_type_words() if form in word_forms(word)]


def test_every_form_of_a_word_has_a_source_that_is_cited():
    named = {source for forms in property_type_words().values() for source in forms.values()}
    assert named == property_type_sources().keys()
    assert all(property_type_sources().values())


def test_every_word_is_a_form_of_itself():
    assert [word for word, forms in property_type_words().items() if word not in forms] == []


def test_forms_of_words_are_lower_case_words_with_single_spaces():
    forms = {form for word in property_type_words() for form in word_forms(word)}
    assert all(form == " ".join(form.lower().split()) for form in forms)


def test_a_word_without_other_forms_is_its_own():
    assert word_forms("data center") == ("data center",)


@pytest.mark.parametrize(
    ("word", "short"),
    [("STREET", "ST"), ("AVENUE", "AVE"), ("NORTHEAST", "NE"), ("SUITE", "UNIT"), ("#", "UNIT"), ("FIRST", "1ST")],
)
def test_a_word_of_an_address_has_its_standard_abbreviation(word, short):
    assert address_words()[word] == short


def test_no_abbreviation_of_an_address_is_abbreviated_again():
    """Else the same address, normalized twice, would be another one."""
    words = address_words()
    assert {short: words[short] for short in words.values() if words.get(short, short) != short} == {}


def test_words_of_addresses_are_upper_case_and_without_spaces():
    assert all(word == word.upper() and " " not in word for pair in address_words().items() for word in pair)
