"""The log of a run: one JSON object a line, for programs and people."""

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from flexscout.domain import escape_controls, escape_json
from flexscout.errors import OutputError
from flexscout.models import RunSummary, SourceFile
from flexscout.skipped import SkippedFile


class _JsonLines(logging.Formatter):
    """`time` (UTC), `run`, equal in the lines of a run, `level`, `event`, `message`, and what the event carries as `data`."""

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
    """A log that can't be written says so once, and costs nothing else."""

    _failed = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - the name is logging's
        if not self._failed:
            self._failed = True
            sentence = f"flexscout: the log {self.baseFilename} can't be written: {sys.exc_info()[1]}"
            print(escape_controls(sentence), file=sys.stderr)  # noqa: T201

    def close(self) -> None:
        """Close what could not be written either."""
        with suppress(OSError):
            super().close()


@contextmanager
def open_run_log(path: Path, level: str) -> Iterator[logging.Logger]:
    """The logger `flexscout`, writing to `path` while the context lasts. Raises OutputError if it can't."""
    logger = logging.getLogger("flexscout")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _LogFile(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise OutputError(
            f"The log {path} can't be written: {error.strerror}.", "Choose another place with logging.file."
        ) from None
    handler.setFormatter(_JsonLines())
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    try:
        yield logger
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        handler.close()


def log_scan(sources: Iterable[SourceFile], skipped: Iterable[SkippedFile]) -> None:
    """A line per file of the folder."""
    logger = logging.getLogger("flexscout.pipeline")
    for source in sources:
        logger.info("%s found", source.name, extra={"event": "file_found", "data": {"file": source.name, "bytes": source.size}})
    for file in skipped:
        logger.warning("%s skipped: %s", file.name, file.reason, extra={"event": "file_skipped", "data": {"file": file.name}})


def log_run_finished(summary: RunSummary) -> None:
    """How a run ended."""
    logger = logging.getLogger("flexscout.pipeline")
    data = {"exit_code": summary.exit_code, **summary.report["performance"]}
    logger.info("run finished", extra={"event": "run_finished", "data": data})
