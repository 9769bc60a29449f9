"""Errors when there is nothing to read: they say what the folder contains instead."""

from pathlib import Path

import pytest

from flexscout.errors import NothingToReadError
from flexscout.ingest.scan import scan_folder
from workbooks import HEADER, candidate, write_workbook


def refusal(folder, *arguments, **options):
    with pytest.raises(NothingToReadError) as caught:
        scan_folder(folder, *arguments, **options)
    return caught.value


def test_a_missing_folder_is_reported_with_the_nearest_existing_one(tmp_path):
    (tmp_path / "exports").mkdir()
    (tmp_path / ".cache").mkdir()
    error = refusal(tmp_path / "data/raw")
    assert f"{tmp_path / 'data/raw'} does not exist" in error.message
    assert error.next_step == f"The nearest that does is {tmp_path}, with the folders exports."


def test_a_missing_folder_without_siblings_is_reported(tmp_path):
    assert refusal(tmp_path / "raw").next_step == f"The nearest that does is {tmp_path}, with no folders."


def test_a_relative_folder_is_reported_as_an_absolute_path(tmp_path):
    assert str(tmp_path / "raw") in refusal(Path("raw")).message


def test_one_file_instead_of_a_folder_that_can_t_be_used_is_reported_with_the_reason(tmp_path):
    path = tmp_path / "notes.txt"
    path.touch()
    error = refusal(path)
    assert error.message == f"Nothing to read: {path} can't be used."
    assert error.next_step.startswith("Skipped: notes.txt: ")


def test_an_empty_folder_is_reported_as_empty(tmp_path):
    error = refusal(tmp_path)
    assert f"Nothing to read in {tmp_path}: no file there matches *.xlsx." in error.message
    assert error.next_step == "It is empty."


def test_a_folder_with_other_files_lists_them(tmp_path):
    (tmp_path / "notes.txt").touch()
    (tmp_path / "export.zip").touch()
    assert refusal(tmp_path).next_step == "It contains export.zip, notes.txt."


def test_exports_in_subfolders_are_suggested(tmp_path):
    path = write_workbook(tmp_path / "2024/a.xlsx", [HEADER, candidate()])
    assert refusal(tmp_path).next_step == f"1 below it do, such as {path}: use --recursive, or name that folder."


def test_skipped_files_are_listed_with_their_reasons(tmp_path):
    (tmp_path / "table.csv").write_text("Address,City\n")
    (tmp_path / "~$open.xlsx").write_bytes(b"\0")
    error = refusal(tmp_path)
    assert "table.csv: Not included in the file pattern *.xlsx" in error.next_step
    assert "~$open.xlsx: Excel's lock file" in error.next_step


def test_exports_in_subfolders_are_suggested_even_if_files_were_skipped(tmp_path):
    (tmp_path / "table.csv").write_text("Address,City\n")
    write_workbook(tmp_path / "2024/a.xlsx", [HEADER, candidate()])
    error = refusal(tmp_path)
    assert "table.csv" in error.next_step
    assert "--recursive" in error.next_step


def test_a_lock_file_in_a_subfolder_is_not_suggested(tmp_path):
    write_workbook(tmp_path / "2024/~$a.xlsx", [HEADER, candidate()])
    assert "--recursive" not in refusal(tmp_path).next_step


def test_the_pattern_that_matched_nothing_is_reported(tmp_path):
    write_workbook(tmp_path / "a.xlsx", [HEADER, candidate()])
    error = refusal(tmp_path, "crexi*.xlsx")
    assert "no file there matches crexi*.xlsx" in error.message
    assert "a.xlsx: Not included in the file pattern crexi*.xlsx" in error.next_step


def test_a_folder_with_a_similar_name_is_suggested(tmp_path):
    (tmp_path / "exports").mkdir()
    assert refusal(tmp_path / "export").next_step.endswith(f"Did you mean {tmp_path / 'exports'}?")
