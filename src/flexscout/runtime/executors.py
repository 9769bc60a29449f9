"""Worker processes: work that hangs, aborts or eats memory costs its worker and nothing else."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import spawn, util
from threading import Lock
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from pebble import CONSTS, ProcessExpired, ProcessPool
from pebble.pool.process import PoolManager, WorkerManager

from flexscout._import_path import filter_import_path, filter_python_path
from flexscout.runtime import interrupts

if TYPE_CHECKING:
    from flexscout.runtime.metrics import MemoryGuard


class Executor(Protocol):
    """Runs functions, here or elsewhere."""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Run `function(*arguments)`; both must be picklable."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


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


# Start methods that inherit nothing by accident.
if sys.platform == "win32":
    from multiprocessing.context import SpawnContext as _BaseContext
    from multiprocessing.context import SpawnProcess as _BaseProcess
else:
    from multiprocessing.context import ForkServerContext as _BaseContext
    from multiprocessing.context import ForkServerProcess as _BaseProcess

# What the process from which workers are forked imports once for all of them, while this one still imports. Threads do not
# survive a fork, so nothing here may start one: the frame library does, and is each worker's own; the others do as they are told.
PRELOADED = [
    "ctypes", "decimal", "difflib", "fastexcel", "hashlib", "html", "importlib.metadata", "inspect", "json", "pebble",
    "pyarrow", "rapidfuzz.fuzz", "rapidfuzz.process", "tempfile", "typing_extensions", "zoneinfo",
    "flexscout.domain.columns", "flexscout.domain.vocabulary", "flexscout.errors", "flexscout.ingest.scan", "flexscout.models",
]  # fmt: skip

# Arrow's allocator and NumPy's BLAS start threads when they are imported, unless these say otherwise.
WITHOUT_THREADS = {"JE_ARROW_MALLOC_CONF": "background_thread:false", "OPENBLAS_NUM_THREADS": "1"}

_ALLOCATOR = "_RJEM_MALLOC_CONF"  # what tells the frame library's allocator how to work
THRIFTY = "dirty_decay_ms:200,muzzy_decay_ms:0"
"""Memory that is free goes back soon: a large sheet takes a tenth less of it, and no more time."""

CONSTS.sleep_unit = 0.02  # seconds between two looks at the workers

_STARTING = Lock()  # one process at a time is started: what that changes in this one is changed back

_MESSAGE_SECONDS = 2.0  # longest that a worker's message is on its way; read in milliseconds unless the machine is busy
_MOST_IDLE_DEATHS = 20  # workers that end before they take a task, one after another

WorkerDied = ProcessExpired
"""What a call ends in when its process ended in the middle of it."""


@contextmanager
def _hidden_main() -> Iterator[None]:
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _environment(changes: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def _safe_import_path() -> Iterator[None]:
    """Processes started in this context import nothing from the current folder, even if this one may (a notebook does).

    `-P` protects a child until multiprocessing has loaded there, the path sent along from then on. PYTHONSAFEPATH would not do:
    `-E` ignores it.
    """
    with _STARTING, _environment({"PYTHONPATH": filter_python_path()} if "PYTHONPATH" in os.environ else {}):
        flags, preparation = util._args_from_interpreter_flags, spawn.get_preparation_data  # type: ignore[attr-defined]  # noqa: SLF001
        path = filter_import_path(sys.path)
        util._args_from_interpreter_flags = lambda: [*flags(), "-P"]  # type: ignore[attr-defined]  # noqa: SLF001
        spawn.get_preparation_data = lambda name: preparation(name) | {"sys_path": path}
        try:
            yield
        finally:
            util._args_from_interpreter_flags = flags  # type: ignore[attr-defined]  # noqa: SLF001
            spawn.get_preparation_data = preparation


def start_worker_server() -> None:
    """Start the process from which workers are forked, so that it gets ready while this one still imports.

    This one's frame library is told to be THRIFTY, if it is not imported yet.
    """
    os.environ.setdefault(_ALLOCATOR, THRIFTY)
    if sys.platform != "win32":
        from multiprocessing.forkserver import ensure_running, set_forkserver_preload  # noqa: PLC0415 - not on Windows

        # What is started here would answer Ctrl-C with a traceback; it ends with this process.
        with _safe_import_path(), _hidden_main(), interrupts.ignore_interrupts(), _environment(WITHOUT_THREADS):
            set_forkserver_preload(PRELOADED)
            ensure_running()


class _Process(_BaseProcess):
    """A process that does not import the caller's main module.

    By default every worker imports it, and a script without `if __name__ == "__main__"` would start its run anew there.
    """

    @staticmethod
    def _Popen(process: Any) -> Any:  # noqa: N802 - the name is multiprocessing's
        with _safe_import_path(), _hidden_main():
            return _BaseProcess._Popen(process)  # noqa: SLF001 - the seam that multiprocessing offers


class _Context(_BaseContext):
    """Starts processes of that kind."""

    Process = _Process


class _WatchfulWorkers(WorkerManager):
    """Sees every worker that ends while the pool works, also one that exits with code 0: none may."""

    def inspect_workers(self) -> tuple[tuple[int, int], ...]:
        ended = {number: worker for number, worker in list(self.workers.items()) if not worker.is_alive()}
        for number in ended:
            self.workers.pop(number, None)
        return tuple((number, worker.exitcode or 0) for number, worker in ended.items())


class _PatientManager(PoolManager):
    """Knows a dead worker's task even if its death is seen before the message that it took the task.

    Otherwise a file that ends its worker at once would break the pool, or wait for its timeout. A worker that dies without a task
    is replaced; only if worker after worker does, none can be had.
    """

    def __init__(self, context: Any, processes: Any) -> None:
        super().__init__(context, processes)
        self.worker_manager = _WatchfulWorkers(context.workers, context.worker_parameters, processes)
        self._idle_deaths = 0

    def update_workers(self) -> None:
        """See who died, and start as many in their stead as there is work for: one that starts while all ends can't end well."""
        for expiration in self.worker_manager.inspect_workers():
            self.handle_worker_expiration(expiration)
        workers = self.worker_manager
        for _ in range(min(workers.workers_number, len(self.task_manager.tasks)) - len(workers.workers)):
            workers.new_worker()  # type: ignore[no-untyped-call]

    def find_expired_task(self, worker_id: int) -> Any:
        last = time.monotonic() + _MESSAGE_SECONDS
        while time.monotonic() < last:
            with suppress(LookupError, BrokenProcessPool):
                task = super().find_expired_task(worker_id)
                self._idle_deaths = 0
                return task
            if not self.task_manager.tasks:
                break
            time.sleep(_MESSAGE_SECONDS / 100)
        self._idle_deaths += 1
        if self._idle_deaths > _MOST_IDLE_DEATHS:
            raise BrokenProcessPool("no worker process stays alive")
        raise LookupError(worker_id)


class WorkerPool:
    """Runs functions in processes that are replaced when they die.

    `timeout_seconds`: for one call, from its own start; `memory_gb`: for one worker, enforced by the kernel on Linux;
    elsewhere, or if `watched`, by looking at what each holds and killing the one that holds more.
    A call that takes too long ends in TimeoutError, one whose process dies in WorkerDied.
    """

    def __init__(
        self, workers: int, timeout_seconds: float, memory_gb: float, *, watched: bool = sys.platform != "linux"
    ) -> None:
        self._timeout = timeout_seconds
        start_worker_server()
        context = _Context()
        memory = int(memory_gb * 2**30)
        limits = None if watched else memory, max(1, (os.cpu_count() or 1) // workers)
        self._pool = ProcessPool(max_workers=workers, context=context, initializer=_start_worker, initargs=limits)
        manager = _PatientManager(self._pool._context, context)  # noqa: SLF001 - pebble offers no other seam
        self._pool._pool_manager = manager  # noqa: SLF001
        self._watch = _watch(manager, memory) if watched else None

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Run `function(*arguments)` in a worker."""
        return self._pool.schedule(function, args=arguments, timeout=self._timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._watch:
            self._watch.end()
        if kind is None:
            self._pool.close()  # type: ignore[no-untyped-call]
            self._pool.join()
        else:
            # One Ctrl-C may be raised twice, by the frame library and by Python: the workers are ended all the same.
            with interrupts.defer_interrupts(reraise=False):
                self._pool.stop()  # type: ignore[no-untyped-call]
                self._pool.join()


def _watch(manager: PoolManager, memory: int) -> "MemoryGuard":
    from flexscout.runtime.metrics import MemoryGuard  # noqa: PLC0415 - the kernel of Linux needs no help

    workers = manager.worker_manager
    return MemoryGuard(lambda: tuple(workers.workers), lambda: workers.workers_channel.lock(block=False), memory)  # type: ignore[union-attr]


def _start_worker(memory_bytes: int | None, threads: int) -> None:
    """Limit the worker's memory and threads, and silence what native code prints when it dies: the record says it in words."""
    os.environ["POLARS_MAX_THREADS"] = str(threads)  # read when the worker imports Polars, which is later
    os.environ[_ALLOCATOR] = THRIFTY  # likewise
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - not on Windows

        if memory_bytes:
            resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
