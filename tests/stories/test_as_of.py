"""`--as-of`: the date that a profile counts back from, so that a run can be repeated later."""

import pytest

from program import flexscout
from workbooks import write_workbook

PARCELS = [
    ("Address", "City", "State", "Property Type", "Building SqFt", "Lot Size Acres", "Zoning Code", "Sale Date"),
    ("1 Main St", "Sampleton", "FL", "Warehouse", 20_000, 2.0, "IL", "2024-03-01"),
    ("2 Main St", "Sampleton", "FL", "Warehouse", 20_000, 2.0, "IL", None),
]


@pytest.fixture
def parcels(tmp_path):
    write_workbook(tmp_path / "in/parcels.xlsx", PARCELS)


def activity_points(outcome):
    return {row["Address"]: float(row["Activity Points"]) for row in outcome.rows()}


@pytest.mark.usefixtures("parcels")
@pytest.mark.parametrize(
    ("as_of", "points"),
    [("2024-02-29", 5.0), ("2024-03-02", 6.0), ("2026-03-01", 6.0), ("2026-03-02", 5.0)],
    ids=["before the sale", "the day after", "730 days after", "731 days after"],
)
def test_a_sale_counts_as_activity_for_730_days(as_of, points):
    outcome = flexscout("run", "in", "--profile", "parcel", "--as-of", as_of, "--quiet")
    assert outcome.code == 0, outcome.err
    assert activity_points(outcome) == {"1 Main St": points, "2 Main St": 5.0}


@pytest.mark.usefixtures("parcels")
def test_a_run_is_repeated_only_if_its_date_is_the_same():
    first, same, later = (
        flexscout("run", "in", "--profile", "parcel", "--as-of", as_of) for as_of in ("2024-06-01", "2024-06-01", "2027-06-01")
    )
    assert (first.code, same.code, later.code) == (0, 0, 0)
    assert activity_points(later)["1 Main St"] == 5.0
