"""States that are inferred from other columns."""

import polars as pl
import pytest

from flexscout.domain.states import INFERRED_FROM, infer_states


def infer(**cells):
    row = {"State": None, "Zip Code": None, "City": None, "County": None} | cells
    return infer_states(pl.DataFrame([row], schema=dict.fromkeys(row, pl.String))).row(0)


def test_a_given_state_stays():
    assert infer(State="GA", **{"Zip Code": "28202"}) == ("GA", None)


@pytest.mark.parametrize("blank", [None, "", " "])
def test_a_blank_state_is_inferred_from_the_zip_code(blank):
    assert infer(State=blank, **{"Zip Code": "28202-1234"}) == ("NC", "ZIP code")


@pytest.mark.parametrize("county", ["Mecklenburg", "MECKLENBURG COUNTY", "mecklenburg co."])
def test_a_state_is_inferred_from_a_county_and_city_in_one_state(county):
    assert infer(County=county, City="charlotte") == ("NC", "County and City")


@pytest.mark.parametrize("city", [None, "Unincorporated", "Boca Raton"])
def test_a_state_is_inferred_from_a_county_whose_name_is_in_one_state(city):
    assert infer(County="Palm Beach", City=city) == ("FL", "County")


@pytest.mark.parametrize(
    "cells",
    [
        {"County": "York", "City": "York"},
        {"County": "Mecklenburg"},
        {"County": "Mecklenburg", "City": "Springfield"},
        {"County": "Nowhere", "City": "Charlotte"},
        {"City": "Charlotte"},
        {},
    ],
)
def test_a_state_that_is_not_certain_stays_unknown(cells):
    assert infer(**cells) == (None, None)


def test_there_is_a_state_per_row():
    rows = pl.DataFrame(
        {"State": [None, "GA", None], "Zip Code": ["33432", None, None], "City": "Charlotte", "County": "Mecklenburg"}
    )
    found = infer_states(rows)
    assert found["State"].to_list() == ["FL", "GA", "NC"]
    assert found[INFERRED_FROM].to_list() == ["ZIP code", None, "County and City"]


def test_state_is_inferred_where_a_column_is_in_other_chunks():
    given = pl.DataFrame({"State": ["NC", None, None, None], "Zip Code": ["28206"] * 4, "City": ["Mount Holly"] * 4})
    counties = pl.Series("County", ["Gaston"]).append(pl.Series("County", ["Gaston", "Gaston", None]))
    assert infer_states(given.with_columns(counties))["State"].to_list() == ["NC"] * 4
