"""Source file -> raw text tables, exactly as the sheets say."""

from flexscout.reading.any_kind import explain_failure, peek_workbook, read_workbook
from flexscout.reading.header import SEARCHED_ROWS, find_header, header_texts, knows_header
from flexscout.reading.preflight import DEFAULT_MEMORY
from flexscout.reading.stored import Cells, in_memory
from flexscout.reading.workbook import RawSheet, Workbook

__all__ = [
    "DEFAULT_MEMORY",
    "SEARCHED_ROWS",
    "Cells",
    "RawSheet",
    "Workbook",
    "explain_failure",
    "find_header",
    "header_texts",
    "in_memory",
    "knows_header",
    "peek_workbook",
    "read_workbook",
]
