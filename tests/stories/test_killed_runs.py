"""Runs killed at any moment: the next run gives the same bytes, and no output is ever half-written."""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

from program import flexscout
from workbooks import HEADER, candidate, write_workbook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")

_FILES, _MOMENTS = 40, 30
_OUTPUTS = ("all.xlsx", "all.csv", "all.parquet", "all_duplicates.csv", "all_duplicates.parquet", "all_issues.csv")
_COMMAND = [sys.executable, "-m", "flexscout", "run", "in", "-o", "out/all.xlsx", "-q"]


def hashes(folder):
    """Return the content hash of each existing output."""
    there = [folder / name for name in _OUTPUTS if (folder / name).exists()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in there}


def exports(folder, *, year):
    """Write forty exports; every third property is in two of them."""
    for number in range(_FILES):
        rows = [candidate(10 * number + i - (i % 3 == 0), Year_Built=year) for i in range(5)]
        write_workbook(folder / f"{number:02}.xlsx", [HEADER, *rows])


def run_undisturbed(folder):
    """Return the output hashes and the seconds of an undisturbed run over `in`."""
    began = time.monotonic()
    assert flexscout("run", "in", "-o", f"{folder}/all.xlsx", "--report-file", f"{folder}/report.json", "-q", "--fresh").code == 0
    return time.monotonic() - began


def kill_after(seconds):
    """Start a run and kill it, but not its workers."""
    with subprocess.Popen(_COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        time.sleep(seconds)
        below = psutil.Process(run.pid).children(recursive=True) if run.poll() is None else []
        run.kill()
    return below


def test_killed_run_keeps_whole_outputs_and_the_next_one_completes(tmp_path):
    exports(tmp_path / "in", year=1990)
    run_undisturbed("old")
    old = hashes(tmp_path / "old")
    exports(tmp_path / "in", year=1985)
    seconds = run_undisturbed("new")
    new = hashes(tmp_path / "new")
    moments = random.Random(7)  # noqa: S311 - times, not secrets
    for _ in range(_MOMENTS):
        (tmp_path / "out").mkdir(exist_ok=True)
        for name in old:  # restore the state after the old run
            (tmp_path / "out" / name).write_bytes((tmp_path / "old" / name).read_bytes())
        left = kill_after(moments.uniform(0.05, seconds))
        for name, digest in hashes(tmp_path / "out").items():
            assert digest in (old[name], new[name])
        assert not [process for process in psutil.wait_procs(left, timeout=20)[1] if process.is_running()]
        if moments.random() < 0.3:
            shutil.rmtree(tmp_path / ".cache", ignore_errors=True)
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
