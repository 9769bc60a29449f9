"""The serial executor: the same interface, without other processes."""

import operator
import os

import pytest

from flexscout.runtime.executors import SerialExecutor, WorkerPool


def test_it_runs_in_this_process_at_once():
    with SerialExecutor() as executor:
        future = executor.submit(os.getpid)
        assert future.done()
        assert future.result() == os.getpid()


def test_it_takes_arguments():
    assert SerialExecutor().submit(operator.sub, 5, 3).result() == 2


def test_an_error_is_in_the_future():
    future = SerialExecutor().submit(operator.truediv, 1, 0)
    assert isinstance(future.exception(), ZeroDivisionError)


def test_an_interrupt_is_raised():
    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SerialExecutor().submit(interrupt)


def test_an_error_of_the_caller_is_raised():
    with pytest.raises(KeyError), SerialExecutor():
        raise KeyError


@pytest.mark.parametrize("make", [SerialExecutor, lambda: WorkerPool(1, 60, 1)], ids=["serial", "processes"])
def test_every_executor_returns_the_same_results(make):
    with make() as executor:
        assert [executor.submit(pow, 2, number).result() for number in range(5)] == [1, 2, 4, 8, 16]
