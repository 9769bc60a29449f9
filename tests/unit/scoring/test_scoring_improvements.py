"""Improvements: what would raise a score."""

import polars as pl
import pytest

from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.improvements import evaluate_parts, find_improvements
from flexscout.scoring.profile_files import load_profile

BEST = {"Property Type": "Flex", "Building SqFt": 30_000.0, "Lot Size Acres": 2.0, "Year Built": 1995, "Occupancy": 50.0}


def improvements(profile="flex-industrial", **values):
    """Return text and gain of the improvements of a property that is perfect except for the values."""
    row = pl.DataFrame({**BEST, **{name.replace("_", " "): value for name, value in values.items()}}, strict=False)
    known = load_profile(profile)
    scored = classify_frame(row, known, 4.0)
    return [(entry.said, entry.gain) for entry in find_improvements(scored, evaluate_parts(scored, known), known)]


def test_a_property_with_all_points_has_no_improvements():
    assert improvements() == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"Year_Built": 1985}, ("Year Built from 1990", 0.5)),
        ({"Year_Built": 1950}, ("Year Built from 1980", 0.5)),
        ({"Building_SqFt": 150_000.0}, ("Building SqFt from 50,000 below 100,000", 1.0)),
        ({"Lot_Size_Acres": 0.4}, ("Lot Size Acres from 0.5 below 1", 1.0)),
        ({"Lot_Size_Acres": 30.0}, ("Lot Size Acres above 10 to 20", 1.0)),
        ({"Property_Type": "Light Industrial"}, ("Property Type has one of warehouse, distribution", 0.5)),
        ({"Occupancy": None}, ("Occupancy is missing", 1.0)),
    ],
)
def test_the_nearest_better_range_is_suggested(values, expected):
    assert improvements(**values) == [expected]


def test_the_highest_gain_comes_first():
    assert improvements(Property_Type=None, Year_Built=None, Building_SqFt=60_000.0) == [
        ("Property Type is missing", 3.0),
        ("Building SqFt from 20,000 below 50,000", 1.0),
        ("Year Built is missing", 1.0),
    ]


def test_the_gain_in_a_weighted_mean_is_that_of_the_score():
    assert ("Zoning Code is missing", round(10 * 3 / 11, 2)) in improvements("parcel")
