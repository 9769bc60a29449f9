"""Exclusions: values that a candidate must not have."""

import polars as pl
import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.errors import ConfigurationError
from flexscout.scoring.criteria import Criteria
from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.funnel import count_funnel
from flexscout.scoring.profile_files import load_profile

GOOD = {"Property Type": "Flex", "Building SqFt": 30_000.0, "Lot Size Acres": 2.0, "Year Built": 1995, "Occupancy": 80.0}


def classify(profile="flex-industrial", **values):
    frame = pl.DataFrame([GOOD | values], schema_overrides={"Building Status": pl.String})
    return classify_frame(frame, load_profile(profile), 4).row(0, named=True)


@pytest.mark.parametrize(
    "status",
    ["Demolished", "PROPOSED", "Planned", "Final Planning", "under construction", "Under-Construction", "Deferred", "Abandoned"],
)
def test_a_building_that_is_gone_or_not_built_is_no_candidate(status):
    row = classify(**{"Building Status": status})
    assert row["__status"] == "not_eligible"
    assert row["__reasons"].casefold().replace("-", " ") == f"building status is {status}".casefold().replace("-", " ")
    assert row["__to_verify"] is False


@pytest.mark.parametrize("status", ["Existing", "Converted", "Under Renovation", "Not demolished", "", None])
def test_any_other_status_or_none_is_accepted(status):
    assert classify(**{"Building Status": status})["__status"] == "candidate"


def test_the_status_changes_no_score():
    names = ("Flex Score", "Score Ceiling", "Completeness")
    plain, demolished = classify(), classify(**{"Building Status": "Demolished"})
    assert [demolished[name] for name in names] == [plain[name] for name in names]


def test_an_excluded_property_has_its_other_reasons_too():
    row = classify(**{"Building SqFt": 5_000.0, "Building Status": "Proposed"})
    assert row["__reasons"] == "Building SqFt below 20,000; Building Status is Proposed"


def test_an_excluded_property_with_a_missing_value_is_not_to_verify():
    assert classify(**{"Building SqFt": None, "Building Status": "Proposed"})["__to_verify"] is False


def test_a_profile_can_drop_the_exclusion(tmp_path):
    (tmp_path / "all.yaml").write_text("extends: flex-industrial\nexclusions:\n  Building Status: null\n", encoding="utf-8")
    assert classify(str(tmp_path / "all.yaml"), **{"Building Status": "Proposed"})["__status"] == "candidate"


@pytest.mark.parametrize(
    ("rule", "values", "reason"),
    [
        ("Zoning Code: {words: [residential, school]}", {"Zoning Code": "School district"}, "Zoning Code has school"),
        ("Building SqFt: {above: 100000}", {"Building SqFt": 120_000.0}, "Building SqFt is above 100,000"),
    ],
)
def test_keywords_and_ranges_exclude_with_their_reason(tmp_path, rule, values, reason):
    (tmp_path / "own.yaml").write_text(f"extends: flex-industrial\nexclusions:\n  {rule}\n", encoding="utf-8")
    assert classify(str(tmp_path / "own.yaml"), **values)["__reasons"] == reason


def test_an_exclusion_of_the_wrong_kind_is_an_error_with_its_line(tmp_path):
    (tmp_path / "own.yaml").write_text("extends: flex-industrial\nexclusions:\n  Year Built: {words: [old]}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"line 3: exclusions\.Year Built: Year Built contains numbers"):
        load_profile(str(tmp_path / "own.yaml"))


def test_the_funnel_counts_excluded_properties_before_scores():
    frame = pl.DataFrame([GOOD | {"Building Status": status} for status in ("Existing", "Proposed", "Proposed", "Demolished")])
    criteria = Criteria.from_config(PipelineConfiguration())
    steps = count_funnel(criteria.classify(frame).frame, criteria)
    assert (steps[-2].before, steps[-2].after) == (4, 1)
    assert steps[-2].reasons == {"Building Status is Proposed": 2, "Building Status is Demolished": 1}
    assert steps[-1].before == 1
