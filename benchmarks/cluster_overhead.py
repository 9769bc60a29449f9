"""Compare a run on a Dask cluster of this computer with one by worker processes.

    python benchmarks/cluster_overhead.py [--files N] [--rows N] [--runs N]

Both runs read the same exports without a cache and take turns. The processor time of the cluster is that of the run, of its
workers and of the scheduler. The bytes of all outputs are compared, too.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
from generated_exports import create_run_folder, parse_sizes, write_folder
from process_metrics import Timing, time_command

ADDRESS = "tcp://127.0.0.1:18786"
OUTPUTS = (".xlsx", ".csv", ".parquet")


def main() -> None:
    """Write the inputs, measure and print."""
    options = parse_sizes(__doc__, files=64, rows=5_000, runs=3)
    with create_run_folder() as folder:
        source = write_folder(folder / "in", files=options.files, rows=options.rows)
        workers = os.cpu_count() or 1
        alone, shared = [], []
        with _running_cluster(folder, workers) as processes:
            for _ in range(options.runs):
                alone.append(_run(source, folder / "processes", workers))
                shared.append(_run_on(source, folder, processes))
    for name, timings in {"worker processes": alone, "cluster": shared}.items():
        seconds, busy = (statistics.median(getattr(one, kind) for one in timings) for kind in ("seconds", "cpu_seconds"))
        print(f"{name:20} {seconds:7.2f} s {busy:7.2f} s of processor time")
    ratios = [theirs.cpu_seconds / own.cpu_seconds for own, theirs in zip(alone, shared, strict=True)]
    print(f"processor time, cluster / processes: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


@contextmanager
def _running_cluster(folder: Path, workers: int) -> Iterator[list[psutil.Process]]:
    """Start a scheduler and workers with one slot each; yield their processes, which are no children of this one."""
    port = ADDRESS.rpartition(":")[2]
    scheduler = ["dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]
    worker = ["dask_worker", ADDRESS, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    started = [psutil.Process(_start_apart(folder, one)) for one in (scheduler, *[worker] * workers)]
    try:
        time.sleep(8)  # until they know each other
        yield started
    finally:
        for process in reversed(started):
            process.kill()


def _start_apart(folder: Path, arguments: Sequence[str]) -> int:
    """Start a process whose parent ends at once, since `time_command` waits for all children; return its ID."""
    command = [sys.executable, "-m", f"distributed.cli.{arguments[0]}", *arguments[1:]]
    quiet = "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True"
    code = f"import subprocess; print(subprocess.Popen({command!r}, {quiet}).pid)"
    return int(subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True).stdout)


def _run_on(source: Path, folder: Path, processes: Sequence[psutil.Process]) -> Timing:
    before = _measure(processes)
    timing = _run(source, folder / "cluster", len(processes) - 1, "--scheduler", ADDRESS)
    for path in (folder / "processes").iterdir():
        if path.suffix in OUTPUTS and path.read_bytes() != (folder / "cluster" / path.name).read_bytes():
            raise SystemExit(f"{path.name} differs")
    return Timing(timing.seconds, timing.cpu_seconds + _measure(processes) - before)


def _measure(processes: Sequence[psutil.Process]) -> float:
    """Return the processor time of processes and of their children that have ended."""
    times = [process.cpu_times() for process in processes]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)


def _run(source: Path, output: Path, workers: int, *options: str) -> Timing:
    shutil.rmtree(output.parent / "cache", ignore_errors=True)
    shutil.rmtree(output, ignore_errors=True)
    places = ["-o", str(output / "all.xlsx"), "--report-file", str(output / "report.json")]
    command = [sys.executable, "-m", "flexscout", "run", str(source), *places, "-q", "--workers", str(workers), *options]
    return time_command(command)


if __name__ == "__main__":
    main()
