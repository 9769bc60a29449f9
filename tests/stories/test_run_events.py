"""`flexscout run --format jsonl`: what happens, as lines of JSON for other programs."""

import json

import pytest

from program import flexscout
from workbooks import HEADER, candidate, write_workbook


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def events_of(outcome):
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_each_event_is_a_line_and_the_last_one_has_the_result(folder):
    write_workbook(folder / "in/a.xlsx", [HEADER, candidate(1), candidate(2)])
    done = flexscout("run", "in", "--format", "jsonl")
    events = events_of(done)
    assert done.code == 0
    assert [event["stage"] for event in events if event["event"] == "stage"] == [
        "scan",
        "read",
        "match",
        "merge",
        "compare",
        "write",
    ]
    (read,) = (event for event in events if event["event"] == "file_done")
    assert (read["file"], read["success"], read["rows"], read["candidates"]) == ("a.xlsx", True, 2, 2)
    assert (events[-1]["event"], events[-1]["exit_code"], events[-1]["candidates"]) == ("finished", 0, 2)
    assert done.workbook.exists()


def test_a_failed_file_is_told_with_its_code_and_next_step(folder):
    write_workbook(folder / "in/a.xlsx", [HEADER, candidate(1)])
    (folder / "in/b.xlsx").write_bytes(b"PK\x03\x04 cut off")
    done = flexscout("run", "in", "--format", "jsonl")
    (failed,) = (event for event in events_of(done) if event["event"] == "file_done" and not event["success"])
    assert failed["file"] == "b.xlsx"
    assert failed["code"]
    assert failed["next_step"]
    assert done.code == events_of(done)[-1]["exit_code"] == 1
    assert events_of(flexscout("retry", "--format", "jsonl"))[-1]["failed_files"] == 1


def test_a_run_that_cannot_start_ends_with_the_reason():
    done = flexscout("run", "nowhere", "--format", "jsonl")
    last = events_of(done)[-1]
    assert (done.code, last["event"]) == (2, "failed")
    assert "nowhere" in last["message"]
    assert last["message"] in done.err


def test_a_dry_run_prints_one_document(folder):
    write_workbook(folder / "in/a.xlsx", [HEADER, candidate(1)])
    assert json.loads(flexscout("run", "in", "--dry-run", "--format", "jsonl").out)["files"]


def test_a_warning_is_told_once_in_each_run(folder):
    write_workbook(folder / "in/a.xlsx", [HEADER, candidate(1)])
    for number in range(2):
        flexscout("run", "in", "--format", "jsonl")
        (record,) = (folder / ".cache").rglob("record.json")
        record.write_text("{")
        done = flexscout("run", "in", "--format", "jsonl", "--min-score", str(number + 1))
        assert [event["event"] for event in events_of(done)].count("warning") == 1
