"""Profiles and filters as data: what a program writes is what it read."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from flexscout.errors import ConfigurationError
from flexscout.scoring import (
    COMPARISONS,
    Comparison,
    FilterCondition,
    build_profile,
    describe_profile,
    list_filter_kinds,
    list_profiles,
    load_profile,
    parse_conditions,
    render_conditions,
    render_profile,
)
from flexscout.scoring.row_filter import parse_filter

words = st.text(string.ascii_letters + string.digits + " '\"%_:#{}-äé", min_size=1, max_size=12).filter(
    lambda text: any(letter.isalnum() for letter in text)
)
texts = words.map(lambda text: text.replace("{", "").replace("}", ""))
points = st.sampled_from((0, 0.1, 1, 2.5, 3))
number_rules = st.one_of(
    st.builds(lambda low, more, given: {"from": low, "below": low + more, "points": given}, points, st.integers(1, 9), points),
    st.builds(lambda low, more: {"above": low, "to": low + more, "points": [1, 2]}, points, st.integers(1, 9)),
)
text_rules = st.builds(
    lambda key, listed, given, says: {key: listed, "points": given, "says": says},
    st.sampled_from(("words", "is")), st.lists(texts, min_size=1, max_size=3), points, texts,
)  # fmt: skip
parts = st.one_of(
    st.builds(lambda rules: {"column": "Year Built", "rules": rules}, st.lists(number_rules, min_size=1, max_size=3)),
    st.builds(lambda rules: {"column": "City", "rules": rules}, st.lists(text_rules, min_size=1, max_size=3)),
    st.builds(lambda days: {"column": "Sale Date", "rules": [{"within_days": days, "points": 1}]}, st.integers(0, 900)),
    st.builds(
        lambda rules: {"ratio": {"of": "Office SqFt", "to": ["Office SqFt", "Warehouse SqFt"], "if_missing": 2}, "rules": rules},
        st.lists(number_rules, min_size=1, max_size=2),
    ),
)
factors = st.builds(
    lambda listed, extra: {"parts": listed, **extra},
    st.lists(parts, min_size=1, max_size=2),
    st.fixed_dictionaries({}, optional={"weight": st.just(2), "base": st.just(1), "unknown": st.lists(parts, max_size=1)}),
)  # fmt: skip
names = texts.filter(lambda text: text[0] not in "_=[]" and text != "Bonus")
profiles = st.builds(
    lambda listed, rule: {
        "factors": listed,
        "classes": {"A": 4, "B": 0},
        "eligibility": {"City": rule},
        "score": "weighted mean",
    },
    st.dictionaries(names, factors, min_size=1, max_size=3),
    text_rules,
)
KINDS = list_filter_kinds()
VALUES = {
    "number": st.one_of(st.integers(-(10**6), 10**9), st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))),
    "text": texts.map(lambda text: " ".join(text.split())),
    "date": st.dates().map(str),
    "flag": st.booleans(),
}
LISTS, ALONE = (Comparison.ONE_OF, Comparison.NONE_OF), (Comparison.MISSING, Comparison.KNOWN)


@st.composite
def conditions(draw):
    column = draw(st.sampled_from(sorted(KINDS)))
    comparison = draw(st.sampled_from(COMPARISONS[KINDS[column]]))
    sizes = (
        {"min_size": 0, "max_size": 0} if comparison in ALONE else {"min_size": 1, "max_size": 3 if comparison in LISTS else 1}
    )
    values = draw(st.lists(VALUES[KINDS[column]], **sizes))
    if comparison is Comparison.CONTAINS:
        values = [value.replace("%", "").replace("_", "") for value in values]
    return FilterCondition(column, comparison, tuple(values))


@examples(30)
@given(profiles)
def test_a_written_profile_is_the_one_that_was_described(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "written.yaml"
    profile = build_profile(content, path)
    path.write_text(render_profile(describe_profile(profile)), encoding="utf-8")
    assert load_profile(str(path)) == profile


@pytest.mark.parametrize("name", list_profiles())
def test_a_built_in_profile_is_written_without_loss(tmp_path, name):
    content = describe_profile(load_profile(name))
    (tmp_path / "p.yaml").write_text(render_profile(content), encoding="utf-8")
    assert describe_profile(load_profile(str(tmp_path / "p.yaml"))) == content


def test_a_rule_is_written_in_a_line_and_a_factor_of_one_part_without_parts():
    rule = {"from": 1990.0, "points": 1.5, "says": "built in {}"}
    content = {"factors": {"Age": {"weight": 2, "parts": [{"column": "Year Built", "rules": [rule]}]}}}
    line = "    - {from: 1990, points: 1.5, says: 'built in {}'}\n"
    assert f"    weight: 2\n    column: Year Built\n    rules:\n{line}" in render_profile(content)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"factors": {}, "classes": {"A": 1}}, "factors"),
        ({"factors": {"Age": {"parts": []}}, "classes": {"A": 1}}, "line 3: factors.Age.parts: .* give at least one"),
        ({"extends": "parcel"}, "extends"),
        ({"factors": [[[[[[[[[[[[[1]]]]]]]]]]]]]}, "nested too deeply"),
    ],
)
def test_data_that_is_no_profile_is_refused(content, problem):
    with pytest.raises(ConfigurationError, match=problem):
        build_profile(content, Path("new.yaml"))


@examples(60)
@given(st.lists(conditions(), max_size=4))
def test_written_conditions_are_a_filter_that_is_read_as_the_same(given_conditions):
    text = render_conditions(given_conditions)
    assert parse_conditions(text) == tuple(given_conditions)
    assert (parse_filter(text) is None) == (not given_conditions)


@pytest.mark.parametrize(
    "text",
    [
        "State = 'NC' OR State = 'GA'",
        "NOT State = 'NC'",
        "(State = 'NC')",
        '"Year Built" BETWEEN 1990 AND 2000',
        '"Sold Price" < 2 * "Asking Price"',
        "City LIKE 'A%'",
        "lower(City) = 'a'",
        "State =",
    ],
)
def test_other_filters_are_no_list_of_conditions(text):
    assert parse_conditions(text) is None


def test_a_filter_as_people_write_it_is_a_list_of_conditions():
    text = "State in ('NC', 'GA')\nand \"Sold Price\" <= 5000000 and \"Near Highway\" = true and City is not null"
    assert parse_conditions(text) == (
        FilterCondition("State", Comparison.ONE_OF, ("NC", "GA")),
        FilterCondition("Sold Price", Comparison.AT_MOST, (5_000_000.0,)),
        FilterCondition("Near Highway", Comparison.EQUAL, (True,)),
        FilterCondition("City", Comparison.KNOWN),
    )
