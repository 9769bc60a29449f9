"""Source file -> raw text tables, exactly as the sheets say."""

from flexscout.reading.any_kind import peek_workbook, read_workbook
from flexscout.reading.header import find_header
from flexscout.reading.workbook import RawSheet, Workbook

__all__ = ["RawSheet", "Workbook", "find_header", "peek_workbook", "read_workbook"]
