"""Progress listeners, and the progress of large files across processes."""

import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from flexscout.models import ProcessingResult, SourceFile
from flexscout.runtime.cache import TableCache
from flexscout.runtime.error_handler import ErrorHandler

_FILE_NAME = "rows-so-far"
_POLL_SECONDS = 0.5

logger = logging.getLogger("flexscout.ingest")


class Step(StrEnum):
    """The steps of a run, in order, as listeners are told about them."""

    SCAN = "scan"
    READ = "read"
    MATCH = "match"
    MERGE = "merge"
    COMPARE = "compare"
    WRITE = "write"


class Progress(Protocol):
    """Listener that is notified during a run; one that needs only some of the calls inherits from NoProgress."""

    def on_step(self, step: Step) -> None:
        """Called when a step of the run begins."""

    def on_start(self, files: int) -> None:
        """Called before `files` files are processed."""

    def on_file_start(self, file: str) -> None:
        """Called when a worker takes a file."""

    def on_file_done(self, result: ProcessingResult) -> None:
        """Called when a file is processed, or has failed."""

    def on_rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Called now and then while a worker reads a large file: `rows` are read, of about `estimate` in all."""

    def on_finish(self) -> None:
        """Called when no more files follow."""


class NoProgress:
    """Listener that does nothing."""

    def on_step(self, step: Step) -> None:
        """Do nothing."""

    def on_file_start(self, file: str) -> None:
        """Do nothing."""

    def on_start(self, files: int) -> None:
        """Do nothing."""

    def on_file_done(self, result: ProcessingResult) -> None:
        """Do nothing."""

    def on_rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Do nothing."""

    def on_finish(self) -> None:
        """Do nothing."""


class LoggedProgress(NoProgress):
    """Listener that logs progress.

    Args:
        batch_size: Files between two log lines.
        interval: Properties, or rows of a large file, between two log lines.

    """

    def __init__(self, batch_size: int, interval: int) -> None:
        self._batch_size, self._interval = batch_size, interval
        self.on_start(0)

    def on_start(self, files: int) -> None:
        """Reset the counts."""
        self._files = files
        self._done = self._properties = self._candidates = self._logged_properties = 0
        self._logged_rows: dict[str, int] = {}

    def on_file_done(self, result: ProcessingResult) -> None:
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

    def on_rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Log if it is time; another sheet of the file starts over."""
        if abs(rows - self._logged_rows.get(file, 0)) >= self._interval:
            self._logged_rows[file] = rows
            data = {"file": file, "rows": rows, "estimate": estimate}
            logger.info("%s: %d rows read, of about %d", file, rows, estimate, extra={"event": "rows_read", "data": data})


class FileProgress(NamedTuple):
    """Progress within a file: rows read so far, and an estimate of all rows."""

    rows: int
    estimate: int


def write_file_progress(folder: Path, progress: FileProgress) -> None:
    """Record progress in a folder that the worker and the main process share. Best effort: I/O errors are ignored."""
    with suppress(OSError):
        (folder / _FILE_NAME).write_text(f"{progress.rows} {progress.estimate}", encoding="ascii")


def read_file_progress(folder: Path) -> FileProgress | None:
    """Return the progress recorded in a folder, or None if it is missing or being written."""
    try:
        rows, estimate = (folder / _FILE_NAME).read_text(encoding="ascii").split()
        return FileProgress(int(rows), int(estimate))
    except (OSError, ValueError):
        return None


class FileResultLog(NoProgress):
    """Logs what became of each file."""

    def on_file_done(self, result: ProcessingResult) -> None:
        """Log the file's counts, or its error."""
        record = result.record
        if record.error:
            context = {"file": str(record.source.path), **record.error.as_dict()}
            ErrorHandler().log_processing_error(context, record.error)
        else:
            data = {"file": record.source.name, **asdict(result.account), "seconds": round(record.seconds, 3)}
            logger.info("%s read", record.source.name, extra={"event": "file_read", "data": data})


class ProgressGroup:
    """Forwards to several listeners. A file is reported once, and again only if it fails later."""

    def __init__(self, *listeners: Progress) -> None:
        self._listeners = listeners
        self._reported: set[tuple[str, bool]] = set()

    def on_step(self, step: Step) -> None:
        """Forward."""
        for listener in self._listeners:
            listener.on_step(step)

    def on_file_start(self, file: str) -> None:
        """Forward."""
        for listener in self._listeners:
            listener.on_file_start(file)

    def on_start(self, files: int) -> None:
        """Forward."""
        for listener in self._listeners:
            listener.on_start(files)

    def on_file_done(self, result: ProcessingResult) -> None:
        """Forward what has not been reported yet."""
        report = (result.record.source.name, result.success)
        if report not in self._reported:
            self._reported.add(report)
            for listener in self._listeners:
                listener.on_file_done(result)

    def on_rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Forward."""
        for listener in self._listeners:
            listener.on_rows_read(file, rows, estimate)

    def on_finish(self) -> None:
        """Forward."""
        for listener in self._listeners:
            listener.on_finish()


class FileProgressPoller:
    """Reports now and then how many rows of large files the workers have read."""

    def __init__(self, cache: TableCache, progress: Progress) -> None:
        self._cache, self._progress = cache, progress
        self._next = 0.0
        self._last: dict[str, FileProgress] = {}

    def poll(self, sources: Iterable[SourceFile]) -> None:
        """Report what is new about the sources, at most every half second."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _POLL_SECONDS
        for source in sources:
            found = map(read_file_progress, self._cache.find_scratch_folders(source))
            latest = max(filter(None, found), key=lambda progress: progress.rows, default=None)
            if latest and latest != self._last.get(source.name):
                self._last[source.name] = latest
                self._progress.on_rows_read(source.name, *latest)
