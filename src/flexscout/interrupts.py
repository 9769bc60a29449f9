"""When Ctrl-C counts: not in the middle of what has to be whole."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from signal import SIG_IGN, SIGINT, signal
from threading import current_thread, main_thread
from typing import Any


@contextmanager
def held(*, count: bool = True) -> Iterator[None]:
    """Ctrl-C is heard, and raises KeyboardInterrupt only when the context ends; without `count` not even then."""
    pressed: list[int] = []
    with _answered_by(lambda number, _frame: pressed.append(number)):
        yield
    if pressed and count:
        raise KeyboardInterrupt


def unheard() -> AbstractContextManager[None]:
    """A context in which Ctrl-C does nothing, nor in a process that is started in it."""
    return _answered_by(SIG_IGN)


@contextmanager
def _answered_by(handler: Any) -> Iterator[None]:
    if current_thread() is not main_thread():
        yield  # only the main thread hears it
        return
    before = signal(SIGINT, handler)
    try:
        yield
    finally:
        signal(SIGINT, before)
