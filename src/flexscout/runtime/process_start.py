"""Start of worker processes: what they inherit, import and may import from."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import parent_process, spawn, util
from multiprocessing.connection import wait
from threading import Lock, Thread
from types import ModuleType
from typing import Any

from flexscout._import_path import filter_import_path, filter_python_path
from flexscout.runtime import interrupts

# Start methods under which a worker inherits nothing by accident.
if sys.platform == "win32":
    from multiprocessing.context import SpawnContext as _BaseContext
    from multiprocessing.context import SpawnProcess as _BaseProcess
else:
    from multiprocessing.context import ForkServerContext as _BaseContext
    from multiprocessing.context import ForkServerProcess as _BaseProcess

# Imported once by the process that workers are forked from, while this process still imports. Threads don't survive a fork, so
# nothing here may start one: Polars does, so each worker imports it itself; the others don't, given WITHOUT_THREADS.
PRELOADED = [
    "ctypes", "decimal", "difflib", "fastexcel", "hashlib", "html", "importlib.metadata", "inspect", "json", "pebble",
    "pyarrow", "rapidfuzz.fuzz", "rapidfuzz.process", "tempfile", "typing_extensions", "zoneinfo",
    "flexscout.domain.columns", "flexscout.domain.vocabulary", "flexscout.errors", "flexscout.ingest.scan", "flexscout.models",
    "flexscout.runtime.executors",
]  # fmt: skip

WITHOUT_THREADS = {"JE_ARROW_MALLOC_CONF": "background_thread:false", "OPENBLAS_NUM_THREADS": "1"}
"""Environment in which Arrow's allocator and NumPy's BLAS start no threads when they are imported."""

_POLARS_ALLOCATOR = "_RJEM_MALLOC_CONF"
LOW_MEMORY_ALLOCATOR = "dirty_decay_ms:200,muzzy_decay_ms:0"
"""Setting with which Polars returns free memory soon: a large sheet takes a tenth less memory, and no more time."""

_KEPT_BYTES = 2**24  # of freed memory, by the C library for each thread
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # options of mallopt
_LARGEST_MMAP_THRESHOLD = 2**25

_IS_FROZEN = getattr(sys, "frozen", False)  # a program made with PyInstaller, which imports nothing from elsewhere
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl

_START_LOCK = Lock()  # starting a process changes this one's state for a moment, so one is started at a time


def start_worker_server() -> None:
    """Start the process that workers are forked from, so that it gets ready while this one still imports.

    Also makes Polars in this process return free memory soon, unless it is already imported.
    """
    os.environ.setdefault(_POLARS_ALLOCATOR, LOW_MEMORY_ALLOCATOR)
    if sys.platform != "win32":
        from multiprocessing.forkserver import ensure_running, set_forkserver_preload  # noqa: PLC0415 - not on Windows

        # On Ctrl-C the server would print a traceback; it ends with this process anyway.
        with _restrict_import_path(), _hide_main(), interrupts.ignore_interrupts(), _replace_environment(WITHOUT_THREADS):
            set_forkserver_preload(PRELOADED)
            ensure_running()


def initialize_worker(memory_bytes: int | None, threads: int) -> None:
    """Limit the memory and threads of the worker that calls this, and silence its stderr.

    Native code prints there when it aborts; the file's record says the same in words.

    Args:
        memory_bytes: Memory limit that the kernel enforces, on Linux; None for no limit.
        threads: Threads of Polars.

    """
    end_with_parent()
    _keep_freed_memory()
    os.environ["POLARS_MAX_THREADS"] = str(threads)  # read when the worker imports Polars, which is later
    os.environ[_POLARS_ALLOCATOR] = LOW_MEMORY_ALLOCATOR  # likewise
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - not on Windows

        if memory_bytes:
            resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 2)
    os.close(devnull)


def _keep_freed_memory() -> None:
    """Have the C library keep some freed memory, where it can (glibc).

    By default it returns the buffers of each block of a large file to the system, which has to clear the pages of the next ones.
    """
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - as above

        if set_option := getattr(ctypes.CDLL(None), "mallopt", None):
            set_option(_TRIM_THRESHOLD, _KEPT_BYTES)
            set_option(_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD)


@cache
def start_streaming_threads() -> None:
    """Start the threads with which Polars writes tables to files, while this process has memory for them.

    Polars would start them when it first needs them, and wait forever if one can't be started.
    """
    import polars as pl  # noqa: PLC0415 - a worker imports it after `initialize_worker`

    pl.LazyFrame({"": [0]}).collect(engine="streaming")


def build_module_command(module: str) -> list[str]:
    """Return the command that runs a module of flexscout in a process of its own."""
    return [sys.executable, *([] if _IS_FROZEN else ["-P"]), "-m", module]


def end_with_parent() -> None:
    """End this worker soon after the process that it works for, even in the middle of a call.

    A thread watches that process. It can't run while native code holds Python's lock, so on Linux the kernel kills the worker
    with the server that it was forked from, which ends with that process unless a worker keeps its pipe open.
    """
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only Linux needs it
        from multiprocessing.forkserver import _forkserver  # noqa: PLC0415 - not on Windows

        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        if (pipe := getattr(_forkserver, "_forkserver_alive_fd", None)) is not None:
            os.close(pipe)
            setattr(_forkserver, "_forkserver_alive_fd", None)  # noqa: B010 - types don't list it
    if parent := parent_process():
        Thread(target=_exit_after, args=(parent.sentinel,), name="flexscout-parent", daemon=True).start()


def _exit_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


class WorkerProcess(_BaseProcess):
    """A process that does not import the caller's main module.

    By default every worker imports it, so that a script without `if __name__ == "__main__"` would start its run again there.
    """

    @staticmethod
    def _Popen(process: Any) -> Any:  # noqa: N802 - multiprocessing's name
        with _restrict_import_path(), _hide_main():
            return _BaseProcess._Popen(process)  # noqa: SLF001 - multiprocessing's extension point


class WorkerContext(_BaseContext):
    """A multiprocessing context that starts WorkerProcess."""

    Process = WorkerProcess


@contextmanager
def _hide_main() -> Iterator[None]:
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _replace_environment(changes: dict[str, str]) -> Iterator[None]:
    previous = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in previous.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def _restrict_import_path() -> Iterator[None]:
    """Start processes that import nothing from the current folder, even if this process may (a notebook does).

    `-P` protects a child until multiprocessing is loaded there, and the path sent to it from then on. PYTHONSAFEPATH would not
    do, because `-E` ignores it.
    """
    if _IS_FROZEN:
        with _START_LOCK:
            yield
        return
    with _START_LOCK, _replace_environment({"PYTHONPATH": filter_python_path()} if "PYTHONPATH" in os.environ else {}):
        flags, preparation = util._args_from_interpreter_flags, spawn.get_preparation_data  # type: ignore[attr-defined]  # noqa: SLF001
        path = filter_import_path(sys.path)
        util._args_from_interpreter_flags = lambda: [*flags(), "-P"]  # type: ignore[attr-defined]  # noqa: SLF001
        spawn.get_preparation_data = lambda name: preparation(name) | {"sys_path": path}
        try:
            yield
        finally:
            util._args_from_interpreter_flags = flags  # type: ignore[attr-defined]  # noqa: SLF001
            spawn.get_preparation_data = preparation
