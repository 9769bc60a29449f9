"""When there is nothing to read, the error says what is there instead."""

from pathlib import Path

import pytest

from flexscout.errors import NothingToReadError
from flexscout.ingest.scan import scan_folder
from workbooks import HEADER, candidate, write_workbook


def refusal(folder, *arguments, **options):
    with pytest.raises(NothingToReadError) as caught:
        scan_folder(folder, *arguments, **options)
    return caught.value


def test_a_missing_folder_is_named_with_the_nearest_that_exists(tmp_path):
    (tmp_path / "exports").mkdir()
    (tmp_path / ".cache").mkdir()
    error = refusal(tmp_path / "data/raw")
    assert f"{tmp_path / 'data/raw'} does not exist" in error.message
    assert error.next_step == f"The nearest that does is {tmp_path}, with the folders exports."


def test_a_missing_folder_beside_no_other_is_said_so(tmp_path):
    assert refusal(tmp_path / "raw").next_step == f"The nearest that does is {tmp_path}, with no folders."


def test_a_relative_folder_is_named_in_full(tmp_path):
    assert str(tmp_path / "raw") in refusal(Path("raw")).message


def test_a_file_in_place_of_the_folder_leads_to_its_folder(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, candidate()])
    error = refusal(path)
    assert "is a file, not a folder" in error.message
    assert error.next_step == f"Give its folder: {tmp_path}."


def test_an_empty_folder_is_called_empty(tmp_path):
    error = refusal(tmp_path)
    assert f"Nothing to read in {tmp_path}: no file there matches *.xlsx." in error.message
    assert error.next_step == "It is empty."


def test_a_folder_with_other_things_says_what_it_holds(tmp_path):
    (tmp_path / "notes.txt").touch()
    (tmp_path / "export.zip").touch()
    assert refusal(tmp_path).next_step == "It contains export.zip, notes.txt."


def test_exports_one_level_below_are_pointed_at(tmp_path):
    path = write_workbook(tmp_path / "2024/a.xlsx", [HEADER, candidate()])
    assert refusal(tmp_path).next_step == f"1 below it do, such as {path}: use --recursive, or name that folder."


def test_files_that_were_left_out_are_named_with_their_reasons(tmp_path):
    (tmp_path / "table.csv").write_text("Address,City\n")
    (tmp_path / "~$open.xlsx").write_bytes(b"\0")
    error = refusal(tmp_path)
    assert "table.csv: The file pattern *.xlsx leaves it out" in error.next_step
    assert "~$open.xlsx: Excel's lock file" in error.next_step


def test_exports_below_are_pointed_at_even_if_something_was_left_out(tmp_path):
    (tmp_path / "table.csv").write_text("Address,City\n")
    write_workbook(tmp_path / "2024/a.xlsx", [HEADER, candidate()])
    error = refusal(tmp_path)
    assert "table.csv" in error.next_step
    assert "--recursive" in error.next_step


def test_a_lock_file_below_is_no_export_to_point_at(tmp_path):
    write_workbook(tmp_path / "2024/~$a.xlsx", [HEADER, candidate()])
    assert "--recursive" not in refusal(tmp_path).next_step


def test_the_pattern_that_nothing_matched_is_named(tmp_path):
    write_workbook(tmp_path / "a.xlsx", [HEADER, candidate()])
    error = refusal(tmp_path, "crexi*.xlsx")
    assert "no file there matches crexi*.xlsx" in error.message
    assert "a.xlsx: The file pattern crexi*.xlsx leaves it out" in error.next_step


def test_a_folder_of_nearly_that_name_is_suggested(tmp_path):
    (tmp_path / "exports").mkdir()
    assert refusal(tmp_path / "export").next_step.endswith(f"Did you mean {tmp_path / 'exports'}?")
