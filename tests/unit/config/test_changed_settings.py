"""Settings are changed in their file, whose comments stay."""

import pytest

from flexscout.config import PipelineConfiguration, change_settings
from flexscout.errors import ConfigurationError

CHANGES = {"profile": "parcel", "min_flex_score": 6.5, "where": "State in ('NC', 'GA')\nand \"Sold Price\" > 1"}
TEXTS = {
    "nothing": "",
    "comments": "# My settings\n",
    "other sections": "input:\n  folder: a # mine\n\n# the end\n",
    "sections": "classification:\n  profile: flex-industrial # why\n  # more\nfiltering:\n  min_flex_score: 4\n",
    "several lines": "filtering:\n  where: >-\n    State = 'NC'\n    and City = 'X'\n\n# last\noutput: {enable_csv_export: no}\n",
    "empty section": "filtering:\n# a comment\nclassification: # two\ninput:\n  folder: a",
    "flow": "{input: {folder: a}, filtering: {where: ''}}\n",
    "json": '{"input": {"folder": "a"},\n "classification": {"profile": "parcel"}}',
    "by name": "profile: parcel\nwhere: ''  # none\ninput: {folder: a}\n",
    "lists": "filtering:\n  duplicate_fields:\n    - Address\n    # all\n    - City\n# end\n",
    "quoted keys": "\"filtering\":\n    'where': \"State = 'GA'\"\n",
    "windows": "filtering:\r\n  min_flex_score: 3\r\n",
}


def comments_of(text):
    return [line[line.index("#") :] for line in text.splitlines() if "#" in line]


@pytest.mark.parametrize("kind", TEXTS)
def test_settings_have_the_new_values_and_all_others_the_old_ones(tmp_path, kind):
    path = tmp_path / "c.yaml"
    path.write_text(TEXTS[kind], newline="")
    before = PipelineConfiguration.from_file(path)
    text = change_settings(path, CHANGES)
    assert comments_of(text) == comments_of(TEXTS[kind])
    path.write_text(text, newline="")
    assert PipelineConfiguration.from_file(path) == before.model_copy(update=CHANGES)
    assert change_settings(path, CHANGES) == text


def test_an_entry_without_a_value_gets_one(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("filtering:\n  where:\n  min_flex_score: 3\n")
    assert change_settings(path, {"where": "State = 'NC'"}) == "filtering:\n  where: \"State = 'NC'\"\n  min_flex_score: 3\n"


def test_only_the_line_of_a_setting_changes(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("# one\nfiltering: # two\n    where: ''   # three\n\n    min_flex_score: 4\ninput: {folder: a}\n")
    changed = change_settings(path, {"where": "State = 'NC'"})
    assert changed == path.read_text().replace("''", "\"State = 'NC'\"")


@pytest.mark.parametrize("kind", TEXTS)
def test_a_removed_setting_has_its_default(tmp_path, kind):
    path = tmp_path / "c.yaml"
    path.write_text(TEXTS[kind], newline="")
    text = change_settings(path, dict.fromkeys(CHANGES))
    path.write_text(text, newline="")
    settings, defaults = PipelineConfiguration.from_file(path), PipelineConfiguration()
    assert [getattr(settings, name) for name in CHANGES] == [getattr(defaults, name) for name in CHANGES]
    assert settings.input_folder == ("a" if "folder: a" in TEXTS[kind].replace('"', "") else defaults.input_folder)


def test_unknown_setting_is_refused(tmp_path):
    path = tmp_path / "c.yaml"
    path.touch()
    with pytest.raises(ConfigurationError, match="no setting nonsense"):
        change_settings(path, {"nonsense": 1})


@pytest.mark.parametrize(
    ("text", "changes"),
    [("input: {}\n", {"min_flex_score": 11}), ("inputs: {}\n", {}), ("- a\n", {}), ("a: &a {b: 1}\n", {"profile": "x"})],
)
def test_what_would_be_no_valid_file_is_an_error(tmp_path, text, changes):
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError):
        change_settings(path, changes)


def test_shared_entries_are_left_to_their_author(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("filtering: &all\n  where: &text \"State = 'NC'\"\n  where_rows: *text\n")
    with pytest.raises(ConfigurationError, match="Edit it yourself"):
        change_settings(path, {"where": "City = 'X'"})
