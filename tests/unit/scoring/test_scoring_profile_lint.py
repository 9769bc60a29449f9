"""Lint of profiles: what is allowed but probably not intended."""

import pytest

from flexscout.scoring.profile import Profile
from flexscout.scoring.profile_files import list_profiles, load_profile
from flexscout.scoring.profile_lint import compute_best_score, lint_profile


def profile(column="Building SqFt", rules=({"from": 1, "points": 5},), **keys):
    content = {"name": "p", "factors": {"Size": {"column": column, "rules": list(rules)}}, "classes": {"ALL": 0}}
    return Profile.model_validate(content | keys)


@pytest.mark.parametrize("name", list_profiles())
def test_built_in_profiles_have_no_warnings(name):
    assert lint_profile(load_profile(name), 4.0) == ()


@pytest.mark.parametrize(
    ("column", "rules"),
    [
        ("Building SqFt", [{"from": 10, "to": 50}, {"from": 20, "below": 50}]),
        ("Building SqFt", [{"below": 30}, {"from": 30}, {"from": 10, "to": 50}]),
        ("Property Type", [{"words": ["industrial"]}, {"words": ["light industrial"]}]),
        ("Zoning Code", [{"is": ["M-1", "IL"]}, {"is": ["m1"]}]),
        ("Sale Date", [{"within_days": 100}, {"within_days": 30}]),
    ],
)
def test_a_rule_covered_by_earlier_rules_never_applies(column, rules):
    warnings = lint_profile(profile(column, [rule | {"points": 5} for rule in rules]), 4.0)
    assert warnings == (f"Size, {column}: rule {len(rules)} never applies: earlier rules cover all its values.",)


@pytest.mark.parametrize(
    ("column", "rules"),
    [
        ("Building SqFt", [{"from": 20, "below": 50}, {"from": 10, "to": 50}]),
        ("Property Type", [{"words": ["light industrial"]}, {"words": ["industrial"]}]),
        ("Zoning Code", [{"is": ["M-1"]}, {"is": ["M-1", "IL"]}]),
        ("Sale Date", [{"within_days": 30}, {"within_days": 100}]),
    ],
)
def test_a_narrower_rule_before_a_wider_one_is_fine(column, rules):
    assert lint_profile(profile(column, [rule | {"points": 5} for rule in rules]), 4.0) == ()


@pytest.mark.parametrize(
    ("column", "rules", "gap"),
    [
        ("Building SqFt", [{"from": 1000, "to": 2000}, {"from": 3000, "to": 4000}], "values between 2,000 and 3,000"),
        ("Building SqFt", [{"from": 10, "below": 20}, {"above": 20}], "exactly 20"),
        ("Year Built", [{"from": 1990}, {"from": 1970, "to": 1980}], "values between 1980 and 1990"),
    ],
)
def test_a_gap_between_ranges_is_reported(column, rules, gap):
    warnings = lint_profile(profile(column, [rule | {"points": 5} for rule in rules]), 4.0)
    assert warnings == (f"Size, {column}: no rule covers {gap}, which gives 0 points.",)


def test_values_beyond_the_ranges_are_not_a_gap():
    assert lint_profile(profile(rules=[{"from": 10, "below": 20, "points": 5}, {"from": 20, "to": 30, "points": 4}]), 4.0) == ()


def test_a_class_above_the_best_score_is_reported():
    assert lint_profile(profile(classes={"TOP": 6, "ALL": 0}), 4.0) == (
        "Class TOP can't be reached: it starts at 6, above the best score of 5.",
    )


def test_a_minimum_score_above_the_best_score_is_reported():
    assert "No property can be a candidate: the best score is 5" in lint_profile(profile(), 5.5)[0]


def test_an_unreachable_bonus_is_reported():
    warnings = lint_profile(profile(bonuses={"B": {"points": 1, "when": {"Size": 7}}}), 4.0)
    assert warnings == ("Bonus B can't be reached: it needs 7 points of Size, which gives at most 5.",)


def test_the_best_score_of_a_mean_is_weighted_and_capped():
    factors = {
        name: {"weight": weight, "column": "Building SqFt", "rules": [{"from": 1, "points": points}]}
        for name, weight, points in (("A", 3, 8), ("B", 1, 4))
    }
    assert compute_best_score(profile(factors=factors, score="weighted mean")) == 7
    assert compute_best_score(profile(factors=factors, score="sum", cap=10)) == 10
