"""Why a property scored what it did, for a person."""

from datetime import date

import pandas as pd
import polars as pl
import pytest

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


def test_a_sentence_tells_score_class_and_each_factor_with_what_it_can_give():
    assert explained() == (
        "10 of 10, PRIME_FLEX: 34,000 sq ft is the ideal size (3 of 3); the type Flex is flex (3 of 3); "
        "1.25 acres is the ideal lot (2 of 2); built in 1995, it is modern (1 of 1); 95.5 % occupied, it has room (1 of 1)."
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"Year Built": None}, "year built is missing, it would add up to 1"),
        ({"Building SqFt": 1_200_345.0}, "1,200,345 sq ft is no size of flex space (0 of 3)"),
        ({"Lot Size Acres": 0.4999}, "0.4999 acres is no lot of flex space (0 of 2)"),
        ({"Property Type": "Industrial, Office"}, "the type Industrial, Office is industrial (1.5 of 3)"),
        ({"Building SqFt": 999.6}, "1,000 sq ft"),
        ({"Occupancy": 100.0}, "100 % occupied, it has no room (0 of 1)"),
    ],
)
def test_each_factor_says_what_its_value_means(values, words):
    assert words in explained(**values)


def test_a_property_that_is_not_eligible_is_told_why():
    assert explained(**{"Building SqFt": 15_000.0}).endswith("Not eligible: Building SqFt below 20,000.")


def test_an_indicator_of_several_values_names_them_with_its_weight():
    told = FlexPropertyScorer("parcel", as_of=date(2026, 1, 1)).explain(PARCEL)
    assert "size 10 of 10, weight 2 (2.5 acres is a good size); building 10 of 10" in told
    assert "the offices' share of 0.2 is right" in told
    assert "location 7 of 10, weight 1.5 (Jupiter is a good place, near highway unknown)" in told
    assert "1 recent permit" in told
    assert "HIGH_POTENTIAL, IDEAL_BUILDING adds 0.8" in told


def test_where_nothing_is_known_of_a_building_its_improvements_stand_for_it():
    told = FlexPropertyScorer("parcel").explain({"improvement_value": 250_000})
    assert "building 3 of 10, weight 2.5 (nothing is known of it, improvements of $250,000 suggest a building)" in told


def test_a_profile_of_ones_own_may_leave_the_words_out(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("factors: {Age: {column: Year Built, rules: [{from: 1990, points: 2}]}}\nclasses: {A: 0}", encoding="utf-8")
    assert FlexPropertyScorer(str(path)).explain({"Year Built": 1995}) == "2 of 10, A: Year Built 1995 (2 of 2)."


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame], ids=["polars", "pandas"])
def test_a_frame_gets_its_verdicts_in_columns(make):
    without = {name: value for name, value in PROPERTY.items() if name != "Occupancy"}
    frame = make([without | {"Building SqFt": 15_000.0}, without | {"Year Built": None}])
    found = FlexPropertyScorer().explain(frame)
    assert type(found) is type(frame)
    rows = (pl.from_pandas(found) if make is pd.DataFrame else found).to_dicts()
    assert [(row["Eligible"], row["Reasons"], row["Missing Factors"]) for row in rows] == [
        (False, "Building SqFt below 20,000", "Occupancy"),
        (True, "", "Age, Occupancy"),
    ]
    assert rows[1]["Explanation"].startswith("8 of 10, PRIME_FLEX: 34,000 sq ft")


def test_a_frame_of_pandas_keeps_its_labels():
    frame = pd.DataFrame([PROPERTY, PROPERTY]).set_axis([7, 3])
    found = FlexPropertyScorer().explain(frame)
    assert list(found.index) == [7, 3]
    assert found["Explanation"].notna().all()


def test_a_missing_criterion_is_told_as_not_verified():
    found = FlexPropertyScorer().explain(pl.DataFrame([PROPERTY]).drop("Lot Size Acres"))
    assert found["Unverified"].to_list() == ["Lot Size Acres"]
