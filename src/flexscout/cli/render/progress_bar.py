"""Progress on standard error: a bar on a terminal, a line per file elsewhere."""

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
from flexscout.runtime import NoProgress, Progress

_LINE_SECONDS = 5.0  # from one line of a large file to the next


@contextmanager
def build_listener(*, quiet: bool, verbose: bool) -> Iterator[Progress]:
    """Who shows the progress; with `verbose` the log is shown as well."""
    log, memory = logging.getLogger("flexscout"), logging.getLogger("flexscout.memory")
    handler = logging.StreamHandler()
    handler.setFormatter(SafeFormatter("%(levelname)s %(name)s: %(message)s"))
    said = _Said()
    if verbose:
        log.addHandler(handler)
    elif not quiet:
        memory.addHandler(said)
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
        log.removeHandler(handler)
        memory.removeHandler(said)


class _Said(logging.Handler):
    """A message as a sentence on standard error, above the bar."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say it."""
        print_line(f"flexscout: {record.getMessage()}", err=True)


def _so_far(rows: int, estimate: int) -> str:
    return f"{rows:,} rows of about {estimate:,}"


class LineProgress:
    """A line per file."""

    def __init__(self) -> None:
        self._files = self._done = 0
        self._next = time.monotonic() + _LINE_SECONDS

    def started(self, files: int) -> None:
        """Remember how many there are."""
        self._files = files

    def file_done(self, result: ProcessingResult) -> None:
        """Print the file's line."""
        self._done += 1
        name, account = result.record.source.name, result.account
        took = "as before" if result.record.reused else f"{result.processing_time:.1f} s"
        what = f"{account.rows_read:,} rows, {account.candidates:,} candidates, {took}"
        print_line(f"[{self._done}/{self._files}] {name}: {what if result.success else 'FAILED'}", err=True)

    def rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Print a line, not too often."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _LINE_SECONDS
            print_line(f"{file}: {_so_far(rows, estimate)}", err=True)

    def finished(self) -> None:
        """Nothing to end."""


class BarProgress:
    """A live bar: files done, candidates found, rows per second, time left."""

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
        self._within: dict[str, str] = {}

    def started(self, files: int) -> None:
        """Show the empty bar."""
        self._start = time.perf_counter()
        self._task = self.bar.add_task("Reading", total=files, candidates=0, speed=0)

    def file_done(self, result: ProcessingResult) -> None:
        """Move the bar on."""
        self._within.pop(result.record.source.name, None)
        self._candidates += result.account.candidates
        self._rows += result.account.rows_read
        seconds = time.perf_counter() - self._start
        if self._task is not None:
            self.bar.update(
                self._task,
                advance=1,
                description=self._reading,
                candidates=self._candidates,
                speed=self._rows / seconds if seconds else 0,
            )

    def rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Say so beside the bar."""
        self._within[file] = _so_far(rows, estimate)
        if self._task is not None:
            self.bar.update(self._task, description=self._reading)

    @property
    def _reading(self) -> str:
        """What is being read: one large file, if there is any."""
        return next((escape_controls(f"{file}: {so_far}") for file, so_far in self._within.items()), "Reading")

    def finished(self) -> None:
        """What follows has no parts to count; the context of the bar ends it."""
        if self._task is not None:
            self.bar.update(self._task, description="Merging and writing")
