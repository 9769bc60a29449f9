"""Source file -> raw text tables, exactly as the sheets say."""

from flexscout.reading.header import find_header
from flexscout.reading.workbook import RawSheet, Workbook, explain_failure, peek_workbook, read_workbook

__all__ = ["RawSheet", "Workbook", "explain_failure", "find_header", "peek_workbook", "read_workbook"]
