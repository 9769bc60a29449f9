"""Progress on standard error: a bar in a terminal, otherwise one line per file."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from flexscout.cli.terminal import print_line
from flexscout.domain import SafeFormatter, escape_controls
from flexscout.models import ProcessingResult
from flexscout.runtime import NoProgress, Progress, Step

_SECONDS_BETWEEN_LINES = 5.0  # for the rows of one large file
_STEP_TEXTS = {Step.MATCH: "Matching", Step.MERGE: "Merging", Step.COMPARE: "Comparing", Step.WRITE: "Writing"}


@contextmanager
def open_progress(*, quiet: bool, verbose: bool) -> Iterator[Progress]:
    """Show progress within the context.

    Args:
        quiet: Show nothing.
        verbose: Show the log, and lines instead of a bar.

    Yields:
        The listener to pass to the pipeline.

    """
    log, memory_log = logging.getLogger("flexscout"), logging.getLogger("flexscout.memory")
    log_handler = logging.StreamHandler()
    log_handler.setFormatter(SafeFormatter("%(levelname)s %(name)s: %(message)s"))
    warning_handler = _WarningPrinter()
    if verbose:
        log.addHandler(log_handler)
    elif not quiet:
        memory_log.addHandler(warning_handler)
    try:
        if quiet:
            yield NoProgress()
        elif sys.stderr.isatty() and not verbose:
            bar = BarProgress()
            with bar.bar:
                yield bar
        else:
            yield LineProgress()
    finally:
        log.removeHandler(log_handler)
        memory_log.removeHandler(warning_handler)


class _WarningPrinter(logging.Handler):
    """Prints a warning on standard error, above the bar."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the message."""
        print_line(f"flexscout: {record.getMessage()}", err=True)


def _describe_rows(rows: int, estimate: int) -> str:
    return f"{rows:,} of about {estimate:,} rows"


class LineProgress(NoProgress):
    """Prints one line per file."""

    def __init__(self) -> None:
        self._files = self._done = 0
        self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES

    def on_start(self, files: int) -> None:
        """Set the number of files."""
        self._files = files

    def on_file_done(self, result: ProcessingResult) -> None:
        """Print the line of a finished file."""
        self._done += 1
        name, account = result.record.source.name, result.account
        duration = "unchanged, reused" if result.record.reused else f"{result.processing_time:.1f} s"
        outcome = f"{account.rows_read:,} rows, {account.candidates:,} candidates, {duration}"
        print_line(f"[{self._done}/{self._files}] {name}: {outcome if result.success else 'FAILED'}", err=True)

    def on_rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Print the progress within a large file, at most one line every few seconds."""
        now = time.monotonic()
        if now >= self._next_line:
            self._next_line = now + _SECONDS_BETWEEN_LINES
            print_line(f"{file}: {_describe_rows(rows, estimate)}", err=True)


class BarProgress(NoProgress):
    """Shows a live bar: files done, candidates, rows per second, time left."""

    def __init__(self) -> None:
        self.bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("files | {task.fields[candidates]:,} candidates | {task.fields[speed]:,.0f} rows/s |"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=Console(stderr=True, markup=False, emoji=False, highlight=False),
            transient=True,
        )
        self._task: TaskID | None = None
        self._candidates = self._rows = 0
        self._start = time.perf_counter()
        self._open_files: dict[str, str] = {}  # large file -> its progress

    def on_start(self, files: int) -> None:
        """Show the empty bar."""
        self._start = time.perf_counter()
        self._task = self.bar.add_task("Reading", total=files, candidates=0, speed=0)

    def on_file_done(self, result: ProcessingResult) -> None:
        """Advance the bar."""
        self._open_files.pop(result.record.source.name, None)
        self._candidates += result.account.candidates
        self._rows += result.account.rows_read
        seconds = time.perf_counter() - self._start
        if self._task is not None:
            self.bar.update(
                self._task,
                advance=1,
                description=self._describe_reading(),
                candidates=self._candidates,
                speed=self._rows / seconds if seconds else 0,
            )

    def on_rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Show the progress within a large file."""
        self._open_files[file] = _describe_rows(rows, estimate)
        if self._task is not None:
            self.bar.update(self._task, description=self._describe_reading())

    def _describe_reading(self) -> str:
        """Return the progress of one large file, if any is being read."""
        return next((escape_controls(f"{file}: {rows}") for file, rows in self._open_files.items()), "Reading")

    def on_step(self, step: Step) -> None:
        """Name the step; those after reading have no rows to count."""
        if self._task is not None and step in _STEP_TEXTS:
            self.bar.update(self._task, description=_STEP_TEXTS[step])
