"""Measure processes: elapsed time, processor time, and the memory of a process and its children."""

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

_SAMPLE_SECONDS = 0.01
_SET_CHILD_SUBREAPER = 36  # an option of prctl


@dataclass(frozen=True)
class Measurement:
    """Elapsed `seconds` from start to exit, and the peak `memory_mb` of the process and its children."""

    seconds: float
    memory_mb: float


@dataclass(frozen=True)
class Timing:
    """Elapsed `seconds` from start to exit, and `cpu_seconds` of all processes that the command started."""

    seconds: float
    cpu_seconds: float


def time_command(command: Sequence[str]) -> Timing:
    """Time a command; raise RuntimeError if it fails. Other programs on the machine change the processor time much less."""
    _adopt_orphans()
    before, started = _measure_children(), time.perf_counter()
    _finish(_start(command), command)
    elapsed = time.perf_counter() - started
    _wait_for_orphans()
    return Timing(elapsed, _measure_children() - before)


def _adopt_orphans() -> None:
    """Have processes that outlive their parent become children of this one, on Linux, so that their time counts."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _wait_for_orphans() -> None:
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        return


def _measure_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure_memory(command: Sequence[str]) -> Measurement:
    """Sample the memory of a command a hundred times a second, which slows it a little."""
    started = time.perf_counter()
    process = _start(command)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, _measure_tree_mb(process.pid))
        time.sleep(_SAMPLE_SECONDS)
    _finish(process, command)
    return Measurement(time.perf_counter() - started, peak)


def _start(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    # Without its compiled modules, which a user's installation has, each process would compile them again.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    # A file, because a full pipe that nobody reads would block the process.
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=tempfile.TemporaryFile())


def _finish(process: "subprocess.Popen[bytes]", command: Sequence[str]) -> None:
    if process.wait():
        raise RuntimeError(f"{' '.join(command)} ended with exit code {process.returncode}")


def _measure_tree_mb(pid: int) -> float:
    """Return the proportional set size (PSS) of a process and its children; outside Linux the unique set size."""
    total = 0
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return 0.0
    for process in family:
        try:
            full = process.memory_full_info()
            total += getattr(full, "pss", full.uss)
        except psutil.Error:
            continue
    return total / 2**20
