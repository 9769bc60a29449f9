"""A replay that is kept, so that only the first question about a run takes time."""

from contextlib import ExitStack
from threading import RLock
from typing import Self

from flexscout.history import RunHistory, RunRecord
from flexscout.insights.replayed_run import ReplayedRun, replay


class WarmReplay:
    """Keeps the replay of one run until another one is asked for. May be used from several threads.

    As a context, it gives up the replay at the end.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._stack = ExitStack()
        self._key: tuple[str, int, str] | None = None
        self._past: ReplayedRun | None = None

    def get(self, history: RunHistory, record: RunRecord) -> ReplayedRun:
        """Return the replay of a run. What the user decided since it was replayed is not in it.

        Raises:
            ConfigurationError: The mapping file of the run is gone, or this version doesn't know its profile.

        """
        key = (str(history.workbook.absolute()), record.number, record.ended)
        with self._lock:
            if self._past is None or key != self._key:
                self.close()
                self._past = self._stack.enter_context(replay(history, record))
                self._key = key
            return self._past

    def close(self) -> None:
        """Give up the replay, and the memory and the files that it holds."""
        with self._lock:
            self._past = self._key = None
            self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
