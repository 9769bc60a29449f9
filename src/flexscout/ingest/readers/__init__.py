"""Read any supported file into raw text tables."""

from flexscout.ingest.readers.any_file import diagnose_reader_failure, peek_workbook, read_workbook
from flexscout.ingest.readers.limits import DEFAULT_MEMORY
from flexscout.ingest.readers.streaming import Cells, collect_cells
from flexscout.ingest.readers.workbook import RawSheet, Workbook, call_reader, read_named_sheets

__all__ = [
    "DEFAULT_MEMORY",
    "Cells",
    "RawSheet",
    "Workbook",
    "call_reader",
    "collect_cells",
    "diagnose_reader_failure",
    "peek_workbook",
    "read_named_sheets",
    "read_workbook",
]
