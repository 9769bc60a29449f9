"""Who listens while files are processed."""

import logging
from typing import Protocol

from flexscout.model import ProcessingResult


class Progress(Protocol):
    """Told of each file as it is done; a bar, a log line or a list in a test."""

    def started(self, files: int) -> None:
        """`files` are going to be processed."""

    def file_done(self, result: ProcessingResult) -> None:
        """A file is processed, or has failed."""

    def finished(self) -> None:
        """No more files follow."""


logger = logging.getLogger("flexscout.processing")


class NoProgress:
    """Listens to nothing."""

    def started(self, files: int) -> None:
        """Ignored."""

    def file_done(self, result: ProcessingResult) -> None:
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

    def finished(self) -> None:
        """Nothing to end."""
