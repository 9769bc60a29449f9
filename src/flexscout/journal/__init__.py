"""What a run leaves on disk while it works and of its working: tables by content, the log, the clock."""

from flexscout.journal.cache import TableCache, table_cache
from flexscout.journal.checksums import RecordProblem, UnusableRecordError, file_checksum, open_record, seal_record
from flexscout.journal.log import log_finished, log_found, run_log
from flexscout.journal.measure import NEAR, MemoryWatch, Stopwatch, peak_memory_mb
from flexscout.journal.part_way import PartWay, note_part_way, part_way
from flexscout.journal.shelf import Shelf
from flexscout.journal.tables import TableFolder, write_parts, write_table
from flexscout.journal.versions import reading_version, result_version
from flexscout.journal.whole import make_safe, write_whole

__all__ = [
    "NEAR",
    "MemoryWatch",
    "PartWay",
    "RecordProblem",
    "Shelf",
    "Stopwatch",
    "TableCache",
    "TableFolder",
    "UnusableRecordError",
    "file_checksum",
    "log_finished",
    "log_found",
    "make_safe",
    "note_part_way",
    "open_record",
    "part_way",
    "peak_memory_mb",
    "reading_version",
    "result_version",
    "run_log",
    "seal_record",
    "table_cache",
    "write_parts",
    "write_table",
    "write_whole",
]
