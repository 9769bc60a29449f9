"""Entries are changed and removed in the text of a YAML file, and nothing else is."""

import difflib
import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flexscout.config import list_declared_settings, render_template
from flexscout.config.yaml_edit import remove_entry, set_entry

TEXT = """\
# Our settings
filtering:   # what counts
  where: |
    State = 'NC'
  min_flex_score: 4.5   # was 4

output:
  user_columns:
  - My Status
  - Broker   # ours

  # the memo
  memo: true
journal:
"""


def changed_lines(before, after):
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line.startswith(("-", "+"))][2:]


@pytest.mark.parametrize(
    ("place", "value", "lines"),
    [
        ("filtering.min_flex_score", 5, ["-  min_flex_score: 4.5   # was 4", "+  min_flex_score: 5   # was 4"]),
        ("filtering.where", "", ["-  where: |", "-    State = 'NC'", '+  where: ""']),
        ("filtering.where", None, ["-  where: |", "-    State = 'NC'"]),
        ("output.memo", None, ["-  memo: true"]),
        (
            "output.user_columns",
            ["A", "B"],
            ["-  user_columns:", "-  - My Status", "-  - Broker   # ours", '+  user_columns: ["A", "B"]   # ours'],
        ),
        ("journal.reuse", False, ["+  reuse: false"]),
        ("output.branding", "Oak: LLC # 1", ['+  branding: "Oak: LLC # 1"']),
        ("logging.level", "DEBUG", ["+", "+logging:", '+  level: "DEBUG"']),
        ("journal.reuse", None, []),
    ],
)
def test_only_the_lines_of_an_entry_change(place, value, lines):
    path = tuple(place.split("."))
    changed = remove_entry(TEXT, path) if value is None else set_entry(TEXT, path, json.dumps(value))
    assert changed_lines(TEXT, changed) == lines


@pytest.mark.parametrize("text", ["", "# none", "{}", '{"input": {"folder": "a"}, "output": {}}', "input:", "input: {folder: a}"])
def test_files_of_any_shape_can_be_changed(text):
    changed = text
    for path in (("input", "folder"), ("input", "mapping"), ("output", "memo"), ("logging", "level")):
        changed = set_entry(changed, path, '"b"')
    assert yaml.safe_load(changed) == {
        "input": {"folder": "b", "mapping": "b"},
        "output": {"memo": "b"},
        "logging": {"level": "b"},
    }
    for path in (("input", "folder"), ("output", "memo"), ("logging", "level")):
        changed = remove_entry(changed, path)
    assert {name: section for name, section in yaml.safe_load(changed).items() if section} == {"input": {"mapping": "b"}}


TEXTS = st.text("aé:#'\"\\{}[],&* \n-|", max_size=8)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), TEXTS, st.lists(TEXTS, max_size=3))
PLACES = [tuple(setting.place.split(".")) for setting in list_declared_settings().values()]


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(PLACES), VALUES, max_size=6), st.sampled_from([TEXT, render_template()]))
def test_a_changed_file_has_the_wanted_values_and_all_comments(changes, text):
    changed, wanted = text, yaml.safe_load(text)
    for (section, key), value in changes.items():
        wanted[section] = (wanted.get(section) or {}) | {key: value}
        path = (section, key)
        changed = remove_entry(changed, path) if value is None else set_entry(changed, path, json.dumps(value))
    found = yaml.safe_load(changed)
    flat = [
        {(section, key): value for section, keys in one.items() for key, value in (keys or {}).items() if value is not None}
        for one in (found, wanted)
    ]
    assert flat[0] == flat[1]
    comments = [line for line in text.splitlines() if line.strip().startswith("#")]
    assert [line for line in changed.splitlines() if line.strip().startswith("#")] == comments
