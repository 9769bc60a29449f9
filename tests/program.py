"""Run the program as a user does, with its streams and exit code: in this process, or in its own."""

import atexit
import contextlib
import csv
import gc
import io
import json
import logging
import os
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from flexscout.cli import main
from flexscout.outputs.report.build import load_report_schema
from flexscout.runtime import SerialExecutor, interrupts
from result_sheets import rows_of

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


def flexscout(*arguments, folder="."):
    """Call the program in this process, without workers: the same code as a process runs, in a tenth of the time."""
    # Text files as those of a process whose output is not a terminal.
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    logger = logging.getLogger()
    with contextlib.chdir(folder), warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("default")  # a warning is printed
        patch.setattr(sys, "argv", ["flexscout", *map(str, arguments)])
        patch.setattr(sys, "stdin", io.StringIO())
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(sys, "path", list(sys.path))
        patch.setattr(logger, "handlers", [])  # those of pytest
        patch.setattr(gc, "set_threshold", lambda _: None)
        patch.setattr(atexit, "register", lambda _: None)
        patch.setattr(interrupts, "raise_on_termination", lambda: None)
        patch.setattr("flexscout.runtime.start_worker_server", lambda: None)
        patch.setattr("flexscout.ingest.batch.WorkerPool", lambda *_: SerialExecutor())
        patch.setenv("COLUMNS", os.environ.get("COLUMNS", "80"))
        with pytest.raises(SystemExit) as end:
            main()
        out.flush()
        err.flush()
    code = end.value.code or 0
    return Outcome(Path(folder).resolve(), code, *(file.buffer.getvalue().decode() for file in (out, err)))


def run_program(*arguments, folder="."):
    """Run the program in its own process, with workers, for tests of what processes do."""
    command = [sys.executable, "-m", "flexscout", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=folder, check=False)
    return Outcome(Path(folder).resolve(), done.returncode, done.stdout, done.stderr)
