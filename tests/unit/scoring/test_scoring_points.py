"""Points of each flex-industrial factor at, just below and just above each bound."""

import pytest

from flexscout.scoring.scorer import FlexPropertyScorer

FACTORS = (
    "Building Size Points",
    "Property Type Points",
    "Lot Size Points",
    "Age Points",
    "Occupancy Points",
)


def points(column, value):
    """Return the points of the factor that looks at `column`; the other factors have no data."""
    _, breakdown = FlexPropertyScorer().calculate_flex_score({column: value})
    (factor_points,) = set(breakdown.values()) - {0.0} or {0.0}
    return factor_points


@pytest.mark.parametrize(
    ("square_feet", "expected"),
    [
        (19_999.99, 0), (20_000, 3), (20_000.01, 3),
        (49_999.99, 3), (50_000, 2), (50_000.01, 2),
        (99_999.99, 2), (100_000, 1), (100_000.01, 1),
        (199_999.99, 1), (200_000, 0), (200_000.01, 0),
        (0, 0), (-30_000, 0), (None, 0),
    ],
)  # fmt: skip
def test_points_of_the_building_size(square_feet, expected):
    assert points("Building SqFt", square_feet) == expected


@pytest.mark.parametrize(
    ("acres", "expected"),
    [
        (0.499, 0), (0.5, 1), (0.501, 1),
        (0.999, 1), (1, 2), (1.001, 2),
        (4.999, 2), (5, 2), (5.001, 1.5),
        (9.999, 1.5), (10, 1.5), (10.001, 1),
        (19.999, 1), (20, 1), (20.001, 0),
        (0, 0), (-2, 0), (None, 0),
    ],
)  # fmt: skip
def test_points_of_the_lot_size(acres, expected):
    assert points("Lot Size Acres", acres) == expected


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (1979, 0), (1979.99, 0), (1980, 0.5), (1981, 0.5),
        (1989, 0.5), (1989.99, 0.5), (1990, 1), (1991, 1),
        (2030, 1), (1850, 0), (None, 0),
    ],
)  # fmt: skip
def test_points_of_the_age(year, expected):
    assert points("Year Built", year) == expected


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (50, 1), (99.99, 1), (100, 0), (100.01, 0), (None, 0)])
def test_vacancy_gives_a_point_and_an_unknown_occupancy_none(percent, expected):
    assert points("Occupancy", percent) == expected


@pytest.mark.parametrize(
    ("column", "value", "factor"),
    [
        ("Building SqFt", 30_000, "Building Size Points"),
        ("Property Type", "Flex", "Property Type Points"),
        ("Lot Size Acres", 2, "Lot Size Points"),
        ("Year Built", 1995, "Age Points"),
        ("Occupancy", 80, "Occupancy Points"),
    ],
)
def test_each_column_counts_for_its_own_factor_and_no_other(column, value, factor):
    _, breakdown = FlexPropertyScorer().calculate_flex_score({column: value})
    assert tuple(breakdown) == FACTORS
    assert [name for name, value in breakdown.items() if value] == [factor]
