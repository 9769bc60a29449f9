"""Ranges of numbers."""

import pytest

from flexscout.domain.ranges import NumberRange


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ({"at_least": 0.5, "at_most": 20}, "from 0.5 to 20"),
        ({"at_least": 20_000, "below": 50_000}, "from 20,000 below 50,000"),
        ({"above": 100_000}, "above 100,000"),
        ({}, ""),
    ],
)
def test_a_range_names_its_bounds(bounds, text):
    assert NumberRange(**bounds).describe() == text


def test_years_have_no_thousands_separators():
    assert NumberRange(at_least=1990).describe(is_year=True) == "from 1990"


@pytest.mark.parametrize(
    ("bounds", "inside"),
    [
        ({"at_least": 1, "at_most": 3}, [1, 2, 3]),
        ({"above": 1, "below": 3}, [2]),
        ({"at_least": 2}, [2, 3, 4]),
        ({}, [0, 1, 2, 3, 4]),
    ],
)
def test_ends_are_included_or_not(bounds, inside):
    assert [number for number in range(5) if NumberRange(**bounds).contains(number)] == inside


def test_a_violation_names_the_bound():
    failures = NumberRange(at_least=20_000, below=50_000).list_failures(50_000)
    assert failures == [(False, "below 20,000"), (True, "not below 50,000")]
