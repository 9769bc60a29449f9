"""One spelling of each place and address on the list."""

import polars as pl
import pytest

from flexscout.merging.display import fill_states, unify_spelling


def spell(column, *texts, state="NC"):
    return unify_spelling(
        pl.DataFrame({column: texts, "State": [state] * len(texts)}, schema=dict.fromkeys((column, "State"), pl.String))
    )[column].to_list()


def test_a_city_is_written_as_in_most_records_with_small_letters():
    assert spell("City", "CHARLOTTE", "Charlotte", "CHARLOTTE", "charlotte") == ["Charlotte"] * 4
    assert spell("City", "MCALLEN", "McAllen", "Mcallen", "McAllen") == ["McAllen"] * 4


def test_a_city_in_one_case_only_gets_title_case():
    assert spell("City", "WINSTON-SALEM", None, "mccook") == ["Winston-Salem", None, "McCook"]


def test_equal_names_in_two_states_are_two_places():
    frame = pl.DataFrame({"City": ["CHARLOTTE", "ChArlotte"], "State": ["NC", "MI"]})
    assert unify_spelling(frame)["City"].to_list() == ["Charlotte", "ChArlotte"]


def test_a_county_has_one_spelling_without_the_word_county():
    assert spell("County", "York County", "york", "YORK COUNTY", "York Co.", None) == ["York", "York", "York", "York", None]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("4601 WELCOME ALL RD SW", "4601 Welcome All Rd SW"),
        ("123 5TH ST NE", "123 5th St NE"),
        ("12 us hwy 70", "12 US Hwy 70"),
        ("100A MCDONALD BLVD", "100A McDonald Blvd"),
        ("1  O'NEAL'S   RD ", "1 O'Neal's Rd"),
        ("12 McAllen Rd ne", "12 McAllen Rd ne"),
        (None, None),
    ],
)
def test_an_address_in_one_case_gets_title_case(written, shown):
    assert spell("Address", written) == [shown]


def test_a_missing_state_is_filled_from_the_zip_code_and_said_so():
    records = pl.DataFrame({"State": [None, "GA"], "Zip Code": ["28206", "30062"]})
    assert fill_states(records).select("State", "Inferred").rows() == [("NC", "State from ZIP code"), ("GA", None)]


def test_a_list_without_any_state_gets_one_only_where_it_is_sure():
    records = pl.DataFrame({"Address": ["12 Main St, Norcross, GA 30071", "9 Oak St"]})
    assert fill_states(records).select("State", "Inferred").rows() == [("GA", "State from address"), (None, None)]
    assert fill_states(records.tail(1)).columns == ["Address"]
