"""A Dask scheduler and workers as processes of their own, on this computer."""

import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import psutil


@contextmanager
def running_cluster(folder, workers=2):
    """Start a scheduler and workers; yield its address, its process and theirs. All end with the context."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    with ExitStack() as stack:
        scheduler = _start(stack, folder, "scheduler", "--host", "127.0.0.1", "--port", str(port))
        options = ("--nthreads", "1", "--memory-limit", "2GB", "--no-nanny", "--local-directory", str(folder / "dask"))
        yield address, scheduler, [_start(stack, folder, "worker", address, *options) for _ in range(workers)]


def _start(stack, folder, *arguments):
    command = [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:], "--no-dashboard"]
    process = stack.enter_context(subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    stack.callback(process.kill)
    return process


def list_below(process):
    """Return the processes that a process has started, directly or not."""
    return psutil.Process(process.pid).children(recursive=True)
