"""Run flexscout week by week in one folder, and edit its workbook in between as a person does in Excel."""

import shutil
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import openpyxl
import polars as pl

from flexscout.config import PipelineConfiguration
from in_process import run_in_process
from result_sheets import header_row, headers_of, rows_of
from workbooks import HEADER, candidate, write_workbook


@dataclass(frozen=True)
class Week:
    """A run's summary and the workbook that it wrote."""

    summary: object
    workbook: Path

    @cached_property
    def book(self):
        return open_book(self.workbook)

    @property
    def messages(self):
        return self.summary.messages

    @property
    def master(self):
        return pl.read_parquet(self.workbook.with_suffix(".parquet"))

    def sheet(self, name="Flex Properties"):
        """Return the rows of a sheet as dicts."""
        return rows_of(self.book[name])

    def column(self, name, sheet="Flex Properties"):
        """Map the address of each row of a sheet to its value in a column."""
        return {row["Address"]: row.get(name) for row in self.sheet(sheet)}

    @property
    def sheets(self):
        return self.book.sheetnames


class Weeks:
    """A folder of exports and its workbook."""

    def __init__(self, folder):
        self.folder = folder
        self.workbook = folder / "out/all.xlsx"
        self.store = folder / "out/all_notes.csv"

    def run(self, *rows, header=HEADER, **settings):
        """Run over one export with these rows, or over the exports as they are."""
        if rows:
            write_workbook(self.folder / "in/export.xlsx", [header, *rows])
        return Week(run_in_process(self.configure(**settings)), self.workbook)

    def configure(self, **settings):
        """Return the settings of a run."""
        places = {"input_folder": "in", "output_file": "out/all.xlsx", "report_file": "out/report.json", "log_file": "out/log"}
        paths = {name: str(self.folder / place) for name, place in places.items()}
        return PipelineConfiguration(**paths, max_workers=1, cache=str(self.folder / "cache"), **settings)

    def copy(self, folder):
        """Copy all files, and return the weeks there."""
        return Weeks(shutil.copytree(self.folder, folder, dirs_exist_ok=True))

    def edit(self, edit):
        """Change the workbook with openpyxl."""
        book = open_book(self.workbook)
        edit(book)
        book.save(self.workbook)

    def enter(self, address, values, sheet="Flex Properties"):
        """Enter values into the row of an address: column -> value; a column that the sheet lacks is added."""

        def enter(book):
            rows = book[sheet]
            header, above = headers_of(rows), header_row(rows)
            (row,) = (row for row in rows.iter_rows(min_row=above + 1) if row[header.index("Address")].value == address)
            for name, value in values.items():
                if name not in header:
                    header.append(name)
                    rows.cell(above, len(header)).value = name
                rows.cell(row[0].row, header.index(name) + 1).value = value

        self.edit(enter)

    def first(self, count=3, **settings):
        """Run over some candidates at `1 Test Street` and so on."""
        return self.run(*(candidate(number) for number in range(1, count + 1)), **settings)


def open_book(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)
