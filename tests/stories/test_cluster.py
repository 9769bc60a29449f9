"""Runs on a Dask cluster: the outputs of a run on this computer, whichever worker dies; nothing if the scheduler does."""

import operator
import os
import subprocess
import sys
import time

import psutil
import pytest

from dask_cluster import list_below, running_cluster
from flexscout.config import PipelineConfiguration
from flexscout.errors import ConfigurationError
from flexscout.runtime import EXECUTOR_FAILURES, ExecutorLostError, WorkerDied
from program import flexscout
from workbooks import HEADER, candidate, write_workbook

pytest.importorskip("distributed")
from flexscout.runtime import cluster

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by signals")
FILES, ROWS = 8, 1_500


def exports(folder, year):
    for number in range(FILES):
        rows = [candidate(1_000 * number + i, Year_Built=year) for i in range(ROWS)]
        write_workbook(folder / f"{number:02}.xlsx", [HEADER, *rows])


def outputs(folder):
    return {path.name: path.read_bytes() for path in folder.glob("all*") if path.suffix in (".xlsx", ".csv", ".parquet")}


def run_until_a_file_is_read(folder, address):
    """Start a run of changed exports on the cluster; return it when it has read the first file."""
    command = [sys.executable, "-m", "flexscout", "run", "in", "-o", f"{folder}/all.xlsx", "-q", "--scheduler", address]
    environment = os.environ | {"FLEXSCOUT_WAIT_SECONDS": "15", "FLEXSCOUT_PARTITIONS": "3"}
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
    known = len(list(cache_records()))
    while run.poll() is None and len(list(cache_records())) == known:
        time.sleep(0.02)
    assert run.poll() is None
    return run


def cache_records():
    return PipelineConfiguration().cache_folder.glob("*/record.json")


def test_a_cluster_gives_the_outputs_of_one_computer_though_a_worker_dies_and_none_if_the_scheduler_does(tmp_path):
    exports(tmp_path / "in", 1990)
    with running_cluster(tmp_path) as (address, scheduler, workers):
        with run_until_a_file_is_read("cluster", address) as run:
            children = list_below(workers[0])
            workers[0].kill()
            assert run.wait(200) == 0, run.stderr.read()
        assert children
        assert not psutil.wait_procs(children, timeout=15)[1]
        assert flexscout("run", "in", "-o", "alone/all.xlsx", "-q", "--fresh").code == 0
        before = outputs(tmp_path / "cluster")
        assert before == outputs(tmp_path / "alone")
        exports(tmp_path / "in", 1985)
        with run_until_a_file_is_read("cluster", address) as run:
            scheduler.kill()
            assert run.wait(200) == 2
            assert "The previous results are unchanged" in run.stderr.read()
        assert outputs(tmp_path / "cluster") == before


UNPICKLABLE = "class Odd(Exception):\n    def __init__(self, one, other): super().__init__('odd')\nraise Odd(1, 2)"
FAULTS = {
    "hang": (time.sleep, (600,), TimeoutError),
    "abort": (os.abort, (), WorkerDied),
    "exit 0": (exec, ("import os; os._exit(0)",), WorkerDied),
    "memory": (bytearray, (2**62,), MemoryError),
    "exception": (operator.truediv, (1, 0), ZeroDivisionError),
    "unpicklable": (exec, (UNPICKLABLE,), RuntimeError),
}


def test_a_call_that_fails_costs_no_other_and_leaves_no_process(tmp_path, monkeypatch):
    with running_cluster(tmp_path, workers=1) as (address, scheduler, (worker,)):
        with cluster.ClusterExecutor(address, 2, tmp_path) as executor:
            assert (executor.slots, executor.memory_gb) == (1, pytest.approx(1.86, abs=0.01))
            for name, (function, arguments, kind) in FAULTS.items():
                assert isinstance(executor.submit(function, *arguments).exception(60), kind), name
            no_ops = [executor.submit(operator.add, number, 0) for number in range(200)]
            assert [future.result(60) for future in no_ops] == list(range(200))
        with monkeypatch.context() as patch:
            patch.setattr(cluster, "_hash_code", lambda: "of other code")
            with pytest.raises(ConfigurationError, match="another version of flexscout"):
                cluster.ClusterExecutor(address, 2, tmp_path).__enter__()
        with cluster.ClusterExecutor(address, 600, tmp_path, patience_seconds=15) as executor:
            executor.submit(os.getpid).result(60)
            hung, children = executor.submit(time.sleep, 600), list_below(worker)
            time.sleep(1)
            worker.kill()
            assert not psutil.wait_procs(children, timeout=15)[1]
            scheduler.kill()
            assert isinstance(hung.exception(60), EXECUTOR_FAILURES)
            with pytest.raises(ExecutorLostError):
                executor.submit(os.getpid)


def test_a_scheduler_that_does_not_answer_ends_the_run(tmp_path):
    executor = cluster.ClusterExecutor("tcp://127.0.0.1:1", 2, tmp_path, patience_seconds=1)
    with pytest.raises(ExecutorLostError, match="The previous results are unchanged"):
        executor.__enter__()
    assert not list(tmp_path.iterdir())
