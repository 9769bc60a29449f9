"""When the server of a window ends by itself."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from flexscout.app import server
from flexscout.app.instances import Instance
from flexscout.app.server import _listen, _watch_use
from flexscout.app.window import Window
from flexscout.errors import FlexscoutError, OutputError


class Clock:
    """A window that was used some seconds ago, and runs or not."""

    def __init__(self, idle_seconds, running):
        self.idle_seconds, self._running, self.touched = idle_seconds, list(running), 0

    @property
    def is_running(self):
        return self._running.pop(0)

    def touch(self):
        self.touched += 1

    def release_workers(self, idle_seconds):
        """Nothing was opened that needs workers."""


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr(server, "_CHECK_SECONDS", 0.001)


def watch(window, seconds=60):
    """Watch a window until it ends, at most for some seconds, and return whether it was stopped."""
    stopped = []

    async def wait():
        await asyncio.wait_for(_watch_use(window, lambda: stopped.append(True)), seconds)

    # In a thread of its own, because a browser of other tests keeps a loop in this one.
    with ThreadPoolExecutor(1) as pool, contextlib.suppress(TimeoutError):
        pool.submit(asyncio.run, wait()).result()
    return bool(stopped)


def test_window_that_is_not_used_ends():
    assert watch(Clock(601.0, [False]))


def test_window_goes_on_while_a_run_does():
    clock = Clock(601.0, [True, True, False])
    assert watch(clock)
    assert clock.touched == 2


def test_window_that_is_used_goes_on():
    assert not watch(Clock(10.0, [False] * 10_000), seconds=0.2)


def test_port_that_is_taken_is_told():
    with _listen(0) as listener, pytest.raises(OutputError, match="can't be used"):
        _listen(listener.getsockname()[1])


def test_only_this_computer_can_connect():
    with _listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_requests_are_answered_while_the_browser_starts(tmp_path, monkeypatch):
    def show(_address):
        with ThreadPoolExecutor(1) as pool:  # as the thread of another request
            pool.submit(window.release_workers).result(10)

    window = Window(1, lambda _: None, show_tab=show)
    monkeypatch.setattr("flexscout.app.window.find_running", lambda _: Instance(2, "code"))
    with pytest.raises(FlexscoutError, match="window of its own"):
        window.open(tmp_path)


def test_address_is_new_for_each_tab():
    window = Window(1, lambda _: None)
    assert window.create_address() != window.create_address()
