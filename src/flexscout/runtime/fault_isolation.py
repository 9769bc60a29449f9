"""Fault isolation: an unexpected exception that the rows of one file cause fails that file, not the run."""

import logging
import platform
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import polars as pl

from flexscout.errors import FlexscoutError, WorkerError, is_panic
from flexscout.models import FileRecord, RunSummary, SheetRecord, SourceFile
from flexscout.runtime.cache import TableCache
from flexscout.runtime.metrics import Stage, Stopwatch
from flexscout.runtime.storage import write_atomically

RunStages = Callable[[Iterable[Sequence[FileRecord]], bool], RunSummary]
"""Score, match, merge and publish batches of ingested files; the outputs are moved into place only if the flag is true."""

_BATCH = 100  # files that are scored together
_MAX_TRIALS = 200  # per run; a fault of a few files is found in far fewer
_LIBRARIES = ("flexscout", "polars", "fastexcel", "rustpy-xlsxwriter", "rapidfuzz", "pyarrow")
_ACTIVITIES = {
    Stage.INGEST: "scoring its rows",
    Stage.MERGE: "matching and merging its rows",
    Stage.PUBLISH: "writing the results",
}

_Trial = Callable[[Sequence[FileRecord]], object]
_Fault = tuple[type[BaseException], Stage]

logger = logging.getLogger("flexscout.pipeline")


class FaultIsolation:
    """Finds the files whose rows make a stage raise an unexpected exception, and runs the stages without them.

    Nothing happens unless a stage fails. Then the stages run over halves of the files, halves of the failing halves, and so on,
    publishing nothing. A file that fails by itself with the same exception in the same stage becomes a failed file, with a
    report to send; its entry in the cache is removed, so that the next run reads it again. If no single file fails by itself,
    the exception is raised.

    Args:
        cache: The cache that holds the tables of the files.
        clock: Knows the stage that is running.
        log_file: The log of the run; reports are written beside it.

    """

    def __init__(self, cache: TableCache, clock: Stopwatch, log_file: Path) -> None:
        self._cache, self._clock, self._log_file = cache, clock, log_file
        self._trials_left = _MAX_TRIALS

    def run_without_faulty(self, records: Sequence[FileRecord], error: BaseException, run_stages: RunStages) -> RunSummary:
        """Run the stages, which ended with `error`, again without the faulty files.

        Raises:
            BaseException: `error`, if no single file causes it; previous outputs are untouched.

        """
        while True:
            records = self._drop_faulty(records, error, lambda some: run_stages(_split(some), False))  # noqa: FBT003
            try:
                return run_stages(_split(records), True)  # noqa: FBT003 - publish
            except BaseException as another:  # Rust panics are BaseExceptions
                if not is_unexpected(another):
                    raise
                error = another

    def _drop_faulty(self, records: Sequence[FileRecord], error: BaseException, trial: _Trial) -> list[FileRecord]:
        """Return the records with those of faulty files as failed.

        Raise `error` if no file fails by itself, if even no file at all fails, or if the search takes too many trials.
        """
        stage, lines = self._clock.current, traceback.format_exception(error)
        logger.error(
            "flexscout failed while %s; looking for the file that causes it",
            _ACTIVITIES[stage],
            extra={"event": "fault", "data": {"traceback": lines}},
        )
        traceback.clear_frames(error.__traceback__)  # they hold whole tables
        suspects = [record for record in records if record.sheets and not record.error]
        fault = (type(error), stage)
        faulty = {} if self._fails([], trial, fault) else dict(self._find_faulty(suspects, trial, fault))
        if not faulty or self._trials_left == 0:
            raise error
        return [
            self._fail(record, stage, faulty[record.source.name]) if record.source.name in faulty else record
            for record in records
        ]

    def _find_faulty(self, suspects: Sequence[FileRecord], trial: _Trial, fault: _Fault) -> Iterator[tuple[str, BaseException]]:
        """Search by halves for the files that fail by themselves; yield the name and the exception of each."""
        middle = len(suspects) // 2
        for half in filter(None, (suspects[:middle], suspects[middle:])):
            error = self._fails(half, trial, fault)
            if error and len(half) == 1:
                yield half[0].source.name, error
            elif error:
                yield from self._find_faulty(half, trial, fault)

    def _fails(self, records: Sequence[FileRecord], trial: _Trial, fault: _Fault) -> BaseException | None:
        """Return the exception that a trial over the records ends with, if it is of the type and stage of the fault."""
        if self._trials_left == 0:
            return None
        self._trials_left -= 1
        try:
            trial(records)
        except BaseException as error:
            if not is_unexpected(error):
                raise
            traceback.clear_frames(error.__traceback__)
            return error if (type(error), self._clock.current) == fault else None
        return None

    def _fail(self, record: FileRecord, stage: Stage, error: BaseException) -> FileRecord:
        """Return the record as failed, write the report to send, and have the next run read the file again."""
        path = _report_path(self._log_file, record.source)
        report: Path | None = path
        try:
            write_atomically(path, _render_report(record, stage, error).encode("utf-8", "backslashreplace"))
        except OSError as failure:
            report = None
            logger.warning("the internal-error report can't be written: %s", failure, extra={"event": "report_not_written"})
        self._cache.invalidate(record.source)
        internal = WorkerError.internal_error(record.source.path.name, _ACTIVITIES[stage], error, report)
        return replace(record, sheets=(), skipped_sheets=(), error=internal.with_file(record.source.name), reused=False)


def is_unexpected(error: BaseException) -> bool:
    """Return whether this is a fault of flexscout or a library: not an interrupt, a full disk or a lack of memory."""
    if isinstance(error, FlexscoutError | OSError | MemoryError):
        return False
    return isinstance(error, Exception) or is_panic(error)


def _split(records: Sequence[FileRecord]) -> Iterator[Sequence[FileRecord]]:
    return (records[start : start + _BATCH] for start in range(0, len(records), _BATCH))


def _report_path(log_file: Path, source: SourceFile) -> Path:
    """Return a path beside the log that depends on the file's name alone, so that messages are equal from run to run."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", Path(source.name).stem)[:40].strip("-")
    digest = sha256(source.name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return log_file.with_name("-".join(filter(None, ("internal-error", readable, digest))) + ".txt")


def _render_report(record: FileRecord, stage: Stage, error: BaseException) -> str:
    """Describe the fault and the shape of the file, without any cell value: messages of exceptions may quote cells."""
    lines = [
        "flexscout internal error report",
        "",
        "It names the file, its sheets and columns, and has no cell below the headers. The message of the exception, which may",
        "quote cells, is only in the log of the run.",
        "",
        f"File: {record.source.name}",
        f"Failed while: {_ACTIVITIES[stage]}",
        f"Exception: {type(error).__module__}.{type(error).__qualname__}",
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}",
        *(f"{library} {version(library)}" for library in _LIBRARIES),
    ]
    for sheet in record.sheets:
        lines += ["", *_describe_sheet(sheet)]
    return "\n".join([*lines, "", "Traceback, most recent call last", *_describe_traceback(error), ""])


def _describe_sheet(sheet: SheetRecord) -> list[str]:
    """List the columns of a sheet with their types."""
    counts = f"{sheet.rows_read} rows, of which {sheet.blank} blank and {sheet.not_data} no data"
    try:
        schema = pl.read_parquet_schema(sheet.table) if sheet.table else {}
        columns = [f"  {name!r}: {dtype}" for name, dtype in schema.items()]
    except (OSError, pl.exceptions.PolarsError) as failure:
        columns = [f"  its table can't be read: {type(failure).__name__}"]
    return [f"Sheet {sheet.sheet!r}: {counts}, header in row {sheet.header_row}", *columns]


def _describe_traceback(error: BaseException) -> list[str]:
    """List the calls, without the folders that flexscout is installed in."""
    return [
        f"  {'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} in {frame.name}: {frame.line}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
