"""Whole processes: seconds on the clock, and the memory of a process with all its children."""

import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

_SAMPLE_SECONDS = 0.01


@dataclass(frozen=True)
class Measured:
    """`seconds`: on the clock, from start to exit; `memory_mb`: the most that the process and its children held at a time."""

    seconds: float
    memory_mb: float


def seconds(command: Sequence[str]) -> float:
    """How long the command takes. Raises RuntimeError, with what it said, if it fails."""
    started = time.perf_counter()
    _finish(_started(command), command)
    return time.perf_counter() - started


def memory(command: Sequence[str]) -> Measured:
    """The command with its memory looked at a hundred times a second, which costs it some time."""
    started = time.perf_counter()
    process = _started(command)
    most = 0.0
    while process.poll() is None:
        most = max(most, _tree_mb(process.pid))
        time.sleep(_SAMPLE_SECONDS)
    _finish(process, command)
    return Measured(time.perf_counter() - started, most)


def _started(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    # Its words go to a file: a pipe that nobody empties would stop it.
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=tempfile.TemporaryFile())


def _finish(process: "subprocess.Popen[bytes]", command: Sequence[str]) -> None:
    if process.wait():
        raise RuntimeError(f"{' '.join(command)} ended with exit code {process.returncode}")


def _tree_mb(pid: int) -> float:
    """What each process holds for itself, with its share of what is shared (PSS); elsewhere than on Linux, what it holds."""
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
