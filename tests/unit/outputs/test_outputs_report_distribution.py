"""Candidates by score band and by place."""

import polars as pl
import pytest

from flexscout.outputs.report.figures import count_places, count_scores

SCORES = pl.Series([10.0, 9.0, 8.0, 7.9, 6.0, 5.9, 4.0, 3.9, 2.0, 1.9, 0.0])


def places(**columns):
    return count_places(pl.DataFrame(columns))


def test_a_band_includes_its_lower_bound_and_the_highest_includes_10():
    assert count_scores(SCORES, 0) == {"8-10": 3, "6-8": 2, "4-6": 2, "2-4": 2, "0-2": 2}


@pytest.mark.parametrize(
    ("threshold", "bands"),
    [
        (10, ["8-10", "6-8", "4-6"]),
        (4, ["8-10", "6-8", "4-6"]),
        (3.9, ["8-10", "6-8", "4-6", "2-4"]),
        (2, ["8-10", "6-8", "4-6", "2-4"]),
        (1.9, ["8-10", "6-8", "4-6", "2-4", "0-2"]),
        (0, ["8-10", "6-8", "4-6", "2-4", "0-2"]),
    ],
)
def test_bands_below_4_are_shown_if_the_threshold_lets_candidates_in(threshold, bands):
    assert list(count_scores(SCORES, threshold)) == bands


def test_without_candidates_every_band_is_empty():
    assert count_scores(pl.Series([], dtype=pl.Float64), 4) == {"8-10": 0, "6-8": 0, "4-6": 0}


def test_places_are_sorted_by_count_then_name():
    found = places(State=["NC", "GA", "SC", "GA", "FL"])["states"]
    assert list(found.items()) == [("GA", 2), ("FL", 1), ("NC", 1), ("SC", 1)]


def test_a_city_is_named_with_its_state_whatever_its_case():
    found = places(State=["NC", "NC", "SC"], City=["CHARLOTTE", "charlotte", "Charlotte"])["cities"]
    assert found == {"Charlotte, NC": 2, "Charlotte, SC": 1}


def test_the_word_county_does_not_make_another_county():
    found = places(State=["NC"] * 3, County=["Mecklenburg County", "MECKLENBURG COUNTY", "Mecklenburg"])["counties"]
    assert found == {"Mecklenburg, NC": 3}


def test_a_county_named_county_line_keeps_its_name():
    assert places(County=["County Line"])["counties"] == {"County Line": 1}


def test_a_place_without_a_state_is_named_alone():
    assert places(State=["NC", None], City=["Charlotte", "Atlanta"])["cities"] == {"Atlanta": 1, "Charlotte, NC": 1}
    assert places(City=["Atlanta"])["cities"] == {"Atlanta": 1}


def test_missing_places_are_not_counted():
    found = places(State=["NC", None], City=[None, "Atlanta"])
    assert found == {"states": {"NC": 1}, "counties": {}, "cities": {"Atlanta": 1}}


def test_a_table_without_places_has_no_coverage():
    assert count_places(pl.DataFrame()) == {"states": {}, "counties": {}, "cities": {}}
