"""Progress listeners, and the progress of large files across processes."""

import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from flexscout.models import ProcessingResult, SourceFile
from flexscout.runtime.cache import TableCache

_FILE_NAME = "rows-so-far"
_POLL_SECONDS = 0.5

logger = logging.getLogger("flexscout.ingest")


class Progress(Protocol):
    """Listener that is notified while files are processed."""

    def started(self, files: int) -> None:
        """Called before `files` files are processed."""

    def file_done(self, result: ProcessingResult) -> None:
        """Called when a file is processed, or has failed."""

    def rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Called now and then while a worker reads a large file: `rows` are read, of about `estimate` in all."""

    def finished(self) -> None:
        """Called when no more files follow."""


class NoProgress:
    """Listener that does nothing."""

    def started(self, files: int) -> None:
        """Do nothing."""

    def file_done(self, result: ProcessingResult) -> None:
        """Do nothing."""

    def rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Do nothing."""

    def finished(self) -> None:
        """Do nothing."""


class LoggedProgress:
    """Listener that logs progress.

    Args:
        batch_size: Files between two log lines.
        interval: Properties, or rows of a large file, between two log lines.

    """

    def __init__(self, batch_size: int, interval: int) -> None:
        self._batch_size, self._interval = batch_size, interval
        self.started(0)

    def started(self, files: int) -> None:
        """Reset the counts."""
        self._files = files
        self._done = self._properties = self._candidates = self._logged_properties = 0
        self._logged_rows: dict[str, int] = {}

    def file_done(self, result: ProcessingResult) -> None:
        """Count the file, and log if it is time."""
        self._done += 1
        self._properties += result.property_count
        self._candidates += result.flex_candidate_count
        if self._done % self._batch_size == 0 or self._properties - self._logged_properties >= self._interval:
            self._logged_properties = self._properties
            counts = {"files_done": self._done, "files": self._files, "properties": self._properties}
            logger.info(
                "%d of %d files done: %d properties, %d candidates",
                *(*counts.values(), self._candidates),
                extra={"event": "progress", "data": {**counts, "candidates": self._candidates}},
            )

    def rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Log if it is time; another sheet of the file starts over."""
        if abs(rows - self._logged_rows.get(file, 0)) >= self._interval:
            self._logged_rows[file] = rows
            data = {"file": file, "rows": rows, "estimate": estimate}
            logger.info("%s: %d rows read, of about %d", file, rows, estimate, extra={"event": "rows_read", "data": data})

    def finished(self) -> None:
        """Do nothing."""


class FileProgress(NamedTuple):
    """Progress within a file: rows read so far, and an estimate of all rows."""

    rows: int
    estimate: int


def write_file_progress(folder: Path, progress: FileProgress) -> None:
    """Record progress in a folder that the worker and the main process share. Best effort: I/O errors are ignored."""
    with suppress(OSError):
        (folder / _FILE_NAME).write_text(f"{progress.rows} {progress.estimate}", encoding="ascii")


def read_file_progress(folder: Path) -> FileProgress | None:
    """Return the progress recorded in a folder; None if there is none, or it is being written."""
    try:
        rows, estimate = (folder / _FILE_NAME).read_text(encoding="ascii").split()
        return FileProgress(int(rows), int(estimate))
    except (OSError, ValueError):
        return None


class FileProgressPoller:
    """Reports the progress of the large files that workers are reading to listeners.

    Args:
        tables: Cache whose scratch folders hold the progress.
        listeners: Notified of changes.

    """

    def __init__(self, tables: TableCache, listeners: Iterable[Progress]) -> None:
        self._tables, self._listeners = tables, listeners
        self._next_poll = 0.0
        self._last: dict[str, FileProgress] = {}

    def poll(self, sources: Iterable[SourceFile]) -> None:
        """Report the changes for some files, if half a second has passed since the last poll."""
        if time.monotonic() < self._next_poll:
            return
        self._next_poll = time.monotonic() + _POLL_SECONDS
        for source in sources:
            progress = read_file_progress(self._tables.scratch_folder(source))
            if progress and progress != self._last.get(source.name):
                self._last[source.name] = progress
                for listener in self._listeners:
                    listener.rows_read(source.name, *progress)
