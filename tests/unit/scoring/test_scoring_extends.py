"""A profile that extends another: what it says counts, the rest is the other's."""

import pytest

from flexscout.errors import ConfigurationError
from flexscout.scoring.profile_files import load_profile


@pytest.fixture
def mine(tmp_path):
    """Write a profile's text; gives the profile."""

    def load(text, name="mine.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return load_profile(str(tmp_path / name))

    return load


def rules_of(profile, factor):
    return [(rule.lower, rule.upper, rule.points) for rule in profile.factors[factor].parts[0].rules]


def test_a_profile_that_only_extends_is_the_other_by_another_name(mine):
    found = mine("extends: flex-industrial\n")
    assert found == load_profile("flex-industrial").model_copy(update={"name": "mine"})


def test_two_numbers_are_changed_and_nothing_else(mine):
    found = mine("extends: parcel\nfactors:\n  Zoning: {weight: 4}\nclasses: {PRIME_FLEX: 9}\n")
    parcel = load_profile("parcel")
    zoning = parcel.factors["Zoning"].model_copy(update={"weight": 4.0})
    assert found.factors == parcel.factors | {"Zoning": zoning}
    assert found.classes == parcel.classes | {"PRIME_FLEX": 9}


def test_the_factors_keep_their_order_and_a_new_one_is_the_last(mine):
    found = mine(
        "extends: flex-industrial\nfactors:\n  Height: {column: Ceiling Height, rules: [{from: 20, points: 1}]}\n"
        "  Age: {weight: 1}\n"
    )
    assert list(found.factors) == ["Building Size", "Property Type", "Lot Size", "Age", "Occupancy", "Height"]


@pytest.mark.parametrize("nothing", ["null", "~", ""])
def test_a_factor_that_is_set_to_nothing_is_left_out(mine, nothing):
    found = mine(f"extends: flex-industrial\nfactors:\n  Occupancy: {nothing}\n")
    assert list(found.factors) == ["Building Size", "Property Type", "Lot Size", "Age"]


def test_a_whole_section_that_is_set_to_nothing_is_left_out(mine):
    assert mine("extends: flex-industrial\neligibility:\n").eligibility == {}


def test_rules_are_taken_whole(mine):
    found = mine("extends: flex-industrial\nfactors:\n  Age:\n    rules:\n      - {from: 2010, points: 2}\n")
    assert rules_of(found, "Age") == [(2010, None, 2)]
    assert found.factors["Age"].parts[0].otherwise == "built in {}, it is old"


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
def test_an_end_of_a_range_displaces_its_rival(mine, bound, ends):
    rule = mine(f"extends: flex-industrial\neligibility:\n  Lot Size Acres: {{{bound}}}\n").eligibility["Lot Size Acres"]
    assert (rule.at_least, rule.above, rule.at_most, rule.below) == ends


def test_codes_displace_words(mine):
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
def test_a_column_a_sum_and_a_ratio_displace_one_another(mine, tmp_path, old, new):
    (tmp_path / "base.yaml").write_text(BASE.format(value=VALUES[old]), encoding="utf-8")
    (part,) = mine(f"extends: base.yaml\nfactors:\n  Worth:\n    {VALUES[new]}\n").factors["Worth"].parts
    assert [kind for kind in VALUES if getattr(part, kind)] == [new]


def test_parts_displace_a_single_value_and_its_rules(mine):
    parts = "parts: [{column: Year Built, rules: [{from: 2000, points: 1}]}]"
    found = mine(f"extends: flex-industrial\nfactors:\n  Age:\n    {parts}\n")
    assert rules_of(found, "Age") == [(2000, None, 1)]


def test_a_single_value_displaces_parts(mine):
    value = "{column: City, rules: [{is: [Jupiter], points: 5}]}"
    (part,) = mine(f"extends: parcel\nfactors:\n  Location: {value}\n").factors["Location"].parts
    assert (part.column, len(part.rules)) == ("City", 1)


@pytest.mark.parametrize("folder", ["", "deeper/"])
def test_a_file_extends_a_file_that_is_found_beside_it(mine, tmp_path, folder):
    (tmp_path / "deeper").mkdir()
    (tmp_path / f"{folder}team.yaml").write_text("extends: flex-industrial\ncap: 9\n", encoding="utf-8")
    found = mine(f"extends: {folder}team.yaml\nclasses: {{PRIME_FLEX: 7}}\n")
    assert (found.cap, found.classes["PRIME_FLEX"], found.classes["GOOD_FLEX"]) == (9, 7, 6)


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
def test_the_name_is_its_own_and_what_it_is_about_inherited(mine, own, name, about):
    found = mine("extends: flex-industrial\n" + own)
    assert (found.name, found.about) == (name, about)


def test_a_rule_on_a_day_among_the_unknown_parts_depends_on_the_day(mine):
    unknown = "unknown: [{column: Sale Date, rules: [{within_days: 30, points: 1}]}]"
    found = mine(f"extends: flex-industrial\nfactors:\n  Age:\n    {unknown}\n")
    assert found.depends_on_the_day
    assert load_profile("parcel").depends_on_the_day
    assert not load_profile("flex-industrial").depends_on_the_day


def test_what_is_left_out_has_to_be_there(mine):
    with pytest.raises(
        ConfigurationError, match=r"line 3: factors.Ocupancy: there is none to leave out: .* did you mean Occupancy\?"
    ):
        mine("extends: flex-industrial\nfactors:\n  Ocupancy: null\n")


def test_a_key_that_stands_twice_is_told(mine):
    with pytest.raises(ConfigurationError, match="line 4: not valid YAML: factors appears twice in one place; keep one"):
        mine("extends: flex-industrial\nfactors:\n  Age: null\nfactors:\n  Lot Size: null\n")
