"""The parts of pebble below its public API that WorkerPool relies on.

If one of these fails after an upgrade of pebble, compare `pebble/pool/process.py` with `flexscout/runtime/executors.py`, adapt
`_PatientPoolManager` and `_StrictWorkerManager`, run `test_worker_pool.py`, and move the bound in pyproject.toml.
"""

# ruff: noqa: SLF001 - private parts are what is tested

import inspect
import operator
import os
import time
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

import pebble
import psutil
import pytest
from pebble import CONSTS, ProcessExpired, ProcessPool
from pebble.pool.process import PoolManager, TaskManager, WorkerManager

from flexscout.runtime.executors import WorkerPool, _PatientPoolManager, _StrictWorkerManager
from flexscout.runtime.process_start import WorkerContext

CHECK = "pebble changed: see the docstring of test_pebble_internals.py"


def parameters(function):
    return list(inspect.signature(function).parameters)


@contextmanager
def running_pool(workers=1):
    with WorkerPool(workers, 60, 1) as pool:
        pool.submit(os.getpid).result()
        yield pool


class FakeWorker:
    """A worker process that has ended with an exit code, or is still alive."""

    def __init__(self, exitcode):
        self.exitcode = exitcode

    def is_alive(self):
        return self.exitcode is None


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (PoolManager.__init__, ["self", "context", "mp_context"]),
        (PoolManager.update_workers, ["self"]),
        (PoolManager.find_expired_task, ["self", "worker_id"]),
        (PoolManager.handle_worker_expiration, ["self", "expiration"]),
        (WorkerManager.__init__, ["self", "workers", "worker_parameters", "mp_context"]),
        (WorkerManager.inspect_workers, ["self"]),
        (WorkerManager.new_worker, ["self"]),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_extended_and_called_methods_have_the_same_parameters(method, expected):
    assert parameters(method) == expected, CHECK


def test_a_pool_takes_what_it_is_given():
    expected = {"max_workers", "context", "initializer", "initargs"}
    assert expected <= set(parameters(ProcessPool.__init__)), CHECK
    assert parameters(ProcessPool.schedule)[1:] == ["function", "args", "kwargs", "timeout"], CHECK


def test_a_pool_gets_its_manager_before_it_starts():
    """The manager is replaced after construction, so nothing may run by then."""
    pool = ProcessPool(max_workers=1, context=WorkerContext())
    assert type(pool._pool_manager) is PoolManager, CHECK
    assert not pool._pool_manager.worker_manager.workers, CHECK
    assert {"workers", "worker_parameters"} <= set(vars(pool._context)), CHECK


def test_a_running_pool_uses_the_manager_it_was_given():
    with running_pool() as pool:
        manager = pool._pool._pool_manager
        assert isinstance(manager, _PatientPoolManager), CHECK
        assert isinstance(manager.worker_manager, _StrictWorkerManager), CHECK
        assert manager.worker_manager.workers_number == 1, CHECK


def test_workers_are_listed_by_process_id():
    with running_pool() as pool:
        workers = pool._pool._pool_manager.worker_manager.workers
        assert [worker.pid for worker in workers.values()] == list(workers), CHECK
        assert all(psutil.pid_exists(pid) for pid in workers), CHECK


def test_the_pool_calls_what_is_extended(monkeypatch):
    called = set()
    for extended, names in (
        (_PatientPoolManager, ("update_workers", "find_expired_task")),
        (_StrictWorkerManager, ("inspect_workers",)),
    ):
        for name in names:
            original = getattr(extended, name)

            def record(self, *arguments, _name=name, _original=original):
                called.add(_name)
                return _original(self, *arguments)

            monkeypatch.setattr(extended, name, record)
    with WorkerPool(1, 60, 1) as pool:
        pool.submit(os.abort).exception()
    assert called == {"update_workers", "find_expired_task", "inspect_workers"}, CHECK


def test_the_channel_can_be_locked_between_messages():
    """The guard kills a worker only while it holds this lock."""
    with running_pool() as pool:
        time.sleep(0.3)
        with pool._pool._pool_manager.worker_manager.workers_channel.lock(block=False) as locked:
            assert locked is True, CHECK


def test_a_task_is_listed_until_it_is_done_and_has_the_id_of_its_worker():
    with running_pool() as pool:
        manager = pool._pool._pool_manager
        taken, waiting = pool.submit(time.sleep, 0.5), pool.submit(os.getpid)
        deadline = time.monotonic() + 30
        while not taken.running() and time.monotonic() < deadline:
            time.sleep(0.02)
        (pid,) = manager.worker_manager.workers
        assert [task.worker_id for task in manager.task_manager.tasks.values()] == [pid, 0], CHECK
        assert (taken.result(), waiting.result()) == (None, pid)
        assert not manager.task_manager.tasks, CHECK


def test_the_task_of_a_dead_worker_is_not_found_before_the_message_that_it_was_taken():
    """pebble breaks the pool in this case; the extension waits for the message."""
    manager = PoolManager(ProcessPool(max_workers=1, context=WorkerContext())._context, WorkerContext())
    assert isinstance(manager.task_manager, TaskManager), CHECK
    with pytest.raises(BrokenProcessPool):
        manager.find_expired_task(123)


def test_a_worker_that_ends_with_code_0_is_reported():
    """pebble's own manager ignores it, so its task would wait for the timeout."""
    manager = _StrictWorkerManager(2, None, WorkerContext())
    manager.workers = {7: FakeWorker(0), 8: FakeWorker(-9), 9: FakeWorker(None)}
    assert manager.inspect_workers() == ((7, 0), (8, -9)), CHECK
    assert list(manager.workers) == [9], CHECK


def test_a_death_has_an_exit_code():
    with WorkerPool(1, 60, 1) as pool:
        error = pool.submit(exec, "import os; os._exit(3)").exception()
    assert isinstance(error, ProcessExpired), CHECK
    assert error.exitcode == 3, CHECK


def test_the_checks_of_the_workers_are_as_frequent_as_set():
    assert CONSTS.sleep_unit == 0.02, CHECK
    assert "CONSTS.sleep_unit" in inspect.getsource(pebble.pool.process.pool_manager_loop), CHECK


def test_a_pool_that_is_closed_finishes_its_calls():
    with WorkerPool(1, 60, 1) as pool:
        futures = [pool.submit(operator.add, number, 1) for number in range(5)]
    assert [future.result() for future in futures] == [1, 2, 3, 4, 5], CHECK
