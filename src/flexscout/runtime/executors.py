"""Executors: run functions in this process, or in worker processes that may hang, abort or run out of memory.

WorkerPool extends pebble's ProcessPool below its public API. What it relies on is tested in
tests/unit/runtime/test_pebble_internals.py; pyproject.toml pins the versions for which that holds.
"""

import os
import pickle  # nosec B403 # only of what this program's own processes send
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from pebble import CONSTS, ProcessExpired, ProcessPool
from pebble.common.process import stop_process
from pebble.pool.process import PoolManager, WorkerManager

from flexscout.domain import escape_controls
from flexscout.errors import FlexscoutError
from flexscout.runtime import interrupts
from flexscout.runtime.process_start import WorkerContext, initialize_worker, start_worker_server

if TYPE_CHECKING:
    from flexscout.runtime.metrics import MemoryGuard

CONSTS.sleep_unit = 0.02  # seconds between two checks of the workers

_MESSAGE_SECONDS = 2.0  # maximum delay of a worker's message; usually milliseconds
_MAX_IDLE_DEATHS = 20  # consecutive workers that end before they take a task

WorkerDied = ProcessExpired
"""Raised by a future whose worker process ended during the call."""

EXECUTOR_FAILURES = (BrokenExecutor, CancelledError)
"""Raised by a future whose executor is gone; the call isn't to blame."""


class ExecutorLostError(FlexscoutError):
    """Raised when the processes or the cluster that read the files are gone; no file is to blame, and nothing is replaced."""

    @classmethod
    def from_failure(cls, failure: BaseException) -> Self:
        """Report what the executor failed with."""
        detail = escape_controls(" ".join(str(failure).split())[:300])
        return cls(
            f"The run ended early because the processes that read the files are gone ({detail or type(failure).__name__}). "
            "The previous results are unchanged.",
            "Run the same command again; it keeps the files already read.",
        )


class Executor(Protocol):
    """Runs functions, in this process or elsewhere.

    Attributes:
        slots: Processes that run calls, known inside the context; 0 for this one.
        memory_gb: Memory of each, or None if it isn't limited.

    """

    slots: int
    memory_gb: float | None

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Run `function(*arguments)`; both must be picklable. Raises ExecutorLostError."""

    def check(self) -> None:
        """Raise ExecutorLostError if calls that are not done will never be."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


def run_in_order(executor: Executor, function: Callable[..., Any], arguments: Iterable[Sequence[Any]]) -> Iterator[Any]:
    """Yield the results of calls, in order; a call that fails where it runs is repeated in this process.

    Args:
        executor: Where the calls run; at most two for each of its slots are under way.
        function: What is called; it has no side effects.
        arguments: Those of each call.

    Raises:
        ExecutorLostError: The executor is gone.

    """
    calls: deque[tuple[Future[Any], Sequence[Any]]] = deque()
    for one in arguments:
        calls.append((executor.submit(function, *one), one))
        if len(calls) >= 2 * max(1, executor.slots):
            yield _get_result(*calls.popleft(), function)
    while calls:
        yield _get_result(*calls.popleft(), function)


def _get_result(future: "Future[Any]", arguments: Sequence[Any], function: Callable[..., Any]) -> Any:
    try:
        return future.result()
    except EXECUTOR_FAILURES as failure:
        raise ExecutorLostError.from_failure(failure) from failure
    except Exception:  # noqa: BLE001 - such as the memory of a worker; an error of the function is raised again
        return function(*arguments)


class SerialExecutor:
    """Runs functions in this process at once, without limits of time and memory: for one file, or a debugger."""

    slots = 0
    memory_gb: float | None = None

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Run the function; the future is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 - a future carries any error
            future.set_exception(error)
        return future

    def check(self) -> None:
        """Do nothing: every call is done."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Do nothing."""


class WorkerPool:
    """Runs functions in worker processes, which are replaced when they die.

    A call that takes too long raises TimeoutError; one whose process dies raises WorkerDied.

    Args:
        workers: Number of processes.
        timeout_seconds: Time limit of a call, from its own start.
        memory_gb: Memory limit of a worker.
        watched: Enforce the memory limit by checking the workers and killing those above it; if False, the kernel does, which
            only Linux can.

    """

    memory_gb: float | None

    def __init__(
        self, workers: int, timeout_seconds: float, memory_gb: float, *, watched: bool = sys.platform != "linux"
    ) -> None:
        self._timeout = timeout_seconds
        self.slots, self.memory_gb = workers, memory_gb
        start_worker_server()
        context = WorkerContext()
        memory_bytes = int(memory_gb * 2**30)
        threads = max(1, (os.cpu_count() or 1) // workers)
        self._pool = ProcessPool(
            max_workers=workers,
            context=context,
            initializer=initialize_worker,
            initargs=(None if watched else memory_bytes, threads),
        )
        manager = _PatientPoolManager(self._pool._context, context)  # noqa: SLF001 - pebble has no public extension point
        self._pool._pool_manager = manager  # noqa: SLF001
        self._guard = _start_guard(manager, memory_bytes) if watched else None

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Run `function(*arguments)` in a worker. Raises ExecutorLostError if the pool is broken."""
        self.check()
        try:
            call = pickle.dumps((function, arguments))  # loaded once the pool knows who has it: a worker may die of loading it
        except Exception as error:  # noqa: BLE001 - whatever an argument raises
            failed: Future[Any] = Future()
            failed.set_exception(error)
            return failed
        return self._pool.schedule(_call_portably, args=(call,), timeout=self._timeout)

    def check(self) -> None:
        """Raise ExecutorLostError if the pool is broken: it forgets the calls that no worker has taken."""
        if not self._pool.active:
            raise ExecutorLostError.from_failure(BrokenExecutor("no worker process stays alive"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            self.stop()
            return
        if self._guard:
            self._guard.stop()
        self._pool.close()  # type: ignore[no-untyped-call]
        self._pool.join()

    def stop(self) -> None:
        """End the workers, also in the middle of a call."""
        if self._guard:
            self._guard.stop()
        # Polars and Python may each raise the same Ctrl-C; the second must not interrupt the cleanup.
        with interrupts.defer_interrupts(reraise=False):
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()


class KeptPool(WorkerPool):
    """Worker processes that stay ready between calls, for a program that often asks about a file: starting one takes a second.

    Args:
        workers: Number of processes.
        timeout_seconds: Time limit of a call, from its own start.
        memory_gb: Memory limit of a worker.

    """

    def __init__(self, workers: int, timeout_seconds: float, memory_gb: float) -> None:
        super().__init__(workers, timeout_seconds, memory_gb)
        self._users, self._last_used = 0, time.monotonic()

    def keep(self) -> bool:
        """Return whether it takes calls; if so, one is about to come."""
        self._last_used = time.monotonic()
        return bool(self._pool.active)

    @property
    def idle_seconds(self) -> float:
        """The seconds since its last use ended; 0 while it is used."""
        return 0.0 if self._users else time.monotonic() - self._last_used

    def __enter__(self) -> Self:
        self._users += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Keep the workers, unless calls were abandoned."""
        self._users -= 1
        self._last_used = time.monotonic()
        if kind is not None:
            self.stop()


def _call_portably(call: bytes) -> Any:
    """Make a pickled call in a worker; what it returns or raises can be unpickled, so that it can't break the pool."""
    try:
        function, arguments = pickle.loads(call)  # noqa: S301  # nosec B301 # of this program
        result = function(*arguments)
        pickle.loads(pickle.dumps(result))  # noqa: S301  # nosec B301 # its own result
    except BaseException as error:  # noqa: BLE001 - raised again
        raise _make_portable(error) from None
    return result


def _make_portable(error: BaseException) -> Exception:
    """Return an error, or one with its name and text if the error can't be pickled or would end the process that gets it."""
    try:
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # nosec B301 # its own error
    except BaseException:  # noqa: BLE001 - it may raise anything
        copy = None
    if isinstance(error, Exception) and type(copy) is type(error):
        return error
    return RuntimeError(f"{type(error).__name__}: {_to_text(error)}")


def _to_text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - it may raise anything
        return ""


class _PatientPoolManager(PoolManager):
    """Finds the task of a dead worker even if the death is noticed before the message that the worker took the task.

    pebble would then break the pool, or let the task wait for its timeout. A worker that dies without a task is replaced, unless
    many do so in a row.
    """

    def __init__(self, context: Any, mp_context: Any) -> None:
        super().__init__(context, mp_context)
        self.worker_manager = _StrictWorkerManager(context.workers, context.worker_parameters, mp_context)
        self._idle_deaths = 0

    def update_workers(self) -> None:
        """Handle dead workers, and start no more than there are tasks: a worker that starts while the pool ends would fail."""
        for expiration in self.worker_manager.inspect_workers():
            self.handle_worker_expiration(expiration)
        workers = self.worker_manager
        for _ in range(min(workers.workers_number, len(self.task_manager.tasks)) - len(workers.workers)):
            workers.new_worker()  # type: ignore[no-untyped-call]

    def find_expired_task(self, worker_id: int) -> Any:
        """Return the task of a dead worker; wait for the message that it took one."""
        deadline = time.monotonic() + _MESSAGE_SECONDS
        while time.monotonic() < deadline:
            with suppress(LookupError, BrokenProcessPool):
                task = super().find_expired_task(worker_id)
                self._idle_deaths = 0
                return task
            if not self.task_manager.tasks:
                break
            time.sleep(_MESSAGE_SECONDS / 100)
        self._idle_deaths += 1
        if self._idle_deaths > _MAX_IDLE_DEATHS:
            raise BrokenProcessPool("no worker process stays alive")
        raise LookupError(worker_id)


class _StrictWorkerManager(WorkerManager):
    """Reports every worker that ends, including those that exit with code 0, which pebble ignores."""

    def inspect_workers(self) -> tuple[tuple[int, int], ...]:
        """Remove the workers that ended, and return the ID and exit code of each."""
        ended = {pid: worker for pid, worker in list(self.workers.items()) if not worker.is_alive()}
        for pid in ended:
            self.workers.pop(pid, None)
        return tuple((pid, worker.exitcode or 0) for pid, worker in ended.items())

    def force_stop_workers(self) -> None:
        """Stop every worker. Another thread of the pool may remove one at the same time, for which pebble raises KeyError."""
        with suppress(KeyError):
            while True:
                stop_process(self.workers.popitem()[1])


def _start_guard(manager: PoolManager, memory_bytes: int) -> "MemoryGuard":
    from flexscout.runtime.metrics import MemoryGuard  # noqa: PLC0415 - Linux needs no guard

    workers = manager.worker_manager
    return MemoryGuard(lambda: tuple(workers.workers), lambda: workers.workers_channel.lock(block=False), memory_bytes)  # type: ignore[union-attr]
