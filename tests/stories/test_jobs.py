"""A run in a process of its own: its events, and stopping it at any moment."""

import contextlib
import os
import signal
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

import pytest

import flexscout
from flexscout import EventKind, PipelineConfiguration
from workbooks import HEADER, candidate, corrupted_file, valid_properties_1, write_workbook

_ROWS = 3_000  # writing them takes long enough to be stopped


def settings(**values):
    places = {"input_folder": "in", "output_file": "out/all.xlsx", "report_file": "out/report.json", "log_file": "log/run.log"}
    return PipelineConfiguration(**(places | values))


def content(folder):
    """Return the content hash of every file below a folder, except locks, which are empty."""
    files = [path for path in Path(folder).rglob("*") if path.is_file() and path.name != "lock"]
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in files}


def write_many(year):
    rows = [candidate(number, Year_Built=year) for number in range(_ROWS)]
    write_workbook(Path("in/many.xlsx"), [HEADER, *rows])


def test_events_follow_the_run_from_the_first_file_to_the_last_stage(tmp_path):
    valid_properties_1(tmp_path / "in")
    corrupted_file(tmp_path / "in")
    events = list(flexscout.start_job(settings()))
    stages = [event.fields["stage"] for event in events if event.kind is EventKind.STAGE]
    assert stages == ["scan", "read", "match", "merge", "compare", "write"]
    done = {event.fields["file"]: event.fields for event in events if event.kind is EventKind.FILE_DONE}
    assert done["valid_properties_1.xlsx"]["candidates"] == 5
    assert done["corrupted_file.xlsx"]["next_step"]
    assert {event.fields["file"] for event in events if event.kind is EventKind.FILE_STARTED} <= done.keys()
    assert [event.kind for event in events if event.is_last] == [EventKind.FINISHED]
    last = events[-1].fields
    assert (last["run"], last["exit_code"], last["files"], last["failed_files"], last["candidates"]) == (1, 1, 2, 1, 5)


def test_next_job_can_start_when_the_last_event_has_come(tmp_path):
    valid_properties_1(tmp_path / "in")
    first, second = (flexscout.start_job(settings()).wait() for _ in range(2))
    assert first.kind is second.kind is EventKind.FINISHED
    assert (first.fields["is_repeat"], second.fields["is_repeat"]) == (False, True)


def test_run_that_can_not_start_fails_with_a_next_step():
    event = flexscout.start_job(settings(input_folder="none")).wait()
    assert event.kind is EventKind.FAILED
    assert event.fields["message"]
    assert event.fields["next_step"]


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """Run over a workbook, then change it; return the settings and the folder."""
    folder = tmp_path_factory.mktemp("changed")
    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / ".cache"))
        write_many(year=1990)
        assert flexscout.start_job(settings()).wait().kind is EventKind.FINISHED
        write_many(year=1995)
    return folder


@pytest.mark.parametrize("stage", [None, "scan", "read", "match", "merge", "compare", "write"])
def test_stopped_run_changes_no_output_and_leaves_no_temporary_file(changed, tmp_path, monkeypatch, stage):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(changed / ".cache"))
    monkeypatch.chdir(changed)
    before = content("out")
    job = flexscout.start_job(settings())
    for event in job if stage else ():
        if event.fields.get("stage") == stage:
            break
    job.stop()
    assert job.wait().kind is EventKind.STOPPED
    assert content("out") == before
    assert not list(tmp_path.iterdir())
    assert not [path for path in (changed / ".cache").rglob("rows") if any(path.iterdir())]


@pytest.fixture
def short_folder():
    """A folder with a short path, in which sockets can be."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.parametrize("seconds", [0, 0.1, 0.3, 0.9])
def test_run_that_is_ended_while_it_writes_leaves_nothing(changed, short_folder, monkeypatch, seconds):
    monkeypatch.setattr("tempfile.tempdir", str(short_folder))
    monkeypatch.setattr("flexscout.jobs.job._WRITE_SECONDS", 0)
    monkeypatch.setenv("XDG_CACHE_HOME", str(changed / ".cache"))
    monkeypatch.chdir(changed)
    before = content("out")
    job = flexscout.start_job(settings(min_flex_score=3 + seconds))  # what an earlier one finished is not repeated
    assert any(event.fields.get("stage") == "write" for event in job), job.wait()
    time.sleep(seconds)
    job.stop()
    is_stopped = job.wait().kind is EventKind.STOPPED
    assert (content("out") == before) == is_stopped
    assert not [path for path in Path("out").rglob("*") if ".new" in path.name]
    assert not list(short_folder.iterdir())
    assert not [path for path in (changed / ".cache").rglob("rows") if any(path.iterdir())]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_killed_process_is_told_like_a_failed_run(tmp_path):
    valid_properties_1(tmp_path / "in")
    job = flexscout.start_job(settings())
    next(iter(job))
    os.kill(job._process.pid, signal.SIGKILL)  # noqa: SLF001 - what the kernel does when memory is short
    event = job.wait()
    assert event.kind is EventKind.FAILED
    assert event.fields["message"] == "The run ended unexpectedly (signal 9). The previous results are unchanged."


def test_stop_after_the_end_does_nothing(tmp_path):
    valid_properties_1(tmp_path / "in")
    job = flexscout.start_job(settings())
    assert job.wait().kind is EventKind.FINISHED
    job.stop()
    assert not job.is_running
