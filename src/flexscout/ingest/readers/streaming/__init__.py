"""Read giant workbooks in blocks, in bounded memory."""

from flexscout.ingest.readers.streaming.chunked_table import Cells, LoadedSheet, collect_cells
from flexscout.ingest.readers.streaming.large_workbook import LargeWorkbook

__all__ = ["Cells", "LargeWorkbook", "LoadedSheet", "collect_cells"]
