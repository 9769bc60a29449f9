"""Runs killed at any moment: the next run gives the same bytes, and no output is ever half-written."""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from program import PROGRAM, flexscout
from workbooks import HEADER, candidate, write_workbook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")

_FILES, _MOMENTS = 8, 15
_OUTPUTS = ("all.xlsx", "all.csv", "all.parquet", "all_duplicates.csv", "all_duplicates.parquet", "all_issues.csv")
_COMMAND = [*PROGRAM, "run", "in", "-o", "out/all.xlsx", "-q"]


def hashes(folder):
    """Return the content hash of each existing output."""
    there = [folder / name for name in _OUTPUTS if (folder / name).exists()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in there}


def exports(folder, *, year):
    """Write the exports; every third property is in two of them."""
    for number in range(_FILES):
        rows = [candidate(10 * number + i - (i % 3 == 0), Year_Built=year) for i in range(5)]
        write_workbook(folder / f"{number:02}.xlsx", [HEADER, *rows])


def run_undisturbed(folder):
    """Run over `in` with outputs in `folder`, without a cache."""
    assert flexscout("run", "in", "-o", f"{folder}/all.xlsx", "--report-file", f"{folder}/report.json", "-q", "--fresh").code == 0


def restore(folder):
    """Bring `out` back to the outputs in `folder`."""
    Path("out").mkdir(exist_ok=True)
    for name in hashes(folder):
        (Path("out") / name).write_bytes((folder / name).read_bytes())


def start_run():
    """Start a run into `out` and return it as soon as it holds its lock: until then it writes nothing."""
    for lock in Path("out").glob(".flexscout/*/lock"):
        lock.unlink()
    run = subprocess.Popen(_COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while run.poll() is None and not list(Path("out").glob(".flexscout/*/lock")):
        time.sleep(0.005)
    return run


def measure_run():
    """Return the seconds for which a run holds its lock."""
    with start_run() as run:
        began = time.monotonic()
        assert run.wait() == 0
    return time.monotonic() - began


def kill_after(seconds):
    """Start a run, kill it this long after it took its lock, but not its workers; return those."""
    with start_run() as run:
        time.sleep(seconds)
        below = psutil.Process(run.pid).children(recursive=True) if run.poll() is None else []
        run.kill()
    return below


def test_killed_run_keeps_whole_outputs_and_the_next_one_completes(tmp_path):
    """The moments are spread evenly over a run that reads the files, and over one that knows them or some of them."""
    exports(tmp_path / "in", year=1990)
    run_undisturbed("old")
    old = hashes(tmp_path / "old")
    exports(tmp_path / "in", year=1985)
    run_undisturbed("new")
    new = hashes(tmp_path / "new")
    cache, seconds = tmp_path / ".cache", {}
    for is_cached in (False, True):
        if not is_cached:
            shutil.rmtree(cache)
        restore(tmp_path / "old")
        seconds[is_cached] = measure_run()
    jitter = random.Random(7)  # noqa: S311 - times, not secrets
    for moment in range(_MOMENTS):
        restore(tmp_path / "old")
        is_cached = moment % 3 != 0
        if not is_cached:
            shutil.rmtree(cache, ignore_errors=True)
        left = kill_after((moment + jitter.random()) / _MOMENTS * seconds[is_cached])
        for name, digest in hashes(tmp_path / "out").items():
            assert digest in (old[name], new[name])
        assert not [process for process in psutil.wait_procs(left, timeout=20)[1] if process.is_running()]
    done = subprocess.run(_COMMAND, check=False)
    assert done.returncode == 0
    assert hashes(tmp_path / "out") == new
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.endswith((".new.xlsx", ".new.csv", ".new.parquet"))]


def test_killed_worker_fails_its_file_until_the_next_run(tmp_path):
    exports(tmp_path / "in", year=1990)
    run_undisturbed("whole")
    command = [*_COMMAND, "-w", "1", "--fresh"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while run.poll() is None and not list((tmp_path / ".cache/flexscout").glob("*/record.json")):
            time.sleep(0.01)
        for process in psutil.Process(run.pid).children(recursive=True):
            if "spawn_main" in " ".join(process.cmdline()) or "forkserver" in " ".join(process.cmdline()):
                for worker in process.children():
                    os.kill(worker.pid, signal.SIGKILL)
        assert run.wait(120) in (0, 1)
    assert flexscout("run", "in", "-o", "out/all.xlsx").code == 0
    assert hashes(tmp_path / "out") == hashes(tmp_path / "whole")


BROKEN_POOL = """
import sys
from concurrent.futures.process import BrokenProcessPool
from flexscout.runtime.executors import _PatientPoolManager

def break_pool(manager):
    raise BrokenProcessPool("no worker process stays alive")

_PatientPoolManager.update_workers = break_pool
sys.argv = ["flexscout", "run", "in", "-o", "out/all.xlsx", "-q", "--fresh"]
from flexscout.cli import main
main()
"""


def test_a_run_without_workers_ends_with_exit_code_2_and_keeps_the_outputs(tmp_path):
    exports(tmp_path / "in", year=1990)
    assert flexscout("run", "in", "-o", "out/all.xlsx").code == 0
    before = hashes(tmp_path / "out")
    exports(tmp_path / "in", year=1985)
    done = subprocess.run([sys.executable, "-c", BROKEN_POOL], capture_output=True, text=True, check=False)
    assert (done.returncode, hashes(tmp_path / "out")) == (2, before)
    assert "the processes that read the files are gone" in done.stderr
    assert flexscout("run", "in", "-o", "out/all.xlsx").code == 0
