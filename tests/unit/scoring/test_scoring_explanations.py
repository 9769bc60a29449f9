"""Explanations of scores, in sentences."""

from datetime import date

import pandas as pd
import polars as pl
import pytest

from flexscout.config import PipelineConfiguration
from flexscout.scoring import Criteria
from flexscout.scoring.scorer import FlexPropertyScorer

PROPERTY = {"Property Type": "Flex", "Building SqFt": 34_000.0, "Lot Size Acres": 1.25, "Year Built": 1995, "Occupancy": 95.5}
PARCEL = {
    "zoning": "IL",
    "acres": 2.5,
    "municipality": "Jupiter",
    "permits": [{"issue_date": "2025-12-01"}],
    "building_data": {"total_sqft": 20_000, "office_area": 2_000, "warehouse_area": 8_000},
}


def explained(profile="flex-industrial", **values):
    return FlexPropertyScorer(profile, as_of=date(2026, 1, 1)).explain(PROPERTY | values)


def test_an_explanation_has_the_score_the_class_and_the_points_of_each_factor():
    assert explained() == (
        "10 of 10, PRIME_FLEX: 34,000 sq ft is the ideal size (3 of 3); the type is Flex (3 of 3); "
        "1.25 acres is the ideal lot (2 of 2); built in 1995, modern (1 of 1); 95.5% occupied, has vacancy (1 of 1)."
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"Year Built": None}, "year built is missing, worth up to 1"),
        ({"Building SqFt": 1_200_345.0}, "1,200,345 sq ft is outside the flex range (0 of 3)"),
        ({"Lot Size Acres": 0.4999}, "0.4999 acres is outside the flex range (0 of 2)"),
        ({"Property Type": "Industrial, Office"}, "the type is Industrial, Office (1.5 of 3)"),
        ({"Building SqFt": 999.6}, "1,000 sq ft"),
        ({"Occupancy": 100.0}, "100% occupied, no vacancy (0 of 1)"),
    ],
)
def test_each_factor_explains_its_value(values, expected):
    assert expected in explained(**values)


def test_the_reasons_of_a_property_that_is_not_eligible_are_listed():
    assert explained(**{"Building SqFt": 15_000.0}).endswith("Not eligible: Building SqFt below 20,000.")


def test_a_factor_of_several_values_lists_them_with_its_weight():
    explanation = FlexPropertyScorer("parcel", as_of=date(2026, 1, 1)).explain(PARCEL)
    assert "size 10 of 10, weight 2 (2.5 acres is a good size); building 10 of 10" in explanation
    assert "office share 0.2 is right for flex" in explanation
    assert "location 7 of 10, weight 1.5 (Jupiter is a good location, near highway unknown)" in explanation
    assert "1 recent permit" in explanation
    assert "HIGH_POTENTIAL, IDEAL_BUILDING adds 0.8" in explanation


def test_a_replaced_denominator_is_named_instead_of_the_ratio():
    explanation = FlexPropertyScorer("parcel").explain({"improvement_value": 600_000})
    assert "value 9 of 10, weight 1 (land value missing, counted as 1, improvements of $600,000" in explanation


def test_a_building_without_data_is_explained_by_its_improvements():
    explanation = FlexPropertyScorer("parcel").explain({"improvement_value": 250_000})
    assert "building 3 of 10, weight 2.5 (no data, improvements of $250,000 suggest a building)" in explanation


def test_a_rule_without_text_shows_the_column_and_the_value(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("factors: {Age: {column: Year Built, rules: [{from: 1990, points: 2}]}}\nclasses: {A: 0}", encoding="utf-8")
    assert FlexPropertyScorer(str(path)).explain({"Year Built": 1995}) == "2 of 10, A: Year Built 1995 (2 of 2)."


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame], ids=["polars", "pandas"])
def test_a_frame_is_explained_in_added_columns(make):
    without = {name: value for name, value in PROPERTY.items() if name != "Occupancy"}
    frame = make([without | {"Building SqFt": 15_000.0}, without | {"Year Built": None}])
    explained_frame = FlexPropertyScorer().explain(frame)
    assert type(explained_frame) is type(frame)
    rows = (pl.from_pandas(explained_frame) if make is pd.DataFrame else explained_frame).to_dicts()
    assert [(row["Eligible"], row["Reasons"], row["Missing Factors"]) for row in rows] == [
        (False, "Building SqFt below 20,000", "Occupancy"),
        (True, "", "Age, Occupancy"),
    ]
    assert rows[1]["Explanation"].startswith("8 of 10, PRIME_FLEX: 34,000 sq ft")


def test_a_pandas_frame_keeps_its_index():
    frame = pd.DataFrame([PROPERTY, PROPERTY]).set_axis([7, 3])
    explained_frame = FlexPropertyScorer().explain(frame)
    assert list(explained_frame.index) == [7, 3]
    assert explained_frame["Explanation"].notna().all()


def test_a_criterion_without_its_column_is_unverified():
    explained_frame = FlexPropertyScorer().explain(pl.DataFrame([PROPERTY]).drop("Lot Size Acres"))
    assert explained_frame["Unverified"].to_list() == ["Lot Size Acres"]


def test_the_reasons_are_the_factors_with_most_points_and_only_those_with_points():
    rows = [PROPERTY, {**PROPERTY, "Building SqFt": 5_000.0, "Year Built": None, "Occupancy": 100.0, "Lot Size Acres": 40.0}]
    reasons = Criteria.from_config(PipelineConfiguration()).explain(pl.DataFrame(rows))["Reasons"]
    assert reasons[0][0] == "34,000 sq ft is the ideal size"
    assert len(reasons[0]) == 3
    assert len(reasons[1]) == 1
    assert "type" in reasons[1][0]


def test_the_reason_of_a_factor_with_several_parts_names_it():
    frame = pl.DataFrame({"Zoning Code": ["IL"], "Lot Size Acres": [3.0]})
    (reasons,) = Criteria.from_config(PipelineConfiguration(profile="parcel")).explain(frame)["Reasons"]
    assert reasons[0].startswith("Zoning: ")
