"""Run the program as a user does: as a process, with its streams and exit code."""

import csv
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from jsonschema import Draft202012Validator

from flexscout.outputs.report.build import load_report_schema

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
        header, *rows = openpyxl.load_workbook(self.workbook)[name].iter_rows(values_only=True)
        return [dict(zip(header, row, strict=True)) for row in rows]


def flexscout(*arguments, folder="."):
    """Run the program in `folder`."""
    command = [sys.executable, "-m", "flexscout", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=folder, check=False)
    return Outcome(Path(folder).resolve(), done.returncode, done.stdout, done.stderr)
