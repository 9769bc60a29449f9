"""Run the program as a user does, with its streams and exit code: in this process, or in its own."""

import atexit
import contextlib
import csv
import io
import json
import logging
import os
import shutil
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from flexscout.cli import main
from flexscout.outputs.report.build import load_report_schema
from flexscout.runtime import SerialExecutor, interrupts
from result_sheets import rows_of

PROGRAM = [os.environ["FROZEN_FLEXSCOUT"]] if "FROZEN_FLEXSCOUT" in os.environ else [sys.executable, "-m", "flexscout"]
"""The command of the program: with `FROZEN_FLEXSCOUT` the frozen one, see `nox -s frozen`."""

SCHEMA = Draft202012Validator(load_report_schema())


@dataclass(frozen=True)
class Outcome:
    """The outcome of a call: exit code, streams, and the default output paths below `folder`."""

    folder: Path
    code: int
    out: str
    err: str

    @property
    def workbook(self):
        return self.folder / "data/exports/all_flex_properties.xlsx"

    @property
    def csv(self):
        return self.workbook.with_suffix(".csv")

    @property
    def parquet(self):
        return self.workbook.with_suffix(".parquet")

    @property
    def log(self):
        return self.folder / "logs/pipeline.log"

    @property
    def report(self):
        """Return the report, validated against its schema."""
        report = json.loads((self.folder / "data/reports/pipeline_summary.json").read_text(encoding="utf-8"))
        SCHEMA.validate(report)
        return report

    def copy(self, folder):
        """Copy the folder, and return the outcome there."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return replace(self, folder=folder)

    def file(self, name):
        """Return the report's entry of one file."""
        return next(entry for entry in self.report["files"] if entry["file"] == name)

    def rows(self):
        """Return the rows of the CSV as dicts."""
        with self.csv.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def sheet(self, name):
        """Return the rows of a sheet of the workbook as dicts."""
        return rows_of(openpyxl.load_workbook(self.workbook)[name])


def flexscout(*arguments, folder=None):
    """Call the program in this process, without workers: the same code as a process runs, in a third of the time.

    Args:
        arguments: The command and its options.
        folder: Where to call it, with its cache in `.cache`; by default the current folder.

    """
    folder = Path(folder or ".").resolve()
    streams = out, err = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2)]
    with contextlib.chdir(folder), warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("default")  # warnings are printed, not raised
        for name, value in {
            "argv": ["flexscout", *map(str, arguments)],
            "stdin": io.StringIO(),
            "stdout": out,
            "stderr": err,
        }.items():
            patch.setattr(sys, name, value)
        for name, value in _environment(folder).items():
            patch.setenv(name, value)
        patch.setattr(logging.getLogger(), "handlers", [])  # without those of pytest
        patch.setattr("flexscout.runtime.WorkerPool", lambda *_: SerialExecutor())
        patch.setattr("flexscout.runtime.start_worker_server", lambda: None)
        # What a program does to its process.
        patch.setattr(sys, "path", list(sys.path))
        patch.setattr(atexit, "register", lambda _: None)
        patch.setattr(interrupts, "raise_on_termination", lambda: None)
        with pytest.raises(SystemExit) as end:
            main()
        for stream in streams:
            stream.flush()
    return Outcome(folder, end.value.code or 0, *(stream.buffer.getvalue().decode() for stream in streams))


def run_program(*arguments, folder=None):
    """Run the program as `flexscout` does, but in its own process and with workers."""
    folder = Path(folder or ".").resolve()
    command = [*PROGRAM, *map(str, arguments)]
    environment = os.environ | _environment(folder)
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=folder, env=environment, check=False)
    return Outcome(folder, done.returncode, done.stdout, done.stderr)


def list_unmeasured_environment():
    """Return the environment of a process that coverage doesn't measure: it would import modules and write a file there."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


def _environment(folder):
    return {"COLUMNS": "80", "XDG_CACHE_HOME": str(folder / ".cache")}


def wait_until(condition, seconds=60):
    """Wait for the condition; return whether it came true in time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()
