"""Many files at a time: order, failures, retries, progress."""

import os
import shutil
import time
from concurrent.futures import Future
from pathlib import Path

import polars as pl
import pytest
from pebble.pool.process import TaskManager

from flexscout.config.settings import PipelineConfiguration
from flexscout.ingest.batch import count_workers
from flexscout.notebook.processors import BatchProcessor
from flexscout.pipeline import ScalableFlexPipeline
from flexscout.runtime.executors import SerialExecutor, WorkerDied, WorkerPool
from flexscout.runtime.progress import NoProgress
from in_process import run_in_process
from workbooks import HEADER, candidate, corrupted_file, write_sheets, write_workbook


class Listener(NoProgress):
    """Writes down what it is told."""

    def __init__(self):
        self.told = []

    def on_start(self, files):
        self.told.append(("started", files))

    def on_file_done(self, result):
        self.told.append(("done", Path(result.file_path).name, result.success))

    def on_finish(self):
        self.told.append(("finished",))


class PoolWithOneBadWorker(WorkerPool):
    """Workers that do something else with the file `bad.xlsx`, for at most two seconds."""

    def __init__(self, deed, *arguments):
        super().__init__(2, 60, 1)
        self.instead = (deed, *arguments)

    def submit(self, function, source):
        if source.name != "bad.xlsx":
            return super().submit(function, source)
        self._timeout, usual = 2, self._timeout
        future = super().submit(*self.instead)
        self._timeout = usual
        return future


class ShakyExecutor(SerialExecutor):
    """Raises an error the first times, and counts."""

    def __init__(self, error, times):
        self.error, self.times, self.calls = error, times, 0

    def submit(self, function, *arguments):
        self.calls += 1
        if self.calls > self.times:
            return super().submit(function, *arguments)
        future = Future()
        future.set_exception(self.error)
        return future


def write(folder, *names):
    """A workbook per name, each with a candidate of its own."""
    return [write_workbook(folder / f"{name}.xlsx", [HEADER, candidate(i)]) for i, name in enumerate(names, start=1)]


def serial(progress=None, **settings):
    return BatchProcessor(PipelineConfiguration(**settings), executor=SerialExecutor(), progress=progress)


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_the_order_of_the_paths(tmp_path, workers):
    paths = write(tmp_path, "d", "a", "c", "b", "e")
    results = BatchProcessor(PipelineConfiguration(max_workers=workers, batch_size=2)).process_batch(paths)
    assert [result.file_path for result in results] == [str(path) for path in paths]
    assert [list(result.flex_properties["Address"]) for result in results] == [[f"{i} Test Street"] for i in range(1, 6)]


def test_a_missing_and_a_corrupted_file_are_failed_results_and_cost_no_other(tmp_path):
    first, last = write(tmp_path, "first", "last")
    results = BatchProcessor().process_batch([first, tmp_path / "missing.xlsx", corrupted_file(tmp_path), last])
    assert [result.success for result in results] == [True, False, False, True]
    assert [result.record.error.code for result in results if not result.success] == ["file_missing", "damaged"]
    assert [result.flex_candidate_count for result in results] == [1, 0, 0, 1]


def test_no_paths_give_no_results():
    assert BatchProcessor().process_batch([]) == []


def test_one_file_can_be_processed_alone(tmp_path):
    (path,) = write(tmp_path, "a")
    assert BatchProcessor().process_file(path).flex_candidate_count == 1


def test_one_path_twice_gives_its_result_twice(tmp_path):
    (path,) = write(tmp_path, "a")
    assert [result.flex_candidate_count for result in serial().process_batch([path, path])] == [1, 1]


def test_files_of_equal_names_in_different_folders_are_different_files(tmp_path):
    paths = [*write(tmp_path / "2023", "a"), *write(tmp_path / "2024", "x", "a")[1:]]
    found = [list(result.flex_properties["Address"]) for result in serial().process_batch(paths)]
    assert found == [["1 Test Street"], ["2 Test Street"]]


def test_files_of_equal_content_each_name_themselves_as_the_source(tmp_path):
    (path,) = write(tmp_path, "a")
    copy = shutil.copy(path, tmp_path / "b.xlsx")
    found = [list(result.flex_properties["Source File"]) for result in serial().process_batch([path, copy])]
    assert found == [["a.xlsx"], ["b.xlsx"]]


DEEDS = {
    "dies": ((os.abort,), "worker_died"),
    "hangs": ((time.sleep, 600), "timeout"),
    "eats memory": ((bytearray, 2**62), "out_of_memory"),
    "fails": ((divmod, 1, 0), "unexpected"),
}


@pytest.mark.parametrize(("deed", "code"), DEEDS.values(), ids=DEEDS)
def test_a_worker_that_goes_wrong_costs_its_file_and_no_other(tmp_path, deed, code):
    paths = write(tmp_path, "a", "bad", "c")
    results = BatchProcessor(executor=PoolWithOneBadWorker(*deed)).process_batch(paths)
    assert [result.success for result in results] == [True, False, True]
    assert results[1].record.error.code == code
    assert "bad.xlsx" in results[1].error_message


@pytest.mark.parametrize("workers", [1, 2])
def test_a_death_that_is_seen_before_its_cause_breaks_nothing(monkeypatch, workers):
    """On a busy machine the message that a worker took a task is read later than its death is seen."""
    start = TaskManager.task_start

    def late(self, task, worker):
        time.sleep(0.5)
        start(self, task, worker)

    monkeypatch.setattr(TaskManager, "task_start", late)
    with WorkerPool(workers, 20, 1) as pool:
        futures = [pool.submit(os.abort), pool.submit(len, "abc")]
        with pytest.raises(WorkerDied):
            futures[0].result()
        assert futures[1].result() == 3


@pytest.mark.parametrize(("times", "success", "calls"), [(0, True, 1), (2, True, 3), (5, False, 3)])
def test_a_file_that_another_program_holds_is_tried_again(tmp_path, times, success, calls):
    executor = ShakyExecutor(PermissionError("held"), times)
    (result,) = BatchProcessor(executor=executor).process_batch(write(tmp_path, "a"))
    assert (result.success, executor.calls) == (success, calls)
    assert success or result.record.error.code == "not_permitted"


@pytest.mark.parametrize(("times", "retries"), [(0, 0), (1, 1), (2, 2), (5, 2)])
def test_the_record_says_how_often_a_file_was_tried_again(tmp_path, times, retries):
    batch = BatchProcessor(executor=ShakyExecutor(PermissionError("held"), times))
    (result,) = batch.process_batch(write(tmp_path, "a"))
    assert result.record.retries == retries


def test_files_that_wait_for_their_time_hold_up_no_other(tmp_path):
    """Ten held files pause together, not one after the other."""
    paths = write(tmp_path, *(f"held {number}" for number in range(10)))
    begin = time.monotonic()
    results = BatchProcessor(executor=ShakyExecutor(PermissionError("held"), 20)).process_batch(paths)
    assert all(result.success for result in results)
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("error", [FileNotFoundError("gone"), ValueError("odd"), TimeoutError()])
def test_a_lasting_error_is_not_tried_again(tmp_path, error):
    executor = ShakyExecutor(error, 1)
    (result,) = BatchProcessor(executor=executor).process_batch(write(tmp_path, "a"))
    assert (result.success, executor.calls) == (False, 1)


@pytest.mark.parametrize("error", [MemoryError(), WorkerDied("Abnormal termination", -6)])
def test_a_death_is_looked_into_once_and_the_file_is_never_read_again(tmp_path, error):
    executor = ShakyExecutor(error, 1)
    (result,) = BatchProcessor(executor=executor).process_batch(write(tmp_path, "a"))
    assert (result.success, executor.calls) == (False, 2)
    assert "largest sheet has only 2 rows x 8 columns: it is damaged" in result.error_message


def test_a_death_that_can_not_be_explained_stays_what_it_was(tmp_path):
    executor = ShakyExecutor(WorkerDied("Abnormal termination", -9), 2)
    (result,) = BatchProcessor(executor=executor).process_batch(write(tmp_path, "a"))
    assert result.record.error.code == "worker_died"
    assert "killed by the system" in result.error_message


def test_a_listener_is_told_of_each_file(tmp_path):
    listener = Listener()
    serial(listener).process_batch([*write(tmp_path, "a", "b"), corrupted_file(tmp_path)])
    begin, *files, end = listener.told
    assert (begin, end) == (("started", 3), ("finished",))
    assert sorted(files) == [("done", "a.xlsx", True), ("done", "b.xlsx", True), ("done", "corrupted_file.xlsx", False)]


@pytest.mark.parametrize("size", [1, 2, 10])
def test_the_size_of_a_batch_does_not_change_the_results(tmp_path, size):
    results = serial(batch_size=size).process_batch(write(tmp_path, "a", "b", "c", "d", "e"))
    assert [result.flex_candidate_count for result in results] == [1] * 5


@pytest.mark.parametrize(
    ("given", "files", "count"), [({}, 100, 2), ({}, 1, 1), ({}, 0, 1), ({"max_workers": 8}, 100, 8), ({"max_workers": 8}, 3, 3)]
)
def test_the_default_number_of_workers_is_lowered_to_the_cores_and_a_given_one_is_obeyed(monkeypatch, given, files, count):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert count_workers(PipelineConfiguration(**given), files) == count


def test_an_input_column_may_have_any_name(tmp_path):
    """Even one that flexscout uses while it works; its values stay."""
    names = ["__status", "__reasons", "__to_verify", "__key", "__modified", "__rank", "__kept", "__group", "key", "Status"]
    values = [f"value of {name}" for name in names]
    kinds = [candidate(1), candidate(1), candidate(2, Property_Type="Office")]
    rows = [(*HEADER, *names), *((*kind, *values) for kind in kinds)]
    write_workbook(tmp_path / "data/raw/a.xlsx", rows)
    run_in_process(PipelineConfiguration())
    (row,) = pl.read_parquet("data/exports/all_flex_properties.parquet").to_dicts()
    assert set(values) <= set(row.values())


def test_sheets_of_one_file_may_spell_a_column_differently(tmp_path):
    sheets = {"A": [(*HEADER, "Broker Note"), (*candidate(1), "x")], "B": [(*HEADER, "broker note"), (*candidate(2), "y")]}
    write_sheets(tmp_path / "data/raw/a.xlsx", sheets)
    run_in_process(PipelineConfiguration())
    assert pl.read_parquet("data/exports/all_flex_properties.parquet")["Broker Note"].to_list() == ["x", "y"]


def test_a_single_path_is_not_a_list():
    with pytest.raises(TypeError, match="Expected a list of paths"):
        BatchProcessor().process_batch("a.xlsx")


def test_two_files_of_one_name_are_told_apart(tmp_path):
    paths = [write_workbook(tmp_path / f"{folder}/a.xlsx", [HEADER, candidate(1)]) for folder in ("x", "y")]
    results = BatchProcessor(executor=SerialExecutor()).process_batch([*paths, paths[0]])
    assert [result.flex_candidate_count for result in results] == [1, 1, 1]
    assert [set(result.flex_properties["Source File"]) for result in results] == [
        {paths[0].as_posix()},
        {paths[1].as_posix()},
        {paths[0].as_posix()},
    ]


def test_a_file_has_its_own_columns_whatever_is_processed_with_it(tmp_path):
    """Which files are classified together depends on when they are done; no result does."""
    own = [(*HEADER, "Note"), (*candidate(1), "x")]
    other = [(*HEADER, "Class"), (*candidate(2), "y")]
    paths = [
        write_workbook(tmp_path / "b.xlsx", [row[1:] for row in other]),
        write_workbook(tmp_path / "a.xlsx", own),
    ]
    together = [list(result.flex_properties) for result in serial(min_flex_score=3).process_batch(paths)]
    assert together == [list(serial(min_flex_score=3).process_file(path).flex_properties) for path in paths]
    asked = ("Note", "Class", "Property Type", "Unverified")
    assert [[name in names for name in asked] for names in together] == [[False, True, False, True], [True, False, True, False]]


def test_a_file_that_is_held_only_while_the_folder_is_looked_at_is_read_all_the_same(tmp_path, monkeypatch):
    write(tmp_path / "data/raw", "a", "held")

    def held(path):
        if path.name == "held.xlsx":
            raise PermissionError("held")
        return "0" * 64

    monkeypatch.setattr("flexscout.ingest.scan.compute_fingerprint", held)
    summary = ScalableFlexPipeline().run()  # workers find it free
    assert (summary.exit_code, summary.statistics.unique_flex_properties) == (0, 2)
