"""Many files: handed to the workers a batch at a time, classified as they come back."""

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import islice, product
from pathlib import Path
from typing import Self

from flexscout.config import PipelineConfiguration
from flexscout.error_codes import ErrorCode
from flexscout.errors import ProcessingError, WorkerError, to_processing_error
from flexscout.ingest import FileDiscovery, IngestOptions, diagnose_file, ingest_file, inspect_file, load_mapping
from flexscout.models import FileRecord, HeaderMap, ProcessingResult, SourceFile
from flexscout.runtime.cache import TableCache
from flexscout.runtime.error_handler import ErrorAction, ErrorHandler
from flexscout.runtime.executors import Executor, WorkerDied, WorkerPool
from flexscout.runtime.progress import FileProgressPoller, LoggedProgress, NoProgress, Progress
from flexscout.runtime.storage import TableFolder
from flexscout.scoring import ClassifiedFiles, Criteria, attach_candidates, classify_tables

_BLOCK = 100  # files that are known from another run and classified together
_PATIENCE = 0.03  # seconds that a finished file waits for others, to be classified together
# Causes that say what happened to the worker, not what is wrong with the file.
_UNCLEAR = {
    ErrorCode.WORKER_DIED,
    ErrorCode.OUT_OF_MEMORY,
}

logger = logging.getLogger("flexscout.ingest")


class BatchProcessor:
    """Processes files in worker processes.

    `executor`: where the work runs, by default worker processes as `config` says; `progress`: told of each file.
    `workers`: processes that worked last, 0 if none did. Raises ConfigurationError if the filter, the profile or
    the mapping of `config` won't do.
    """

    workers = 0

    def __init__(
        self, config: PipelineConfiguration | None = None, *, executor: Executor | None = None, progress: Progress | None = None
    ) -> None:
        self.config = config or PipelineConfiguration()
        self._executor = executor
        self._listeners = (progress or NoProgress(), LoggedProgress(self.config.batch_size, self.config.progress_interval))
        self._handler = ErrorHandler()
        self.criteria = Criteria.from_config(self.config)
        self.schema = IngestOptions(load_mapping(self.config.mapping), self._required())
        self._memory_share = self.config.memory_limit_gb
        self._header_maps: dict[HeaderMap, HeaderMap] = {}

    @classmethod
    def judging_by(cls, criteria: Criteria, config: PipelineConfiguration) -> Self:
        """One whose profile is that of the criteria; the one that `config` names may be another by now, or gone."""
        batch = cls(config.model_copy(update={"profile": PipelineConfiguration.model_fields["profile"].default}))
        batch.criteria = criteria
        batch.schema = IngestOptions(batch.schema.mapping, batch._required())
        return batch

    @property
    def rules(self) -> tuple[object, ...]:
        """What decides beside the settings themselves: the profile, the mapping."""
        return (*self.criteria.hash_inputs, self.schema)

    def _required(self) -> tuple[str, ...]:
        """The columns without which a file fails: none, or those that eligibility and duplicates look at."""
        if self.config.schema_policy == "report":
            return ()
        compared = self.config.duplicate_fields if self.config.enable_deduplication else ()
        return tuple(dict.fromkeys((*self.criteria.profile.eligibility, *compared)))

    def process_file(self, file_path: str | Path) -> ProcessingResult:
        """Process one file. Its errors are in the result; none is raised."""
        return self.process_batch([file_path])[0]

    def process_batch(self, file_paths: Sequence[str | Path]) -> list[ProcessingResult]:
        """Process files at the same time; the results in the order of the paths. Raises TypeError for a single path."""
        if isinstance(file_paths, str | Path):
            raise TypeError(f"A list of paths is needed, not one: process_file({str(file_paths)!r}) takes it.")
        sources = _sources([Path(path) for path in file_paths])
        folder = TableFolder()
        parts = self.process(list(sources.values()), TableCache(folder.path))
        done = {result.file_path: result for part in parts for result in attach_candidates(part, folder)}
        return [done[str(Path(path))] for path in file_paths]

    def process(
        self,
        sources: Sequence[SourceFile],
        tables: TableCache,
        classify: Callable[[Sequence[FileRecord]], ClassifiedFiles] | None = None,
    ) -> Iterator[ClassifiedFiles]:
        """Process sources as they come back, with their tables among `tables`; those that are known there are not read.

        `classify`: used instead of this object's own.
        """
        for listener in self._listeners:
            listener.started(len(sources))
        tables = tables.with_options(self.schema)
        found = [(source, tables.find(source)) for source in sources]
        known = [self._shared(record) for _, record in found if record]
        work = partial(ingest_file, cache=tables, options=self.schema)
        tell = FileProgressPoller(tables, self._listeners).poll
        with closing(self._records(work, [source for source, record in found if not record], known, tell)) as arrivals:
            for records in arrivals:
                _keep(records, tables)
                part = (classify or self.classify)(records)
                for result, listener in product(part.results, self._listeners):
                    listener.file_done(result)
                yield part
        for listener in self._listeners:
            listener.finished()

    def classify(self, records: Sequence[FileRecord]) -> ClassifiedFiles:
        """Classify what the workers left of files, and log what became of each."""
        part = classify_tables(records, self.criteria, self.config.duplicate_fields)
        for result in part.results:
            self._log(result)
        return part

    def _log(self, result: ProcessingResult) -> None:
        record = result.record
        if record.error:
            self.handle_processing_error(record.source.path, record.error)
        else:
            data = {"file": record.source.name, **asdict(result.account), "seconds": round(record.seconds, 3)}
            logger.info("%s read", record.source.name, extra={"event": "file_read", "data": data})

    def inspect(self, sources: Sequence[SourceFile]) -> list[FileRecord]:
        """How each file's headers would be mapped, from its first rows; in the order of the sources."""
        arrivals = self._records(partial(inspect_file, options=self.schema), sources)
        done = {record.source.name: record for records in arrivals for record in records}
        return [done[source.name] for source in sources]

    def unmatched(self, records: Iterable[FileRecord]) -> tuple[str, ...]:
        """The entries of the mapping file that no header of any of the files has."""
        header_maps = {sheet.header_map for record in records for sheet in record.sheets}
        return self.schema.mapping.list_unused({header for found in header_maps for header in found.from_mapping})

    def handle_processing_error(self, file_path: str | Path, error: Exception) -> None:
        """Log a file's error; the run goes on."""
        details = error.as_dict() if isinstance(error, ProcessingError) else {}
        self._handler.log_processing_error({"file": str(file_path), **details}, error)

    def _records(
        self,
        work: Callable[..., FileRecord],
        sources: Sequence[SourceFile],
        known: Sequence[FileRecord] = (),
        tell: Callable[[Iterable[SourceFile]], None] = lambda _: None,
    ) -> Generator[list[FileRecord], None, None]:
        """Records as they are done: all that are at a time, and at most `batch_size` files handed out; meanwhile the `known`.

        `tell`: called again and again with the files that are handed out.
        """
        waiting, blocks = iter(sources), (list(known[i : i + _BLOCK]) for i in range(0, len(known), _BLOCK))
        if not sources:
            yield from blocks
            return
        with self._executor or self._workers(len(sources)) as executor:
            memory = int(self._memory_share * 2**30)
            running = _Running(
                executor, partial(work, memory_bytes=memory), partial(diagnose_file, memory_bytes=memory), self.config.batch_size
            )
            running.take(waiting)
            yield from blocks
            while running.is_unfinished:
                yield self._arrived(running, waiting, tell)

    def _arrived(
        self, running: "_Running", waiting: Iterator[SourceFile], tell: Callable[[Iterable[SourceFile]], None]
    ) -> list[FileRecord]:
        """The records that are done within a moment of the first; others are handed out in their stead."""
        records: list[FileRecord] = []
        until = time.monotonic() + _PATIENCE
        while running.is_unfinished and (not records or time.monotonic() < until):
            for future, task in running.done(_PATIENCE):
                record, final = self._final(future, task)
                if not final:
                    running.look_into(record)
                elif self._is_to_be_retried(record):
                    running.take_later(task.source, self._handler.retry_delay(task.source.path))
                else:
                    records.append(self._with_retries(record))
            running.take(running.due())
            running.take(waiting)
            tell(running.sources)
        return records

    def _workers(self, files: int) -> Executor:
        self.workers = count_workers(self.config, files)
        self._memory_share = self.config.memory_limit_gb / self.workers
        return WorkerPool(self.workers, self.config.timeout_minutes * 60, self._memory_share)

    def _is_to_be_retried(self, record: FileRecord) -> bool:
        """Whether the record's error may pass; says so in the log."""
        path = record.source.path
        if record.error is None or self._handler.handle_file_error(path, record.error) is not ErrorAction.RETRY:
            return False
        data = {"file": record.source.name, "code": record.error.code, "retries": self._handler.count_retries(path)}
        logger.warning("%s is tried again: %s", record.source.name, record.error.message, extra={"event": "retry", "data": data})
        return True

    def _with_retries(self, record: FileRecord) -> FileRecord:
        """The record of a file that is done, saying how often it was tried again."""
        retries = self._handler.count_retries(record.source.path)
        self._handler.reset(record.source.path)
        return replace(record, retries=retries) if retries else record

    def _final(self, future: "Future[FileRecord]", task: "_Task") -> tuple[FileRecord, bool]:
        """The record of a task, and whether it is the last word on its file: an unclear death is looked into, once."""
        record = self._record(future, task.source)
        if task.unclear:
            clear = record.error and record.error.code not in _UNCLEAR | {ErrorCode.TIMEOUT, ErrorCode.UNEXPECTED}
            return (record if clear else task.unclear), True
        return record, not (record.error and record.error.code in _UNCLEAR)

    def _record(self, future: "Future[FileRecord]", source: SourceFile) -> FileRecord:
        try:
            return self._shared(future.result())
        except TimeoutError:
            error: ProcessingError = WorkerError.timed_out(source.path.name, self.config.timeout_minutes)
        except WorkerDied as death:
            error = WorkerError.worker_died(source.path.name, self._memory_share, death.exitcode)
        except Exception as failure:  # noqa: BLE001 - whatever a worker ends with is that file's error
            error = to_processing_error(source.path, failure)
        return FileRecord(source, error=error.with_file(source.name))

    def _shared(self, record: FileRecord) -> FileRecord:
        """The record with a header map of which equal ones are the same object: a thousand files of a vendor need but one."""
        maps = [self._header_maps.setdefault(sheet.header_map, sheet.header_map) for sheet in record.sheets]
        return replace(
            record,
            sheets=tuple(replace(sheet, header_map=header_map) for sheet, header_map in zip(record.sheets, maps, strict=True)),
        )


@dataclass(frozen=True)
class _Task:
    """A file that is handed out; `unclear`: its record so far, if it is looked into why its worker died."""

    source: SourceFile
    unclear: FileRecord | None = None


class _Running:
    """The files that are handed out, at most `batch_size` at a time; `explain` looks into those that made a worker die."""

    def __init__(
        self,
        executor: Executor,
        work: Callable[[SourceFile], FileRecord],
        explain: Callable[[SourceFile], FileRecord],
        batch_size: int,
    ) -> None:
        self._executor, self._work, self._explain, self._batch_size = executor, work, explain, batch_size
        self.files: dict[Future[FileRecord], _Task] = {}
        self._later: list[tuple[float, SourceFile]] = []

    @property
    def is_unfinished(self) -> bool:
        """Whether a file is handed out, or will be again."""
        return bool(self.files or self._later)

    @property
    def sources(self) -> Iterator[SourceFile]:
        """The files that are handed out."""
        return (task.source for task in self.files.values())

    def take(self, sources: Iterable[SourceFile]) -> None:
        """Hand out as many of the sources as there is room for."""
        for source in islice(sources, self._room):
            self.files[self._executor.submit(self._work, source)] = _Task(source)

    def take_later(self, source: SourceFile, seconds: float) -> None:
        """Have the source handed out again after `seconds`; the others go on meanwhile."""
        self._later.append((time.monotonic() + seconds, source))

    def due(self) -> list[SourceFile]:
        """The sources whose time has come, as many as there is room for."""
        now = time.monotonic()
        come = [entry for entry in self._later if entry[0] <= now][: self._room]
        self._later = [entry for entry in self._later if entry not in come]
        return [source for _, source in come]

    def look_into(self, record: FileRecord) -> None:
        """Have it looked into why the worker of this file died."""
        self.files[self._executor.submit(self._explain, record.source)] = _Task(record.source, record)

    def done(self, seconds: float) -> "list[tuple[Future[FileRecord], _Task]]":
        """What is done, as soon as anything is, or nothing after `seconds`."""
        if not self.files:
            time.sleep(seconds)  # only files that wait for their time are left
        futures = wait(self.files, timeout=seconds, return_when=FIRST_COMPLETED).done
        return [(future, self.files.pop(future)) for future in futures]

    @property
    def _room(self) -> int:
        return max(0, self._batch_size - len(self.files))


def _keep(records: Iterable[FileRecord], tables: TableCache) -> None:
    """What was read now need not be read again."""
    for record in records:
        try:
            if not record.reused:
                tables.store(record)
        except OSError as error:
            logger.warning("what was read of %s can't be kept: %s", record.source.name, error, extra={"event": "not_kept"})


def count_workers(config: PipelineConfiguration, files: int) -> int:
    """The number that the user gave, or the default at most the cores there are; never more than there are files."""
    given = "max_workers" in config.model_fields_set
    workers = config.max_workers if given else min(config.max_workers, os.cpu_count() or 1)
    return max(1, min(workers, files))


def _sources(paths: Sequence[Path]) -> dict[Path, SourceFile]:
    """Each path once, named by its file, or in full where two files have one name."""
    names = Counter(path.name for path in set(paths))
    return {path: _source(path, path.name if names[path.name] == 1 else path.as_posix()) for path in paths}


def _source(path: Path, name: str) -> SourceFile:
    try:
        about = FileDiscovery().get_file_metadata(path)
    except ProcessingError:
        # The worker meets the same error, and reports it.
        return SourceFile(path, name, 0, 0.0, "")
    return SourceFile(path, name, about["size"], about["modified"], about["fingerprint"])
