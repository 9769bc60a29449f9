"""Read giant .xlsx workbooks in blocks, in bounded memory and on all cores."""

from flexscout.ingest.readers.streaming.large_workbook import LargeWorkbook

__all__ = ["LargeWorkbook"]
