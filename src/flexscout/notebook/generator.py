"""The report of what a notebook has put together, as a run reports it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout import __version__
from flexscout.config import PipelineConfiguration
from flexscout.domain import SOURCE_COLUMNS, canonical_columns, combine_tables, escape_names
from flexscout.errors import AggregationError, NothingToReadError, OutputError
from flexscout.history import RunHistory, RunRecord
from flexscout.matching import Clusters, assign_property_ids
from flexscout.merging import POSSIBLE_SCHEMA, add_property_ids, count_removed_rows, find_possible_duplicates, sort_by_rank
from flexscout.models import AggregateStatistics, ProcessingResult
from flexscout.notebook.aggregator import ResultAggregator, cluster_frame, merge_frame
from flexscout.notebook.frames import POSITION, FrameT, column_labels, type_known_columns
from flexscout.outputs import (
    MAX_PAGE_ROWS,
    REPORT_FORMAT,
    OutputTransaction,
    ResultTables,
    RunFacts,
    add_run_times,
    build_messages,
    build_report,
    compute_statistics,
    count_scores,
    render_page,
    write_report,
    write_tables_as_workbook,
)
from flexscout.runtime import measure_peak_mb
from flexscout.scoring import Criteria, collect_issues

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

_FORMATS = (".json", ".html", ".xlsx")


@dataclass(frozen=True)
class Findings:
    """What is known of a run, or of what a notebook has put together.

    `report`: the content of `pipeline_summary.json`; `messages`: what a person should know, in sentences; `tables`: the list with
    its explanations, and the other tables where these are known.
    """

    report: Mapping[str, Any]
    messages: Sequence[str]
    tables: ResultTables

    def write(self, path: Path) -> Path:
        """Write the report, the page or the workbook, as the path ends; gives the path. Raises OutputError."""
        suffix = path.suffix.lower()
        if suffix not in _FORMATS:
            formats = f"{', '.join(_FORMATS[:-1])} or {_FORMATS[-1]}"
            raise OutputError(f"{path.name} names no format that a report can be written in.", f"End it in {formats}.")
        with OutputTransaction() as outputs:
            self._write(suffix, outputs.stage(path))
            return outputs.commit()[0]

    def _write(self, suffix: str, path: Path) -> None:
        if suffix == ".json":
            write_report(self.report, path)
        elif suffix == ".html":
            page = render_page(self.report, self.tables.master, self.tables.explanations)
            page.write(path, self.report, self.messages)
        else:
            write_tables_as_workbook(self.tables, self.report, path)


def load_findings(book: RunHistory, record: RunRecord) -> Findings:
    """The findings of a past run: its list is read, and nothing else.

    Raises NothingToReadError if that is not kept any more, or another version of flexscout made the report.
    """
    if record.report["format"] != REPORT_FORMAT:
        raise NothingToReadError(
            f"Run {record.number} was of flexscout {record.report['flexscout']}, whose reports have another format.",
            "The files that it wrote still tell; `flexscout run` makes new ones.",
        )
    found = record.report["statistics"]["successful_files"]
    master = escape_names(pl.read_parquet(book.require_result(record))) if found else pl.DataFrame()
    tables = ResultTables(master, explanations=_explanations(master, record), user_columns=record.settings.user_columns)
    return Findings(record.report, record.messages, tables)


def _explanations(master: pl.DataFrame, record: RunRecord) -> list[str]:
    criteria = Criteria.from_record(record.settings, record.report["profile"], record.begun)
    standard = {column.name for column in canonical_columns()}
    whole = record.settings.output_columns == "all" or set(criteria.profile.columns) <= standard
    return criteria.explain(master.head(MAX_PAGE_ROWS)) if whole else []


class ReportGenerator:
    """Sums up processed files and their candidates.

    `config`: its threshold and duplicate fields are those of the report. `results`: what `BatchProcessor.process_batch`
    gives; `master`: their unique candidates, of pandas or Polars, as `ResultAggregator` leaves them; without it they are
    put together as a run does.
    """

    def __init__(self, config: PipelineConfiguration | None = None) -> None:
        self.config = config or PipelineConfiguration()

    def calculate_aggregate_statistics(
        self, results: Iterable[ProcessingResult], master: pd.DataFrame | pl.DataFrame | None = None
    ) -> AggregateStatistics:
        """The figures of a run; `processing_duration` is the sum over the files, in seconds.

        Raises AggregationError if the master lacks its scores, TypeError for what is no result or no frame.
        """
        return compute_statistics(self._facts(results, master))

    def generate_score_distribution(self, frame: pd.DataFrame | pl.DataFrame) -> dict[str, int]:
        """Band of `Flex Score`, such as `6-8`, -> rows; a band holds its lower bound, and 10 is in the highest.

        The bands below 4 are there if the threshold lets candidates in. Raises AggregationError without a `Flex Score`.
        """
        return count_scores(_scored(frame, only=("Flex Score",))["Flex Score"], self.config.min_flex_score)

    def create_top_candidates(self, frame: FrameT, n: int = 10) -> FrameT:
        """The best `n` rows, best first, with all their columns. Raises AggregationError without a `Flex Score`."""
        return copy.copy(ResultAggregator(self.config).sort_by_score(frame).head(max(n, 0)))

    def export_report(
        self, path: str | Path, results: Iterable[ProcessingResult] = (), master: pd.DataFrame | pl.DataFrame | None = None
    ) -> Path:
        """Write the report as a run does, and give the path: JSON, or where it ends in .html a page, in .xlsx a workbook.

        What stood there is kept as `NAME.bak`. Raises OutputError if it can't be written, or for any other suffix.
        """
        return self._findings(self._facts(results, master)).write(Path(path))

    def export_past_report(self, path: str | Path, run: int | None = None) -> Path:
        """Write the report of a past run again, as `export_report` does; `run`: its number, None for the last one.

        Nothing is read or classified again. Raises NothingToReadError if there is no such run, or its list is not kept any more,
        and OutputError as `export_report` does.
        """
        book = RunHistory(Path(self.config.output_file))
        return load_findings(book, book.find_run(run)).write(Path(path))

    def _findings(self, facts: RunFacts) -> Findings:
        peak_memory_mb = measure_peak_mb()
        report = add_run_times(build_report(facts), facts, peak_memory_mb)
        return Findings(report, build_messages(facts, peak_memory_mb), facts.tables)

    def _facts(self, results: Iterable[ProcessingResult], master: Any) -> RunFacts:
        files = _checked(results)
        candidates = combine_tables(pl.read_parquet(file.candidates_table) for file in files if file.candidates_table)
        groups = cluster_frame(candidates, self.config)
        found = merge_frame(candidates, self.config, groups)
        unique = found.survivors[POSITION] if self.config.enable_deduplication else pl.Series(range(candidates.height))
        named = found.survivors.with_columns(
            assign_property_ids(groups.identity_keys.gather(found.survivors[POSITION]), found.survivors)
        )
        chosen = sort_by_rank(_scored(candidates[unique] if master is None else master))
        tables = ResultTables(
            master=chosen.drop(POSITION),
            merge_log=add_property_ids(_removed(found.merge_log, candidates, chosen), named),
            possible_duplicates=_possible(groups, named)
            if self.config.enable_deduplication
            else pl.DataFrame(schema=POSSIBLE_SCHEMA),
            issues=collect_issues(file.record for file in files),
            explanations=Criteria.from_config(self.config).explain(chosen.head(MAX_PAGE_ROWS)),
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


def _checked(results: Iterable[object]) -> list[ProcessingResult]:
    """The results by name, as a run has them."""
    given = [results] if hasattr(results, "columns") else list(results)
    files = [file for file in given if isinstance(file, ProcessingResult)]
    if len(files) < len(given):
        wrong = next(type(file).__name__ for file in given if not isinstance(file, ProcessingResult))
        raise TypeError(f"A list of ProcessingResults is needed, as BatchProcessor gives it, not {wrong}.")
    return sorted(files, key=lambda file: file.record.source.name)


def _scored(frame: Any, only: tuple[str, ...] = ()) -> pl.DataFrame:
    known = type_known_columns(frame, only)
    if "Flex Score" in known.columns:
        return known
    if known.height:
        raise AggregationError.missing_score("report on candidates", column_labels(frame))
    return known.with_columns(pl.lit(None, pl.Float64).alias("Flex Score"))


def _possible(groups: Clusters, named: pl.DataFrame) -> pl.DataFrame:
    """The pairs of unique candidates, with their IDs, that may be one."""
    return find_possible_duplicates(groups, named, named[POSITION])


def _removed(merge_log: pl.DataFrame, candidates: pl.DataFrame, master: pl.DataFrame) -> pl.DataFrame:
    """The merges whose removed row is indeed not in the master, with the rows as the files have them."""
    if not set(SOURCE_COLUMNS) <= set(master.columns) & set(candidates.columns):
        return merge_log
    removed = candidates.select(SOURCE_COLUMNS)[merge_log["Removed Row"]]
    still = master.select(SOURCE_COLUMNS).unique().with_columns(pl.lit(value=True).alias("__still"))
    gone = removed.join(still, on=SOURCE_COLUMNS, how="left", maintain_order="left")["__still"].is_null()
    rows = candidates["Source Row"]
    return merge_log.with_columns(rows.gather(merge_log[name]).alias(name) for name in ("Kept Row", "Removed Row")).filter(gone)
