"""Run the pipeline and write what happens as events."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from flexscout.config import PipelineConfiguration
from flexscout.history import RunHistory
from flexscout.ingest import AbsentFiles
from flexscout.jobs.events import EventKind, JobEvent
from flexscout.models import ProcessingResult, RunSummary
from flexscout.outputs import RunMessage
from flexscout.pipeline import ScalableFlexPipeline
from flexscout.runtime import NoProgress, Step, interrupts, report_warnings
from flexscout.staging import name_copies, run_staged

_WARNING_LOGS = ("flexscout.memory", "flexscout.history", "flexscout.cache")
_STEPS = list(Step)


@dataclass
class EventWriter(NoProgress):
    """A listener that writes events.

    Attributes:
        stream: Where they are written.

    """

    stream: BinaryIO
    _started: float = field(default_factory=time.monotonic)
    _lock: Lock = field(default_factory=Lock)

    def write(self, kind: EventKind, **fields: object) -> None:
        """Write an event."""
        self.write_line(JobEvent(kind, time.monotonic() - self._started, fields).to_line())

    def write_line(self, line: bytes) -> None:
        """Write a line that isn't an event."""
        with self._lock:
            self.stream.write(line)
            self.stream.flush()

    def on_step(self, step: Step) -> None:
        """Write which step begins."""
        self.write(EventKind.STAGE, stage=step, position=_STEPS.index(step) + 1, count=len(_STEPS))

    def on_start(self, files: int) -> None:
        """Write how many files are read."""
        self.write(EventKind.STARTED, files=files)

    def on_file_start(self, file: str) -> None:
        """Write which file is read."""
        self.write(EventKind.FILE_STARTED, file=file)

    def on_rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Write the progress within a large file."""
        self.write(EventKind.ROWS, file=file, rows=rows, estimate=estimate)

    def on_file_done(self, result: ProcessingResult) -> None:
        """Write what became of a file."""
        record, account = result.record, result.account
        error = record.error
        told = {"message": error.message, "next_step": error.next_step, "code": error.code} if error else {}
        self.write(
            EventKind.FILE_DONE,
            file=record.source.name,
            success=result.success,
            rows=account.rows_read,
            candidates=account.candidates,
            reused=record.reused,
            **told,
        )


def run_with_events(settings: PipelineConfiguration, events: EventWriter, *, retry: bool = False) -> int:
    """Run the pipeline, write its events up to the last one of a run that has finished, and return the exit code.

    Args:
        settings: The settings.
        events: Where the events are written.
        retry: Read every file again that failed, even if the failure is deterministic.

    Raises:
        KeyboardInterrupt: The run was interrupted before its outputs were in place.
        FlexscoutError: It could not run.

    """
    history = RunHistory(Path(name_copies(settings).output_file))
    before = history.find_last()

    def run(local: PipelineConfiguration, absent: AbsentFiles) -> RunSummary:
        return ScalableFlexPipeline(local, progress=events).run(reuse_failures=not retry, absent=absent)

    try:
        with report_warnings(_WARNING_LOGS, lambda message: events.write(EventKind.WARNING, message=message)):
            summary: RunSummary | None = run_staged(settings, run)
    except KeyboardInterrupt:
        after = history.find_last()
        if "output_file" in settings.addresses or not after or (before and after.number == before.number):
            raise
        summary = None  # it came when the outputs were in place
    with interrupts.complete():
        return _write_finished(history, summary, events)


def _write_finished(history: RunHistory, summary: RunSummary | None, events: EventWriter) -> int:
    record = history.find_last()
    report = summary.report if summary else record.report if record else {}
    messages = summary.messages if summary else record.messages if record else ()
    statistics = report["statistics"]
    exit_code = int(bool(statistics["failed_files"]))
    events.write(
        EventKind.FINISHED,
        run=record.number if record else None,
        exit_code=exit_code,
        candidates=statistics["unique_flex_properties"],
        files=statistics["total_files_processed"],
        failed_files=statistics["failed_files"],
        rows=sum(file["rows_read"] for file in report["files"]),
        seconds=statistics["processing_duration"],
        messages=list(messages),
        notes=[_describe_message(message) for message in messages] if summary and not summary.repeated_run else [],
        changes=(report.get("changes") or {}).get("counts"),
        is_repeat=bool(summary and summary.repeated_run),
    )
    return exit_code


def _describe_message(message: str) -> dict[str, str]:
    """Return the text of a message without commands, and its code, if it has one."""
    if isinstance(message, RunMessage):
        return {"text": message.fact, "code": message.code}
    return {"text": message, "code": ""}
