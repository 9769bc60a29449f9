"""Wait until the inputs of a run have changed and settled."""

import os
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from flexscout.errors import ConfigurationError, NothingToReadError

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration

_SETTLE_SECONDS = 1.0  # without a change; a download takes its time
_POLL_MILLISECONDS = 5_000  # network drives send no events

Snapshot = dict[Path, tuple[int, int]]
"""File -> size in bytes and modification time in nanoseconds."""


class FolderWatch:
    """Waits for changes of the inputs of a run, without hidden files, Excel's lock files and flexscout's own outputs.

    Args:
        settings: The settings of the run.
        stop: Ends the waiting once it is set; without, only Ctrl+C does.
        ignored: Suffixes of files whose changes don't count, in lower case.

    Raises:
        ConfigurationError: The optional package `watchfiles` isn't installed.

    """

    def __init__(self, settings: "PipelineConfiguration", stop: Event | None = None, ignored: Collection[str] = ()) -> None:
        from flexscout.ingest import list_config_places  # noqa: PLC0415 - `--help` loads no frames

        self._paths = [place.path for place in list_config_places(settings)]
        self._own_files = {path.resolve() for path in settings.own_files}
        self._stop, self._ignored = stop or Event(), frozenset(ignored)
        self._events = _watch_events(self._paths, self._stop, recursive=settings.recursive_scan)
        self._before: Snapshot = {}
        self.mark()

    def mark(self) -> None:
        """Take the inputs as they are now for those that are known: `wait` waits for others."""
        self._before = self._take_snapshot()

    def wait(self) -> bool:
        """Wait until the inputs differ and don't change any more; return False if it was stopped.

        Raises:
            NothingToReadError: A folder or file of the inputs doesn't exist.

        """
        if missing := [path for path in self._paths if not path.exists()]:
            raise NothingToReadError(f"{missing[0]} does not exist.", "Correct its path in the settings, then watch again.")
        try:
            while self._take_snapshot() == self._before:
                next(self._events)
        except StopIteration:
            return False
        before: Snapshot | None = None
        while (now := self._take_snapshot()) != before and not self._stop.is_set():
            before = now
            time.sleep(_SETTLE_SECONDS)
        return not self._stop.is_set()

    def _take_snapshot(self) -> Snapshot:
        snapshot: Snapshot = {}
        for path in chain.from_iterable(map(_list_below, self._paths)):
            with suppress(OSError):  # deleted in the meantime
                stat = path.stat()
                if path.suffix.lower() not in self._ignored and path.resolve() not in self._own_files:
                    snapshot[path] = (stat.st_size, stat.st_mtime_ns)
        return snapshot


def _watch_events(paths: Sequence[Path], stop: Event, *, recursive: bool) -> Iterator[object]:
    """Return an iterator that yields after each change of the inputs, and every few seconds."""
    try:
        import watchfiles  # noqa: PLC0415 - an optional dependency
    except ImportError:
        raise ConfigurationError(
            "Watching a folder requires the optional package watchfiles. Run: pip install 'flexscout[watch]'"
        ) from None
    return watchfiles.watch(
        *paths,
        watch_filter=None,
        recursive=recursive,
        stop_event=stop,
        yield_on_timeout=True,
        rust_timeout=_POLL_MILLISECONDS,
    )


def _list_below(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for parent, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent, name) for name in names if not name.startswith((".", "~$")))
