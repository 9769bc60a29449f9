"""Fault isolation: an unexpected exception that the rows of one file cause fails that file, not the run."""

import logging
import platform
import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Protocol, TypeVar

import polars as pl

from flexscout.errors import FlexscoutError, WorkerError, is_panic
from flexscout.models import FileRecord, RunSummary, SheetRecord, SourceFile
from flexscout.runtime.batch import BatchProcessor
from flexscout.runtime.cache import TableCache
from flexscout.runtime.storage import write_atomically
from flexscout.scoring import ClassifiedFiles, classify_tables, combine_parts


class Stage(StrEnum):
    """What a run does with the files' rows once they are read; the values complete the sentence "failed while ..."."""

    SCORING = "scoring its rows"
    MERGING = "matching and merging its rows"
    PUBLISHING = "writing the results"


Merged = TypeVar("Merged")
Published_contra = TypeVar("Published_contra", contravariant=True)

Classify = Callable[[Sequence[FileRecord]], ClassifiedFiles]
"""Score the tables of files and tell candidates from the others."""
Merge = Callable[[ClassifiedFiles], Merged]
"""Find and merge duplicates."""
_Trial = Callable[[Sequence[FileRecord]], object]

_Fault = tuple[type[BaseException], Stage]

_BLOCK = 100  # files that are classified together
_MOST_TRIALS = 200  # per run; a fault of a few files is found in far fewer
_LIBRARIES = ("flexscout", "polars", "fastexcel", "rustpy-xlsxwriter", "rapidfuzz", "pyarrow")

logger = logging.getLogger("flexscout.processing")


class Publish(Protocol[Published_contra]):
    """Write the outputs beside their places and, only with `commit`, move them there."""

    def __call__(self, files: ClassifiedFiles, merged: Published_contra, /, *, commit: bool) -> RunSummary:
        """Return what the run did."""


class FaultIsolation:
    """Finds the files whose rows make a stage raise an unexpected exception, and runs the stages without them.

    Nothing happens unless a stage fails. Then the stages run over halves of the files, halves of the failing halves, and so on,
    publishing nothing. A file that fails by itself with the same exception in the same stage becomes a failed file, with a
    report to send; its entry in the cache is removed, so that the next run reads it again. If no single file fails by itself,
    the exception is raised.

    Args:
        batch: Classifies records.
        tables: The cache that holds the files' tables.
        log_file: The log of the run; reports are written beside it.

    """

    def __init__(self, batch: BatchProcessor, tables: TableCache, log_file: Path) -> None:
        self._batch, self._log_file = batch, log_file
        self._tables = tables.with_options(batch.schema)
        self._stage = Stage.SCORING
        self._trials_left = _MOST_TRIALS

    def classify(self, records: Sequence[FileRecord]) -> ClassifiedFiles:
        """Classify the tables of files that were just read; a file whose rows can't be scored is in the result as failed."""
        while True:
            self._stage = Stage.SCORING
            try:
                return self._batch.classify(records)
            except BaseException as error:  # Rust panics are BaseExceptions
                if not is_unexpected(error):
                    raise
                records = self._without_faulty(records, error, self._classify_again)

    def finish(self, parts: list[ClassifiedFiles], merge: Merge[Merged], publish: Publish[Merged]) -> RunSummary:
        """Merge and publish all parts. The list is emptied, which releases the parts once they are joined."""
        records = [result.record for part in parts for result in part.results]

        def run_stages(parts: list[ClassifiedFiles], *, commit: bool) -> RunSummary:
            self._stage = Stage.MERGING
            files = combine_parts(parts)
            parts.clear()
            merged = merge(files)
            self._stage = Stage.PUBLISHING
            return publish(files, merged, commit=commit)

        while True:
            try:
                return run_stages(parts, commit=True)
            except BaseException as error:  # as above
                if not is_unexpected(error):
                    raise
                parts.clear()
                before = records
                records = self._without_faulty(before, error, lambda some: run_stages(self._classify_again(some), commit=False))
                for old, record in zip(before, records, strict=True):
                    if record.error and not old.error:
                        self._batch.handle_processing_error(record.source.path, record.error)
            parts = self._classify_again(records)

    def _classify_again(self, records: Sequence[FileRecord]) -> list[ClassifiedFiles]:
        self._stage = Stage.SCORING
        blocks = (records[begin : begin + _BLOCK] for begin in range(0, len(records), _BLOCK))
        return [classify_tables(block, self._batch.criteria, self._batch.config.duplicate_fields) for block in blocks]

    def _without_faulty(self, records: Sequence[FileRecord], error: BaseException, trial: _Trial) -> list[FileRecord]:
        """Return the records with those of faulty files as failed.

        Raise `error` if no file fails by itself, if even no file at all fails, or if the search takes too many trials.
        """
        stage, lines = self._stage, traceback.format_exception(error)
        logger.error(
            "flexscout failed while %s; looking for the file that causes it",
            stage,
            extra={"event": "fault", "data": {"traceback": lines}},
        )
        traceback.clear_frames(error.__traceback__)  # they hold whole tables
        suspects = [record for record in records if record.sheets and not record.error]
        sought = (type(error), stage)
        faulty = {} if self._fails([], trial, sought) else dict(self._find_faulty(suspects, trial, sought))
        if not faulty or self._trials_left == 0:
            raise error
        return [
            self._fail(record, stage, faulty[record.source.name]) if record.source.name in faulty else record
            for record in records
        ]

    def _find_faulty(self, suspects: Sequence[FileRecord], trial: _Trial, sought: _Fault) -> Iterator[tuple[str, BaseException]]:
        """Search by halves for the files that fail by themselves; yield the name and the exception of each."""
        middle = len(suspects) // 2
        for half in filter(None, (suspects[:middle], suspects[middle:])):
            fault = self._fails(half, trial, sought)
            if fault and len(half) == 1:
                yield half[0].source.name, fault
            elif fault:
                yield from self._find_faulty(half, trial, sought)

    def _fails(self, records: Sequence[FileRecord], trial: _Trial, sought: _Fault) -> BaseException | None:
        """Return the exception that a trial over the records ends with, if it is of the type and in the stage that are sought."""
        if self._trials_left == 0:
            return None
        self._trials_left -= 1
        try:
            trial(records)
        except BaseException as error:
            if not is_unexpected(error):
                raise
            traceback.clear_frames(error.__traceback__)
            return error if (type(error), self._stage) == sought else None
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
        self._tables.invalidate(record.source)
        internal = WorkerError.internal_error(record.source.path.name, stage, error, report)
        return replace(record, sheets=(), skipped_sheets=(), error=internal.with_file(record.source.name), reused=False)


def is_unexpected(error: BaseException) -> bool:
    """Return whether this is a fault of flexscout or a library: not an interrupt, a full disk or a lack of memory."""
    if isinstance(error, FlexscoutError | OSError | MemoryError):
        return False
    return isinstance(error, Exception) or is_panic(error)


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
        f"Failed while: {stage}",
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
