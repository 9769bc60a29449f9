"""`flexscout run --watch`: new files are processed as they arrive."""

import csv
import signal
import subprocess
import sys

import pytest

from program import PROGRAM, wait_until
from workbooks import HEADER, candidate, write_workbook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a child alone")

_MASTER = "data/exports/all_flex_properties.csv"


def listed_files(folder):
    """Return the source files of the listed properties."""
    try:
        with (folder / _MASTER).open(encoding="utf-8-sig", newline="") as file:
            return {row["Source File"] for row in csv.DictReader(file)}
    except FileNotFoundError:
        return set()


def test_new_files_are_read_until_ctrl_c(tmp_path):
    (tmp_path / "in").mkdir()
    command = [*PROGRAM, "run", "in", "--watch", "-q"]
    with (
        (tmp_path / "stderr.txt").open("w") as stderr,
        subprocess.Popen(command, stderr=stderr, start_new_session=True) as run,
    ):
        assert wait_until(lambda: "Waiting for files" in (tmp_path / "stderr.txt").read_text())
        for number in range(2):
            write_workbook(tmp_path / "incoming.xlsx", [HEADER, candidate(number)]).rename(tmp_path / f"in/{number}.xlsx")
            assert wait_until(lambda number=number: f"{number}.xlsx" in listed_files(tmp_path))
        assert wait_until(lambda: (tmp_path / "stderr.txt").read_text().count("Waiting for files") == 3)
        run.send_signal(signal.SIGINT)
        assert run.wait(30) == 0
    assert "Stopped watching." in (tmp_path / "stderr.txt").read_text()
    assert listed_files(tmp_path) == {"0.xlsx", "1.xlsx"}
