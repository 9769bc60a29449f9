"""Read giant .xlsx workbooks in blocks, in bounded memory and on all cores."""

from flexscout.ingest.readers.streaming.large_workbook import read_large_workbook

__all__ = ["read_large_workbook"]
