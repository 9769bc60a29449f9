"""A second run: equal bytes, backups, and no result read as input."""

import json
import os
import shutil
import signal
import subprocess
import sys

import polars as pl
import pytest

from program import PROGRAM, flexscout, run_program
from workbooks import large_dataset, valid_properties_1, valid_properties_2

_TWINS = (".csv", ".parquet", ".xlsx", "_duplicates.csv", "_duplicates.parquet", "_issues.csv")


def test_equal_input_gives_equal_bytes(tmp_path):
    valid_properties_1(tmp_path / "in")
    valid_properties_2(tmp_path / "in")
    first = flexscout("run", "in", "-o", "one/all.xlsx")
    run_program("run", "in", "-w", "4", "-o", "two/all.xlsx", "--fresh")
    for name in ("all.xlsx", "all.csv", "all.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert first.code == 0


def test_previous_outputs_are_backed_up(tmp_path):
    valid_properties_1(tmp_path / "in")
    before = flexscout("run", "in").csv.read_bytes()
    valid_properties_2(tmp_path / "in")
    after = flexscout("run", "in")
    assert after.csv.with_name("all_flex_properties.csv.bak").read_bytes() == before
    assert after.csv.read_bytes() != before


def test_results_in_the_input_folder_are_not_read(tmp_path):
    valid_properties_1(tmp_path / "in")
    flexscout("run", "in", "-o", "in/result.xlsx")
    shutil.copy(tmp_path / "in/result.xlsx", tmp_path / "in/mailed copy.xlsx")
    outcome = flexscout("run", "in", "-o", "in/result.xlsx")
    assert outcome.report["statistics"]["total_files_processed"] == 1
    assert {outcome.file(name)["status"] for name in ("result.xlsx", "mailed copy.xlsx")} == {"skipped"}


def test_file_downloaded_twice_is_read_once_and_both_are_named(tmp_path):
    path = valid_properties_1(tmp_path / "in")
    shutil.copy(path, tmp_path / "in/valid_properties_1 (1).xlsx")
    entry = flexscout("run", "in").file("valid_properties_1 (1).xlsx")
    assert (entry["status"], entry["rows_read"]) == ("skipped", 0)
    assert "valid_properties_1.xlsx" in entry["reason"]


def test_run_leaves_only_outputs_and_its_record(tmp_path):
    valid_properties_1(tmp_path / "in")
    flexscout("run", "in")
    left = sorted(path.name for path in (tmp_path / "data/exports").iterdir())
    assert left.pop(0) == ".flexscout"
    assert left == [f"all_flex_properties{end}" for end in _TWINS]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a child alone")
def test_interrupt_exits_with_130_and_keeps_the_previous_result(tmp_path):
    valid_properties_1(tmp_path / "in")
    before = flexscout("run", "in")
    kept = before.csv.read_bytes()
    large_dataset(tmp_path, rows=20_000).rename(tmp_path / "in/z_read_last.xlsx")
    command = [*PROGRAM, "run", "in", "-w", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as running:
        running.stderr.readline()
        os.killpg(running.pid, signal.SIGINT)
        _, err = running.communicate()
    assert running.returncode == 130
    assert "Interrupted" in err
    assert before.csv.read_bytes() == kept


def test_demo_runs_and_lists_its_outputs(tmp_path):
    outcome = run_program("demo")
    assert outcome.code == 0
    assert "all_flex_properties.xlsx" in outcome.out
    assert (tmp_path / "flexscout-demo/results/all_flex_properties.xlsx").exists()
    assert "Same content as crexi_listings 2026-01-12.xlsx" in outcome.out


def test_the_demo_shows_a_second_week_also_when_it_is_repeated(tmp_path):
    first, again = flexscout("demo"), flexscout("demo")
    changes = [line for line in first.out.splitlines() if line.startswith("Changes since run")]
    assert all(word in changes[0] for word in ("new", "sold", "with a price cut", "withdrawn from a source"))
    assert again.code == 0
    master = pl.read_parquet(tmp_path / "flexscout-demo/results/all_flex_properties.parquet")
    assert master["Asking Price"].count() > master.height // 2
    assert master["Owner Properties"].max() > 3
    assert master["Price Position"].count() > 20


def test_an_unchanged_run_is_one_line_of_the_log(tmp_path):
    valid_properties_1(tmp_path / "in")
    flexscout("run", "in")
    (log,) = tmp_path.rglob("*.log")
    before = len(log.read_text().splitlines())
    flexscout("run", "in")
    (line,) = map(json.loads, log.read_text().splitlines()[before:])
    assert (line["event"], line["number"], line["files"]) == ("unchanged", 1, 1)
