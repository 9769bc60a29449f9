"""Validation errors of profile files: each names its line and the fix."""

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
NUMBERS = "Year Built contains numbers, so its rules are ranges: from, above, to, below"
PAIR = "give a number, or a pair such as [5, 10]"


@pytest.fixture
def errors_in(tmp_path):
    """Return a function that lists the errors in the text of a profile, without the heading."""

    def load(text, name="mine.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError) as caught:
            load_profile(str(tmp_path / name))
        first, *others = caught.value.message.replace(f"{tmp_path}/", "").splitlines()
        return [line.strip() for line in others] or [first]

    return load


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "expected"),
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
def test_an_unknown_key_is_reported_with_the_closest_known_key(errors_in, text, expected):
    assert errors_in(text) == [expected]


def test_a_misspelled_required_key_is_reported_as_unknown_and_as_missing(errors_in):
    assert errors_in(changed("rules", "ruels")) == [
        "line 3: factors.Age: rules is missing",
        "line 5: factors.Age.ruels: ruels is not known; did you mean rules?",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
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
def test_an_unknown_column_is_reported_with_the_closest_known_column(errors_in, text, expected):
    assert errors_in(text) == [expected]


def test_column_names_ignore_case(tmp_path):
    (tmp_path / "mine.yaml").write_text(changed("Year Built", "Building Sqft"), encoding="utf-8")
    assert load_profile(str(tmp_path / "mine.yaml")).columns == ("Building SqFt",)


@pytest.mark.parametrize(
    ("column", "rule", "expected"),
    [
        ("Year Built", "{words: [flex]}", NUMBERS),
        ("Year Built", "{is: ['1990']}", NUMBERS),
        ("Year Built", "{within_days: 30}", NUMBERS),
        ("Property Type", "{from: 3}", "Property Type contains text, so its rules are words or is"),
        ("Sale Date", "{from: 3}", "Sale Date contains dates, so its rules are within_days"),
        ("Year Built", "{from: 1, above: 2}", "give at most one lower bound (from or above) and one upper bound (to or below)"),
        ("Year Built", "{to: 1, below: 2}", "give at most one lower bound (from or above) and one upper bound (to or below)"),
        ("Year Built", "{from: 5, to: 2}", "the range ends at 2, before its start at 5"),
        ("Year Built", "{from: 5, points: [1, 2]}", "a pair of points needs a range with two different bounds"),
        ("Property Type", "{words: [a], points: [1, 2]}", "a pair of points needs a range with two different bounds"),
        ("Year Built", "{from: 5, to: 5, points: [1, 2]}", "a pair of points needs a range with two different bounds"),
        ("Year Built", "{points: 1}", "give one condition: a range (from, above, to, below), words, is, or within_days"),
        (
            "Property Type",
            "{from: 1, words: [a]}",
            "give one condition: a range (from, above, to, below), words, is, or within_days",
        ),
        ("Year Built", "from 1990", "'from 1990' is not valid: give entries of the form `name: value`"),
        (
            "Year Built",
            "{from: 20,000}",
            "0 is not valid: names of entries must be text; write numbers without commas, as in 20000",
        ),
    ],
)
def test_an_invalid_condition_is_reported(errors_in, column, rule, expected):
    text = changed(RULE, rule).replace("Year Built", column)
    assert errors_in(text) == [f"line 6: factors.Age.rules.1: {expected}"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{from: 1990, points: many}", f"points: 'many' is not valid: {PAIR}"),
        ("{from: 1990, to: 2000, points: [a, 2]}", f"points: ['a', 2] is not valid: {PAIR}"),
        ("{from: 1990, to: 2000, points: [1, 2, 3]}", f"points: [1, 2, 3] is not valid: {PAIR}"),
        ("{from: 1990, points: }", f"points: an empty value is not valid: {PAIR}"),
        ("{from: new, points: 1}", "from: 'new' is not valid: give a number, without commas and units"),
        ("{from: .nan, points: 1}", "from: nan is not valid: give a number"),
        ("{words: flex}", "words: 'flex' is not valid: give a list, such as [flex]"),
        ("{words: [flex, '--']}", "words.2: '--' contains no letter or digit to search for"),
        ("{is: [4]}", "is.1: 4 is not valid: give text; put text that looks like a number in quotes"),
        ("{within_days: -1}", "within_days: -1 is not valid: give a number of at least 0"),
        ("{from: 1, says: '{sq ft}'}", "says: write {} once, for the value; other braces are not allowed"),
    ],
)
def test_an_invalid_value_in_a_rule_is_reported(errors_in, rule, expected):
    assert errors_in(changed(RULE, rule)) == [f"line 6: factors.Age.rules.1.{expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("classes: {A: 0}\n", "factors is missing"),
        (changed("classes: {A: 4, B: 0}\n", ""), "classes is missing"),
        ("", "factors is missing; classes is missing"),
        (changed("{A: 4, B: 0}", "{}"), "line 7: classes: {} is not valid: give at least one"),
        ("factors:\nclasses: {A: 0}\n", "line 1: factors: an empty value is not valid: give entries of the form `name: value`"),
        (
            "factors: {Age: old}\nclasses: {A: 0}\n",
            "line 1: factors.Age: 'old' is not valid: give entries of the form `name: value`",
        ),
        (changed(f"\n      - {RULE}", " []"), "line 5: factors.Age.rules: [] is not valid: give at least one"),
        (changed(f"\n      - {RULE}", ""), "line 5: factors.Age.rules: an empty value is not valid: give a list, such as [a, b]"),
        (changed("    column: Year Built\n", ""), "line 3: factors.Age: give one of column, sum and ratio"),
        (changed("Year Built", "Year Built\n    sum: [Year Built]"), "line 3: factors.Age: give one of column, sum and ratio"),
        (
            changed("    column", "    weight: -1\n    column"),
            "line 4: factors.Age.weight: -1 is not valid: give a number above 0",
        ),
        (
            changed("    column", "    weight: big\n    column"),
            "line 4: factors.Age.weight: 'big' is not valid: give a number, without commas and units",
        ),
        (changed("Age:", "_Age:"), "line 3: factors._Age: '_Age' is not valid: give a name that does not start with _ = [ or ]"),
        (
            changed("Age:", "1990:"),
            "line 3: factors.1990: 1990 is not valid: give text; put text that looks like a number in quotes",
        ),
        (changed("A: 4", "A: high"), "line 7: classes.A: 'high' is not valid: give a number, without commas and units"),
        (GOOD + "score: average\n", "line 8: score: 'average' is not valid: give 'sum' or 'weighted mean'"),
        (GOOD + "decimals: 9\n", "line 8: decimals: 9 is not valid: give a number of at most 6"),
        (GOOD + "decimals: 1.5\n", "line 8: decimals: 1.5 is not valid: give a whole number"),
        (GOOD + "cap: 0\n", "line 8: cap: 0 is not valid: give a number above 0"),
        (
            GOOD + "bonuses: {X: {points: 1, when: {Agge: 1}}}\n",
            "line 8: bonuses.X.when.Agge: Agge is not known; did you mean Age?",
        ),
        (
            changed("Age:", "Bonus:") + "bonuses: {X: {points: 1, when: {Bonus: 1}}}\n",
            "line 3: factors.Bonus: Bonus is reserved for the points of the bonuses; rename the factor",
        ),
        (
            GOOD + "eligibility: {Property Type: {from: 3}}\n",
            "line 8: eligibility.Property Type: Property Type contains text, so its rules are words or is",
        ),
    ],
)
def test_an_invalid_profile_is_reported(errors_in, text, expected):
    assert errors_in(text) == [expected]


def test_all_errors_of_a_file_are_reported_at_once(errors_in):
    text = changed("Year Built", "Yer Built").replace("from:", "frm:").replace("name:", "nme:").replace("A: 4", "A: high")
    assert [line.split(": ")[0:2] for line in errors_in(text)] == [
        ["line 4", "factors.Age.column"],
        ["line 6", "factors.Age.rules.1.frm"],
        ["line 7", "classes.A"],
        ["line 1", "nme"],
    ]


def test_all_mismatches_are_reported_at_once(errors_in):
    bonuses = "bonuses:\n  X: {points: 1, when: {Agge: 1}}\n  Y: {points: 1, when: {Aeg: 1}}\n"
    errors = errors_in(GOOD + bonuses + "eligibility: {Sale Date: {from: 3}}\n")
    assert [line.split(":")[0] for line in errors] == ["line 11", "line 9", "line 10"]


def test_a_factor_can_be_named_points(errors_in):
    (error,) = errors_in(changed("Age:", "points:").replace("1990", "new"))
    assert error == "line 6: factors.points.rules.1.from: 'new' is not valid: give a number, without commas and units"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD + "x: [\n", "mine.yaml, line 9: not valid YAML: expected the node content, but found '<stream end>'."),
        (
            changed("    column", "\tcolumn"),
            "mine.yaml, line 4: not valid YAML: found character '\\t' that cannot start any token.",
        ),
        ("about: 2026-02-31\n", "mine.yaml has a value that is not valid: day is out of range for month."),
        ("- 1\n", "mine.yaml must contain profile keys, such as factors: and classes:, not [1]."),
        ("hello", "mine.yaml must contain profile keys, such as factors: and classes:, not 'hello'."),
    ],
)
def test_a_file_that_is_not_a_profile_is_reported(errors_in, text, expected):
    assert errors_in(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "about: x\nextends: parcle\n",
            "mine.yaml, line 2: extends: There is no profile parcle. The built-in profiles are: flex-industrial, parcel.",
        ),
        ("extends: other.yaml\n", "mine.yaml, line 1: extends: The profile other.yaml does not exist."),
        ("extends: mine.yaml\n", "mine.yaml: `extends` is circular or too deep."),
    ],
)
def test_an_invalid_extends_is_reported(errors_in, text, expected):
    assert errors_in(text)[0].startswith(expected)


def test_a_circle_of_extends_is_reported(errors_in, tmp_path):
    (tmp_path / "other.yaml").write_text("extends: mine.yaml\n", encoding="utf-8")
    assert errors_in("extends: other.yaml\n")[0].endswith("`extends` is circular or too deep.")


def test_errors_of_a_json_profile_have_lines(errors_in):
    content = {"factors": {"Age": {"column": "Yer Built", "rules": [{"from": 1}]}}, "classes": {"A": 0}}
    (error,) = errors_in(json.dumps(content, indent="\t"), "mine.json")
    assert error == "line 4: factors.Age.column: Yer Built is not known; did you mean Year Built?"
    assert errors_in('{"factors":\n}', "mine.json") == ["mine.json, line 2: not valid JSON: Expecting value."]
    (nested,) = errors_in("[" * 100_000, "mine.json")
    assert nested == "mine.json is nested too deeply."


def factors(count, key="from"):
    entries = "".join(f"  F{i}: {{column: Year Built, rules: [{{{key}: 1}}]}}\n" for i in range(count))
    return f"factors:\n{entries}classes: {{A: 0}}\n"


def laughs(pattern, first):
    """Build a YAML bomb (billion laughs): each line contains the previous one nine times."""
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
def test_a_hostile_profile_is_reported_in_a_short_message(errors_in, name):
    assert all(len(line) < 500 for line in errors_in(HOSTILE[name]))


def test_a_hostile_profile_that_extends_another_is_reported_in_a_short_message(errors_in, tmp_path):
    (tmp_path / "other.yaml").write_text(HOSTILE["lists"], encoding="utf-8")
    assert errors_in("extends: other.yaml\n" + HOSTILE["lists"]) == [
        "mine.yaml has more than 50,000 entries, too many for such a file."
    ]
