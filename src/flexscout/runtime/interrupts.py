"""When Ctrl-C, and the signals that ask a process to end, count: not in the middle of what has to be whole."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import current_thread, main_thread
from typing import Any, Self

_ASKED_TO_END = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Terminated(KeyboardInterrupt):
    """Raised when the process is asked to end; goes the way of Ctrl-C. `exit_code`: as a shell has it."""

    exit_code = 128 + signal.SIGINT

    @classmethod
    def by(cls, number: int) -> Self:
        """By the signal of that number."""
        ended = cls()
        ended.exit_code = 128 + number
        return ended


def raise_on_termination() -> None:
    """From now on a request to end raises Terminated in the main thread, so that everything is cleared away."""
    for number in _ASKED_TO_END:
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup has it ignored
            signal.signal(number, _end)


def _end(number: int, _frame: object) -> None:
    # Once is enough: a second one would interrupt the clearing away.
    for other in _ASKED_TO_END:
        signal.signal(other, signal.SIG_IGN)
    raise Terminated.by(number)


@contextmanager
def defer_interrupts(*, reraise: bool = True) -> Iterator[None]:
    """Ctrl-C is heard, and raises KeyboardInterrupt only when the context ends; without `count` not even then.

    So are requests to end, where `listen` has been called.
    """
    pressed: list[int] = []
    listening = [number for number in _ASKED_TO_END if signal.getsignal(number) is _end]
    with ExitStack() as handlers:
        for number in (signal.SIGINT, *listening):
            handlers.enter_context(_answered_by(number, lambda number, _frame: pressed.append(number)))
        yield
    if pressed and reraise:
        raise KeyboardInterrupt if pressed[0] == signal.SIGINT else Terminated.by(pressed[0])


@contextmanager
def ignore_interrupts() -> Iterator[None]:
    """A context in which Ctrl-C does nothing, nor in a process that is started in it."""
    with _answered_by(signal.SIGINT, signal.SIG_IGN):
        yield


@contextmanager
def _answered_by(number: int, handler: Any) -> Iterator[None]:
    if current_thread() is not main_thread():
        yield  # only the main thread hears it
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)
