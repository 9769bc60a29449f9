"""What is allowed in a profile and hardly meant."""

import pytest

from flexscout.scoring.profile import Profile
from flexscout.scoring.profile_files import list_profiles, load_profile
from flexscout.scoring.profile_lint import compute_best_score, lint_profile


def profile(column="Building SqFt", rules=({"from": 1, "points": 5},), **keys):
    content = {"name": "p", "factors": {"Size": {"column": column, "rules": list(rules)}}, "classes": {"ALL": 0}}
    return Profile.model_validate(content | keys)


@pytest.mark.parametrize("name", list_profiles())
def test_there_is_nothing_to_say_of_a_built_in_profile(name):
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
def test_a_rule_that_others_cover_comes_too_late(column, rules):
    told = lint_profile(profile(column, [rule | {"points": 5} for rule in rules]), 4.0)
    assert told == (f"Size, {column}: rule {len(rules)} comes too late: the rules before it take what it is for.",)


@pytest.mark.parametrize(
    ("column", "rules"),
    [
        ("Building SqFt", [{"from": 20, "below": 50}, {"from": 10, "to": 50}]),
        ("Property Type", [{"words": ["light industrial"]}, {"words": ["industrial"]}]),
        ("Zoning Code", [{"is": ["M-1"]}, {"is": ["M-1", "IL"]}]),
        ("Sale Date", [{"within_days": 30}, {"within_days": 100}]),
    ],
)
def test_the_narrower_rule_first_is_as_it_should_be(column, rules):
    assert lint_profile(profile(column, [rule | {"points": 5} for rule in rules]), 4.0) == ()


@pytest.mark.parametrize(
    ("column", "rules", "gap"),
    [
        ("Building SqFt", [{"from": 1000, "to": 2000}, {"from": 3000, "to": 4000}], "what lies between 2,000 and 3,000"),
        ("Building SqFt", [{"from": 10, "below": 20}, {"above": 20}], "exactly 20"),
        ("Year Built", [{"from": 1990}, {"from": 1970, "to": 1980}], "what lies between 1980 and 1990"),
    ],
)
def test_a_gap_between_bands_is_told(column, rules, gap):
    told = lint_profile(profile(column, [rule | {"points": 5} for rule in rules]), 4.0)
    assert told == (f"Size, {column}: no rule is for {gap}; that gives 0 points.",)


def test_what_lies_beyond_the_bands_is_no_gap():
    assert lint_profile(profile(rules=[{"from": 10, "below": 20, "points": 5}, {"from": 20, "to": 30, "points": 4}]), 4.0) == ()


def test_a_class_above_the_best_score_is_told():
    assert lint_profile(profile(classes={"TOP": 6, "ALL": 0}), 4.0) == ("Class TOP: it begins at 6, above the best score of 5.",)


def test_a_least_score_above_the_best_is_told():
    assert "No property can be a candidate: the best score is 5" in lint_profile(profile(), 5.5)[0]


def test_a_bonus_that_none_can_have_is_told():
    told = lint_profile(profile(bonuses={"B": {"points": 1, "when": {"Size": 7}}}), 4.0)
    assert told == ("Bonus B: it asks for 7 points of Size, which gives 5 at best.",)


def test_the_best_score_of_a_mean_is_weighted_and_capped():
    factors = {
        name: {"weight": weight, "column": "Building SqFt", "rules": [{"from": 1, "points": points}]}
        for name, weight, points in (("A", 3, 8), ("B", 1, 4))
    }
    assert compute_best_score(profile(factors=factors, score="weighted mean")) == 7
    assert compute_best_score(profile(factors=factors, score="sum", cap=10)) == 10
