"""The pipeline on one page: scan, ingest, score, match, merge, carry over, publish."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from flexscout import __version__, history, merging, outputs, scoring
from flexscout.config import AnyConfig, PipelineConfiguration
from flexscout.history import RunHistory, collect_decisions, hash_state, read_user_input
from flexscout.ingest import AbsentFiles, FileIngestor, Scan, scan_inputs
from flexscout.models import CheckSummary, FileRecord, RunSummary
from flexscout.runtime import (
    FaultIsolation,
    FileResultLog,
    LoggedProgress,
    MemoryWatch,
    NoProgress,
    Progress,
    ProgressGroup,
    Stage,
    Step,
    Stopwatch,
    is_unexpected,
    log_run_finished,
    log_scan,
    log_unchanged,
    open_run_log,
    open_table_cache,
)
from flexscout.scoring import Criteria

# Merging, scores and outputs are imported when a run needs them: one that finds everything unchanged takes half as long without.
if TYPE_CHECKING:
    from flexscout.history import CarryOver, KnownDecisions, UserInput
    from flexscout.merging import MergedProperties
    from flexscout.outputs import RunFacts
    from flexscout.runtime import Executor
    from flexscout.scoring import ClassifiedFiles


@dataclass(frozen=True)
class _Run:
    """What the stages of one run share."""

    scan: Scan
    history: RunHistory
    user_input: "UserInput"
    decisions: "KnownDecisions"
    state: str
    clock: Stopwatch
    memory: MemoryWatch


class ScalableFlexPipeline:
    """Turn a folder of property exports into one ranked, deduplicated, explained list of flex-industrial properties.

    Args:
        config: The settings, or the path of a configuration file.
        executor: What reads the files; by default that of `cluster.scheduler`.
        progress: Listener that is called for each file.

    Raises:
        ConfigurationError: A setting, the profile, the row filter or the mapping file has an error.

    """

    def __init__(self, config: AnyConfig = None, executor: "Executor | None" = None, *, progress: Progress | None = None) -> None:
        self.config = PipelineConfiguration.load(config).require_local()
        listener = progress if progress and self.config.progress_reporting else NoProgress()
        log_lines = LoggedProgress(self.config.batch_size, self.config.progress_interval)
        self._progress = ProgressGroup(FileResultLog(), listener, log_lines)
        self._criteria = Criteria.from_config(self.config)
        eligibility = self._criteria.profile.eligibility
        self._ingestor = FileIngestor.for_criteria(self.config, eligibility, executor=executor, progress=self._progress)

    def run(self, *, reuse_failures: bool = True, absent: AbsentFiles | None = None) -> RunSummary:
        """Run the pipeline. Files that are known are not read again; if nothing has changed, nothing is written.

        The error of a file is in the summary and does not affect the other files.

        Args:
            reuse_failures: Skip known files that failed because of their content.
            absent: Files of the input folder that are elsewhere until they have to be read.

        Raises:
            NothingToReadError: The input folder has no files to read.
            OutputError: The outputs can't be written.

        """
        config, clock, memory = self.config, Stopwatch(), MemoryWatch(self.config.memory_limit_gb)
        absent = absent or AbsentFiles()
        self._progress.on_step(Step.SCAN)
        with clock.stage(Stage.SCAN):
            scan = scan_inputs(self.config, known=absent.known)
            branding = outputs.check_outputs(config)
        log = open_run_log(Path(config.log_file), config.log_level)
        open_cache = open_table_cache(config, reuse_failures=reuse_failures)
        with RunHistory(Path(config.output_file)) as run_history, log, memory, open_cache as cache:
            user_input, decisions = read_user_input(run_history, config), collect_decisions(run_history, config.decisions_file)
            rules = (*self._criteria.hash_inputs, self._ingestor.options, user_input.fingerprint, decisions, branding)
            state = hash_state(scan.sources, scan.skipped, config, *rules)
            is_repeatable = config.reuse and reuse_failures and not scan.unreadable
            if is_repeatable and (same := run_history.find_unchanged(state, config.notes_file)):
                log_unchanged(same.number, len(scan.sources))
                return same.build_repeat_summary()
            log_scan(scan.sources, scan.skipped)
            sources = [*scan.sources, *scan.locked]
            batches = chain(self._ingestor.ingest(sources, cache, absent.download), [scan.failed])
            run = _Run(scan, run_history, user_input, decisions, state, clock, memory)
            try:
                summary = self._run_stages(run, batches, commit=True)
            except BaseException as error:  # Rust panics are BaseExceptions
                if not is_unexpected(error):
                    raise
                isolation = FaultIsolation(cache.with_options(self._ingestor.options.shared_key), clock, Path(config.log_file))
                records = [*self._ingestor.records, *scan.failed]
                summary = isolation.run_without_faulty(records, error, partial(self._run_stages, run))
            cache.trim(config.cache_limit_gb)
            log_run_finished(summary)
            return summary

    def retry(self) -> RunSummary:
        """Run the pipeline, and read every file again that failed, even if the failure is deterministic."""
        return self.run(reuse_failures=False)

    def check(self) -> CheckSummary:
        """Return what a run would read, how each header maps, and what is missing. Nothing is written.

        Raises:
            NothingToReadError: The input folder has no files to read.

        """
        scan = scan_inputs(self.config)
        records = tuple(sorted((*self._ingestor.inspect(scan.sources), *scan.unreadable), key=lambda record: record.source.name))
        sources = merging.list_sources(merging.list_possible_snapshots(record for record in records if not record.error))
        unused = self._ingestor.find_unused_mappings(records)
        findings = scoring.diagnose_records(records, self._criteria)
        return CheckSummary(int(any(record.error for record in records)), records, scan.skipped, unused, sources, findings)

    def _run_stages(self, run: _Run, batches: Iterable[Sequence[FileRecord]], commit: bool) -> RunSummary:  # noqa: FBT001
        """Run the stages over ingested files; without `commit` as a trial that publishes nothing."""
        config, criteria, progress = self.config, self._criteria, self._progress if commit else NoProgress()
        progress.on_step(Step.READ)
        with run.clock.stage(Stage.INGEST):
            files = scoring.score_files(batches, criteria, config.duplicate_fields, progress)
        with run.clock.stage(Stage.MERGE):
            progress.on_step(Step.MATCH)
            clusters = merging.match_properties(files, config, run.decisions.decisions, self._ingestor.run_tasks)
            progress.on_step(Step.MERGE)
            merged = merging.merge_properties(files, clusters, config, criteria, run.user_input.resolve_corrections)
            del clusters  # as large as a third of the list
            master = scoring.add_unmapped_columns(merged.master, files.tables)
            progress.on_step(Step.COMPARE)
            carried = history.carry_over(run.history, run.state, config, run.user_input, master, merged=merged)
        facts = self._collect_facts(run, files, merged, carried)
        progress.on_step(Step.WRITE)
        records = (config.parquet_file, merged.property_sources, facts.tables.select_page_records())
        record = (lambda summary: run.history.add(run.state, summary, *records)) if commit else None
        return outputs.publish_results(facts, carried, config, run.clock, run.memory, record=record)

    def _collect_facts(self, run: _Run, files: "ClassifiedFiles", merged: "MergedProperties", carried: "CarryOver") -> "RunFacts":
        return outputs.RunFacts(
            tables=outputs.ResultTables.from_stages(merged, carried, files.issues, self._criteria),
            results=merged.results,
            skipped=run.scan.skipped,
            settings=self.config.describe(),
            seconds=run.clock.seconds,
            workers=self._ingestor.workers,
            version=__version__,
            filtered_out=merged.filtered_out,
            sources=merging.list_sources(merged.snapshots),
            unmatched_mappings=self._ingestor.find_unused_mappings(result.record for result in files.results),
            profile=self._criteria.profile.model_dump(exclude_defaults=True),
            findings=scoring.diagnose_files(merged.results, merged.rejected_rows, self._criteria),
            decision_messages=(*run.decisions.messages, *merged.contradictions),
        )
