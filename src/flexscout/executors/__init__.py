"""Where work runs: in this process, or in others that may die without harm."""

from flexscout.executors.executor import Executor
from flexscout.executors.serial import SerialExecutor
from flexscout.executors.workers import WorkerDied, WorkerPool, start_early

__all__ = ["Executor", "SerialExecutor", "WorkerDied", "WorkerPool", "start_early"]
