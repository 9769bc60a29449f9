"""Run functions in the workers of a Dask cluster, which share a file system with this process."""

import os
import pickle  # nosec B403 # only of what this program's own processes send
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import current_process
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flexscout.errors import ConfigurationError
from flexscout.runtime.cache import hash_result_code
from flexscout.runtime.executors import ExecutorLostError, WorkerDied, WorkerPool
from flexscout.runtime.storage import build_temporary_path

_LOCAL = "local"  # the value of `cluster.scheduler` for a cluster on this computer

_POOLS: "dict[_Limits, WorkerPool]" = {}  # of this Dask worker, one per run
_POOL_LOCK = threading.Lock()


@dataclass(frozen=True)
class _Limits:
    """What a call may use, and what must hold where it runs.

    `timeout_seconds`, `memory_gb`: of one call; `code`: hash of the code; `folder`: current folder of the driver; `token`: a file
    that exists while the run lasts, if the file system is shared.
    """

    timeout_seconds: float
    memory_gb: float
    code: str
    folder: str
    token: str


class ClusterExecutor:
    """Runs functions in the workers of a Dask cluster, each in a child process that may hang, abort or run out of memory.

    A call whose worker ends is run again by another worker, a few times. The workers must see the folders of the run at the same
    paths, and have the same code as this process.

    Args:
        scheduler: Address of the scheduler, such as tcp://10.0.0.5:8786, or `local`.
        timeout_seconds: Time limit of a call.
        shared: Folder that the workers share with this process.
        local: Workers and gigabytes of memory of a `local` cluster.
        patience_seconds: How long to wait for the scheduler and the first worker.

    Attributes:
        slots: Calls that run at a time.
        memory_gb: Memory of a call.

    """

    slots = 0
    memory_gb: float | None = None

    def __init__(
        self,
        scheduler: str,
        timeout_seconds: float,
        shared: Path,
        local: tuple[int, float] = (1, 4),
        patience_seconds: float = 60,
    ) -> None:
        self._distributed = _import_distributed()
        self._scheduler, self._timeout, self._local, self._patience = scheduler, timeout_seconds, local, patience_seconds
        self._token = build_temporary_path(shared.absolute() / "shared")
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._token.parent.mkdir(parents=True, exist_ok=True)
            self._token.touch()
            stack.callback(self._token.unlink, missing_ok=True)
            self._client = stack.enter_context(self._connect(stack))
            workers = self._client.scheduler_info(n_workers=-1)["workers"]
            self.slots = sum(worker["nthreads"] for worker in workers.values())
            shares = (worker["memory_limit"] / worker["nthreads"] for worker in workers.values() if worker["memory_limit"])
            self.memory_gb = min(shares, default=self._local[1] * 2**30) / 2**30
            code = _hash_code()
            self._limits = _Limits(self._timeout, self.memory_gb, code, str(Path.cwd()), str(self._token))
            _refuse_strangers(self._client.run(_describe_problem, self._limits, on_error="return"))
            self._calls = self._client.get_executor(pure=False)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with suppress(Exception):  # the cluster may be gone
            self._client.run(_stop_pool, self._limits)
        self._stack.close()

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Run `function(*arguments)` in a worker. Raises ExecutorLostError if the cluster is gone."""
        self.check()
        result: Future[Any] = Future()
        result.set_running_or_notify_cancel()  # Dask doesn't tell when a worker takes the call
        call = pickle.dumps((function, arguments))
        self._calls.submit(_run_guarded, self._limits, call).add_done_callback(partial(_transfer, result))
        return result

    def check(self) -> None:
        """Raise ExecutorLostError if the scheduler is gone."""
        if self._client.status != "running":
            raise ExecutorLostError.from_failure(BrokenExecutor(f"the scheduler {self._scheduler} is gone"))

    def _connect(self, stack: ExitStack) -> Any:
        address: Any = self._scheduler
        try:
            if address == _LOCAL:
                workers, memory_gb = self._local
                address = stack.enter_context(
                    self._distributed.LocalCluster(
                        n_workers=workers,
                        threads_per_worker=1,
                        memory_limit=int(memory_gb / workers * 2**30),
                        dashboard_address=None,
                    )
                )
            client = self._distributed.Client(address, timeout=self._patience, set_as_default=False)
            stack.callback(client.close)
            client.wait_for_workers(1, timeout=self._patience)
        except (OSError, ValueError) as failure:
            raise ExecutorLostError.from_failure(failure) from failure
        return client


def _import_distributed() -> Any:
    try:
        import distributed  # noqa: PLC0415 - an optional dependency
    except ImportError:
        raise ConfigurationError(
            "cluster.scheduler requires the optional package distributed. Run: pip install 'flexscout[cluster]'"
        ) from None
    return distributed


def _hash_code() -> str:
    return f"{hash_result_code()} {sys.version_info[:2]}"


def _refuse_strangers(problems: dict[str, Any]) -> None:
    """Raise ConfigurationError if a worker can't work for this run."""
    found = {worker: problem for worker, problem in problems.items() if problem}
    if found:
        worker, problem = min(found.items(), key=str)
        raise ConfigurationError(f"{len(found)} of {len(problems)} workers can't be used. {worker}: {problem}")


def _describe_problem(limits: _Limits) -> str:
    """Return why this worker can't be used; empty if it can."""
    if _hash_code() != limits.code:
        return "it has another version of flexscout, of its libraries or of Python. Install the same versions as here."
    if not (Path(limits.token).exists() and Path(limits.folder).is_dir()):
        return "it doesn't share the folder of the cache with this computer. Give FLEXSCOUT_CACHE a shared folder."
    return ""


def _run_guarded(limits: _Limits, call: bytes) -> bytes:
    """Run a call in a child process of a Dask worker, and return how it ended."""
    if problem := _describe_problem(limits):
        return pickle.dumps(("lost", problem))
    function, arguments = pickle.loads(call)  # noqa: S301  # nosec B301 # of the driver, which Dask trusts
    try:
        future = _get_pool(limits).submit(_call_in, limits.folder, function, arguments)
        return pickle.dumps(("done", future.result()))
    except WorkerDied as death:
        return pickle.dumps(("died", death.exitcode))
    except (BrokenExecutor, CancelledError, ExecutorLostError) as failure:
        return pickle.dumps(("lost", str(failure)))
    except Exception as error:  # noqa: BLE001 - it is the driver's
        return pickle.dumps(("failed", error))


def _get_pool(limits: _Limits) -> WorkerPool:
    """Return the processes of this Dask worker for one run."""
    import distributed  # noqa: PLC0415 - an optional dependency

    with _POOL_LOCK:
        if limits not in _POOLS:
            current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # noqa: SLF001 - daemons have no children
            threads = distributed.get_worker().state.nthreads
            _POOLS[limits] = WorkerPool(threads, limits.timeout_seconds, limits.memory_gb)
        return _POOLS[limits]


def _stop_pool(limits: _Limits) -> None:
    """End the processes of this Dask worker for one run, also in the middle of a call."""
    with _POOL_LOCK:
        pool = _POOLS.pop(limits, None)
    if pool:
        pool.stop()


def _call_in(folder: str, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    os.chdir(folder)  # paths are relative to the driver's
    return function(*arguments)


def _transfer(result: "Future[Any]", done: "Future[bytes]") -> None:
    """Give the outcome of a call to its future."""
    if done.cancelled():
        result.set_exception(BrokenExecutor("the scheduler or its workers are gone"))
    elif failure := done.exception():
        is_killed = type(failure).__name__ == "KilledWorker"  # after several workers ended with it
        result.set_exception(_describe_death(-9) if is_killed else BrokenExecutor(str(failure)))
    else:
        kind, value = pickle.loads(done.result())  # noqa: S301  # nosec B301 # of this run's workers
        if kind == "done":
            result.set_result(value)
        else:
            result.set_exception(_describe_death(value) if kind == "died" else BrokenExecutor(value) if kind == "lost" else value)


def _describe_death(exit_code: int) -> WorkerDied:
    return WorkerDied("its process ended", code=exit_code)  # type: ignore[no-untyped-call]
