"""Metrics of a run: seconds by stage, and memory."""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from enum import StrEnum
from itertools import count
from threading import Event, Thread
from time import perf_counter
from typing import Self

from flexscout.runtime.mapped_tables import release_pages

MEMORY_WARNING_SHARE = 0.9
"""Share of the memory limit from which a run warns."""

_RELEASE_SECONDS = 0.1  # the pages of a gigabyte are read in this time
_TURNS = 5  # between measurements
_GUARD_SECONDS = 0.1  # a process that allocates as fast as it can gets some 300 MB further in this time

stage_logger = logging.getLogger("flexscout.stage")
memory_logger = logging.getLogger("flexscout.memory")


class Stage(StrEnum):
    """The timed stages of a run, as the report names them."""

    SCAN = "discovery"
    INGEST = "processing"
    MERGE = "aggregation"
    PUBLISH = "export"


class Stopwatch:
    """Measures the seconds of each stage, and knows the stage that is running."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.current = Stage.SCAN

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Add the time until the context ends to the stage, and log it with the peak memory so far."""
        self.current = stage
        started = perf_counter()
        try:
            yield
        finally:
            elapsed = perf_counter() - started
            self.seconds[stage.value] = self.seconds.get(stage.value, 0.0) + elapsed
            data = {"stage": stage.value, "seconds": round(elapsed, 3), "memory_mb": round(measure_peak_mb())}
            stage_logger.info("%s took %.2f s", stage.value, elapsed, extra={"event": "stage_finished", "data": data})


class MemoryWatch:
    """Measures the memory of this process and its children twice a second, and warns once when it nears the limit.

    The warning goes to the logger `flexscout.memory`.

    Args:
        limit_gb: Memory limit of the run.

    """

    def __init__(self, limit_gb: float) -> None:
        self._limit_mb = limit_gb * 1024
        self._has_warned = False
        self._stop = Event()
        self._thread = Thread(target=self._run, name="flexscout-memory", daemon=True)
        self._highest_mb = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def peak_mb(self) -> float:
        """Peak memory so far."""
        return max(self._highest_mb, measure_peak_mb())

    def check(self) -> None:
        """Measure now, and warn if needed. What is mapped from disk doesn't count: the system can drop it at any time."""
        release_pages()
        used_mb = measure_used_mb()
        self._highest_mb = max(self._highest_mb, used_mb)
        if used_mb >= MEMORY_WARNING_SHARE * self._limit_mb and not self._has_warned:
            self._has_warned = True
            memory_logger.warning(
                "The run uses %.1f of its %g GB of memory: raise --memory-limit, or lower --workers.",
                used_mb / 1024,
                self._limit_mb / 1024,
                extra={"event": "memory_warning", "data": {"held_mb": round(used_mb), "limit_mb": round(self._limit_mb)}},
            )

    def _run(self) -> None:
        for turn in count(1):
            if self._stop.wait(_RELEASE_SECONDS):
                return
            release_pages()
            if turn % _TURNS == 0:
                self.check()


class MemoryGuard:
    """Kills processes that use more memory than they may, where the operating system has no such limit.

    Args:
        list_pids: Returns the IDs of the processes.
        lock: Returns a context whose value is True while no process is sending a message: killing one that does would block
            the others.
        limit_bytes: Memory limit of each process.

    """

    def __init__(
        self, list_pids: Callable[[], Iterable[int]], lock: Callable[[], AbstractContextManager[bool]], limit_bytes: int
    ) -> None:
        self._list_pids, self._lock, self._limit_bytes = list_pids, lock, limit_bytes
        self._stop = Event()
        self._thread = Thread(target=self._run, name="flexscout-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop checking."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(_GUARD_SECONDS):
            with suppress(RuntimeError):  # the pool changes its processes meanwhile
                for pid in self._list_pids():
                    self._check(pid)

    def _check(self, pid: int) -> None:
        import psutil  # noqa: PLC0415 - Linux needs no guard

        with suppress(psutil.Error):
            process = psutil.Process(pid)
            if process.memory_info().rss > self._limit_bytes:
                with self._lock() as is_quiet:
                    if is_quiet:
                        process.kill()


def measure_used_mb() -> float:
    """Return the memory of this process and its children, in MB; shared memory counts once where the system can tell."""
    import psutil  # noqa: PLC0415 - a short run never measures

    own = psutil.Process()
    total = 0
    for process in (own, *own.children(recursive=True)):
        with suppress(psutil.Error):
            info = process.memory_full_info()
            total += getattr(info, "pss", info.uss)
    return total / 2**20


def measure_peak_mb() -> float:
    """Return the peak memory of this process plus that of its largest ended child, in MB."""
    if sys.platform == "win32":
        import psutil  # noqa: PLC0415 - the standard library has no such figure on Windows

        return float(psutil.Process().memory_info().peak_wset) / 2**20
    import resource  # noqa: PLC0415 - not on Windows

    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, kilobytes on Linux
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return float(own + child) * unit / 2**20
