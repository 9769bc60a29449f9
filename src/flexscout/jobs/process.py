"""The process of a job: runs the pipeline, writes events to standard output, and stops when its input says so or ends."""

import atexit
import gc
import json
import logging
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread, main_thread
from typing import Any, BinaryIO

from flexscout._import_path import remove_current_folder
from flexscout.config import PipelineConfiguration
from flexscout.errors import FlexscoutError, is_panic
from flexscout.history import RunHistory
from flexscout.jobs.events import STOP_LINE, EventKind, JobEvent
from flexscout.models import ProcessingResult, RunSummary
from flexscout.outputs import RunMessage
from flexscout.pipeline import ScalableFlexPipeline
from flexscout.runtime import NoProgress, Step, interrupts, start_worker_server

_WARNING_LOGS = ("flexscout.memory", "flexscout.history", "flexscout.cache")
_STEPS = list(Step)
_STOPPED = "Stopped. The previous results are unchanged; files already read are not read again."


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
        event = JobEvent(kind, time.monotonic() - self._started, fields)
        with self._lock:
            self.stream.write(event.to_line())
            self.stream.flush()

    def step_started(self, step: Step) -> None:
        """Write which step begins."""
        self.write(EventKind.STAGE, stage=step, position=_STEPS.index(step) + 1, count=len(_STEPS))

    def started(self, files: int) -> None:
        """Write how many files are read."""
        self.write(EventKind.STARTED, files=files)

    def file_started(self, file: str) -> None:
        """Write which file is read."""
        self.write(EventKind.FILE_STARTED, file=file)

    def rows_read(self, file: str, rows: int, estimate: int) -> None:
        """Write the progress within a large file."""
        self.write(EventKind.ROWS, file=file, rows=rows, estimate=estimate)

    def file_done(self, result: ProcessingResult) -> None:
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


class _WarningWriter(logging.Handler):
    def __init__(self, events: EventWriter) -> None:
        super().__init__(logging.WARNING)
        self._events = events

    def emit(self, record: logging.LogRecord) -> None:
        """Write the message as an event."""
        self._events.write(EventKind.WARNING, message=record.getMessage())


def main() -> None:
    """Run the job that the first line of standard input describes."""
    gc.set_threshold(50_000)  # as the program does: collecting takes a tenth of the start and frees nothing
    atexit.register(gc.freeze)
    output = _claim_output()
    events = EventWriter(output)
    try:
        interrupts.raise_on_termination()
        start_worker_server()
        request = json.loads(_read_line())
        Thread(target=_wait_for_stop, name="flexscout-stop", daemon=True).start()
        _run(request, events)
    except KeyboardInterrupt:
        with interrupts.complete():
            events.write(EventKind.STOPPED, message=_STOPPED)
    except FlexscoutError as error:
        events.write(EventKind.FAILED, message=error.message, next_step=error.next_step)
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        logging.getLogger("flexscout").exception("unexpected error")
        message = f"Unexpected error: {type(error).__name__}: {error}."
        events.write(EventKind.FAILED, message=message, next_step="Run again. If it happens again, report it.")


def _run(request: dict[str, Any], events: EventWriter) -> None:
    settings = PipelineConfiguration(**request["settings"]).with_password(request["password"])
    for name in _WARNING_LOGS:
        logging.getLogger(name).addHandler(_WarningWriter(events))
    history = RunHistory(Path(settings.output_file))
    before = history.find_last()
    try:
        summary: RunSummary | None = ScalableFlexPipeline(settings, progress=events).run(reuse_failures=not request["retry"])
    except KeyboardInterrupt:
        after = history.find_last()
        if not after or (before and after.number == before.number):
            raise
        summary = None  # it came when the outputs were in place
    with interrupts.complete():
        _write_finished(history, summary, events)


def _write_finished(history: RunHistory, summary: RunSummary | None, events: EventWriter) -> None:
    record = history.find_last()
    report = summary.report if summary else record.report if record else {}
    messages = summary.messages if summary else record.messages if record else ()
    statistics = report["statistics"]
    events.write(
        EventKind.FINISHED,
        run=record.number if record else None,
        exit_code=int(bool(statistics["failed_files"])),
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


def _describe_message(message: str) -> dict[str, str]:
    """Return the text of a message without commands, and its code, if it has one."""
    if isinstance(message, RunMessage):
        return {"text": message.fact, "code": message.code}
    return {"text": message, "code": ""}


def _claim_output() -> BinaryIO:
    """Return standard output for events alone; whatever else prints there goes to standard error."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def _read_line() -> bytes:
    """Return the first line of standard input, and leave the rest."""
    line = b""
    while not line.endswith(b"\n") and (received := os.read(0, 1)):
        line += received
    return line


def _wait_for_stop() -> None:
    """Interrupt the run when the other process says so, or has ended."""
    # Not through sys.stdin, which Python closes at its end, and would wait for this thread.
    while (received := os.read(0, len(STOP_LINE))) and received != STOP_LINE:
        pass
    if sys.platform == "win32":
        import _thread  # noqa: PLC0415 - other systems have signals that end a wait

        _thread.interrupt_main()
    else:
        import signal  # noqa: PLC0415 - as above

        signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)


if __name__ == "__main__":
    remove_current_folder()
    main()
