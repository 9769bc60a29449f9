"""Progress in the log."""

import json

import pytest

from flexscout.config.settings import PipelineConfiguration
from in_process import run_in_process
from workbooks import HEADER, candidate, write_workbook


def lines_of(folder, **settings):
    """Return the progress lines of the log after a run over four files of three properties each, one at a time."""
    for file in range(4):
        rows = [candidate(10 * file + row) for row in range(3)]
        write_workbook(folder / f"data/raw/{file}.xlsx", [HEADER, *rows])
    run_in_process(PipelineConfiguration(**settings))
    log = (folder / "logs/pipeline.log").read_text(encoding="utf-8").splitlines()
    return [entry for entry in map(json.loads, log) if entry["event"] == "progress"]


@pytest.mark.parametrize(("interval", "properties"), [(1, [3, 6, 9, 12]), (4, [6, 12]), (7, [9]), (100, [])])
def test_a_line_is_logged_after_each_interval_of_properties(tmp_path, interval, properties):
    assert [line["properties"] for line in lines_of(tmp_path, progress_interval=interval)] == properties


def test_a_line_is_logged_after_each_batch(tmp_path):
    assert [line["files_done"] for line in lines_of(tmp_path, batch_size=2)] == [2, 4]


def test_a_line_has_the_number_of_candidates(tmp_path):
    (line,) = lines_of(tmp_path, progress_interval=10)
    assert (line["files_done"], line["files"], line["candidates"]) == (4, 4, 12)
