"""How far a run is within a large file."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from flexscout.cli.render.progress_bar import BarProgress, LineProgress
from flexscout.config.settings import PipelineConfiguration
from flexscout.ingest.readers import limits as preflight
from flexscout.ingest.readers.streaming import large_workbook as large
from flexscout.notebook.processors import BatchProcessor
from flexscout.runtime import progress
from flexscout.runtime.progress import LoggedProgress, NoProgress
from workbooks import HEADER, candidate, write_workbook

ROWS = 1_500


class Listener(NoProgress):
    """Records its notifications."""

    def __init__(self):
        self.notifications = []
        self.notified = threading.Event()

    def on_rows_read(self, file, rows, estimate):
        self.notifications.append((file, rows, estimate))
        self.notified.set()


class OneThread(ThreadPoolExecutor):
    """An executor as flexscout knows it: one thread of this process."""

    slots, memory_gb = 1, None

    def check(self):
        """Do nothing: a thread isn't lost."""


@pytest.fixture
def notifications(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "LARGE_PART_BYTES", 0)
    monkeypatch.setattr(large, "BLOCK_BYTES", 2_000)
    monkeypatch.setattr(progress, "_POLL_SECONDS", 0)
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, *map(candidate, range(ROWS))])
    listener = Listener()
    write_progress = large.write_file_progress

    def write_progress_and_wait(*arguments):
        write_progress(*arguments)
        assert listener.notified.wait(60), "The first block was not reported."

    monkeypatch.setattr(large, "write_file_progress", write_progress_and_wait)
    batch = BatchProcessor(PipelineConfiguration(), executor=OneThread(1), progress=listener)
    assert batch.process_file(path).property_count == ROWS
    return listener.notifications


def test_rows_of_a_large_file_are_reported_while_it_is_read(notifications):
    assert {file for file, _, _ in notifications} == {"a.xlsx"}
    counts = [rows for _, rows, _ in notifications]
    assert counts == sorted(set(counts))
    assert 0 < counts[0] < ROWS


def test_the_estimate_is_near_what_the_file_has(notifications):
    assert all(rows <= estimate for _, rows, estimate in notifications)
    assert notifications[-1][2] == pytest.approx(ROWS, rel=0.05)


def test_the_log_has_a_line_after_as_many_rows_as_the_interval_says(caplog):
    caplog.set_level("INFO", "flexscout")
    log = LoggedProgress(100, 1_000)
    for rows in (400, 1_000, 1_500, 2_200):
        log.on_rows_read("a.xlsx", rows, 9_000)
    assert [record.data["rows"] for record in caplog.records] == [1_000, 2_200]
    assert json.dumps(caplog.records[0].data)


def test_a_line_for_people_does_not_come_too_often(capsys, monkeypatch):
    monkeypatch.setattr("flexscout.cli.render.progress_bar._SECONDS_BETWEEN_LINES", 0)
    lines = LineProgress()
    monkeypatch.setattr("flexscout.cli.render.progress_bar._SECONDS_BETWEEN_LINES", 60)
    lines.on_rows_read("a.xlsx", 340_000, 1_000_000)
    lines.on_rows_read("a.xlsx", 350_000, 1_000_000)
    assert capsys.readouterr().err == "a.xlsx: 340,000 of about 1,000,000 rows\n"


def test_the_bar_says_it_until_the_file_is_done():
    bar = BarProgress()
    bar.on_start(1)
    bar.on_rows_read("a.xlsx", 340_000, 1_000_000)
    (task,) = bar.bar.tasks
    assert task.description == "a.xlsx: 340,000 of about 1,000,000 rows"
