"""The pipeline in a plain script, without `if __name__ == "__main__"`: workers must not run it again."""

import subprocess
import sys

import pytest

from workbooks import HEADER, candidate, write_workbook

PIPELINE = """
from flexscout import PipelineConfiguration, ScalableFlexPipeline

print("begin")
summary = ScalableFlexPipeline(PipelineConfiguration(input_folder="in", max_workers=2)).run()
print("end", summary.exit_code, summary.statistics.unique_flex_properties)
"""
# The part of the pipeline that starts processes, which is the same however the script is started.
POOL = """
import operator
from flexscout.runtime.executors import WorkerPool

print("begin")
with WorkerPool(2, 60, 1) as pool:
    futures = [pool.submit(operator.add, number, 1) for number in (1, 2)]
    print("end", *(future.result() for future in futures))
"""


def run_python(*arguments, text=None):
    command = [sys.executable, *arguments]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_a_script_with_the_pipeline_runs_once(tmp_path):
    for number in (1, 2):
        write_workbook(tmp_path / f"in/{number}.xlsx", [HEADER, candidate(number)])
    (tmp_path / "script.py").write_text(PIPELINE, encoding="utf-8")
    assert run_python("script.py") == (0, ["begin", "end 0 2"], "")


@pytest.mark.parametrize(("arguments", "text"), [(("-c", POOL), None), (("-",), POOL)], ids=["-c", "-"])
def test_code_without_a_file_runs_once(arguments, text):
    assert run_python(*arguments, text=text) == (0, ["begin", "end 2 3"], "")
