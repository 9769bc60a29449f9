"""The process of a job: runs the pipeline, writes events to standard output, and stops when its input says so or ends."""

import atexit
import gc
import json
import logging
import os
import sys
from threading import Thread, main_thread
from typing import BinaryIO

from flexscout._import_path import remove_current_folder
from flexscout.config import PipelineConfiguration
from flexscout.errors import FlexscoutError, is_panic
from flexscout.jobs.event_writer import EventWriter, run_with_events
from flexscout.jobs.events import STOP_LINE, EventKind
from flexscout.runtime import interrupts, start_worker_server

_STOPPED = "Stopped. The previous results are unchanged; files already read are not read again."


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
        settings = PipelineConfiguration(**request["settings"]).with_password(request["password"])
        run_with_events(settings, events, retry=request["retry"])
    except KeyboardInterrupt:
        with interrupts.complete():
            events.write(EventKind.STOPPED, message=_STOPPED)
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
