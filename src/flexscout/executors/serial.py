"""Work in this process."""

from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self


class SerialExecutor:
    """Runs in this process, at once: without limits of time and memory, for one file or a debugger."""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Run now; the future is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 - a future carries any error
            future.set_exception(error)
        return future

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nothing to end."""
