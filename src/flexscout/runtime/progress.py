"""Who listens while files are processed."""

import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from flexscout.models import ProcessingResult, SourceFile
from flexscout.runtime.cache import TableCache

_NAME = "rows-so-far"


class FileProgress(NamedTuple):
    """`rows`: read so far; `estimate`: how many there may be in all."""

    rows: int
    estimate: int


def write_file_progress(folder: Path, there: FileProgress) -> None:
    """Leave the note; one that can't be left is none."""
    with suppress(OSError):
        (folder / _NAME).write_text(f"{there.rows} {there.estimate}", encoding="ascii")


def read_file_progress(folder: Path) -> FileProgress | None:
    """What the note in the folder says; None without one."""
    try:
        rows, estimate = (folder / _NAME).read_text(encoding="ascii").split()
        return FileProgress(int(rows), int(estimate))
    except (OSError, ValueError):  # half of a note is none
        return None


_LOOK_SECONDS = 0.5


class Progress(Protocol):
    """Told of each file as it is done; a bar, a log line or a list in a test."""

    def started(self, files: int) -> None:
        """`files` are going to be processed."""

    def file_done(self, result: ProcessingResult) -> None:
        """A file is processed, or has failed."""

    def rows_read(self, file: str, rows: int, estimate: int) -> None:
        """So many of the rows of a large file are read, of about as many as estimated; told now and then, by worker processes."""

    def finished(self) -> None:
        """No more files follow."""


logger = logging.getLogger("flexscout.ingest")


class NoProgress:
    """Listens to nothing."""

    def started(self, files: int) -> None:
        """Ignored."""

    def file_done(self, result: ProcessingResult) -> None:
        """Ignored."""

    def rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Ignored."""

    def finished(self) -> None:
        """Ignored."""


class LoggedProgress:
    """Writes to the log how far the run is: after `batch_size` files each, and after `interval` properties each."""

    def __init__(self, batch_size: int, interval: int) -> None:
        self._batch_size, self._interval = batch_size, interval
        self.started(0)

    def started(self, files: int) -> None:
        """Count from the beginning."""
        self._files = files
        self._done = self._properties = self._candidates = self._told = 0
        self._within: dict[str, int] = {}

    def file_done(self, result: ProcessingResult) -> None:
        """Count the file, and write a line if one is due."""
        self._done += 1
        self._properties += result.property_count
        self._candidates += result.flex_candidate_count
        if self._done % self._batch_size == 0 or self._properties - self._told >= self._interval:
            self._told = self._properties
            counts = {"files_done": self._done, "files": self._files, "properties": self._properties}
            logger.info(
                "%d of %d files done: %d properties, %d candidates",
                *(*counts.values(), self._candidates),
                extra={"event": "progress", "data": {**counts, "candidates": self._candidates}},
            )

    def rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Write a line, if it is `interval` from the last; another sheet of the file begins anew."""
        if abs(rows - self._within.get(file, 0)) >= self._interval:
            self._within[file] = rows
            data = {"file": file, "rows": rows, "estimate": estimate}
            logger.info("%s: %d rows read, of about %d", file, rows, estimate, extra={"event": "rows_read", "data": data})

    def finished(self) -> None:
        """Nothing to end."""


class FileProgressPoller:
    """Tells `listeners` now and then how far the large files are that workers read, whose rows wait among `tables`."""

    def __init__(self, tables: TableCache, listeners: Iterable[Progress]) -> None:
        self._tables, self._listeners = tables, listeners
        self._next = 0.0
        self._last: dict[str, FileProgress] = {}

    def poll(self, sources: Iterable[SourceFile]) -> None:
        """Look, if it is time, and tell what is new of the sources."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _LOOK_SECONDS
        for source in sources:
            there = read_file_progress(self._tables.scratch_folder(source))
            if there and there != self._last.get(source.name):
                self._last[source.name] = there
                for listener in self._listeners:
                    listener.rows_read(source.name, *there)
