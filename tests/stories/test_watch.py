"""A folder that is watched: files that arrive are in the outputs a moment later."""

import csv
import signal
import subprocess
import sys
import time

import pytest

from workbooks import HEADER, candidate, write_workbook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a child alone")

_MASTER = "data/exports/all_flex_properties.csv"


def listed(folder):
    """Where the properties of the result come from."""
    try:
        with (folder / _MASTER).open(encoding="utf-8-sig", newline="") as file:
            return {row["Source File"] for row in csv.DictReader(file)}
    except FileNotFoundError:
        return set()


def until(condition, seconds=60):
    """Whether the condition holds before long."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def test_files_that_arrive_are_read_and_ctrl_c_ends_it(tmp_path):
    (tmp_path / "in").mkdir()
    command = [sys.executable, "-m", "flexscout", "run", "in", "--watch", "-q"]
    with (
        (tmp_path / "said").open("w") as said,
        subprocess.Popen(command, stderr=said, start_new_session=True) as run,
    ):
        assert until(lambda: "Waiting for files" in (tmp_path / "said").read_text())
        for number in range(2):
            write_workbook(tmp_path / "beside.xlsx", [HEADER, candidate(number)]).rename(tmp_path / f"in/{number}.xlsx")
            assert until(lambda number=number: f"{number}.xlsx" in listed(tmp_path))
        assert until(lambda: (tmp_path / "said").read_text().count("Waiting for files") == 3)
        run.send_signal(signal.SIGINT)
        assert run.wait(30) == 0
    assert "Stopped watching." in (tmp_path / "said").read_text()
    assert listed(tmp_path) == {"0.xlsx", "1.xlsx"}
