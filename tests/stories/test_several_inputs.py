"""A run reads several folders and files, and explains its list from any folder."""

import os
import shutil

import pytest

from program import flexscout
from windows import open_window
from workbooks import HEADER, candidate, write_workbook


@pytest.fixture
def inputs(tmp_path):
    """Write a workspace, and exports beside it."""
    write_workbook(tmp_path / "work/in/a.xlsx", [HEADER, candidate(1)])
    write_workbook(tmp_path / "county/b.xlsx", [HEADER, candidate(2)])
    write_workbook(tmp_path / "other/county/c.xlsx", [HEADER, candidate(3)])
    (tmp_path / "broker.csv").write_text(
        "Property Type,Address,City,State,Building SqFt\nFlex,4 Test Street,Charlotte,NC,30000\n"
    )
    return tmp_path / "work"


def files_of(outcome):
    return {row["Source File"] for row in outcome.rows()}


def test_folders_and_files_of_the_command_line_are_read(inputs):
    outcome = flexscout("run", "in", "../county", "../broker.csv", "../other/county", folder=inputs)
    assert (outcome.code, files_of(outcome)) == (0, {"a.xlsx", "county/b.xlsx", "broker.csv", "county (2)/c.xlsx"})
    assert "Nothing changed" in flexscout("run", "in", "../county", "../broker.csv", "../other/county", folder=inputs).out
    assert files_of(flexscout("run", "in", folder=inputs)) == {"a.xlsx"}


def test_one_file_is_checked_and_run_without_a_folder_and_its_run_is_explained(inputs):
    write_workbook(inputs / "in/other.xlsx", [HEADER, candidate(9)])
    assert "a.xlsx: will be read" in flexscout("check", "in/a.xlsx", folder=inputs).out
    assert files_of(flexscout("run", "../broker.csv", folder=inputs)) == {"broker.csv"}
    assert files_of(flexscout("run", "in/a.xlsx", "../county", folder=inputs)) == {"a.xlsx", "county/b.xlsx"}
    outcome = flexscout("explain", "1 Test Street", folder=inputs)
    assert (outcome.code, outcome.err) == (0, "")


def test_settings_name_more_inputs_and_a_folder_on_the_command_line_replaces_them(inputs):
    (inputs / "c.yaml").write_text("input: {folder: in, more: [../county, ../county/b.xlsx]}\n")
    assert files_of(flexscout("run", "-c", "c.yaml", folder=inputs)) == {"a.xlsx", "county/b.xlsx"}
    assert files_of(flexscout("run", "in", "-c", "c.yaml", folder=inputs)) == {"a.xlsx"}


def test_files_are_left_out_by_the_settings_or_an_option_and_the_summary_says_so(inputs):
    (inputs / "c.yaml").write_text("input: {folder: in, more: [../county, ../broker.csv], skip: [county/*]}\n")
    outcome = flexscout("run", "-c", "c.yaml", folder=inputs)
    assert files_of(outcome) == {"a.xlsx", "broker.csv"}
    assert {file["file"]: file["reason"] for file in outcome.report["files"] if file["status"] == "skipped"} == {
        "county/b.xlsx": "Left out by the setting input.skip: county/*."
    }
    assert "Skipped county/b.xlsx. Left out by" in outcome.out
    assert files_of(flexscout("run", "-c", "c.yaml", "--skip", "A.xlsx", "--skip", "b*.csv", folder=inputs)) == {"county/b.xlsx"}


def test_outputs_are_equal_wherever_the_inputs_are(inputs, tmp_path):
    shutil.copytree(inputs / "in", tmp_path / "elsewhere/in")
    shutil.copytree(inputs.parent / "county", tmp_path / "far/away/county")
    first = flexscout("run", "in", inputs.parent / "county", folder=inputs)
    second = flexscout("run", "in", "../far/away/county", folder=tmp_path / "elsewhere")
    assert first.csv.read_bytes() == second.csv.read_bytes()
    assert first.parquet.read_bytes() == second.parquet.read_bytes()


def test_missing_input_and_equal_names_are_errors(inputs):
    missing = flexscout("run", "in", "../nowhere", folder=inputs)
    assert (missing.code, "../nowhere does not exist" in missing.err) == (2, True)
    write_workbook(inputs / "in/county/b.xlsx", [HEADER, candidate(5)])
    twice = flexscout("run", "in", "../county", "--recursive", folder=inputs)
    assert (twice.code, "called county/b.xlsx" in twice.err) == (2, True)


def test_input_inside_of_another_is_read_once(inputs):
    outcome = flexscout("run", "in", "in", "in/a.xlsx", folder=inputs)
    assert (files_of(outcome), len(outcome.report["files"])) == ({"a.xlsx"}, 1)


def test_link_to_a_file_of_the_same_folder_is_told_as_a_copy(inputs):
    (inputs / "in/again.xlsx").symlink_to(inputs / "in/a.xlsx")
    files = {entry["file"]: entry["status"] for entry in flexscout("run", "in", folder=inputs).report["files"]}
    assert files == {"a.xlsx": "ok", "again.xlsx": "skipped"}


def test_property_is_explained_from_another_folder(inputs, tmp_path):
    outcome = flexscout("run", "in", "../county", folder=inputs)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    told = flexscout("explain", "2 Test Street", "--output-file", outcome.workbook, folder=elsewhere)
    assert (told.code, "county/b.xlsx" in told.out) == (0, True)
    assert "can't be found" not in told.out + told.err
    assert "gone since" not in told.out + told.err


def test_window_opens_the_columns_of_files_elsewhere(inputs, monkeypatch):
    with open_window(inputs) as tab:
        monkeypatch.chdir(inputs)
        version = tab.get("/api/settings")["version"]
        changes = {"more_inputs": [str(inputs.parent / "county")]}
        assert tab.send("PUT", "/api/settings", {"version": version, "changes": changes}).json["problems"] == []
        states = {row["file"]: row["state"] for row in tab.get("/api/files")["files"]}
        assert states == {"in/a.xlsx": "ready", "county/b.xlsx": "ready"}
        assert tab.get("/api/columns", file="county/b.xlsx")["sheets"][0]["missing"] == []
        assert tab.send("GET", "/api/columns", file="county/../broker.csv").status == 400


def test_the_summary_says_which_files_are_dated_by_the_file_where_that_decides_what_is_newer(inputs):
    rows = [[*HEADER, "Asking Price"], *((*candidate(i), 2_000_000) for i in range(1, 5))]
    newer = write_workbook(inputs / "in/broker list.xlsx", rows)
    write_workbook(inputs / "in/broker list 2026-01-12.xlsx", [rows[0], *((*row[:-1], 1_500_000) for row in rows[1:])])
    os.utime(newer, (1_800_000_000, 1_800_000_000))
    (inputs / "in/a.xlsx").unlink()
    outcome = flexscout("run", "in", folder=inputs)
    assert {row["Asking Price"] for row in outcome.rows()} == {"2000000"}
    assert "when the file was last changed is the date of broker list.xlsx (Jan 15, 2027)." in outcome.out
    assert "put it into the name: broker list 2027-01-15.xlsx." in outcome.out
    newer.rename(inputs / "in/broker list 2026-01-05.xlsx")
    assert "last changed" not in flexscout("run", "in", folder=inputs).out
