"""Missing or empty input folders: exit code 2 and a message that says what is there."""

import pytest

from program import flexscout
from workbooks import valid_properties_1


def test_missing_folder_is_named_with_the_folders_beside_it(tmp_path):
    (tmp_path / "exports").mkdir()
    outcome = flexscout("run", "export")
    assert outcome.code == 2
    assert "export does not exist" in outcome.err
    assert str(tmp_path / "export") in outcome.err
    assert "exports" in outcome.err.split("with the folders")[1]


def test_missing_default_folder_is_named():
    outcome = flexscout("run")
    assert outcome.code == 2
    assert "data/raw" in outcome.err.replace("\\", "/")


def test_empty_folder_error_names_the_pattern(tmp_path):
    (tmp_path / "in").mkdir()
    outcome = flexscout("run", "in")
    assert outcome.code == 2
    assert "no file there matches *.xlsx" in outcome.err
    assert "It is empty" in outcome.err


def test_files_in_subfolders_suggest_the_recursive_option(tmp_path):
    valid_properties_1(tmp_path / "in/2024")
    outcome = flexscout("run", "in")
    assert outcome.code == 2
    assert "--recursive" in outcome.err


@pytest.mark.parametrize("command", ["run", "check"])
def test_no_file_is_written_for_an_empty_folder(tmp_path, command):
    (tmp_path / "in").mkdir()
    flexscout(command, "in")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_output_folder_that_can_not_be_created_is_named(tmp_path):
    valid_properties_1(tmp_path / "in")
    (tmp_path / "taken").write_text("a file")
    outcome = flexscout("run", "in", "-o", "taken/out.xlsx")
    assert outcome.code == 2
    assert "taken" in outcome.err
    assert "Traceback" not in outcome.err


def test_unknown_option_is_a_usage_error():
    assert flexscout("run", "--no-such-option").code == 2
