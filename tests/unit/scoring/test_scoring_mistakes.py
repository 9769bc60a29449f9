"""Mistakes in a profile: each is told with its line, in words that name what to write instead."""

import json

import pytest

from flexscout.errors import ConfigurationError
from flexscout.scoring.profile_files import load_profile

GOOD = """\
name: mine
factors:
  Age:
    column: Year Built
    rules:
      - {from: 1990, points: 1}
classes: {A: 4, B: 0}
"""
RULE = "{from: 1990, points: 1}"
NUMBERS = "Year Built holds numbers; its rules are ranges: from, above, to, below"
PAIR = "give a number, or a pair of them such as [5, 10]"


@pytest.fixture
def mistakes(tmp_path):
    """What is told of a profile's text, without the sentence before it."""

    def told(text, name="mine.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError) as caught:
            load_profile(str(tmp_path / name))
        first, *others = caught.value.message.replace(f"{tmp_path}/", "").splitlines()
        return [line.strip() for line in others] or [first]

    return told


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "eligibilty: {}\n", "line 8: eligibilty: eligibilty is not known; did you mean eligibility?"),
        (GOOD + "extend: parcel\n", "line 8: extend: extend is not known; did you mean extends?"),
        (changed("from:", "frm:"), "line 6: factors.Age.rules.1.frm: frm is not known; did you mean from?"),
        (
            changed("    column", "    wieght: 2\n    column"),
            "line 4: factors.Age.wieght: wieght is not known; did you mean weight?",
        ),
        (
            changed("column: Year Built", "ratio: {of: Land Value, to: Building SqFt, if_misssing: 1}"),
            "line 4: factors.Age.ratio.if_misssing: if_misssing is not known; did you mean if_missing?",
        ),
        (
            GOOD + "bonuses: {X: {points: 1, when: {Age: 1}, wen: 1}}\n",
            "line 8: bonuses.X.wen: wen is not known; did you mean when?",
        ),
        (
            GOOD + "counts: {Recent Permits: {list: permits, dat: x}}\n",
            "line 8: counts.Recent Permits.dat: dat is not known; did you mean date?",
        ),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest_that_is_known(mistakes, text, told):
    assert mistakes(text) == [told]


def test_a_misspelled_key_is_told_and_so_is_what_is_missing_for_it(mistakes):
    assert mistakes(changed("rules", "ruels")) == [
        "line 3: factors.Age: rules is missing",
        "line 5: factors.Age.ruels: ruels is not known; did you mean rules?",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            changed("Year Built", "Bulding SqFt"),
            "line 4: factors.Age.column: Bulding SqFt is not known; did you mean Building SqFt?",
        ),
        (
            changed("column: Year Built", "sum: [Loading Docks, Overhead Dors]"),
            "line 4: factors.Age.sum.2: Overhead Dors is not known; did you mean Overhead Doors?",
        ),
        (
            changed("column: Year Built", "ratio: {of: Land Value, to: Bilding SqFt}"),
            "line 4: factors.Age.ratio.to: Bilding SqFt is not known; did you mean Building SqFt?",
        ),
        (
            GOOD + "eligibility: {Proprty Type: {words: [flex]}}\n",
            "line 8: eligibility.Proprty Type: Proprty Type is not known; did you mean Property Type?",
        ),
        (GOOD + "record: {yr: Yer Built}\n", "line 8: record.yr: Yer Built is not known; did you mean Year Built?"),
    ],
)
def test_an_unknown_column_is_told_with_the_nearest_that_is_known(mistakes, text, told):
    assert mistakes(text) == [told]


def test_the_case_of_a_column_does_not_matter(tmp_path):
    (tmp_path / "mine.yaml").write_text(changed("Year Built", "Building Sqft"), encoding="utf-8")
    assert load_profile(str(tmp_path / "mine.yaml")).columns == ("Building SqFt",)


@pytest.mark.parametrize(
    ("column", "rule", "told"),
    [
        ("Year Built", "{words: [flex]}", NUMBERS),
        ("Year Built", "{is: ['1990']}", NUMBERS),
        ("Year Built", "{within_days: 30}", NUMBERS),
        ("Property Type", "{from: 3}", "Property Type holds texts; its rules are words or is"),
        ("Sale Date", "{from: 3}", "Sale Date holds dates; its rules are within_days"),
        ("Year Built", "{from: 1, above: 2}", "give one lower and one upper end: from or above, to or below"),
        ("Year Built", "{to: 1, below: 2}", "give one lower and one upper end: from or above, to or below"),
        ("Year Built", "{from: 5, to: 2}", "the range ends at 2, before it begins at 5"),
        ("Year Built", "{from: 5, points: [1, 2]}", "a pair of points needs a range with two ends"),
        ("Property Type", "{words: [a], points: [1, 2]}", "a pair of points needs a range with two ends"),
        ("Year Built", "{from: 5, to: 5, points: [1, 2]}", "a pair of points needs a range with two ends"),
        ("Year Built", "{points: 1}", "give one condition: a range (from, above, to, below), words, is, or within_days"),
        (
            "Property Type",
            "{from: 1, words: [a]}",
            "give one condition: a range (from, above, to, below), words, is, or within_days",
        ),
        ("Year Built", "from 1990", "'from 1990' won't do: give entries, each a name, a colon and its value"),
        ("Year Built", "{from: 20,000}", "0 won't do: names of entries are words; a number such as 20,000 is written 20000"),
    ],
)
def test_a_rule_that_cannot_hold_is_told(mistakes, column, rule, told):
    text = changed(RULE, rule).replace("Year Built", column)
    assert mistakes(text) == [f"line 6: factors.Age.rules.1: {told}"]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{from: 1990, points: many}", f"points: 'many' won't do: {PAIR}"),
        ("{from: 1990, to: 2000, points: [a, 2]}", f"points: ['a', 2] won't do: {PAIR}"),
        ("{from: 1990, to: 2000, points: [1, 2, 3]}", f"points: [1, 2, 3] won't do: {PAIR}"),
        ("{from: 1990, points: }", f"points: nothing won't do: {PAIR}"),
        ("{from: new, points: 1}", "from: 'new' won't do: give a number, without commas and units"),
        ("{from: .nan, points: 1}", "from: nan won't do: give a number"),
        ("{words: flex}", "words: 'flex' won't do: give a list, such as [flex]"),
        ("{words: [flex, '--']}", "words.2: '--' has no letter and no digit to look for"),
        ("{is: [4]}", "is.1: 4 won't do: give a text; what looks like a number is one in quotes"),
        ("{within_days: -1}", "within_days: -1 won't do: give a number from 0"),
        ("{from: 1, says: '{sq ft}'}", "says: {} stands for the value, once; other braces mean nothing here"),
    ],
)
def test_a_value_of_a_rule_that_will_not_do_is_told(mistakes, rule, told):
    assert mistakes(changed(RULE, rule)) == [f"line 6: factors.Age.rules.1.{told}"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("classes: {A: 0}\n", "factors is missing"),
        (changed("classes: {A: 4, B: 0}\n", ""), "classes is missing"),
        ("", "factors is missing; classes is missing"),
        (changed("{A: 4, B: 0}", "{}"), "line 7: classes: {} won't do: give at least one"),
        ("factors:\nclasses: {A: 0}\n", "line 1: factors: nothing won't do: give entries, each a name, a colon and its value"),
        (
            "factors: {Age: old}\nclasses: {A: 0}\n",
            "line 1: factors.Age: 'old' won't do: give entries, each a name, a colon and its value",
        ),
        (changed(f"\n      - {RULE}", " []"), "line 5: factors.Age.rules: [] won't do: give at least one"),
        (changed(f"\n      - {RULE}", ""), "line 5: factors.Age.rules: nothing won't do: give a list, such as [a, b]"),
        (changed("    column: Year Built\n", ""), "line 3: factors.Age: give one of column, sum and ratio"),
        (changed("Year Built", "Year Built\n    sum: [Year Built]"), "line 3: factors.Age: give one of column, sum and ratio"),
        (changed("    column", "    weight: -1\n    column"), "line 4: factors.Age.weight: -1 won't do: give a number above 0"),
        (
            changed("    column", "    weight: big\n    column"),
            "line 4: factors.Age.weight: 'big' won't do: give a number, without commas and units",
        ),
        (changed("Age:", "_Age:"), "line 3: factors._Age: '_Age' won't do: give a name that does not begin with _ = [ or ]"),
        (changed("Age:", "1990:"), "line 3: factors.1990: 1990 won't do: give a text; what looks like a number is one in quotes"),
        (changed("A: 4", "A: high"), "line 7: classes.A: 'high' won't do: give a number, without commas and units"),
        (GOOD + "score: average\n", "line 8: score: 'average' won't do: give 'sum' or 'weighted mean'"),
        (GOOD + "decimals: 9\n", "line 8: decimals: 9 won't do: give a number up to 6"),
        (GOOD + "decimals: 1.5\n", "line 8: decimals: 1.5 won't do: give a whole number"),
        (GOOD + "cap: 0\n", "line 8: cap: 0 won't do: give a number above 0"),
        (
            GOOD + "bonuses: {X: {points: 1, when: {Agge: 1}}}\n",
            "line 8: bonuses.X.when.Agge: Agge is not known; did you mean Age?",
        ),
        (
            changed("Age:", "Bonus:") + "bonuses: {X: {points: 1, when: {Bonus: 1}}}\n",
            "line 3: factors.Bonus: Bonus is the name of what the bonuses give; call the factor otherwise",
        ),
        (
            GOOD + "eligibility: {Property Type: {from: 3}}\n",
            "line 8: eligibility.Property Type: Property Type holds texts; its rules are words or is",
        ),
    ],
)
def test_what_does_not_make_a_profile_is_told(mistakes, text, told):
    assert mistakes(text) == [told]


def test_all_mistakes_of_a_file_are_told_at_once(mistakes):
    text = changed("Year Built", "Yer Built").replace("from:", "frm:").replace("name:", "nme:").replace("A: 4", "A: high")
    assert [line.split(": ")[0:2] for line in mistakes(text)] == [
        ["line 4", "factors.Age.column"],
        ["line 6", "factors.Age.rules.1.frm"],
        ["line 7", "classes.A"],
        ["line 1", "nme"],
    ]


def test_all_parts_that_do_not_fit_together_are_told_at_once(mistakes):
    bonuses = "bonuses:\n  X: {points: 1, when: {Agge: 1}}\n  Y: {points: 1, when: {Aeg: 1}}\n"
    found = mistakes(GOOD + bonuses + "eligibility: {Sale Date: {from: 3}}\n")
    assert [line.split(":")[0] for line in found] == ["line 11", "line 9", "line 10"]


def test_a_factor_may_be_called_points(mistakes):
    (told,) = mistakes(changed("Age:", "points:").replace("1990", "new"))
    assert told == "line 6: factors.points.rules.1.from: 'new' won't do: give a number, without commas and units"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "x: [\n", "mine.yaml, line 9: not valid YAML: expected the node content, but found '<stream end>'."),
        (
            changed("    column", "\tcolumn"),
            "mine.yaml, line 4: not valid YAML: found character '\\t' that cannot start any token.",
        ),
        ("about: 2026-02-31\n", "mine.yaml holds a value that won't do: day is out of range for month."),
        ("- 1\n", "mine.yaml should hold a profile's keys, such as factors: and classes:, not [1]."),
        ("hello", "mine.yaml should hold a profile's keys, such as factors: and classes:, not 'hello'."),
    ],
)
def test_a_file_that_is_no_profile_is_told(mistakes, text, told):
    assert mistakes(text) == [told]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "about: x\nextends: parcle\n",
            "mine.yaml, line 2: extends: There is no profile parcle; there are: flex-industrial, parcel.",
        ),
        ("extends: other.yaml\n", "mine.yaml, line 1: extends: The profile other.yaml does not exist."),
        ("extends: mine.yaml\n", "mine.yaml: these profiles extend one another without end."),
    ],
)
def test_a_profile_that_extends_what_is_not_there_is_told(mistakes, text, told):
    assert mistakes(text)[0].startswith(told)


def test_a_circle_of_profiles_is_told(mistakes, tmp_path):
    (tmp_path / "other.yaml").write_text("extends: mine.yaml\n", encoding="utf-8")
    assert mistakes("extends: other.yaml\n")[0].endswith("these profiles extend one another without end.")


def test_the_mistakes_of_a_json_profile_have_lines_too(mistakes):
    content = {"factors": {"Age": {"column": "Yer Built", "rules": [{"from": 1}]}}, "classes": {"A": 0}}
    (told,) = mistakes(json.dumps(content, indent="\t"), "mine.json")
    assert told == "line 4: factors.Age.column: Yer Built is not known; did you mean Year Built?"
    assert mistakes('{"factors":\n}', "mine.json") == ["mine.json, line 2: not valid JSON: Expecting value."]
    (nested,) = mistakes("[" * 100_000, "mine.json")
    assert nested == "mine.json is nested too deeply."


def factors(count, key="from"):
    entries = "".join(f"  F{i}: {{column: Year Built, rules: [{{{key}: 1}}]}}\n" for i in range(count))
    return f"factors:\n{entries}classes: {{A: 0}}\n"


def laughs(pattern, first):
    """Billions of them: each line holds nine times the one before it."""
    nine = [", ".join([f"*a{i - 1}"] * 9) for i in range(1, 12)]
    lines = [f"a{i}: &a{i} {pattern.format(below)}\n" for i, below in enumerate(nine, 1)]
    return "".join([f"a0: &a0 {first}\n", *lines])


HOSTILE = {
    "10,000 factors": factors(10_000),
    "1,000 factors": factors(1_000),
    "1,000 mistakes": factors(1_000, "frm"),
    "lists": laughs("[{}]", "[x]"),
    "lists as factors": laughs("[{}]", "[x]") + "factors: *a11\n",
    "merged": laughs("{{<<: [{}]}}", "{x: 1}"),
    "holds itself": "factors: &a {b: *a}\nclasses: {A: 0}\n",
    "brackets": "a: " + "[" * 100_000 + "]" * 100_000,
    "indentation": "\n".join(" " * depth + "a:" for depth in range(600)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_profile_ends_with_a_sentence(mistakes, name):
    assert all(len(line) < 500 for line in mistakes(HOSTILE[name]))


def test_a_hostile_profile_that_extends_a_hostile_one_ends_with_a_sentence(mistakes, tmp_path):
    (tmp_path / "other.yaml").write_text(HOSTILE["lists"], encoding="utf-8")
    assert mistakes("extends: other.yaml\n" + HOSTILE["lists"]) == [
        "mine.yaml holds more than 50,000 entries, too many for such a file."
    ]
