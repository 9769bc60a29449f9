"""The state of a window: its secrets, the open workspace, the current run, and when it was last used."""

import importlib.util
import logging
import os
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Any

from flexscout import __version__
from flexscout.app.instances import find_running, forget_instance, write_instance
from flexscout.app.mappings import MAX_MINUTES
from flexscout.app.results import Results
from flexscout.app.security import Access, BusyError, NoWorkspaceError
from flexscout.app.workspaces import Workspace, find_samples_folder, list_outputs, list_recent, open_workspace
from flexscout.config import YAML_SUFFIXES
from flexscout.errors import FlexscoutError
from flexscout.jobs import EventKind, FolderWatch, Job, start_job
from flexscout.runtime import KeptPool

_WORKERS = 2  # processes that read the first rows of files

logger = logging.getLogger("flexscout.app")

WriteSamples = Callable[[Path], object]
"""Writes sample exports into a folder."""


@dataclass
class Window:
    """The state of a running window.

    Attributes:
        port: The port of the server.
        write_samples: Writes sample exports into a folder.
        access: The secrets.
        workspace: The open workspace, None at first.
        job: The last run that was started here.
        is_closing: Whether the server is about to end.
        opened: How many workspaces were opened so far. A tab that shows an earlier one gets an error.
        watch_problem: Why the inputs aren't watched any more, and what to do; None while nothing failed.
        show_tab: Opens an address in the browser.

    """

    port: int
    write_samples: WriteSamples
    access: Access = field(default_factory=Access)
    workspace: Workspace | None = None
    job: Job | None = None
    is_closing: bool = False
    opened: int = 0
    watch_problem: dict[str, str] | None = None
    show_tab: Callable[[str], object] = webbrowser.open
    _results: Results | None = None
    _workers: KeptPool | None = None
    _stop_watching: Event | None = None
    _lock: RLock = field(default_factory=RLock)
    _last_used: float = field(default_factory=time.monotonic)

    @property
    def host(self) -> str:
        """The only host, with port, under which the server answers."""
        return f"127.0.0.1:{self.port}"

    def create_address(self) -> str:
        """Return an address with a new code, for one tab."""
        return f"http://{self.host}/#code={self.access.create_code()}"

    def touch(self) -> None:
        """Note that the window is in use."""
        self._last_used = time.monotonic()

    @property
    def idle_seconds(self) -> float:
        """The seconds since the window was used."""
        return time.monotonic() - self._last_used

    @property
    def is_running(self) -> bool:
        """Whether a run is going."""
        return self.job is not None and self.job.is_running

    def start_run(self, *, retry: bool) -> int:
        """Start a run of the open workspace, and return the number that it will have if it changes anything.

        Raises:
            BusyError: A run is going.
            ConfigurationError: The settings have an error.

        """
        with self._lock:
            workspace = self.require_workspace()
            if self.is_running:
                raise BusyError("A run is going.", "Wait until it ends, or stop it.")
            last = workspace.find_last_run()
            self.job = start_job(workspace.load_settings(), retry=retry)
            return last.number + 1 if last else 1

    def stop_run(self) -> None:
        """Stop the run, if one is going."""
        if self.job:
            self.job.stop()

    def require_workspace(self) -> Workspace:
        """Return the open workspace. Raises NoWorkspaceError if no folder is open."""
        if self.workspace is None:
            raise NoWorkspaceError("No folder is open.", "Choose a folder with your exports.")
        return self.workspace

    def require_results(self) -> Results:
        """Return the results of the open workspace. Raises NoWorkspaceError if no folder is open."""
        with self._lock:
            workspace = self.require_workspace()
            if self._results is None:
                self._results = Results(workspace)
            return self._results

    def announce(self) -> None:
        """Say where the window runs while no workspace is open, so that a second start finds it."""
        write_instance(None, self.port, self.access.key)

    def keep_workers(self) -> KeptPool:
        """Return processes that read the first rows of files, ready since the last request.

        Raises:
            NoWorkspaceError: No folder is open.
            ConfigurationError: The settings have an error.

        """
        with self._lock:
            if self._workers is None or not self._workers.keep():
                settings = self.require_workspace().load_settings()
                minutes = min(settings.timeout_minutes, MAX_MINUTES)
                self._workers = KeptPool(_WORKERS, minutes * 60, settings.memory_limit_gb / _WORKERS)
            return self._workers

    def release_workers(self, idle_seconds: float = 0.0) -> None:
        """End the processes that read first rows, unless they were used in the last seconds."""
        with self._lock:
            if self._workers and self._workers.idle_seconds >= idle_seconds:
                self._workers.stop()
                self._workers = None

    @property
    def is_watching(self) -> bool:
        """Whether a run starts when the inputs change."""
        return self._stop_watching is not None

    def watch_inputs(self, *, is_on: bool) -> None:
        """Begin to run whenever an export appears or changes, with the settings as they are now, or end that.

        Raises:
            ConfigurationError: The package `watchfiles` isn't installed, or the settings have an error.

        """
        with self._lock:
            if self._stop_watching:
                self._stop_watching.set()
                self._stop_watching = None
            self.watch_problem = None
            if is_on:
                stop = Event()
                watch = FolderWatch(self.require_workspace().load_settings(), stop, YAML_SUFFIXES)
                self._stop_watching = stop
                Thread(target=self._run_after_changes, args=(watch, stop), name="flexscout-watch", daemon=True).start()

    def _run_after_changes(self, watch: FolderWatch, stop: Event) -> None:
        try:
            while watch.wait():
                if self.job:
                    self.job.wait()
                watch.mark()
                if not stop.is_set():
                    self.start_run(retry=False)
            problem = None
        except (FlexscoutError, OSError, RuntimeError) as error:  # of the settings, the folder, or what the system watches
            logger.warning("the inputs aren't watched any more: %s", error, extra={"event": "watch_ended"})
            problem = _describe_watch_problem(error)
        with self._lock:
            if self._stop_watching is stop:
                self._stop_watching, self.watch_problem = None, problem

    def open(self, folder: Path) -> None:
        """Open the workspace in a folder.

        Raises:
            FlexscoutError: A run is going, another window has the workspace open, or its settings have an error.

        """
        folder = Path(os.path.realpath(folder))
        with self._lock:
            if self.workspace and self.workspace.folder == folder:
                return
            if self.is_running:
                raise BusyError("A run is going.", "Wait until it ends, or stop it.")
            running = find_running(folder)
            if running is None:
                opened = open_workspace(folder)
                self.close()
                self.workspace = opened
                self.opened += 1
                write_instance(folder, self.port, self.access.key)
                return
        self.show_tab(running.address)  # other requests are answered meanwhile: a browser can take seconds to start
        raise FlexscoutError(f"{folder} is open in a window of its own.", "It was opened in another tab of your browser.")

    def open_samples(self) -> None:
        """Write the sample exports, unless they are there, and open their folder."""
        folder = find_samples_folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not any(folder.glob("*/*")):
                self.write_samples(folder / "exports")
        except OSError as error:
            raise FlexscoutError(f"The samples can't be written to {folder}: {error.strerror or error}.") from None
        self.open(folder)

    def end(self) -> None:
        """Stop the run, and close the workspace."""
        self.is_closing = True
        if self.job and self.job.is_running:
            self.job.stop()
            self.job.wait()
        self.close()

    def close(self) -> None:
        """Close the open workspace."""
        with self._lock:
            self.job = None
            self.watch_inputs(is_on=False)
            self.release_workers()
            if self._results:
                self._results.close()
                self._results = None
            forget_instance(self.workspace.folder if self.workspace else None)
            self.workspace = None

    def describe(self) -> dict[str, Any]:
        """Return the state as the pages need it."""
        return {
            "version": __version__,
            "workspace": None,
            "folder_problem": None,
            "outputs": [],
            "recent": list_recent(),
            "is_running": self.is_running,
            "is_watching": self.is_watching,
            "watch_problem": self.watch_problem,
            "opened": self.opened,
            "views": self._results.loaded_counts if self._results else {},
            "last_run": self._describe_last_run(),
            "can_memo": importlib.util.find_spec("typst") is not None,
            "can_watch": importlib.util.find_spec("watchfiles") is not None,
            **(self._describe_workspace(self.workspace) if self.workspace else {}),
        }

    def _describe_last_run(self) -> dict[str, Any] | None:
        """Return the last event of the last run here, if it finished or failed."""
        events = self.job.wait_for_events(0, 0) if self.job else []
        return events[-1].as_dict() if events and events[-1].kind in (EventKind.FINISHED, EventKind.FAILED) else None

    @staticmethod
    def _describe_workspace(workspace: Workspace) -> dict[str, Any]:
        described: dict[str, Any] = {"folder": str(workspace.folder), "name": workspace.name}
        described |= {"input_folder": None, "has_results": False, "run": None}
        try:
            settings, history = workspace.load_settings(), workspace.open_history()
            last = history.find_last()
        except FlexscoutError as error:
            return {"workspace": described, "folder_problem": str(error)}
        described["input_folder"] = str(Path(settings.input_folder).absolute())
        if last:
            described |= {"run": last.number, "has_results": history.find_result(last) is not None, "ended": last.ended}
        return {"workspace": described, "outputs": list_outputs(settings)}


def _describe_watch_problem(error: Exception) -> dict[str, str]:
    known = error if isinstance(error, FlexscoutError) else FlexscoutError(str(error))
    return {"message": f"{known.message.rstrip('.')}.", "next_step": known.next_step}
