"""How long the stages of a run took, and its memory."""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from threading import Event, Thread
from time import perf_counter
from typing import Self

import psutil

_LOOK_SECONDS_WATCH = 0.1  # a process that fills memory as fast as it can gets some 300 MB further between two looks


class MemoryGuard:
    """Looks at the processes that `numbers` gives, until it is ended; none may hold more than `memory` bytes.

    `quiet`: a context that is true while no process is in the middle of a message: one that died there would block the others.
    """

    def __init__(
        self, numbers: Callable[[], Iterable[int]], quiet: Callable[[], AbstractContextManager[bool]], memory: int
    ) -> None:
        self._numbers = numbers
        self._quiet = quiet
        self._memory = memory
        self._ended = Event()
        self._thread = Thread(target=self._run, name="flexscout-watch", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS_WATCH):
            # Workers come and go while they are looked at.
            with suppress(RuntimeError):
                for number in self._numbers():
                    self._look(number)

    def _look(self, number: int) -> None:
        with suppress(psutil.Error):
            process = psutil.Process(number)
            if process.memory_info().rss > self._memory:
                with self._quiet() as quiet:
                    if quiet:
                        process.kill()


MEMORY_WARNING_SHARE = 0.9
"""Share of the limit from which memory is near it."""

_LOOK_SECONDS = 0.5

stage_logger = logging.getLogger("flexscout.stage")
memory_logger = logging.getLogger("flexscout.memory")


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time until the context ends to the stage `name`, and log it, with the most memory held so far."""
        started = perf_counter()
        try:
            yield
        finally:
            took = perf_counter() - started
            self.seconds[name] = self.seconds.get(name, 0.0) + took
            data = {"stage": name, "seconds": round(took, 3), "memory_mb": round(measure_peak_mb())}
            stage_logger.info("%s took %.2f s", name, took, extra={"event": "stage_finished", "data": data})


class MemoryWatch:
    """Looks twice a second at what this process and its workers hold, and warns once when that nears `limit_gb`.

    The warning goes to the logger `flexscout.memory`.
    """

    def __init__(self, limit_gb: float) -> None:
        self._limit_mb = limit_gb * 1024
        self._warned = False
        self._ended = Event()
        self._thread = Thread(target=self._watch, name="flexscout-memory", daemon=True)
        self._seen_mb = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            self.check()

    @property
    def peak_mb(self) -> float:
        """The most that was held so far, in MB."""
        return max(self._seen_mb, measure_peak_mb())

    def check(self) -> None:
        """Look now."""
        held = measure_held_mb()
        self._seen_mb = max(self._seen_mb, held)
        if held >= MEMORY_WARNING_SHARE * self._limit_mb and not self._warned:
            self._warned = True
            memory_logger.warning(
                "%.1f of the %g GB that the run may use are held: raise --memory-limit, or use fewer --workers.",
                held / 1024,
                self._limit_mb / 1024,
                extra={"event": "memory_warning", "data": {"held_mb": round(held), "limit_mb": round(self._limit_mb)}},
            )


def measure_held_mb() -> float:
    """What this process and its children hold at the moment, in MB; what they share counts once, where the system tells."""
    import psutil  # noqa: PLC0415 - a short run never looks

    own = psutil.Process()
    total = 0
    for process in (own, *own.children(recursive=True)):
        with suppress(psutil.Error):
            held = process.memory_full_info()
            total += getattr(held, "pss", held.uss)
    return total / 2**20


def measure_peak_mb() -> float:
    """The most memory that this process and its largest ended child have held, in MB."""
    if sys.platform == "win32":
        import psutil  # noqa: PLC0415 - the standard library has no such figure on Windows

        return float(psutil.Process().memory_info().peak_wset) / 2**20
    import resource  # noqa: PLC0415 - not on Windows

    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes here
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return float(own + child) * unit / 2**20
