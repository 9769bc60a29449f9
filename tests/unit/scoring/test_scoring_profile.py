"""Built-in profiles, and properties of the profile model."""

import pytest
from pydantic import ValidationError

from flexscout.errors import ConfigurationError
from flexscout.scoring.profile import Factor
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.scorer import FlexPropertyScorer


def test_the_default_profile_is_flex_industrial():
    assert FlexPropertyScorer().profile.name == "flex-industrial"


def test_an_unknown_profile_is_an_error_that_names_the_built_in_ones():
    with pytest.raises(ConfigurationError, match=r"no profile flex. The built-in profiles are: flex-industrial"):
        load_profile("flex")


def test_a_profile_lists_each_column_once():
    expected = ("Building SqFt", "Property Type", "Lot Size Acres", "Year Built", "Occupancy")
    profile = load_profile("flex-industrial")
    assert profile.needed_columns == expected
    assert profile.columns == (*expected, "Building Status")


def test_the_maximum_points_of_the_factors_add_up_to_the_cap():
    profile = load_profile("flex-industrial")
    assert [factor.max_points for factor in profile.factors.values()] == [3, 3, 2, 1, 1]
    assert profile.cap == 10


def test_the_maximum_of_a_factor_can_come_from_its_unknown_parts():
    part = {"column": "Year Built", "rules": [{"from": 1990, "points": 1}]}
    unknown = {"column": "Improvement Value", "rules": [{"above": 0, "points": 3}]}
    factor = Factor.model_validate({"parts": [part], "unknown": [unknown]})
    assert factor.max_points == 3


def test_a_profile_is_frozen():
    profile = load_profile("flex-industrial")
    with pytest.raises(ValidationError):
        profile.cap = 11
