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
from program import PROGRAM, run_program
from workbooks import valid_properties_1, valid_properties_2


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Return the CSV of a run over the good files only."""
    folder = tmp_path_factory.mktemp("alone")
    write_good_files(folder / "in")
    return run_program("run", "in", folder=folder).csv.read_bytes()


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


@pytest.fixture(scope="module")
def among_hostile(tmp_path_factory):
    """Run over the good files and all hostile ones."""
    folder = tmp_path_factory.mktemp("hostile")
    write_good_files(folder / "in")
    for number, (make, _) in enumerate(HOSTILE.values()):
        path = make(folder / "made")
        path.rename(folder / f"in/{number}{path.suffix}")
    return run_program("run", "in", "--file-pattern", "*.*s*", "--memory-limit", "1", "-w", "2", folder=folder)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_file_fails_in_plain_words(among_hostile, kind):
    number, (_, code) = list(HOSTILE).index(kind), HOSTILE[kind]
    (entry,) = (entry for entry in among_hostile.report["files"] if Path(entry["file"]).stem == str(number))
    assert entry["error"]["code"] == code
    assert entry["file"] in entry["error"]["message"]
    assert entry["error"]["next_step"]


def test_hostile_files_do_not_affect_the_others(among_hostile, alone):
    assert among_hostile.code == 1
    assert "Traceback" not in among_hostile.err
    assert among_hostile.csv.read_bytes() == alone


def test_truncated_files_are_reported_as_damaged(tmp_path, alone):
    write_good_files(tmp_path / "in")
    hostile.truncated(tmp_path / "in")
    outcome = run_program("run", "in")
    codes = [outcome.file(f"truncated_{tenth}.xlsx")["error"]["code"] for tenth in range(1, 10)]
    assert codes == ["damaged"] * 9
    assert outcome.csv.read_bytes() == alone


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither pipes nor devices in folders")
def test_pipes_and_devices_are_never_opened(tmp_path, alone):
    write_good_files(tmp_path / "in")
    os.mkfifo(tmp_path / "in/pipe.xlsx")
    (tmp_path / "in/zero.xlsx").symlink_to("/dev/zero")
    outcome = run_program("run", "in")
    assert {entry["file"] for entry in outcome.report["files"] if entry["status"] == "skipped"} >= {"pipe.xlsx", "zero.xlsx"}
    assert outcome.csv.read_bytes() == alone


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no termination signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_terminated_run_leaves_no_processes_or_temporary_files(tmp_path, number, code):
    hostile.bomb(tmp_path / "in", 1.9, declared=40_000_000, rows=True)
    command = [*PROGRAM, "run", "in"]
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
