"""Report on files processed in a notebook, as a run does."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout import __version__
from flexscout.config import PipelineConfiguration
from flexscout.domain import SOURCE_COLUMNS, combine_tables
from flexscout.errors import AggregationError
from flexscout.history import RunHistory
from flexscout.matching import assign_property_ids
from flexscout.merging import (
    MAX_EXPLAINED_ROWS,
    POSSIBLE_SCHEMA,
    add_property_ids,
    count_removed_rows,
    find_possible_duplicates,
    sort_by_rank,
)
from flexscout.models import AggregateStatistics, ProcessingResult
from flexscout.notebook.aggregator import ResultAggregator, cluster_frame, merge_frame
from flexscout.notebook.frames import FrameT, label_columns
from flexscout.notebook.known_columns import POSITION, type_known_columns
from flexscout.outputs import (
    ReportContent,
    ResultTables,
    RunFacts,
    add_comparisons,
    add_run_times,
    build_messages,
    build_report,
    compute_statistics,
    count_scores,
    load_report_content,
)
from flexscout.runtime import measure_peak_mb
from flexscout.scoring import Criteria, collect_issues

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd


class ReportGenerator:
    """Reports on processed files and their candidates.

    `results` are what `BatchProcessor.process_batch` returns. `master` is a pandas or Polars frame of their unique candidates, as
    `ResultAggregator` returns it; without it, candidates are combined and deduplicated as in a run.

    Args:
        config: Settings, such as the minimum score and the duplicate fields.

    """

    def __init__(self, config: PipelineConfiguration | None = None) -> None:
        self.config = config or PipelineConfiguration()

    def calculate_aggregate_statistics(
        self, results: Iterable[ProcessingResult], master: pd.DataFrame | pl.DataFrame | None = None
    ) -> AggregateStatistics:
        """Return the figures of a run. `processing_duration` is the sum over the files, in seconds.

        Raises:
            AggregationError: If the master has no scores.
            TypeError: If `results` or `master` have the wrong type.

        """
        return compute_statistics(self._collect_facts(results, master))

    def generate_score_distribution(self, frame: pd.DataFrame | pl.DataFrame) -> dict[str, int]:
        """Return score band, such as `6-8`, -> number of rows. A band includes its lower bound; the highest includes 10.

        Bands below 4 are included if the minimum score allows them.

        Raises:
            AggregationError: If the frame has no `Flex Score`.

        """
        return count_scores(_select_scored(frame, only=("Flex Score",))["Flex Score"], self.config.min_flex_score)

    def create_top_candidates(self, frame: FrameT, n: int = 10) -> FrameT:
        """Return the best `n` rows, best first, with all columns. Raises AggregationError if there is no `Flex Score`."""
        return copy.copy(ResultAggregator(self.config).sort_by_score(frame).head(max(n, 0)))

    def export_report(
        self, path: str | Path, results: Iterable[ProcessingResult] = (), master: pd.DataFrame | pl.DataFrame | None = None
    ) -> Path:
        """Write the report, and return the path. An existing file is kept as `NAME.bak`.

        Args:
            path: Path with the suffix .json, .html, .xlsx or .pdf (the memo).
            results: Processed files.
            master: Unique candidates.

        Raises:
            OutputError: If the suffix is unknown, or the file can't be written.

        """
        return self._build_content(self._collect_facts(results, master)).write(Path(path))

    def export_past_report(self, path: str | Path, run: int | None = None) -> Path:
        """Write the report of a past run without reading its input files again.

        Args:
            path: Path with the suffix .json, .html, .xlsx or .pdf (the memo).
            run: Number of the run; None for the last one.

        Raises:
            NothingToReadError: If there is no such run, or its list is no longer kept.
            OutputError: If the suffix is unknown, or the file can't be written.

        """
        history = RunHistory(Path(self.config.output_file))
        return load_report_content(history, history.find_run(run)).write(Path(path))

    def _build_content(self, facts: RunFacts) -> ReportContent:
        peak_memory_mb = measure_peak_mb()
        report = add_run_times(build_report(facts), facts, peak_memory_mb)
        return ReportContent(report, build_messages(facts, peak_memory_mb), facts.tables)

    def _collect_facts(self, results: Iterable[ProcessingResult], master: Any) -> RunFacts:
        files = _sort_results(results)
        candidates = combine_tables(pl.read_parquet(file.candidates_table) for file in files if file.candidates_table)
        clusters = cluster_frame(candidates, self.config)
        merged = merge_frame(candidates, self.config, clusters)
        unique = merged.survivors[POSITION] if self.config.enable_deduplication else pl.Series(range(candidates.height))
        property_ids = assign_property_ids(clusters.identify(merged.survivors[POSITION]), merged.survivors)
        # In a merged frame, rows are positions; the report has the numbers that they have in their files.
        numbers = [candidates["Source Row"].gather(merged.survivors[POSITION])] if "Source Row" in candidates.columns else []
        survivors = merged.survivors.with_columns(property_ids, *numbers)
        chosen = sort_by_rank(_select_scored(candidates[unique] if master is None else master))
        possible = find_possible_duplicates(clusters, survivors, survivors[POSITION])
        explained = Criteria.from_config(self.config).explain(chosen.head(MAX_EXPLAINED_ROWS))
        tables = ResultTables(
            master=add_comparisons(chosen.drop(POSITION)),
            merge_log=add_property_ids(_select_removed(merged.merge_log, candidates, chosen), survivors),
            possible_duplicates=possible if self.config.enable_deduplication else pl.DataFrame(schema=POSSIBLE_SCHEMA),
            issues=collect_issues(file.record for file in files),
            explanations=explained["Explanation"].to_list(),
            reasons=explained["Reasons"].to_list(),
        )
        return RunFacts(
            tables=tables,
            results=count_removed_rows(files, tables.merge_log),
            skipped=(),
            settings=self.config.model_dump(),
            seconds={"processing": sum(file.processing_time for file in files)},
            workers=0,
            version=__version__,
        )


def _sort_results(results: Iterable[object]) -> list[ProcessingResult]:
    """Return the results sorted by file name. Raises TypeError if they are not results."""
    given = [results] if hasattr(results, "columns") else list(results)
    files = [file for file in given if isinstance(file, ProcessingResult)]
    if len(files) < len(given):
        wrong = next(type(file).__name__ for file in given if not isinstance(file, ProcessingResult))
        raise TypeError(f"A list of ProcessingResults is needed, as BatchProcessor returns it, not {wrong}.")
    return sorted(files, key=lambda file: file.record.source.name)


def _select_scored(frame: Any, only: tuple[str, ...] = ()) -> pl.DataFrame:
    known = type_known_columns(frame, only)
    if "Flex Score" in known.columns:
        return known
    if known.height:
        raise AggregationError.missing_score("report on candidates", label_columns(frame))
    return known.with_columns(pl.lit(None, pl.Float64).alias("Flex Score"))


def _select_removed(merge_log: pl.DataFrame, candidates: pl.DataFrame, master: pl.DataFrame) -> pl.DataFrame:
    """Keep the merges whose removed row is not in the master; rows get the numbers they have in their files."""
    if not set(SOURCE_COLUMNS) <= set(master.columns) & set(candidates.columns):
        return merge_log
    removed = candidates.select(SOURCE_COLUMNS)[merge_log["Removed Row"]]
    in_master = master.select(SOURCE_COLUMNS).unique().with_columns(pl.lit(value=True).alias("__is_in_master"))
    is_removed = removed.join(in_master, on=SOURCE_COLUMNS, how="left", maintain_order="left")["__is_in_master"].is_null()
    rows = candidates["Source Row"]
    return merge_log.with_columns(rows.gather(merge_log[name]).alias(name) for name in ("Kept Row", "Removed Row")).filter(
        is_removed
    )
