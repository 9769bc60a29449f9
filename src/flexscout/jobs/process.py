"""The process of a job: runs the pipeline, writes events to standard output, and stops when its input says so or ends."""

import atexit
import gc
import json
import logging
import os
import sys
from contextlib import suppress
from threading import Event, Thread, main_thread
from typing import BinaryIO

from flexscout._import_path import remove_current_folder
from flexscout.config import PipelineConfiguration
from flexscout.errors import FlexscoutError, is_panic
from flexscout.jobs.event_writer import EventWriter, run_with_events
from flexscout.jobs.events import ASK_LINE, COMMIT_LINE, STOP_LINE, STOPPED_TEXT, TEMPORARY_FOLDER, EventKind
from flexscout.runtime import interrupts, start_worker_server

_POLL_SECONDS = 0.1


def main() -> None:
    """Run the job that the first line of standard input describes."""
    gc.set_threshold(50_000)  # as the program does: collecting takes a tenth of the start and frees nothing
    atexit.register(gc.freeze)
    atexit.register(_remove_temporary_folder)
    output = _claim_output()
    events = EventWriter(output)
    try:
        interrupts.raise_on_termination()
        start_worker_server()
        request = json.loads(_read_line())
        may_commit = Event()
        Thread(target=_listen, args=(may_commit,), name="flexscout-stop", daemon=True).start()
        interrupts.ask_before_commit(lambda: _ask_to_commit(events, may_commit))
        settings = PipelineConfiguration(**request["settings"]).with_password(request["password"])
        run_with_events(settings, events, retry=request["retry"])
    except KeyboardInterrupt:
        with interrupts.complete():
            events.write(EventKind.STOPPED, message=STOPPED_TEXT)
    except FlexscoutError as error:
        events.write(EventKind.FAILED, message=error.message, next_step=error.next_step, error_kind=type(error).__name__)
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        logging.getLogger("flexscout").exception("unexpected error")
        message = f"Unexpected error: {type(error).__name__}: {error}."
        events.write(EventKind.FAILED, message=message, next_step="Run again. If it happens again, report it.")


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


def _ask_to_commit(events: EventWriter, may_commit: Event) -> None:
    """Wait for the other process to let the outputs be put in place; if it has stopped the run, this is interrupted."""
    events.write_line(ASK_LINE)
    while not may_commit.wait(_POLL_SECONDS):
        pass


def _remove_temporary_folder() -> None:
    """Remove the empty folder that the other process made for this one, which may have ended."""
    with suppress(OSError):
        os.rmdir(os.environ.get(TEMPORARY_FOLDER, ""))  # noqa: PTH106 - an empty name is no path


def _listen(may_commit: Event) -> None:
    """Read what the other process says; interrupt the run when it says so, or has ended."""
    # Not through sys.stdin, which Python closes at its end, and would wait for this thread.
    while (received := os.read(0, len(STOP_LINE))) and received != STOP_LINE:
        if received == COMMIT_LINE:
            may_commit.set()
    if sys.platform == "win32":
        import _thread  # noqa: PLC0415 - other systems have signals that end a wait

        _thread.interrupt_main()
    else:
        import signal  # noqa: PLC0415 - as above

        signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)


if __name__ == "__main__":
    remove_current_folder()
    main()
