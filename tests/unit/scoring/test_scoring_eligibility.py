"""Classification: candidates, and the reasons of rejected rows."""

import polars as pl
import pytest

from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.profile import Rule
from flexscout.scoring.profile_files import load_profile

GOOD = {"Property Type": "Flex", "Building SqFt": 30_000.0, "Lot Size Acres": 2.0, "Year Built": 1995, "Occupancy": 80.0}
POOR = {"Property Type": "Storage", "Building SqFt": 250_000.0, "Lot Size Acres": 15.0, "Year Built": 1950, "Occupancy": 100.0}
TYPES = {
    "Property Type": pl.String,
    "Building SqFt": pl.Float64,
    "Lot Size Acres": pl.Float64,
    "Year Built": pl.Int64,
    "Occupancy": pl.Float64,
}
NO_KEYWORD = "Property Type is none of industrial, warehouse, distribution, flex, manufacturing, storage, logistics"


def classify(row, min_flex_score=4.0):
    """Return the classified row."""
    frame = pl.DataFrame([row], schema={name: TYPES[name] for name in row})
    return classify_frame(frame, load_profile("flex-industrial"), min_flex_score).row(0, named=True)


def without(*columns, row=None):
    return {name: value for name, value in (row or GOOD).items() if name not in columns}


def test_a_property_that_meets_every_criterion_is_a_candidate_without_reasons():
    row = classify(GOOD)
    assert (row["__status"], row["__reasons"], row["__to_verify"], row["Unverified"]) == ("candidate", "", False, None)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Building SqFt", 20_000), ("Building SqFt", 20_000.01), ("Building SqFt", 5_000_000),
        ("Lot Size Acres", 0.5), ("Lot Size Acres", 0.501), ("Lot Size Acres", 19.999), ("Lot Size Acres", 20),
        ("Property Type", "Industrial"), ("Property Type", "Warehouse"), ("Property Type", "Distribution"),
        ("Property Type", "Manufacturing"), ("Property Type", "Storage"), ("Property Type", "Logistics"),
        ("Year Built", None), ("Year Built", 1800), ("Occupancy", None), ("Occupancy", 100),
    ],
)  # fmt: skip
def test_values_within_the_criteria_are_eligible(column, value):
    assert classify(GOOD | {column: value}, 0)["__status"] == "candidate"


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Building SqFt", 19_999.99, "Building SqFt below 20,000"),
        ("Building SqFt", 0, "Building SqFt below 20,000"),
        ("Lot Size Acres", 0.499, "Lot Size Acres below 0.5"),
        ("Lot Size Acres", 20.001, "Lot Size Acres above 20"),
        ("Property Type", "Office", NO_KEYWORD),
        ("Property Type", "Flexible Office", NO_KEYWORD),
        ("Property Type", "", NO_KEYWORD),
        ("Building SqFt", None, "Building SqFt is missing"),
        ("Lot Size Acres", None, "Lot Size Acres is missing"),
        ("Property Type", None, "Property Type is missing"),
    ],
)
def test_a_value_outside_a_criterion_is_not_eligible_with_that_reason(column, value, reason):
    row = classify(GOOD | {column: value}, 0)
    assert (row["__status"], row["__reasons"]) == ("not_eligible", reason)


def test_all_reasons_are_listed():
    row = classify(GOOD | {"Property Type": "Office", "Building SqFt": 500, "Lot Size Acres": None})
    assert row["__reasons"].split("; ") == ["Lot Size Acres is missing", NO_KEYWORD, "Building SqFt below 20,000"]


@pytest.mark.parametrize("text", ["LIGHT IND", "Lt Industrial", "Light Industry", "R&D Flex", "Whse", "LIGHT MFG", "INDL"])
def test_a_type_that_gives_points_is_eligible(text):
    """A word that counts for the score also counts for eligibility, in all of its forms."""
    assert classify(GOOD | {"Property Type": text})["__status"] == "candidate"


def test_an_eligible_property_below_the_threshold_says_so():
    row = classify(POOR)
    assert (row["Flex Score"], row["__status"], row["__reasons"]) == (2.0, "below_score", "Flex Score below 4")


@pytest.mark.parametrize(("threshold", "status"), [(1.99, "candidate"), (2, "candidate"), (2.01, "below_score")])
def test_a_score_equal_to_the_threshold_is_enough(threshold, status):
    assert classify(POOR, threshold)["__status"] == status


def test_the_reason_names_the_threshold_of_the_run():
    assert classify(POOR, 4.5)["__reasons"] == "Flex Score below 4.5"


@pytest.mark.parametrize(
    ("columns", "mark"),
    [
        (("Building SqFt",), "Building SqFt"),
        (("Lot Size Acres",), "Lot Size Acres"),
        (("Property Type",), "Property Type"),
        (("Building SqFt", "Lot Size Acres"), "Building SqFt, Lot Size Acres"),
        (("Year Built", "Occupancy"), None),
    ],
)
def test_the_criterion_of_an_absent_column_is_skipped_and_marked_unverified(columns, mark):
    row = classify(without(*columns), 0)
    assert (row["__status"], row["Unverified"]) == ("candidate", mark)


def test_other_criteria_still_apply_if_a_column_is_absent():
    row = classify(without("Lot Size Acres", row=GOOD | {"Building SqFt": 19_000}))
    assert (row["__status"], row["__reasons"]) == ("not_eligible", "Building SqFt below 20,000")
    assert row["Unverified"] == "Lot Size Acres"


@pytest.mark.parametrize("column", ["Property Type", "Building SqFt", "Lot Size Acres"])
def test_a_row_rejected_only_for_a_missing_value_is_marked_to_verify(column):
    assert classify(GOOD | {column: None})["__to_verify"]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(GOOD, id="a candidate"),
        pytest.param(POOR, id="below the score"),
        pytest.param(GOOD | {"Lot Size Acres": None, "Building SqFt": 500}, id="rejected for another reason too"),
        pytest.param(GOOD | {"Property Type": "Office"}, id="nothing missing"),
        pytest.param(POOR | {"Lot Size Acres": None}, id="its ceiling is below the minimum score"),
    ],
)
def test_no_other_row_is_marked_to_verify(row):
    assert not classify(row)["__to_verify"]


def test_a_ceiling_equal_to_the_minimum_score_is_enough_to_verify():
    row = POOR | {"Lot Size Acres": None}
    assert classify(row)["Score Ceiling"] == 3
    assert classify(row, 3)["__to_verify"]
    assert not classify(row, 3.01)["__to_verify"]


def test_each_row_of_a_frame_is_classified():
    frame = pl.DataFrame([GOOD, POOR, GOOD | {"Building SqFt": None}], schema=TYPES)
    classified = classify_frame(frame, load_profile("flex-industrial"), 4.0)
    assert classified["__status"].to_list() == ["candidate", "below_score", "not_eligible"]
    assert classified["__to_verify"].to_list() == [False, False, True]


@pytest.mark.parametrize(
    ("acres", "reason"),
    [
        (1, "Lot Size Acres not above 1"), (1.01, ""), (4.99, ""), (5, "Lot Size Acres not below 5"),
        (0.5, "Lot Size Acres not above 1"), (9, "Lot Size Acres not below 5"),
    ],
)  # fmt: skip
def test_a_value_at_an_exclusive_bound_is_rejected_with_that_reason(acres, reason):
    criterion = Rule.model_validate({"above": 1, "below": 5})
    profile = load_profile("flex-industrial").model_copy(update={"eligibility": {"Lot Size Acres": criterion}})
    row = classify_frame(pl.DataFrame([GOOD | {"Lot Size Acres": float(acres)}]), profile, 0).row(0, named=True)
    assert (row["__status"], row["__reasons"]) == ("not_eligible" if reason else "candidate", reason)


@pytest.mark.parametrize(
    ("missing", "listed"), [((), None), (("Year Built",), "Age"), (("Year Built", "Occupancy"), "Age, Occupancy")]
)
def test_missing_factors_are_listed(missing, listed):
    assert classify(GOOD | dict.fromkeys(missing), 0)["Missing Factors"] == listed
