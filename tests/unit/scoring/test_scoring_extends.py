"""Profiles that extend another: own entries win, the rest is inherited."""

import pytest

from flexscout.errors import ConfigurationError
from flexscout.scoring.profile_files import load_profile


@pytest.fixture
def mine(tmp_path):
    """Return a function that writes the text of a profile and loads it."""

    def load(text, name="mine.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return load_profile(str(tmp_path / name))

    return load


def rules_of(profile, factor):
    return [(rule.lower, rule.upper, rule.points) for rule in profile.factors[factor].parts[0].rules]


def test_a_profile_that_only_extends_equals_its_base_except_for_the_name(mine):
    profile = mine("extends: flex-industrial\n")
    assert profile == load_profile("flex-industrial").model_copy(update={"name": "mine"})


def test_only_the_given_numbers_change(mine):
    profile = mine("extends: parcel\nfactors:\n  Zoning: {weight: 4}\nclasses: {PRIME_FLEX: 9}\n")
    parcel = load_profile("parcel")
    zoning = parcel.factors["Zoning"].model_copy(update={"weight": 4.0})
    assert profile.factors == parcel.factors | {"Zoning": zoning}
    assert profile.classes == parcel.classes | {"PRIME_FLEX": 9}


def test_factors_keep_their_order_and_new_ones_come_last(mine):
    profile = mine(
        "extends: flex-industrial\nfactors:\n  Height: {column: Ceiling Height, rules: [{from: 20, points: 1}]}\n"
        "  Age: {weight: 1}\n"
    )
    assert list(profile.factors) == ["Building Size", "Property Type", "Lot Size", "Age", "Occupancy", "Height"]


@pytest.mark.parametrize("nothing", ["null", "~", ""])
def test_a_factor_set_to_null_is_removed(mine, nothing):
    profile = mine(f"extends: flex-industrial\nfactors:\n  Occupancy: {nothing}\n")
    assert list(profile.factors) == ["Building Size", "Property Type", "Lot Size", "Age"]


def test_a_section_set_to_null_is_removed(mine):
    assert mine("extends: flex-industrial\neligibility:\n").eligibility == {}


def test_rules_are_replaced_not_merged(mine):
    profile = mine("extends: flex-industrial\nfactors:\n  Age:\n    rules:\n      - {from: 2010, points: 2}\n")
    assert rules_of(profile, "Age") == [(2010, None, 2)]
    assert profile.factors["Age"].parts[0].otherwise == "built in {}, older"


@pytest.mark.parametrize(
    ("bound", "ends"),
    [
        ("above: 1", (None, 1, 20, None)),
        ("below: 15", (0.5, None, None, 15)),
        ("from: 2", (2, None, 20, None)),
        ("to: null", (0.5, None, None, None)),
        ("above: 1, below: 15", (None, 1, None, 15)),
    ],
)
def test_a_bound_replaces_its_alternative(mine, bound, ends):
    rule = mine(f"extends: flex-industrial\neligibility:\n  Lot Size Acres: {{{bound}}}\n").eligibility["Lot Size Acres"]
    assert (rule.at_least, rule.above, rule.at_most, rule.below) == ends


def test_codes_replace_keywords(mine):
    rule = mine("extends: flex-industrial\neligibility:\n  Property Type: {is: [Flex]}\n").eligibility["Property Type"]
    assert rule.text_test == ("is", "Flex")


BASE = """\
factors:
  Worth:
    {value}
    rules: [{{from: 1, points: 1}}]
classes: {{A: 0}}
"""
VALUES = {
    "column": "column: Land Value",
    "sum": "sum: [Loading Docks, Overhead Doors]",
    "ratio": "ratio: {of: Improvement Value, to: Land Value}",
}


@pytest.mark.parametrize("old", VALUES)
@pytest.mark.parametrize("new", VALUES)
def test_column_sum_and_ratio_replace_one_another(mine, tmp_path, old, new):
    (tmp_path / "base.yaml").write_text(BASE.format(value=VALUES[old]), encoding="utf-8")
    (part,) = mine(f"extends: base.yaml\nfactors:\n  Worth:\n    {VALUES[new]}\n").factors["Worth"].parts
    assert [kind for kind in VALUES if getattr(part, kind)] == [new]


def test_parts_replace_a_single_value_and_its_rules(mine):
    parts = "parts: [{column: Year Built, rules: [{from: 2000, points: 1}]}]"
    profile = mine(f"extends: flex-industrial\nfactors:\n  Age:\n    {parts}\n")
    assert rules_of(profile, "Age") == [(2000, None, 1)]


def test_a_single_value_replaces_parts(mine):
    value = "{column: City, rules: [{is: [Jupiter], points: 5}]}"
    (part,) = mine(f"extends: parcel\nfactors:\n  Location: {value}\n").factors["Location"].parts
    assert (part.column, len(part.rules)) == ("City", 1)


@pytest.mark.parametrize("folder", ["", "deeper/"])
def test_the_path_of_an_extended_file_is_relative_to_the_file(mine, tmp_path, folder):
    (tmp_path / "deeper").mkdir()
    (tmp_path / f"{folder}team.yaml").write_text("extends: flex-industrial\ncap: 9\n", encoding="utf-8")
    profile = mine(f"extends: {folder}team.yaml\nclasses: {{PRIME_FLEX: 7}}\n")
    assert (profile.cap, profile.classes["PRIME_FLEX"], profile.classes["GOOD_FLEX"]) == (9, 7, 6)


def test_a_json_file_extends_a_yaml_file(mine, tmp_path):
    (tmp_path / "team.yaml").write_text("extends: flex-industrial\ncap: 9\n", encoding="utf-8")
    assert mine('{"extends": "team.yaml", "cap": 8}', "mine.json").cap == 8


@pytest.mark.parametrize(
    ("own", "name", "about"),
    [
        ("", "mine", "Flex-industrial properties, 0-10 points; eligible by type, building size and lot size."),
        ("name: Ours\n", "Ours", "Flex-industrial properties, 0-10 points; eligible by type, building size and lot size."),
        ("about: Small ones.\n", "mine", "Small ones."),
    ],
)
def test_the_name_is_not_inherited_and_the_description_is(mine, own, name, about):
    profile = mine("extends: flex-industrial\n" + own)
    assert (profile.name, profile.about) == (name, about)


def test_a_rule_on_a_day_among_the_unknown_parts_depends_on_the_day(mine):
    unknown = "unknown: [{column: Sale Date, rules: [{within_days: 30, points: 1}]}]"
    profile = mine(f"extends: flex-industrial\nfactors:\n  Age:\n    {unknown}\n")
    assert profile.depends_on_the_day
    assert load_profile("parcel").depends_on_the_day
    assert not load_profile("flex-industrial").depends_on_the_day


def test_a_removed_entry_must_exist(mine):
    with pytest.raises(
        ConfigurationError, match=r"line 3: factors.Ocupancy: the extended profile does not have it: .* did you mean Occupancy\?"
    ):
        mine("extends: flex-industrial\nfactors:\n  Ocupancy: null\n")


def test_a_duplicate_key_is_an_error(mine):
    with pytest.raises(ConfigurationError, match="line 4: not valid YAML: factors appears twice in one place; keep one"):
        mine("extends: flex-industrial\nfactors:\n  Age: null\nfactors:\n  Lot Size: null\n")
