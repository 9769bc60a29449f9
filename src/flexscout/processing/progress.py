"""Who listens while files are processed."""

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


class NoProgress:
    """Listens to nothing."""

    def started(self, files: int) -> None:
        """Ignored."""

    def file_done(self, result: ProcessingResult) -> None:
        """Ignored."""

    def finished(self) -> None:
        """Ignored."""
