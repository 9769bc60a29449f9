"""The report of what a notebook has put together, as a run reports it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout import __version__
from flexscout.aggregation import combine, in_order
from flexscout.analysis.aggregator import ResultAggregator
from flexscout.analysis.findings import Findings, findings_of
from flexscout.analysis.frames import labels
from flexscout.analysis.known import POSITION, known_columns
from flexscout.analysis.merged import grouped, merged
from flexscout.classification import Criteria
from flexscout.config import PipelineConfiguration
from flexscout.errors import AggregationError
from flexscout.export import Tables
from flexscout.history import RunBook
from flexscout.journal import peak_memory_mb
from flexscout.linkage import Groups, property_ids
from flexscout.model import SOURCE_COLUMNS, AggregateStatistics, ProcessingResult
from flexscout.page import ROWS
from flexscout.processing import POSSIBLE_SCHEMA, issues_of, possible_duplicates, with_ids
from flexscout.reporting import TOP_CANDIDATES, Facts, build_report, messages, score_distribution, statistics

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

from flexscout.analysis.frames import FrameT


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
        return statistics(self._facts(results, master))

    def generate_score_distribution(self, frame: pd.DataFrame | pl.DataFrame) -> dict[str, int]:
        """Band of `Flex Score`, such as `6-8`, -> rows; a band holds its lower bound, and 10 is in the highest.

        The bands below 4 are there if the threshold lets candidates in. Raises AggregationError without a `Flex Score`.
        """
        return score_distribution(_scored(frame, only=("Flex Score",))["Flex Score"], self.config.min_flex_score)

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
        book = RunBook(Path(self.config.output_file))
        return findings_of(book, book.run(run)).write(Path(path))

    def _findings(self, facts: Facts) -> Findings:
        why = Criteria.of(self.config).explain(facts.master.head(ROWS))
        tables = Tables(facts.master, facts.ledger, facts.possible, issues=facts.issues, explanations=why)
        return Findings(build_report(facts), messages(facts), tables)

    def _facts(self, results: Iterable[ProcessingResult], master: Any) -> Facts:
        files = _checked(results)
        candidates = combine(pl.read_parquet(file.candidates_table) for file in files if file.candidates_table)
        groups = grouped(candidates, self.config)
        found = merged(candidates, self.config, groups)
        unique = found.survivors[POSITION] if self.config.enable_deduplication else pl.Series(range(candidates.height))
        named = found.survivors.with_columns(property_ids(groups.identities.gather(found.survivors[POSITION]), found.survivors))
        chosen = in_order(_scored(candidates[unique] if master is None else master))
        return Facts(
            results=files,
            skipped=(),
            master=chosen.drop(POSITION),
            ledger=with_ids(_removed(found.ledger, candidates, chosen), named),
            possible=_possible(groups, named) if self.config.enable_deduplication else pl.DataFrame(schema=POSSIBLE_SCHEMA),
            issues=issues_of(file.record for file in files),
            settings=self.config.model_dump(),
            seconds={"processing": sum(file.processing_time for file in files)},
            workers=0,
            peak_memory_mb=peak_memory_mb(),
            version=__version__,
            explanations=Criteria.of(self.config).explain(chosen.head(TOP_CANDIDATES)),
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
    known = known_columns(frame, only)
    if "Flex Score" in known.columns:
        return known
    if known.height:
        raise AggregationError.without_score("report on candidates", labels(frame))
    return known.with_columns(pl.lit(None, pl.Float64).alias("Flex Score"))


def _possible(groups: Groups, named: pl.DataFrame) -> pl.DataFrame:
    """The pairs of unique candidates, with their IDs, that may be one."""
    return possible_duplicates(groups, named, named[POSITION])


def _removed(ledger: pl.DataFrame, candidates: pl.DataFrame, master: pl.DataFrame) -> pl.DataFrame:
    """The merges whose removed row is indeed not in the master, with the rows as the files have them."""
    if not set(SOURCE_COLUMNS) <= set(master.columns) & set(candidates.columns):
        return ledger
    removed = candidates.select(SOURCE_COLUMNS)[ledger["Removed Row"]]
    still = master.select(SOURCE_COLUMNS).unique().with_columns(pl.lit(value=True).alias("__still"))
    gone = removed.join(still, on=SOURCE_COLUMNS, how="left", maintain_order="left")["__still"].is_null()
    rows = candidates["Source Row"]
    return ledger.with_columns(rows.gather(ledger[name]).alias(name) for name in ("Kept Row", "Removed Row")).filter(gone)
