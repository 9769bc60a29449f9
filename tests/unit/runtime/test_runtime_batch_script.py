"""The pipeline in a plain script, without `if __name__ == "__main__"`: workers must not run it again."""

import subprocess
import sys

import pytest

from workbooks import HEADER, candidate, write_workbook

SCRIPT = """
from flexscout import PipelineConfiguration, ScalableFlexPipeline

print("begin")
summary = ScalableFlexPipeline(PipelineConfiguration(input_folder="in", max_workers=2)).run()
print("end", summary.exit_code, summary.statistics.unique_flex_properties)
"""


@pytest.fixture
def _two_files(tmp_path):
    for number in (1, 2):
        write_workbook(tmp_path / f"in/{number}.xlsx", [HEADER, candidate(number)])


@pytest.mark.usefixtures("_two_files")
@pytest.mark.parametrize("how", ["file", "-c", "-"])
def test_a_script_runs_once(tmp_path, how):
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    arguments = {"file": ["script.py"], "-c": ["-c", SCRIPT], "-": ["-"]}[how]
    text = SCRIPT if how == "-" else None
    done = subprocess.run(
        [sys.executable, *arguments], input=text, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\n") == ["begin", "end 0 2", ""]
