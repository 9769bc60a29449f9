"""Read any supported file into raw text tables."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.ingest.readers.any_file import diagnose_reader_failure, peek_workbook, read_workbook
    from flexscout.ingest.readers.limits import DEFAULT_MEMORY
    from flexscout.ingest.readers.merged_cells import fill_merged_cells
    from flexscout.ingest.readers.passwords import use_password
    from flexscout.ingest.readers.raw_workbook import Cells, RawSheet, Workbook, collect_cells, translate_reader_errors
    from flexscout.ingest.readers.spreadsheet import read_named_sheets

__all__ = [
    "DEFAULT_MEMORY",
    "Cells",
    "RawSheet",
    "Workbook",
    "collect_cells",
    "diagnose_reader_failure",
    "fill_merged_cells",
    "peek_workbook",
    "read_named_sheets",
    "read_workbook",
    "translate_reader_errors",
    "use_password",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "any_file": ("diagnose_reader_failure", "peek_workbook", "read_workbook"),
        "limits": ("DEFAULT_MEMORY",),
        "merged_cells": ("fill_merged_cells",),
        "passwords": ("use_password",),
        "raw_workbook": ("Cells", "RawSheet", "Workbook", "collect_cells", "translate_reader_errors"),
        "spreadsheet": ("read_named_sheets",),
    },
)
