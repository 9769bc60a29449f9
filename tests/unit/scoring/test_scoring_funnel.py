"""Funnel of the criteria, and detection of industrial property types."""

import polars as pl
import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.scoring.criteria import Criteria
from flexscout.scoring.funnel import count_funnel, has_eligible_type
from flexscout.scoring.profile_files import load_profile

PROFILE = load_profile("flex-industrial")
BEST = {"Property Type": "Flex", "Building SqFt": 30_000.0, "Lot Size Acres": 2.0, "Year Built": 1995, "Occupancy": 80.0}


def steps_of(*rows, min_flex_score=4.0):
    frame = pl.DataFrame([BEST | row for row in rows], infer_schema_length=None)
    criteria = Criteria.from_config(PipelineConfiguration(min_flex_score=min_flex_score))
    return count_funnel(criteria.classify(frame).frame, criteria)


def test_each_step_counts_the_rows_that_passed_all_earlier_steps():
    steps = steps_of({}, {"Property Type": "Office", "Building SqFt": 1.0}, {"Building SqFt": 1.0}, {"Lot Size Acres": 0.1})
    assert [(step.before, step.after) for step in steps] == [(4, 3), (3, 2), (2, 1), (1, 1)]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"Building SqFt": None}, "Building SqFt is missing"),
        ({"Building SqFt": 19_999.0}, "Building SqFt below 20,000"),
        ({"Lot Size Acres": 21.0}, "Lot Size Acres above 20"),
        ({"Building SqFt": 250_000.0, "Lot Size Acres": 15.0, "Year Built": 1950, "Occupancy": 100.0}, "Flex Score below 5"),
    ],
)
def test_a_step_counts_the_reasons_of_rejected_rows(values, reason):
    assert [step.reasons for step in steps_of({}, values, min_flex_score=5) if step.reasons] == [{reason: 1}]


def test_criteria_are_described():
    criteria = ["Building SqFt from 20,000", "Lot Size Acres from 0.5 to 20", "Flex Score from 4"]
    assert [step.criterion for step in steps_of({})][1:] == criteria


def test_all_rows_pass_a_criterion_without_its_column():
    criteria = Criteria.from_config(PipelineConfiguration())
    classified = criteria.classify(pl.DataFrame([BEST]).drop("Lot Size Acres")).frame
    assert [step.checked for step in count_funnel(classified, criteria)] == [True, True, False, True]


def test_an_industrial_type_has_a_keyword_of_the_profile():
    frame = pl.DataFrame({"Property Type": ["Warehouses", "Office", None, "light mfg"]})
    assert has_eligible_type(frame, PROFILE).to_list() == [True, False, False, True]


def test_without_the_column_no_row_has_an_industrial_type():
    assert has_eligible_type(pl.DataFrame({"City": ["x"]}), PROFILE).to_list() == [False]


@pytest.mark.parametrize(("profile", "depends"), [("flex-industrial", False), ("parcel", True)])
def test_the_day_is_a_hash_input_only_if_the_profile_counts_back_from_it(profile, depends):
    first, second = (
        Criteria.from_config(PipelineConfiguration(profile=profile, as_of=day)) for day in ("2026-01-01", "2026-01-02")
    )
    assert (first.hash_inputs != second.hash_inputs) == depends
