"""A memory limit where no kernel keeps it: a thread looks at the workers, and kills one that holds too much."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from threading import Event, Thread

import psutil

_LOOK_SECONDS = 0.1  # a process that fills memory as fast as it can gets some 300 MB further between two looks


class Watch:
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
        while not self._ended.wait(_LOOK_SECONDS):
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
