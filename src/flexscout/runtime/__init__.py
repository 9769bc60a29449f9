"""Run work safely: executors, progress, retries, cache, storage, logs and metrics."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.runtime.cache import HeaderRows, TableCache, hash_reading_code, hash_result_code, open_table_cache
    from flexscout.runtime.error_handler import ErrorAction, ErrorHandler
    from flexscout.runtime.executors import EXECUTOR_FAILURES, Executor, ExecutorLostError, SerialExecutor, WorkerDied, WorkerPool
    from flexscout.runtime.fault_isolation import FaultIsolation, is_unexpected
    from flexscout.runtime.metrics import MEMORY_WARNING_SHARE, MemoryWatch, Stage, Stopwatch, measure_peak_mb
    from flexscout.runtime.process_start import build_module_command, start_worker_server
    from flexscout.runtime.progress import (
        FileProgress,
        FileProgressPoller,
        FileResultLog,
        LoggedProgress,
        NoProgress,
        Progress,
        ProgressGroup,
        Step,
        write_file_progress,
    )
    from flexscout.runtime.run_log import log_run_finished, log_scan, open_run_log
    from flexscout.runtime.storage import (
        RecordProblem,
        SpillableTable,
        TableFolder,
        UnusableRecordError,
        file_checksum,
        fsync_file,
        is_abandoned,
        open_record,
        seal_record,
        temporary_path,
        temporary_prefix,
        write_atomically,
        write_table,
        write_table_parts,
    )

__all__ = [
    "EXECUTOR_FAILURES",
    "MEMORY_WARNING_SHARE",
    "ErrorAction",
    "ErrorHandler",
    "Executor",
    "ExecutorLostError",
    "FaultIsolation",
    "FileProgress",
    "FileProgressPoller",
    "FileResultLog",
    "HeaderRows",
    "LoggedProgress",
    "MemoryWatch",
    "NoProgress",
    "Progress",
    "ProgressGroup",
    "RecordProblem",
    "SerialExecutor",
    "SpillableTable",
    "Stage",
    "Step",
    "Stopwatch",
    "TableCache",
    "TableFolder",
    "UnusableRecordError",
    "WorkerDied",
    "WorkerPool",
    "build_module_command",
    "file_checksum",
    "fsync_file",
    "hash_reading_code",
    "hash_result_code",
    "is_abandoned",
    "is_unexpected",
    "log_run_finished",
    "log_scan",
    "measure_peak_mb",
    "open_record",
    "open_run_log",
    "open_table_cache",
    "seal_record",
    "start_worker_server",
    "temporary_path",
    "temporary_prefix",
    "write_atomically",
    "write_file_progress",
    "write_table",
    "write_table_parts",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "cache": ("HeaderRows", "TableCache", "hash_reading_code", "hash_result_code", "open_table_cache"),
        "error_handler": ("ErrorAction", "ErrorHandler"),
        "executors": ("EXECUTOR_FAILURES", "Executor", "ExecutorLostError", "SerialExecutor", "WorkerDied", "WorkerPool"),
        "process_start": ("build_module_command", "start_worker_server"),
        "fault_isolation": ("FaultIsolation", "is_unexpected"),
        "metrics": ("MemoryWatch", "MEMORY_WARNING_SHARE", "Stage", "Stopwatch", "measure_peak_mb"),
        "progress": (
            "FileProgress",
            "FileProgressPoller",
            "FileResultLog",
            "LoggedProgress",
            "NoProgress",
            "Progress",
            "ProgressGroup",
            "Step",
            "write_file_progress",
        ),
        "run_log": ("log_run_finished", "log_scan", "open_run_log"),
        "storage": (
            "RecordProblem",
            "SpillableTable",
            "TableFolder",
            "UnusableRecordError",
            "file_checksum",
            "fsync_file",
            "is_abandoned",
            "open_record",
            "seal_record",
            "temporary_path",
            "temporary_prefix",
            "write_atomically",
            "write_table",
            "write_table_parts",
        ),
    },
)
