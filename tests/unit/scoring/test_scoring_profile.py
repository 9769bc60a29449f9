"""Profiles: the built-in ones, by name."""

import pytest
from pydantic import ValidationError

from flexscout.errors import ConfigurationError
from flexscout.scoring.profile import Factor
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.scorer import FlexPropertyScorer


def test_the_default_profile_is_flex_industrial():
    assert FlexPropertyScorer().profile.name == "flex-industrial"


def test_an_unknown_profile_is_a_configuration_error_that_names_the_known_ones():
    with pytest.raises(ConfigurationError, match=r"no profile flex; there are: .*flex-industrial"):
        load_profile("flex")


def test_a_profile_names_the_columns_that_it_looks_at_once_each():
    expected = ("Building SqFt", "Property Type", "Lot Size Acres", "Year Built", "Occupancy")
    assert load_profile("flex-industrial").columns == expected


def test_the_best_of_each_factor_adds_up_to_the_cap():
    profile = load_profile("flex-industrial")
    assert [factor.max_points for factor in profile.factors.values()] == [3, 3, 2, 1, 1]
    assert profile.cap == 10


def test_the_best_of_a_factor_may_be_what_it_gives_where_nothing_is_known():
    part = {"column": "Year Built", "rules": [{"from": 1990, "points": 1}]}
    unknown = {"column": "Improvement Value", "rules": [{"above": 0, "points": 3}]}
    factor = Factor.model_validate({"parts": [part], "unknown": [unknown]})
    assert factor.max_points == 3


def test_a_profile_does_not_change():
    profile = load_profile("flex-industrial")
    with pytest.raises(ValidationError):
        profile.cap = 11
