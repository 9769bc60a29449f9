"""Rendering and writing: a file per format, each replaced as a whole or not at all."""

from flexscout.export.by_suffix import write_by_suffix
from flexscout.export.delimited import write_csv
from flexscout.export.outputs import Outputs, check_places
from flexscout.export.report import render_report, write_report
from flexscout.export.sheets import Tables
from flexscout.export.tables import write_tables, write_tables_as_workbook
from flexscout.export.workbook import Sheet, write_workbook

__all__ = [
    "Outputs",
    "Sheet",
    "Tables",
    "check_places",
    "render_report",
    "write_by_suffix",
    "write_csv",
    "write_report",
    "write_tables",
    "write_tables_as_workbook",
    "write_workbook",
]
