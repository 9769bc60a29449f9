"""A folder that is not there, or holds nothing: exit 2, and what is there instead."""

import pytest

from program import flexscout
from workbooks import valid_properties_1


def test_a_missing_folder_is_named_with_the_nearest_that_exists(tmp_path):
    (tmp_path / "exports").mkdir()
    outcome = flexscout("run", "export")
    assert outcome.code == 2
    assert "export does not exist" in outcome.err
    assert str(tmp_path / "export") in outcome.err
    assert "exports" in outcome.err.split("with the folders")[1]


def test_the_default_folder_is_named_when_it_is_missing():
    outcome = flexscout("run")
    assert outcome.code == 2
    assert "data/raw" in outcome.err.replace("\\", "/")


def test_an_empty_folder_says_what_was_looked_for(tmp_path):
    (tmp_path / "in").mkdir()
    outcome = flexscout("run", "in")
    assert outcome.code == 2
    assert "no file there matches *.xlsx" in outcome.err
    assert "It is empty" in outcome.err


def test_exports_below_the_folder_are_pointed_at(tmp_path):
    valid_properties_1(tmp_path / "in/2024")
    outcome = flexscout("run", "in")
    assert outcome.code == 2
    assert "--recursive" in outcome.err


@pytest.mark.parametrize("command", ["run", "check"])
def test_nothing_is_written(tmp_path, command):
    (tmp_path / "in").mkdir()
    flexscout(command, "in")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_folder_that_can_not_be_made_for_the_output_is_said(tmp_path):
    valid_properties_1(tmp_path / "in")
    (tmp_path / "taken").write_text("a file")
    outcome = flexscout("run", "in", "-o", "taken/out.xlsx")
    assert outcome.code == 2
    assert "taken" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_wrong_option_is_a_usage_error():
    assert flexscout("run", "--no-such-option").code == 2
