"""Start a run in a process of its own, and follow it from this one."""

import json
import os
import shutil
import subprocess  # nosec B404 # starts this Python
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from threading import Condition, Lock, Thread
from typing import Any

from flexscout._import_path import filter_python_path
from flexscout.config import PipelineConfiguration
from flexscout.jobs.events import ASK_LINE, COMMIT_LINE, STOP_LINE, STOPPED_TEXT, TEMPORARY_FOLDER, EventKind, JobEvent
from flexscout.outputs import remove_leftovers
from flexscout.runtime import Step, build_module_command

_MAX_ERROR_LINES = 20
_POLL_SECONDS = 0.5
_MAX_FOLDER_LENGTH = 60  # characters; the paths of sockets in it have 32 more, of at most 104
_WRITE_SECONDS = 0.2  # until a stopped process that writes outputs is ended


class Job:
    """A run in a process of its own. Iterate over it for its events, from the first to the last, as they come.

    It may be iterated over several times, also at once from several threads. The last event comes when the process has ended, so
    another job can be started then.

    Args:
        process: The process, with pipes.
        clean: Called when it has ended, or None if what it leaves when it is ended can't be removed, so that it isn't.

    """

    def __init__(self, process: "subprocess.Popen[bytes]", clean: Callable[[], object] | None = None) -> None:
        self._process = process
        self._clean = clean
        self._lock = Lock()
        self._is_stopped = self._is_committing = self._was_ended = False
        self._events: list[JobEvent] = []
        self._changed = Condition()
        self._errors: deque[str] = deque(maxlen=_MAX_ERROR_LINES)
        self._started = time.monotonic()
        error_reader = Thread(target=self._read_errors, name="flexscout-job-errors", daemon=True)
        error_reader.start()
        Thread(target=self._read_events, args=(error_reader,), name="flexscout-job", daemon=True).start()

    def __iter__(self) -> Iterator[JobEvent]:
        position = 0
        while True:
            new = self.wait_for_events(position)
            yield from new
            position += len(new)
            if new and new[-1].is_last:
                return

    def wait_for_events(self, position: int, timeout_seconds: float | None = None) -> list[JobEvent]:
        """Return the events from a position on, as soon as there is one; none after the timeout.

        Args:
            position: How many events the caller has.
            timeout_seconds: How long to wait; None for as long as it takes.

        """
        with self._changed:
            self._changed.wait_for(lambda: len(self._events) > position, timeout_seconds)
            return self._events[position:]

    @property
    def is_running(self) -> bool:
        """Whether the last event hasn't come yet."""
        return not (self._events and self._events[-1].is_last)

    def stop(self) -> None:
        """Stop the run; outputs, records and folders stay as they were before it. Returns at once.

        The last event is `stopped`, or `finished` if the outputs were already in place.
        """
        with self._lock:
            is_first, self._is_stopped = not self._is_stopped, True
            self._send(STOP_LINE)
        if is_first and self.is_running and self._clean:
            Thread(target=self._end, name="flexscout-job-end", daemon=True).start()

    def _send(self, line: bytes) -> None:
        with suppress(OSError, ValueError):  # it has ended
            stdin = self._process.stdin
            if stdin:
                stdin.write(line)
                stdin.flush()

    def _let_commit(self) -> None:
        """Let the process put its outputs in place, unless the run was stopped; from then on, it isn't ended."""
        with self._lock:
            self._is_committing = not self._is_stopped
            if self._is_committing:
                self._send(COMMIT_LINE)

    def _end(self) -> None:
        """End the process if it writes outputs for longer than that: the library that writes workbooks can't be interrupted."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_WRITE_SECONDS)
        while self._process.poll() is None:
            with self._lock, self._changed:
                stages = [event.fields["stage"] for event in self._events if event.kind is EventKind.STAGE]
                if self._is_committing:
                    return
                if stages[-1:] == [Step.WRITE]:  # earlier, it has files and processes that only it can clean up
                    self._was_ended = True
                    self._process.kill()
                    return
            time.sleep(_WRITE_SECONDS)

    def wait(self) -> JobEvent:
        """Wait for the end, and return the last event."""
        return list(self)[-1]

    def _read_events(self, error_reader: Thread) -> None:
        last: JobEvent | None = None
        if self._process.stdout:
            for line in self._process.stdout:
                if line == ASK_LINE:
                    self._let_commit()
                    continue
                with suppress(ValueError, LookupError, TypeError):
                    event = JobEvent.from_line(line)
                    if event.is_last:
                        last = event
                    elif last is None:
                        self._add(event)
        code = self._process.wait()
        if last is None and not self._was_ended:  # what it printed explains its death
            error_reader.join(_POLL_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        if self._clean:
            self._clean()
        self._add(last or self._describe_death(code))

    def _add(self, event: JobEvent) -> None:
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()

    def _read_errors(self) -> None:
        """Keep the last lines that the process prints, so that its pipe is never full."""
        if self._process.stderr:
            with self._process.stderr as pipe:
                for line in pipe:
                    self._errors.append(line.decode("utf-8", "replace").rstrip())

    def _describe_death(self, code: int) -> JobEvent:
        if self._was_ended:
            return JobEvent(EventKind.STOPPED, time.monotonic() - self._started, {"message": STOPPED_TEXT})
        cause = f"signal {-code}" if code < 0 else f"code {code}"
        details = "\n".join(self._errors)
        fields = {
            "message": f"The run ended unexpectedly ({cause}). The previous results are unchanged.",
            "next_step": f"Run again. If it happens again, give it more memory{', or report the details' if details else ''}.",
            "details": details,
        }
        return JobEvent(EventKind.FAILED, time.monotonic() - self._started, fields)


def start_job(config: PipelineConfiguration | str | Path | None = None, *, retry: bool = False) -> Job:
    """Start a run in a process of its own. Relative paths in the settings are relative to the current folder.

    If this process ends, the run stops.

    Args:
        config: The settings, or the path of a configuration file.
        retry: Read every file again that failed, even if the failure is deterministic.

    Raises:
        ConfigurationError: A setting in the file has an error. Other errors are told by the event `failed`.

    """
    settings = PipelineConfiguration.from_file(config) if isinstance(config, str | Path) else config or PipelineConfiguration()
    temporary = mkdtemp(prefix="fs-")
    is_short = len(temporary) <= _MAX_FOLDER_LENGTH
    names = ("TMPDIR", "TEMP", "TMP", TEMPORARY_FOLDER) if is_short else (TEMPORARY_FOLDER,)
    environment = {**os.environ, **dict.fromkeys(names, temporary)}
    if "PYTHONPATH" in os.environ:
        environment["PYTHONPATH"] = filter_python_path()

    def clean() -> None:
        shutil.rmtree(temporary, ignore_errors=True)
        for path in settings.own_files:
            remove_leftovers(path)

    apart: dict[str, Any] = {"start_new_session": True}  # Ctrl-C in a terminal reaches only this process
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    process = subprocess.Popen(  # noqa: S603  # nosec B603 # no part of the command comes from elsewhere
        build_module_command("flexscout.jobs.process"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        **apart,
    )
    # Only what was set: a number of workers that wasn't is capped by the cores.
    values = settings.model_dump(mode="json", include=settings.model_fields_set)
    request = {"settings": values, "password": settings.password.get_secret_value(), "retry": retry}
    with suppress(OSError):  # its end is told by an event
        if process.stdin:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
    return Job(process, clean if is_short else None)
