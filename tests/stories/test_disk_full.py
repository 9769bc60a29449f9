"""A full disk: an error message, exit code 2, and an unchanged previous result."""

import subprocess
import sys

import pytest

from program import flexscout, list_unmeasured_environment, run_program
from workbooks import HEADER, candidate, valid_properties_1, valid_properties_2, write_workbook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")

SMALL_DISK = (
    "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000)); sys.argv = ['flexscout', 'run', 'in']"
)


def test_a_full_disk_is_reported_and_nothing_changes(tmp_path):
    valid_properties_1(tmp_path / "in")
    before = flexscout("run", "in")
    kept = {path: path.read_bytes() for path in (before.workbook, before.csv, before.parquet)}
    valid_properties_2(tmp_path / "in")
    code = f"{SMALL_DISK}; from flexscout.cli import main; main()"
    command, environment = [sys.executable, "-c", code], list_unmeasured_environment()
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 2
    assert "Can't write the results" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in kept} == kept


@pytest.fixture
def small_disk(tmp_path):
    """A separate file system of 1 MB that can grow."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not mounted("-t", "tmpfs", "-o", "size=1m", "tmpfs", disk):
        pytest.skip("a file system can't be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S607 - wherever the system has it


def mounted(*arguments):
    """Return whether mounting works, which needs root."""
    try:
        return subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False).returncode == 0  # noqa: S607
    except OSError:
        return False


def outputs(folder):
    return {path.name: path.read_bytes() for path in folder.glob("all*") if path.suffix in (".xlsx", ".csv", ".parquet")}


def test_a_full_disk_keeps_the_last_result_until_there_is_space(tmp_path, small_disk):
    write_workbook(tmp_path / "in/a.xlsx", [HEADER, *(candidate(number) for number in range(1, 200))])
    command = ("run", "in", "--quiet", "--output-file", "disk/all.xlsx", "--report-file", "report.json")
    assert flexscout(*command).code == 0
    before = outputs(small_disk)
    write_workbook(tmp_path / "in/b.xlsx", [HEADER, *(candidate(number) for number in range(200, 6_000))])
    full = run_program(*command)
    assert full.code == 2
    assert "Can't write the results" in full.err
    assert "Traceback" not in full.err
    assert outputs(small_disk) == before
    assert mounted("-o", "remount,size=64m", small_disk)
    assert flexscout(*command).code == 0
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    assert flexscout("run", "in", "--quiet", "--output-file", "undisturbed/all.xlsx", "--report-file", "report2.json").code == 0
    mine, theirs = outputs(small_disk), outputs(undisturbed)
    assert mine["all.parquet"] == theirs["all.parquet"]
    assert mine["all.csv"] == theirs["all.csv"]
