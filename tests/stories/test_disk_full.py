"""A disk without room: a sentence, exit 2, and the previous result as it was."""

import subprocess
import sys

import pytest

from program import flexscout
from workbooks import valid_properties_1, valid_properties_2

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")

SMALL_DISK = (
    "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000)); sys.argv = ['flexscout', 'run', 'in']"
)


def test_it_is_said_and_nothing_changes(tmp_path):
    valid_properties_1(tmp_path / "in")
    before = flexscout("run", "in")
    kept = {path: path.read_bytes() for path in (before.workbook, before.csv, before.parquet)}
    valid_properties_2(tmp_path / "in")
    code = f"{SMALL_DISK}; from flexscout.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "can't be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in kept} == kept
