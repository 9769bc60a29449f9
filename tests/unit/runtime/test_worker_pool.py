"""Worker processes: a call that dies, hangs or runs out of memory fails alone."""

import multiprocessing
import operator
import os
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from importlib import import_module

import psutil
import pytest

from flexscout.runtime.executors import EXECUTOR_FAILURES, ExecutorLostError, WorkerDied, WorkerPool, run_in_order
from flexscout.runtime.process_start import PRELOADED, WITHOUT_THREADS

GENEROUS = 60  # seconds; no call below takes as long
GIGABYTES = 1


def pool(workers=1, timeout=GENEROUS):
    return WorkerPool(workers, timeout, GIGABYTES)


def test_a_call_runs_in_another_process():
    with pool() as workers:
        assert workers.submit(os.getpid).result() != os.getpid()


def test_arguments_and_results_are_passed():
    with pool(2) as workers:
        futures = [workers.submit(operator.mul, number, 10) for number in range(20)]
        assert [future.result() for future in futures] == list(range(0, 200, 10))


def test_an_error_of_the_call_is_raised_unchanged():
    with pool() as workers, pytest.raises(ZeroDivisionError):
        workers.submit(operator.truediv, 1, 0).result()


def test_a_call_whose_process_ends_raises_worker_died():
    with pool() as workers, pytest.raises(WorkerDied):
        workers.submit(os.abort).result()


def test_a_call_that_takes_too_long_raises_a_timeout():
    with pool(timeout=1) as workers, pytest.raises(TimeoutError):
        workers.submit(time.sleep, 600).result()


@pytest.mark.skipif(sys.platform != "linux", reason="only the kernel of Linux is asked to limit memory")
def test_a_call_above_the_memory_limit_raises_a_memory_error():
    with pool() as workers, pytest.raises(MemoryError):
        workers.submit(bytearray, 4 * GIGABYTES * 2**30).result()


@pytest.mark.skipif(sys.platform != "linux", reason="lists threads as Linux names them")
def test_a_worker_starts_the_threads_of_polars_before_it_reads():
    program = (
        "from pathlib import Path; import polars; from flexscout.runtime import start_streaming_threads;"
        "names = lambda: {path.read_text().strip() for path in Path('/proc/self/task').glob('*/comm')}; before = names();"
        "start_streaming_threads(); print(len(names() - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 0


def test_a_watched_worker_above_the_memory_limit_is_killed():
    with WorkerPool(1, GENEROUS, 0.3, watched=True) as workers:
        with pytest.raises(WorkerDied):
            workers.submit(exec, "held = [bytes([1]) * 2**20 for _ in range(8_000)]; __import__('time').sleep(600)").result()
        assert workers.submit(operator.add, 1, 2).result() == 3


def test_a_watched_worker_below_the_memory_limit_is_not_killed():
    with WorkerPool(1, GENEROUS, GIGABYTES, watched=True) as workers:
        assert workers.submit(eval, "len(bytes([1]) * 2**26)").result() == 2**26


@pytest.mark.skipif(sys.platform != "linux", reason="only the kernel of Linux is asked to limit memory")
def test_the_kernel_enforces_the_memory_limit():
    with WorkerPool(1, GENEROUS, GIGABYTES) as workers:
        import resource  # noqa: PLC0415 - not on Windows

        assert workers.submit(resource.getrlimit, resource.RLIMIT_DATA).result() == (2**30, 2**30)


def test_no_worker_starts_while_the_pool_ends(capfd):
    """A worker that starts while the pool ends would print a traceback."""
    for _ in range(5):
        with pool(2) as workers:
            workers.submit(os.abort).exception()
    time.sleep(0.5)
    assert "Traceback" not in capfd.readouterr().err


def test_an_idle_worker_that_is_killed_is_replaced():
    with pool() as workers:
        number = workers.submit(os.getpid).result()
        time.sleep(0.3)  # what dies in the middle of its message takes the lock of the channel with it
        psutil.Process(number).kill()
        assert workers.submit(operator.add, 1, 2).result() == 3


EXIT = "import os; os._exit({})"  # as a text: while coverage is measured, the function can't be sent to a worker
UNPICKLABLE = """
class Odd(Exception):
    def __init__(self, one, other):
        super().__init__("odd")
raise Odd(1, 2)
"""


class Loaded:
    """An argument that calls a function when it is unpickled."""

    def __init__(self, function, *arguments):
        self._call = function, arguments

    def __reduce__(self):
        return self._call


FAULTS = {
    "module that is missing in the worker": (print, (Loaded(import_module, "no_such_module"),)),
    "abort while the call is loaded": (print, (Loaded(os.abort),)),
    "arguments that can't be pickled": (print, (lambda: 1,)),
    "hang": (time.sleep, (600,)),
    "hang with Python's lock": (exec, ("__import__('re').match('(a+)+$', 'a' * 64 + 'b')",)),
    "abort": (os.abort, ()),
    "exit 1": (exec, (EXIT.format(1),)),
    "exit 0": (exec, (EXIT.format(0),)),
    "memory": (bytearray, (2**62,)),
    "exception": (operator.truediv, (1, 0)),
    "unpicklable exception": (exec, (UNPICKLABLE,)),
    "exception that ends a process": (sys.exit, (0,)),
    "unpicklable result": (eval, ("lambda: 1",)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_pool_continues_after_a_call_that_fails(fault):
    function, arguments = FAULTS[fault]
    with pool(timeout=1) as workers:
        assert isinstance(workers.submit(function, *arguments).exception(), Exception)
        no_ops = [workers.submit(operator.add, number, 0) for number in range(100)]
        assert [future.result() for future in no_ops] == list(range(100))


def test_an_error_that_cannot_be_pickled_keeps_its_name_and_text():
    with pool() as workers, pytest.raises(RuntimeError, match=r"^Odd: odd$"):
        workers.submit(exec, UNPICKLABLE).result()


def test_a_broken_pool_says_so_instead_of_waiting_for_ever():
    """It forgets the calls that no worker has taken."""
    with pool() as workers:
        waiting = workers.submit(time.sleep, 600)
        workers._pool._pool_manager.handle_broken_pool(BrokenProcessPool())  # noqa: SLF001 - no public way breaks it in time
        assert not waiting.done() or isinstance(waiting.exception(), EXECUTOR_FAILURES)
        for ask in (workers.check, partial(workers.submit, os.getpid)):
            with pytest.raises(ExecutorLostError, match="The previous results are unchanged"):
                ask()


ORPHANS = """
import time
from flexscout.runtime import WorkerPool

with WorkerPool(2, 600, 1) as pool:
    pool.submit(time.sleep, 600)
    pool.submit(exec, "__import__('re').match('(a+)+$', 'a' * 64 + 'b')")
    time.sleep(1)
    print(flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by a signal")
def test_no_process_is_left_when_the_one_they_work_for_is_killed():
    """One worker sleeps, the other hangs with Python's lock."""
    with subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE) as parent:
        parent.stdout.readline()
        below = psutil.Process(parent.pid).children(recursive=True)
        parent.kill()
    assert len(below) >= 3
    assert not psutil.wait_procs(below, timeout=15)[1]


def test_waiting_calls_are_not_lost_when_a_worker_dies():
    with pool() as workers:
        futures = [workers.submit(function) for function in (os.abort, os.getpid, os.abort, os.getpid)]
        died = [isinstance(future.exception(), WorkerDied) for future in futures]
    assert died == [True, False, True, False]


def test_the_timeout_of_a_call_starts_with_the_call():
    """Six calls for one worker take longer together than each may."""
    with pool(timeout=1.5) as workers:
        futures = [workers.submit(time.sleep, 0.3) for _ in range(6)]
        assert [future.result() for future in futures] == [None] * 6


def test_no_process_is_left_behind():
    before = set(multiprocessing.active_children())
    with pool(2) as workers:
        workers.submit(os.getpid).result()
    assert set(multiprocessing.active_children()) <= before


def test_an_error_of_the_caller_stops_running_calls():
    before = set(multiprocessing.active_children())

    def fail_while_one_runs():
        with pool() as workers:
            workers.submit(os.getpid).result()
            workers.submit(time.sleep, 600)
            raise KeyError

    with pytest.raises(KeyError):
        fail_while_one_runs()
    assert set(multiprocessing.active_children()) <= before


def test_the_main_module_is_restored():
    main = sys.modules["__main__"]
    with pool() as workers:
        workers.submit(os.getpid).result()
    assert sys.modules["__main__"] is main


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_no_preloaded_module_starts_a_thread():
    """A fork copies one thread; a library that waits for another of its threads would wait forever."""
    code = "import importlib, os, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\n"
    code += "print(len(os.listdir('/proc/self/task')), 'polars' in sys.modules)"
    told = {**os.environ, **WITHOUT_THREADS}
    done = subprocess.run([sys.executable, "-c", code, *PRELOADED], env=told, capture_output=True, text=True, check=True)
    assert done.stdout == "1 False\n"


def test_a_worker_imports_nothing_that_it_does_not_need():
    with pool() as workers:
        workers.submit(import_module, "flexscout.ingest.worker").exception()
        loaded = workers.submit(eval, "set(__import__('sys').modules)").result()
    assert not loaded & {"pydantic", "narwhals", "pandas", "rustpy_xlsxwriter", "typer", "flexscout.processing"}


def abort_elsewhere(process):
    """Abort, except in one process."""
    return process if os.getpid() == process else os.abort()


def test_calls_run_in_order_and_a_call_whose_worker_dies_is_repeated_here():
    with pool(2) as workers:
        assert list(run_in_order(workers, operator.neg, [(number,) for number in range(9)])) == [-number for number in range(9)]
        assert list(run_in_order(workers, abort_elsewhere, [(os.getpid(),)])) == [os.getpid()]
        with pytest.raises(ZeroDivisionError):
            list(run_in_order(workers, operator.truediv, [(1, 0)]))


def test_calls_in_order_end_when_the_processes_are_gone():
    with pool() as workers:
        workers.stop()
        with pytest.raises(ExecutorLostError, match="The previous results are unchanged"):
            list(run_in_order(workers, operator.neg, [(1,)]))
