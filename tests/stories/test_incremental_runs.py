"""Runs over a growing folder read only new and changed files."""

import json
import shutil

import pytest

from images import png
from program import flexscout, run_program
from workbooks import HEADER, candidate, corrupted_file, write_workbook


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A folder with three files that were run."""
    folder = tmp_path_factory.mktemp("done")
    for number in range(3):
        write_workbook(folder / f"in/{number}.xlsx", [HEADER, candidate(2 * number), candidate(2 * number + 1)])
    assert flexscout("run", "in", folder=folder).code == 0
    return folder


@pytest.fixture
def exports(done, tmp_path):
    """The three files in a copy of that folder."""
    return shutil.copytree(done, tmp_path, dirs_exist_ok=True) / "in"


def reused(outcome):
    return outcome.report["performance"]["files_reused"]


def test_only_new_and_changed_files_are_read(exports):
    write_workbook(exports / "2.xlsx", [HEADER, candidate(8)])
    write_workbook(exports / "3.xlsx", [HEADER, candidate(9)])
    outcome = flexscout("run", "in")
    assert (outcome.code, reused(outcome), len(outcome.rows())) == (0, 2, 6)
    assert "0.xlsx: 2 rows, 2 candidates, unchanged, reused" in outcome.err
    assert "2 files unchanged and reused" in outcome.out


@pytest.mark.usefixtures("exports")
@pytest.mark.parametrize(
    "other",
    [
        ("--min-score", "5"),
        ("--profile", "parcel"),
        ("--where", "City = 'Durham'"),
        ("--duplicate-policy", "parcel"),
        ("--no-deduplication",),
        ("-o", "elsewhere/all.xlsx"),
    ],
    ids=str,
)
def test_changed_rules_or_output_read_no_export(other):
    assert reused(flexscout("run", "in", *other)) == 3


@pytest.mark.usefixtures("exports")
def test_run_over_an_unchanged_folder_writes_nothing(tmp_path):
    flexscout("run", "in")
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file() and path.name != "lock"]
    before = {path: path.stat().st_mtime_ns for path in files}
    outcome = flexscout("run", "in")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Nothing changed since run 2" in outcome.out
    assert {path: path.stat().st_mtime_ns for path in files} == before


@pytest.mark.usefixtures("exports")
def test_a_copied_folder_has_results_of_its_own(done, tmp_path):
    outcome = flexscout("run", "in")
    assert "Nothing changed" not in outcome.out
    assert str(tmp_path) in str(outcome.csv)
    assert outcome.csv.read_bytes() == (done / "data/exports/all_flex_properties.csv").read_bytes()
    assert "Nothing changed since run 2" in flexscout("run", "in").out


@pytest.mark.usefixtures("exports")
def test_changed_output_is_written_again():
    flexscout("run", "in")
    csv = flexscout("run", "in").csv
    before = csv.read_bytes()
    csv.write_text("spoiled")
    assert flexscout("run", "in").csv.read_bytes() == before


def test_result_equals_that_of_a_fresh_run(exports, tmp_path):
    write_workbook(exports / "3.xlsx", [HEADER, candidate(9), candidate(1)])
    again = flexscout("run", "in", "-o", "again/all.xlsx")
    fresh = flexscout("run", "in", "-o", "fresh/all.xlsx", "--fresh")
    assert reused(fresh) == 0
    for name in ("all.xlsx", "all.csv", "all.parquet"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()
    assert again.code == fresh.code == 0


def test_deleted_file_leaves_the_result(exports):
    (exports / "1.xlsx").unlink()
    assert {row["Source File"] for row in flexscout("run", "in").rows()} == {"0.xlsx", "2.xlsx"}


def test_failed_file_is_listed_fixed_and_retried(exports):
    broken = corrupted_file(exports)
    assert flexscout("run", "in").code == 1
    listed = flexscout("errors")
    assert (listed.code, broken.name in listed.out, "What to do:" in listed.out) == (0, True, True)
    still = run_program("retry")
    assert (still.code, reused(still)) == (1, 3)
    write_workbook(broken, [HEADER, candidate(9)])
    outcome = flexscout("retry")
    assert (outcome.code, reused(outcome), len(outcome.rows())) == (0, 3, 7)
    assert "nothing to retry" in flexscout("retry").out


def test_retry_uses_the_settings_of_the_run(exports):
    corrupted_file(exports)
    flexscout("run", "in", "--min-score", "9.5", "--profile", "parcel")
    settings = flexscout("retry").report["settings"]
    assert (settings["min_flex_score"], settings["profile"]) == (9.5, "parcel")


def test_runs_are_listed(exports):
    write_workbook(exports / "3.xlsx", [HEADER, candidate(9)])
    flexscout("run", "in")
    lines = flexscout("runs").out.splitlines()
    assert [line.split()[0] for line in lines] == ["2", "1"]
    assert "7 candidates from 4 files" in lines[0]
    assert [entry["candidates"] for entry in json.loads(flexscout("runs", "--format", "json").out)] == [7, 6]


def test_commands_about_past_runs_need_a_run():
    for command in ("runs", "errors", "retry"):
        outcome = flexscout(command)
        assert (outcome.code, "on record" in outcome.err) == (2, True)


@pytest.mark.usefixtures("exports")
def test_clean_empties_the_cache_and_keeps_outputs():
    outcome = flexscout("clean", "--all")
    assert (outcome.code, outcome.out.startswith("Removed 3 files")) == (0, True)
    assert len(outcome.rows()) == 6
    assert reused(flexscout("run", "in", "--min-score", "1")) == 0


@pytest.mark.usefixtures("exports")
def test_damaged_cache_entry_is_read_again(tmp_path):
    records = list((tmp_path / ".cache").rglob("record.json"))
    assert len(records) == 3
    records[0].write_text("{")
    assert reused(flexscout("run", "in", "--min-score", "1")) == 2


@pytest.mark.usefixtures("exports")
def test_another_logo_in_the_same_file_is_a_change(monkeypatch, tmp_path):
    monkeypatch.setenv("FLEXSCOUT_BRANDING_LOGO", "logo.png")
    (tmp_path / "logo.png").write_bytes(png())
    flexscout("run", "in")
    assert "Nothing changed" in flexscout("run", "in").out
    (tmp_path / "logo.png").write_bytes(png(width=3))
    outcome = flexscout("run", "in")
    assert "Nothing changed" not in outcome.out
    assert reused(outcome) == 3
