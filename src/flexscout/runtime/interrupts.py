"""Ctrl-C and termination signals: when they take effect, so that nothing is left half done."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import current_thread, main_thread
from typing import Any, Self

_TERMINATION_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Terminated(KeyboardInterrupt):
    """Raised when the process receives a termination signal; handled like Ctrl-C.

    Attributes:
        exit_code: 128 + number of the signal, as in a shell.

    """

    exit_code = 128 + signal.SIGINT

    @classmethod
    def by_signal(cls, number: int) -> Self:
        """Return the exception for a signal."""
        terminated = cls()
        terminated.exit_code = 128 + number
        return terminated


def raise_on_termination() -> None:
    """From now on, raise Terminated in the main thread on a termination signal, so that cleanup runs."""
    for number in _TERMINATION_SIGNALS:
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores SIGHUP, which stays so
            signal.signal(number, _raise_terminated)


@contextmanager
def defer_interrupts(*, reraise: bool = True) -> Iterator[None]:
    """Hold back Ctrl-C, and termination signals if `raise_on_termination` was called, until the context ends.

    Args:
        reraise: Raise the interrupt when the context ends; if False, drop it.

    """
    received: list[int] = []
    handled = [number for number in _TERMINATION_SIGNALS if signal.getsignal(number) is _raise_terminated]
    with ExitStack() as handlers:
        for number in (signal.SIGINT, *handled):
            handlers.enter_context(_replace_handler(number, lambda number, _frame: received.append(number)))
        yield
    if received and reraise:
        raise KeyboardInterrupt if received[0] == signal.SIGINT else Terminated.by_signal(received[0])


@contextmanager
def complete() -> Iterator[None]:
    """Drop Ctrl-C until the context ends, as there is nothing left to stop then; hold back termination signals."""
    with defer_interrupts(), _replace_handler(signal.SIGINT, lambda _number, _frame: None):
        yield


_confirm: list[Callable[[], object]] = []


def ask_before_commit(ask: Callable[[], object]) -> None:
    """From now on, call `ask` before outputs are put in place; it returns once that may begin, or is interrupted."""
    _confirm[:] = [ask]


def confirm_commit() -> None:
    """Wait until outputs may be put in place. In a job, its other process may end this one until then."""
    for ask in _confirm:
        ask()


@contextmanager
def ignore_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C in this process, and in processes that are started in the context."""
    with _replace_handler(signal.SIGINT, signal.SIG_IGN):
        yield


def _raise_terminated(number: int, _frame: object) -> None:
    # A second signal would interrupt the cleanup.
    for other in _TERMINATION_SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise Terminated.by_signal(number)


@contextmanager
def _replace_handler(number: int, handler: Any) -> Iterator[None]:
    if current_thread() is not main_thread():
        yield  # signals are delivered to the main thread only
        return
    previous = signal.signal(number, handler)
    try:
        yield
    finally:
        # None: a library in native code had set it.
        signal.signal(number, signal.default_int_handler if previous is None else previous)
