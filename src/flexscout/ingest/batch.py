"""Ingest many files: hand them to worker processes, retry what may pass, diagnose workers that die."""

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice, starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from flexscout.config import PipelineConfiguration
from flexscout.error_codes import ErrorCode
from flexscout.errors import ProcessingError, WorkerError, to_processing_error
from flexscout.ingest.inputs import Download
from flexscout.ingest.options import IngestOptions, load_options
from flexscout.models import FileRecord, HeaderMap, SourceFile
from flexscout.runtime import (
    ErrorAction,
    ErrorHandler,
    FileProgressPoller,
    NoProgress,
    Progress,
    TableCache,
)

# Readers and executors are imported when a file is read: a run that knows every file takes much less time without.
if TYPE_CHECKING:
    from flexscout.ingest.preview import FilePreview
    from flexscout.runtime import Executor

PROCESSES = "processes"  # the value of `cluster.scheduler` for worker processes without a cluster
_CACHED_BATCH = 100  # files known from an earlier run that are yielded together
_BATCH_SECONDS = 0.03  # how long a finished file waits for others, to be scored together
_UNEXPLAINED = {ErrorCode.WORKER_DIED, ErrorCode.OUT_OF_MEMORY}  # what became of the worker, not what is wrong with the file
_WORKER_ENDED = {ErrorCode.WORKER_DIED, ErrorCode.TIMEOUT}

logger = logging.getLogger("flexscout.ingest")


class FileIngestor:
    """Turns source files into typed tables in the cache, in worker processes.

    Args:
        config: Workers, batch size, timeout and memory limit.
        required: Canonical columns without which a file fails.
        options: Mapping files and code tables; None for those of `config`.
        executor: Where the work runs; worker processes by default.
        progress: Listener for the rows read so far of large files.

    Raises:
        ConfigurationError: A mapping file or code table of `config` has an error.

    """

    workers = 0
    """Worker processes of the last call, 0 if it needed none."""
    records: list[FileRecord]
    """The records of the last call so far."""

    def __init__(
        self,
        config: PipelineConfiguration,
        required: tuple[str, ...] = (),
        *,
        options: IngestOptions | None = None,
        executor: "Executor | None" = None,
        progress: Progress | None = None,
    ) -> None:
        self.options = options or load_options(config, required)
        self._config = config
        self._executor = executor
        self._progress = progress or NoProgress()
        self._handler = ErrorHandler()
        self._memory_share = config.memory_limit_gb
        self._header_maps: dict[HeaderMap, HeaderMap] = {}

    @classmethod
    def for_criteria(
        cls,
        config: PipelineConfiguration,
        eligibility: Iterable[str],
        *,
        executor: "Executor | None" = None,
        progress: Progress | None = None,
    ) -> Self:
        """Build an ingestor that requires the columns of `eligibility` and of duplicates if `schema_policy` is `strict`."""
        if config.schema_policy == "report":
            required: tuple[str, ...] = ()
        else:
            compared = config.duplicate_fields if config.enable_deduplication else ()
            required = tuple(dict.fromkeys((*eligibility, *compared)))
        return cls(config, required, executor=executor, progress=progress)

    def ingest(self, sources: Sequence[SourceFile], cache: TableCache, download: Download = list) -> Iterator[list[FileRecord]]:
        """Yield the records of files as they are done, a few at a time; files that the cache knows are not read.

        Args:
            sources: The files.
            cache: Where their tables are, or will be.
            download: Puts the files that have to be read in their places, and returns them.

        """
        from flexscout.ingest.worker import ingest_file  # noqa: PLC0415 - see above

        cache = cache.with_options(self.options.shared_key)
        return self._run(partial(ingest_file, cache=cache, options=self.options), sources, cache, download)

    def inspect(self, sources: Sequence[SourceFile]) -> list[FileRecord]:
        """Return how the headers of each file would be mapped, from its first rows, in the order of the sources."""
        from flexscout.ingest.worker import inspect_file  # noqa: PLC0415 - see above

        batches = self._run(partial(inspect_file, options=self.options), sources)
        records = {record.source.name: record for batch in batches for record in batch}
        return [records[source.name] for source in sources]

    def preview(self, source: SourceFile, sheet: str = "") -> "FilePreview":
        """Return how a file would be read, from its first rows.

        Args:
            source: The file; its fingerprint isn't needed.
            sheet: The sheet to show; empty for the first property table.

        Raises:
            ProcessingError: The file can't be read.

        """
        from flexscout.ingest.preview import preview_file  # noqa: PLC0415 - see above

        ((record,),) = self._run(partial(preview_file, options=self.options, sheet=sheet), [source])
        if record.error:
            raise record.error
        return cast("FilePreview", record)

    def find_unused_mappings(self, records: Iterable[FileRecord]) -> tuple[str, ...]:
        """Return the entries of the mapping files that no file uses.

        If each file gets the mapping that fits, only mappings that were used are checked, and their names precede the entries.
        """
        used: dict[str, set[str]] = {}
        for header_map in {sheet.header_map for record in records for sheet in record.sheets}:
            used.setdefault(header_map.mapping, set()).update(header_map.from_mapping)
        if not self.options.chooses:
            return tuple(entry for mapping in self.options.mappings for entry in mapping.list_unused(used.get(mapping.name, ())))
        mappings = [mapping for mapping in self.options.mappings if mapping.name in used]
        return tuple(f"{mapping.name}: {entry}" for mapping in mappings for entry in mapping.list_unused(used[mapping.name]))

    def find_cached(self, source: SourceFile, cache: TableCache) -> FileRecord | None:
        """Return the record of a file from an earlier run with the same mapping, or None if the file has to be read."""
        return self._find_all_cached([source], cache.with_options(self.options.shared_key))[0]

    def _find_all_cached(self, sources: Sequence[SourceFile], cache: TableCache) -> list[FileRecord | None]:
        if not self.options.chooses:
            return cache.find_all([self.options.identify_reading(source, ()) for source in sources])
        rows = cache.find_all_header_rows(sources)
        identified = zip(sources, rows, strict=True)
        known = iter(
            cache.find_all([self.options.identify_reading(one, found) for one, found in identified if found is not None])
        )
        return [None if found is None else next(known) for found in rows]

    def run_tasks(self, function: Callable[..., Any], arguments: Iterable[Sequence[Any]]) -> Iterator[Any]:
        """Return the result of each call in order: of the given executor, else of the settings' cluster, else of this process."""
        if self._executor is None and self._config.scheduler == PROCESSES:
            return starmap(function, arguments)
        return self._run_on_executor(function, arguments)

    def _run_on_executor(self, function: Callable[..., Any], arguments: Iterable[Sequence[Any]]) -> Iterator[Any]:
        from flexscout.runtime import run_in_order  # noqa: PLC0415 - see above

        with self._executor or self._open_cluster(self._config.cache_folder) as executor:
            yield from run_in_order(executor, function, arguments)

    def _run(
        self,
        work: Callable[..., FileRecord],
        sources: Sequence[SourceFile],
        cache: TableCache | None = None,
        download: Download = list,
    ) -> Iterator[list[FileRecord]]:
        """Yield records as they are done, with only so many files handed out; the cached ones while workers start."""
        from flexscout.ingest.worker import diagnose_file  # noqa: PLC0415 - see above

        progress = self._progress if cache else NoProgress()
        progress.on_start(len(sources))
        self.records = []
        cached = self._find_all_cached(sources, cache) if cache else [None] * len(sources)
        known = [self._share_header_maps(record) for record in cached if record]
        unknown = download([source for source, record in zip(sources, cached, strict=True) if not record])
        batches: Iterable[list[FileRecord]] = (known[i : i + _CACHED_BATCH] for i in range(0, len(known), _CACHED_BATCH))
        with ExitStack() as stack:
            if unknown:
                executor = stack.enter_context(self._executor or self._open_executor(len(unknown), cache))
                self.workers = executor.slots or self.workers
                self._memory_share = executor.memory_gb or self._config.memory_limit_gb
                memory = int(self._memory_share * 2**30)
                password = self._config.password.get_secret_value()
                diagnose = partial(diagnose_file, memory_bytes=memory, password=password)
                read = partial(work, memory_bytes=memory, password=password)
                tasks = _Tasks(executor, read, diagnose, max(self._config.batch_size, 2 * executor.slots))
                waiting = iter(unknown)
                tasks.submit(waiting)
                poller = FileProgressPoller(cache, progress) if cache else None
                batches = chain(batches, iter(partial(self._collect, tasks, waiting, cache, poller), []))
            for batch in batches:
                self.records += batch
                if cache:
                    self._keep(batch, cache)
                yield batch
        progress.on_finish()

    def _collect(
        self, tasks: "_Tasks", waiting: Iterator[SourceFile], cache: TableCache | None, poller: FileProgressPoller | None
    ) -> list[FileRecord]:
        """Return the records that are done within a moment of the first, and hand out other files; nothing at the end."""
        records: list[FileRecord] = []
        until = time.monotonic() + _BATCH_SECONDS
        while tasks.is_unfinished and (not records or time.monotonic() < until):
            for future, task in tasks.wait(_BATCH_SECONDS):
                record = self._read_result(future, task.source)
                if cache and record.error and record.error.code in _WORKER_ENDED:
                    cache.remove_scratch(task.source)
                if task.unexplained:
                    is_explained = record.error and record.error.code not in _UNEXPLAINED | {
                        ErrorCode.TIMEOUT,
                        ErrorCode.UNEXPECTED,
                    }
                    record = record if is_explained else task.unexplained
                elif record.error and record.error.code in _UNEXPLAINED:
                    tasks.diagnose(record)
                    continue
                if self._should_retry(record):
                    tasks.submit_later(task.source, self._handler.retry_delay(task.source.path))
                else:
                    records.append(self._with_retries(record))
            tasks.submit(tasks.take_due())
            tasks.submit(waiting)
            if poller:
                for source in tasks.take_started():
                    self._progress.on_file_start(source.name)
                poller.poll(tasks.sources)
        return records

    def _keep(self, records: Iterable[FileRecord], cache: TableCache) -> None:
        """Record in the cache what was just read."""
        for record in records:
            if not record.reused:
                try:
                    if self.options.chooses and record.error and not cache.has_header_rows(record.source):
                        cache.store_header_rows(record.source, ())  # it failed before its headers were read
                    cache.store(record)
                except OSError as error:
                    logger.warning(
                        "what was read of %s can't be kept: %s", record.source.name, error, extra={"event": "not_kept"}
                    )

    def _open_executor(self, files: int, cache: TableCache | None) -> "Executor":
        """Return worker processes, or the cluster of the settings; a check reads so little that it needs none."""
        from flexscout.runtime import WorkerPool  # noqa: PLC0415 - see above

        config = self._config
        self.workers = count_workers(config, files)
        if config.scheduler == PROCESSES or cache is None:
            return WorkerPool(self.workers, config.timeout_minutes * 60, config.memory_limit_gb / self.workers)
        return self._open_cluster(cache.folder)

    def _open_cluster(self, folder: Path) -> "Executor":
        from flexscout.runtime import ClusterExecutor  # noqa: PLC0415 - most runs have no cluster

        config = self._config
        local = (self.workers or 1, config.memory_limit_gb)
        return ClusterExecutor(config.scheduler, config.timeout_minutes * 60, folder, local, config.wait_seconds)

    def _should_retry(self, record: FileRecord) -> bool:
        """Return whether the record's error may pass, and log the retry."""
        path = record.source.path
        if record.error is None or self._handler.handle_file_error(path, record.error) is not ErrorAction.RETRY:
            return False
        data = {"file": record.source.name, "code": record.error.code, "retries": self._handler.count_retries(path)}
        logger.warning("%s is tried again: %s", record.source.name, record.error.message, extra={"event": "retry", "data": data})
        return True

    def _with_retries(self, record: FileRecord) -> FileRecord:
        retries = self._handler.count_retries(record.source.path)
        self._handler.reset(record.source.path)
        return replace(record, retries=retries) if retries else record

    def _read_result(self, future: "Future[FileRecord]", source: SourceFile) -> FileRecord:
        from flexscout.runtime import EXECUTOR_FAILURES, ExecutorLostError, WorkerDied  # noqa: PLC0415 - see above

        try:
            return self._share_header_maps(future.result())
        except TimeoutError:
            error: ProcessingError = WorkerError.timed_out(source.path.name, self._config.timeout_minutes)
        except WorkerDied as death:
            error = WorkerError.worker_died(source.path.name, self._memory_share, death.exitcode)
        except EXECUTOR_FAILURES as failure:
            raise ExecutorLostError.from_failure(failure) from failure
        except Exception as failure:  # noqa: BLE001 - whatever a worker ends with is that file's error
            error = to_processing_error(source.path, failure)
        return FileRecord(source, error=error.with_file(source.name))

    def _share_header_maps(self, record: FileRecord) -> FileRecord:
        """Return the record with equal header maps as one object: a thousand files of a vendor need only one."""
        maps = [self._header_maps.setdefault(sheet.header_map, sheet.header_map) for sheet in record.sheets]
        sheets = tuple(replace(sheet, header_map=header_map) for sheet, header_map in zip(record.sheets, maps, strict=True))
        return replace(record, sheets=sheets)


@dataclass(frozen=True)
class _Task:
    """A file that is handed out; `unexplained`: its record so far, if the death of its worker is being diagnosed."""

    source: SourceFile
    unexplained: FileRecord | None = None


class _Tasks:
    """The files that are handed out, at most `batch_size` at a time."""

    def __init__(
        self,
        executor: "Executor",
        work: Callable[[SourceFile], FileRecord],
        diagnose: Callable[[SourceFile], FileRecord],
        batch_size: int,
    ) -> None:
        self._executor, self._work, self._diagnose, self._batch_size = executor, work, diagnose, batch_size
        self._running: dict[Future[FileRecord], _Task] = {}
        self._later: list[tuple[float, SourceFile]] = []
        self._started: set[str] = set()

    @property
    def is_unfinished(self) -> bool:
        """Whether a file is handed out, or will be again."""
        return bool(self._running or self._later)

    @property
    def sources(self) -> Iterator[SourceFile]:
        """The files that are handed out."""
        return (task.source for task in self._running.values())

    def take_started(self) -> list[SourceFile]:
        """Return the files that a worker has taken since the last call; a file that is tried again is not returned again."""
        sources = [task.source for future, task in self._running.items() if future.running()]
        started = [source for source in sources if source.name not in self._started]
        self._started.update(source.name for source in started)
        return started

    def submit(self, sources: Iterable[SourceFile]) -> None:
        """Hand out as many of the sources as `batch_size` allows."""
        for source in islice(sources, self._free_slots):
            self._running[self._executor.submit(self._work, source)] = _Task(source)

    def submit_later(self, source: SourceFile, seconds: float) -> None:
        """Hand the source out again after `seconds`; the other files go on meanwhile."""
        self._later.append((time.monotonic() + seconds, source))

    def take_due(self) -> list[SourceFile]:
        """Return the postponed sources that are due, as many as `batch_size` allows."""
        now = time.monotonic()
        due = [entry for entry in self._later if entry[0] <= now][: self._free_slots]
        self._later = [entry for entry in self._later if entry not in due]
        return [source for _, source in due]

    def diagnose(self, record: FileRecord) -> None:
        """Find out why the worker of this file died."""
        self._running[self._executor.submit(self._diagnose, record.source)] = _Task(record.source, record)

    def wait(self, seconds: float) -> "list[tuple[Future[FileRecord], _Task]]":
        """Return what is done as soon as anything is, or nothing after `seconds`."""
        if not self._running:
            time.sleep(seconds)  # only postponed files are left
        futures = wait(self._running, timeout=seconds, return_when=FIRST_COMPLETED).done
        if not futures:
            self._executor.check()
        return [(future, self._running.pop(future)) for future in futures]

    @property
    def _free_slots(self) -> int:
        return max(0, self._batch_size - len(self._running))


def count_workers(config: PipelineConfiguration, files: int) -> int:
    """Return the number the user gave, or the default capped at the number of cores; never more than there are files."""
    is_given = "max_workers" in config.model_fields_set
    workers = config.max_workers if is_given else min(config.max_workers, os.cpu_count() or 1)
    return max(1, min(workers, files))
