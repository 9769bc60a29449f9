"""What a run leaves on disk while it works and of its working: tables by content, the log, the clock."""

from flexscout.journal.log import run_log
from flexscout.journal.measure import NEAR, MemoryWatch, Stopwatch, peak_memory_mb
from flexscout.journal.tables import TableFolder, write_parts, write_table

__all__ = ["NEAR", "MemoryWatch", "Stopwatch", "TableFolder", "peak_memory_mb", "run_log", "write_parts", "write_table"]
