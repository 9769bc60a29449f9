"""The log of a run."""

import json
import logging
import re
from datetime import UTC, datetime

import pytest

from flexscout.errors import OutputError
from flexscout.runtime.metrics import Stage, Stopwatch
from flexscout.runtime.run_log import open_run_log


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def logger(room="processing"):
    return logging.getLogger(f"flexscout.{room}")


def test_every_line_is_an_object_with_time_level_event_and_message(tmp_path):
    with open_run_log(tmp_path / "run.log", "INFO"):
        logger().info("%s read", "a.xlsx", extra={"event": "file_read", "data": {"file": "a.xlsx", "rows": 3}})
    (entry,) = lines(tmp_path / "run.log")
    assert datetime.fromisoformat(entry.pop("time")).tzinfo == UTC
    assert re.fullmatch("[0-9a-f]{12}", entry.pop("run"))
    assert entry == {"level": "INFO", "event": "file_read", "message": "a.xlsx read", "file": "a.xlsx", "rows": 3}


def test_the_lines_of_each_run_have_its_id(tmp_path):
    for _ in range(2):
        with open_run_log(tmp_path / "run.log", "INFO"):
            logger().info("begun")
            logger().info("ended")
    first, second, third, fourth = (entry["run"] for entry in lines(tmp_path / "run.log"))
    assert first == second
    assert second != third
    assert third == fourth


def test_a_stage_is_logged_with_its_seconds_and_the_memory(tmp_path):
    with open_run_log(tmp_path / "run.log", "INFO"), Stopwatch().stage(Stage.PUBLISH):
        pass
    (entry,) = lines(tmp_path / "run.log")
    assert (entry["event"], entry["stage"]) == ("stage_finished", "export")
    assert entry["seconds"] >= 0
    assert entry["memory_mb"] > 0


def test_an_event_without_a_name_gets_that_of_its_logger(tmp_path):
    with open_run_log(tmp_path / "run.log", "INFO"):
        logger("ingest").warning("odd")
    assert lines(tmp_path / "run.log")[0]["event"] == "flexscout.ingest"


@pytest.mark.parametrize(
    ("level", "messages"),
    [("DEBUG", ["debug", "info", "warning", "error"]), ("INFO", ["info", "warning", "error"]), ("ERROR", ["error"])],
)
def test_only_messages_from_the_requested_level_are_written(tmp_path, level, messages):
    with open_run_log(tmp_path / "run.log", level):
        for name in ("debug", "info", "warning", "error"):
            getattr(logger(), name)(name)
    assert [entry["message"] for entry in lines(tmp_path / "run.log")] == messages


def test_a_message_of_several_lines_is_one_line_of_the_log(tmp_path):
    with open_run_log(tmp_path / "run.log", "INFO"):
        logger().info("one\ntwo")
    assert [entry["message"] for entry in lines(tmp_path / "run.log")] == ["one\ntwo"]


@pytest.mark.parametrize("name", ["Ünïcödé 倉庫.xlsx", "lone \udcff surrogate.xlsx"])
def test_any_file_name_can_be_logged(tmp_path, monkeypatch, name):
    # What pytest itself records of a log can't hold such a name.
    monkeypatch.setattr(logging.getLogger("flexscout"), "propagate", False)
    with open_run_log(tmp_path / "run.log", "INFO"):
        logger().info("%s read", name)
    assert len(lines(tmp_path / "run.log")) == 1


def test_values_that_json_does_not_support_are_written_as_text(tmp_path):
    with open_run_log(tmp_path / "run.log", "INFO"):
        logger().info("odd", extra={"data": {"path": tmp_path}})
    assert lines(tmp_path / "run.log")[0]["path"] == str(tmp_path)


def test_a_second_run_appends(tmp_path):
    for number in (1, 2):
        with open_run_log(tmp_path / "logs/run.log", "INFO"):
            logger().info("run %d", number)
    assert [entry["message"] for entry in lines(tmp_path / "logs/run.log")] == ["run 1", "run 2"]


def test_the_logger_is_restored_after_the_run(tmp_path):
    root = logging.getLogger("flexscout")
    before = (root.level, list(root.handlers))
    with pytest.raises(KeyError), open_run_log(tmp_path / "run.log", "DEBUG"):
        raise KeyError
    logger().error("after")
    assert (root.level, list(root.handlers)) == before
    assert lines(tmp_path / "run.log") == []


def test_a_log_that_cannot_be_written_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"log .* can't be written") as caught, open_run_log(tmp_path / "file/run.log", "INFO"):
        pass
    assert "logging.file" in caught.value.next_step
