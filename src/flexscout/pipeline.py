"""The way from a folder of exports to one ranked list, on one page."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl

from flexscout import __version__
from flexscout.config import PipelineConfiguration
from flexscout.errors import is_transient
from flexscout.history import CarryOver, RunHistory, carry_over, hash_state
from flexscout.ingest import Scan, scan_folder
from flexscout.merging import count_removed_rows, match_properties, merge_properties
from flexscout.models import CheckSummary, RunSummary
from flexscout.outputs import MAX_PAGE_ROWS, ResultTables, RunFacts, check_output_paths, publish_results
from flexscout.runtime import (
    BatchProcessor,
    Classify,
    FaultIsolation,
    MemoryWatch,
    NoProgress,
    Progress,
    Stopwatch,
    TableCache,
    hash_reading_code,
    log_run_finished,
    log_scan,
    open_run_log,
    open_table_cache,
)
from flexscout.scoring import ClassifiedFiles, add_unmapped_columns, select_rejected


class ScalableFlexPipeline:
    """Turns a folder of property exports into one ranked, deduplicated, explained list of flex-industrial candidates.

    `config`: the settings, or a configuration file; `progress`: told of each file as it is done.
    """

    def __init__(self, config: PipelineConfiguration | str | Path | None = None, *, progress: Progress | None = None) -> None:
        self.config = (
            PipelineConfiguration.from_file(config) if isinstance(config, str | Path) else config or PipelineConfiguration()
        )
        self._progress = progress if progress and self.config.progress_reporting else NoProgress()
        self._batch = BatchProcessor(self.config, progress=self._progress)

    def run(self) -> RunSummary:
        """Read what is new, classify, deduplicate, rank and write; nothing, if all is as the last run left it.

        Raises NothingToReadError or OutputError; a file's own error is in the summary and costs no other file.
        """
        return self._run(failures=True)

    def retry(self) -> RunSummary:
        """As `run`, but every file that failed is read again, also where its content says that it would fail again."""
        return self._run(failures=False)

    def _run(self, *, failures: bool) -> RunSummary:  # whether those of other runs stand
        clock, config, memory = Stopwatch(), self.config, MemoryWatch(self.config.memory_limit_gb)
        with clock.stage("discovery"):
            found = self._scan()
            check_output_paths(Path(config.output_file), Path(config.report_file), config.page_file)
        cache = open_table_cache(config.cache_folder, hash_reading_code(), reuse=config.reuse, reuse_failures=failures)
        with (
            RunHistory(Path(config.output_file)) as book,
            open_run_log(Path(config.log_file), config.log_level),
            memory,
            cache as tables,
        ):
            log_scan(found.sources, found.skipped)
            state = hash_state(found.sources, found.skipped, config, *self._batch.rules)
            if config.reuse and failures and not found.unreadable and (same := book.find_unchanged(state)):
                return same.build_repeat_summary()
            summary = self._result(found, tables, partial(carry_over, book, state, config), clock, memory)
            book.add(state, summary, config.parquet_file)
            tables.trim(config.cache_limit_gb)
            log_run_finished(summary)
            return summary

    def _result(
        self,
        found: Scan,
        tables: TableCache,
        take_over: Callable[[pl.DataFrame], CarryOver],
        clock: Stopwatch,
        memory: MemoryWatch,
    ) -> RunSummary:
        isolation = FaultIsolation(self._batch, tables, Path(self.config.log_file))
        with clock.stage("processing"):
            parts = self._process(found, tables, isolation.classify)
        return isolation.finish(parts, partial(self._merge, take_over, clock), partial(self._publish, found, clock, memory))

    def _merge(
        self, take_over: Callable[[pl.DataFrame], CarryOver], clock: Stopwatch, files: ClassifiedFiles
    ) -> tuple[ResultTables, CarryOver]:
        with clock.stage("aggregation"):
            clusters = match_properties(files, self.config)
            unique = merge_properties(files, clusters, self.config, self._batch.criteria)
            before = take_over(add_unmapped_columns(unique.master, files.tables))
        return ResultTables(
            before.master, unique.merge_log, unique.possible_duplicates, select_rejected(files.shelved_others), files.issues
        ), before

    def check(self) -> CheckSummary:
        """What a run would read, how each file's headers map and what is missing; reads no more than it must, writes nothing.

        Raises NothingToReadError.
        """
        found = self._scan()
        records = (*self._batch.inspect(found.sources), *found.unreadable)
        by_name = tuple(sorted(records, key=lambda record: record.source.name))
        return CheckSummary(int(any(record.error for record in records)), by_name, found.skipped, self._batch.unmatched(records))

    def _scan(self) -> Scan:
        config = self.config
        return scan_folder(Path(config.input_folder), config.file_pattern, recursive=config.recursive_scan, own=config.own_files)

    def _process(self, found: Scan, tables: TableCache, classify: Classify) -> list[ClassifiedFiles]:
        """Every file; what could not be opened may be free by now."""
        again = [record.source for record in found.unreadable if is_transient(record.error)]
        lost = [record for record in found.unreadable if not is_transient(record.error)]
        return [*self._batch.process([*found.sources, *again], tables, classify), classify(lost)]

    def _publish(  # noqa: PLR0913 - the first three are bound
        self,
        found: Scan,
        clock: Stopwatch,
        memory: MemoryWatch,
        files: ClassifiedFiles,
        made: tuple[ResultTables, CarryOver],
        *,
        commit: bool,
    ) -> RunSummary:
        tables, before = made
        facts = RunFacts(
            results=count_removed_rows(files.results, tables.merge_log),
            skipped=found.skipped,
            master=tables.master,
            merge_log=tables.merge_log,
            possible_duplicates=tables.possible_duplicates,
            issues=tables.issues,
            rejected_rows=tables.rejected_rows,
            settings=self.config.model_dump(),
            profile=self._batch.criteria.profile.model_dump(exclude_defaults=True),
            seconds=clock.seconds,
            workers=self._batch.workers,
            peak_memory_mb=0.0,
            version=__version__,
            filtered_out=files.left_out,
            unmatched_mappings=self._batch.unmatched(result.record for result in files.results),
            explanations=self._batch.criteria.explain(tables.master.head(MAX_PAGE_ROWS)),
        )
        return publish_results(facts, tables, before, self.config, clock, memory, commit=commit)
