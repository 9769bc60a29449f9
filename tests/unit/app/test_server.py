"""When the server of a window ends by itself."""

import asyncio

import pytest

from flexscout.app import server
from flexscout.app.server import _listen, _watch_use
from flexscout.app.window import Window
from flexscout.errors import OutputError


class Clock:
    """A window that was used some seconds ago, and runs or not."""

    def __init__(self, idle_seconds, running):
        self.idle_seconds, self._running, self.touched = idle_seconds, list(running), 0

    @property
    def is_running(self):
        return self._running.pop(0)

    def touch(self):
        self.touched += 1


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr(server, "_CHECK_SECONDS", 0.001)


def watch(window):
    stopped = []

    async def run():
        await asyncio.wait_for(_watch_use(window, lambda: stopped.append(True)), 0.2)

    return run, stopped


def test_window_that_is_not_used_ends():
    run, stopped = watch(Clock(601.0, [False]))
    asyncio.run(run())
    assert stopped == [True]


def test_window_goes_on_while_a_run_does():
    clock = Clock(601.0, [True, True, False])
    run, stopped = watch(clock)
    asyncio.run(run())
    assert (stopped, clock.touched) == ([True], 2)


def test_window_that_is_used_goes_on():
    run, stopped = watch(Clock(10.0, [False] * 10_000))
    with pytest.raises(TimeoutError):
        asyncio.run(run())
    assert not stopped


def test_port_that_is_taken_is_told():
    with _listen(0) as listener, pytest.raises(OutputError, match="can't be used"):
        _listen(listener.getsockname()[1])


def test_only_this_computer_can_connect():
    with _listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_address_is_new_for_each_tab():
    window = Window(1, lambda _: None)
    assert window.create_address() != window.create_address()
