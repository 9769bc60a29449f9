"""Source file -> raw text tables, exactly as the sheets say."""

from flexscout.reading.any_kind import peek_workbook, read_workbook
from flexscout.reading.header import SEARCHED_ROWS, find_header, header_texts, knows_header
from flexscout.reading.workbook import RawSheet, Workbook

__all__ = [
    "SEARCHED_ROWS",
    "RawSheet",
    "Workbook",
    "find_header",
    "header_texts",
    "knows_header",
    "peek_workbook",
    "read_workbook",
]
