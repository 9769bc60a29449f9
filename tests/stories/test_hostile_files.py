"""Hostile files: each is reported, and the results equal those of a run without it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

import hostile_files as hostile
from program import flexscout
from workbooks import valid_properties_1, valid_properties_2


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Return the CSV of a run over the good files only."""
    folder = tmp_path_factory.mktemp("alone")
    write_good_files(folder / "in")
    return flexscout("run", "in", folder=folder).csv.read_bytes()


def write_good_files(folder):
    folder.mkdir(parents=True, exist_ok=True)
    valid_properties_1(folder)
    valid_properties_2(folder)


HOSTILE = {
    "zeros": (hostile.bomb, "too_large"),
    "zeros that claim to be few": (lambda folder: hostile.bomb(folder, declared=1_000), "damaged"),
    "zeros that claim to be some": (lambda folder: hostile.bomb(folder, declared=40_000_000), "damaged"),
    "rows": (lambda folder: hostile.bomb(folder, rows=True), "too_large"),
    "entries": (hostile.many_parts, "too_many_parts"),
    "a far cell": (hostile.stray_cell, "too_large"),
    "a far cell below many": (hostile.stray_cell_in_large_sheet, "too_large"),
    "shared texts": (hostile.false_shared_text_count, "damaged"),
    "repeats": (hostile.ods_repeats, "too_large"),
    "nesting": (hostile.deep_nesting, "empty_workbook"),
    "entities": (hostile.entity_bomb, "damaged"),
    "encrypted": (hostile.encrypted_part, "password_protected"),
}


@pytest.mark.parametrize(("make", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_file_fails_without_affecting_others(tmp_path, alone, make, code):
    write_good_files(tmp_path / "in")
    name = make(tmp_path / "in").name
    outcome = flexscout("run", "in", "--file-pattern", "*.*s*", "--memory-limit", "1", "-w", "2")
    error = outcome.file(name)["error"]
    assert (outcome.code, error["code"]) == (1, code)
    assert name in error["message"]
    assert error["next_step"]
    assert "Traceback" not in outcome.err
    assert outcome.csv.read_bytes() == alone


def test_truncated_files_are_reported_as_damaged(tmp_path, alone):
    write_good_files(tmp_path / "in")
    hostile.truncated(tmp_path / "in")
    outcome = flexscout("run", "in")
    codes = [outcome.file(f"truncated_{tenth}.xlsx")["error"]["code"] for tenth in range(1, 10)]
    assert codes == ["damaged"] * 9
    assert outcome.csv.read_bytes() == alone


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither pipes nor devices in folders")
def test_pipes_and_devices_are_never_opened(tmp_path, alone):
    write_good_files(tmp_path / "in")
    os.mkfifo(tmp_path / "in/pipe.xlsx")
    (tmp_path / "in/zero.xlsx").symlink_to("/dev/zero")
    outcome = flexscout("run", "in")
    assert {entry["file"] for entry in outcome.report["files"] if entry["status"] == "skipped"} >= {"pipe.xlsx", "zero.xlsx"}
    assert outcome.csv.read_bytes() == alone


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no termination signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_terminated_run_leaves_no_processes_or_temporary_files(tmp_path, number, code):
    hostile.bomb(tmp_path / "in", 1.9, declared=40_000_000, rows=True)
    command = [sys.executable, "-m", "flexscout", "run", "in"]
    with TemporaryDirectory() as temporary:  # short, because it holds sockets
        environment = os.environ | {"TMPDIR": temporary}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as run:
            workers = _wait_for_workers(run, tmp_path)
            run.send_signal(number)
            assert run.wait(60) == code
        assert not list(Path(temporary).glob("flexscout-*"))
    psutil.wait_procs(workers, timeout=20)
    assert not [worker for worker in workers if worker.is_running()]


def _wait_for_workers(run, folder: Path):
    """Return the worker processes of a run, once it holds its lock and they have started."""
    while run.poll() is None:
        children = psutil.Process(run.pid).children(recursive=True)
        if len(children) > 2 and list(folder.glob("data/exports/.flexscout/*/lock")):
            return children
        time.sleep(0.05)
    raise AssertionError(f"the run ended by itself with {run.returncode}: {run.communicate()[1]}")
