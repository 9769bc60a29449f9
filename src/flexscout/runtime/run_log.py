"""The log of a run: one JSON object per line."""

import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from flexscout.domain import escape_controls, escape_json
from flexscout.errors import OutputError
from flexscout.models import RunSummary, SourceFile
from flexscout.skipped import SkippedFile


class _JsonLines(logging.Formatter):
    """Formats a record as JSON: `time` (UTC), `run` (an ID), `level`, `event`, `message`, and the fields of its `data`."""

    def __init__(self) -> None:
        super().__init__()
        self._run = uuid4().hex[:12]

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "run": self._run,
            "level": record.levelname,
            "event": getattr(record, "event", record.name),
            "message": record.getMessage(),
            **getattr(record, "data", {}),
        }
        return escape_json(json.dumps(entry, ensure_ascii=False, default=str))


class _LogFile(logging.FileHandler):
    """A log file that reports a failure to write once, and otherwise ignores it."""

    _failed = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - the name is logging's
        if not self._failed:
            self._failed = True
            message = f"flexscout: the log {self.baseFilename} can't be written: {sys.exc_info()[1]}"
            print(escape_controls(message), file=sys.stderr)  # noqa: T201

    def close(self) -> None:
        """Close the file; a failure to flush it is ignored."""
        with suppress(OSError):
            super().close()


class _WarningReporter(logging.Handler):
    def __init__(self, report: Callable[[str], object]) -> None:
        super().__init__(logging.WARNING)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        """Report the message."""
        self._report(record.getMessage())


@contextmanager
def report_warnings(names: Iterable[str], report: Callable[[str], object]) -> Iterator[None]:
    """Call `report` with the message of each warning and error that loggers with these names write in the context."""
    handler, loggers = _WarningReporter(report), [logging.getLogger(name) for name in names]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


@contextmanager
def open_run_log(path: Path, level: str) -> Iterator[logging.Logger]:
    """Write the log to a file while the context lasts.

    Args:
        path: The file, which is appended to.
        level: Name of the lowest level to write.

    Yields:
        The logger `flexscout`.

    Raises:
        OutputError: The file can't be written.

    """
    logger = logging.getLogger("flexscout")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _LogFile(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise OutputError(
            f"The log {path} can't be written: {error.strerror}.", "Choose another place with logging.file."
        ) from None
    handler.setFormatter(_JsonLines())
    previous_level = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    try:
        yield logger
    finally:
        logger.removeHandler(handler)
        logger.setLevel(previous_level)
        handler.close()


def log_scan(sources: Iterable[SourceFile], skipped: Iterable[SkippedFile]) -> None:
    """Log the files of the input folder, one line each."""
    logger = logging.getLogger("flexscout.pipeline")
    for source in sources:
        logger.info("%s found", source.name, extra={"event": "file_found", "data": {"file": source.name, "bytes": source.size}})
    for file in skipped:
        logger.warning("%s skipped: %s", file.name, file.reason, extra={"event": "file_skipped", "data": {"file": file.name}})


def log_unchanged(number: int, files: int) -> None:
    """Log that nothing has changed since a run, by its number; its files aren't listed again."""
    logger = logging.getLogger("flexscout.pipeline")
    message = "nothing has changed since run %s; its outputs are kept"
    logger.info(message, number, extra={"event": "unchanged", "data": {"number": number, "files": files}})


def log_run_finished(summary: RunSummary) -> None:
    """Log the exit code and the performance figures of a run."""
    logger = logging.getLogger("flexscout.pipeline")
    data = {"exit_code": summary.exit_code, **summary.report["performance"]}
    logger.info("run finished", extra={"event": "run_finished", "data": data})
