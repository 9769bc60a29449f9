"""Compare two profiles: read a folder once, classify its rows twice, and compare the rankings."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import polars as pl
import polars.selectors as cs

from flexscout.config import PipelineConfiguration
from flexscout.domain import LEFT_OUT, REASONS, SOURCE_COLUMNS, STATUS, TO_VERIFY, combine_tables
from flexscout.history import read_corrections, read_decisions
from flexscout.ingest import FileIngestor, scan_inputs
from flexscout.insights.ranking_changes import Ranking, RankingChanges, compare_rankings, rank_rows
from flexscout.insights.replayed_run import AT, ReplayedRun
from flexscout.insights.reranking import prepare_matched
from flexscout.matching import DETAIL_COLUMNS
from flexscout.merging import REJECTED_COLUMNS, ROW, MatchedRows, find_snapshots, locate_rows, match_rows
from flexscout.models import ProcessingResult, RowStatus
from flexscout.outputs import check_output_paths
from flexscout.runtime import (
    FileResultLog,
    LoggedProgress,
    MemoryWatch,
    NoProgress,
    Progress,
    ProgressGroup,
    open_run_log,
    open_table_cache,
)
from flexscout.scoring import Criteria, Profile, classify_records, load_profile, score_batches, select_match_columns
from flexscout.skipped import SkippedFile

logger = logging.getLogger("flexscout.insights")


@dataclass(frozen=True)
class ProfileComparison:
    """How a ranking changes from profile A to profile B.

    Attributes:
        names: A and B, as they were given.
        profiles: A and B.
        min_flex_score: The minimum score of a candidate, for both.
        changes: Which properties enter, leave and move.
        results: One per file, classified by A.
        skipped: Files that were not read.

    """

    names: tuple[str, str]
    profiles: tuple[Profile, Profile]
    min_flex_score: float
    changes: RankingChanges
    results: tuple[ProcessingResult, ...]
    skipped: tuple[SkippedFile, ...]

    @property
    def was_read(self) -> bool:
        """Whether any file could be read."""
        return any(result.success for result in self.results)

    @property
    def exit_code(self) -> int:
        """0 if all files were read, 1 if some failed."""
        return 0 if all(result.success for result in self.results) else 1


def compare_profiles(
    a: str, b: str, config: PipelineConfiguration, *, output: Path | None = None, progress: Progress | None = None
) -> ProfileComparison:
    """Rank a folder by two profiles; all other settings are those of `config`, as in a run.

    Args:
        a: Name or file of the first profile.
        b: Name or file of the second profile.
        config: The settings.
        output: Where the comparison will be written; that file is not read as input.
        progress: Listener that is called for each file, with the results of profile A.

    Raises:
        ConfigurationError: A profile has an error.
        NothingToReadError: The input folder has no files to read.
        OutputError: `output` can't be written.

    """
    settings = config.model_copy(update={"profile": a})
    first = Criteria.from_config(settings)
    criteria = (first, replace(first, profile=load_profile(b)))
    log_lines = LoggedProgress(config.batch_size, config.progress_interval)
    listeners = ProgressGroup(FileResultLog(), progress or NoProgress(), log_lines)
    ingestor = FileIngestor.for_criteria(settings, first.profile.eligibility, progress=listeners)
    scan = scan_inputs(config, [output] if output else [])
    if output:
        check_output_paths(output)
    log, memory = open_run_log(Path(config.log_file), config.log_level), MemoryWatch(config.memory_limit_gb)
    results: list[ProcessingResult] = []
    parts: list[_ClassifiedTwice] = []
    with log, memory, open_table_cache(config) as cache:
        batches = chain(ingestor.ingest(scan.sources, cache), [scan.unreadable])
        for part in score_batches(batches, first, config.duplicate_fields, listeners):
            results += part.results
            parts += _classify_twice(part.results, criteria, config)
        changes = _rank_and_compare(parts, results, criteria, config)
        logger.info("%s and %s compared", a, b, extra={"event": "comparison_finished", "data": changes.counts})
    profiles = (criteria[0].profile, criteria[1].profile)
    by_name = tuple(sorted(results, key=lambda result: result.record.source.name))
    return ProfileComparison((a, b), profiles, config.min_flex_score, changes, by_name, scan.skipped)


@dataclass(frozen=True)
class _ClassifiedTwice:
    """Rows under both profiles.

    Attributes:
        sides: The rows that are candidates under either profile, as A and as B classify them.
        statuses: REJECTED_COLUMNS of all rows, as A and as B classify them.
        is_candidate: Whether each row is a candidate under either profile.
        match_rows: The match columns of all rows.

    """

    sides: tuple[pl.DataFrame, pl.DataFrame]
    statuses: tuple[pl.DataFrame, pl.DataFrame]
    is_candidate: pl.Series
    match_rows: pl.DataFrame


def _classify_twice(
    results: Iterable[ProcessingResult], criteria: tuple[Criteria, Criteria], config: PipelineConfiguration
) -> list[_ClassifiedTwice]:
    records = [result.record for result in results]
    parts, columns = [], (*config.duplicate_fields, *DETAIL_COLUMNS)
    for a, b in classify_records(records, criteria, config.duplicate_fields):
        is_candidate = (a.frame[STATUS] == RowStatus.CANDIDATE) | (b.frame[STATUS] == RowStatus.CANDIDATE)
        sides = (a.frame.filter(is_candidate), b.frame.filter(is_candidate))
        columns_of_all = cs.by_name(*REJECTED_COLUMNS, require_all=False)
        statuses = (a.frame.select(columns_of_all), b.frame.select(columns_of_all))
        parts.append(_ClassifiedTwice(sides, statuses, is_candidate, select_match_columns(a.frame, columns)))
    return parts


def _rank_and_compare(
    parts: Sequence[_ClassifiedTwice],
    results: Iterable[ProcessingResult],
    criteria: tuple[Criteria, Criteria],
    config: PipelineConfiguration,
) -> RankingChanges:
    """Match the rows once, since matching does not depend on the profile; then rank and compare both sides."""
    if not parts:
        return _compare_nothing(criteria, config)
    decisions = read_decisions(config.decisions_file).decisions
    clusters = match_rows(pl.concat([part.match_rows for part in parts], how="diagonal"), config, decisions)
    located = locate_rows(pl.concat([part.statuses[0] for part in parts]), clusters)
    records = [result.record for result in results if result.success]
    snapshots = find_snapshots(records, located)
    tables = {(record.source.name, sheet.sheet): sheet.table for record in records for sheet in record.sheets if sheet.table}
    corrections = read_corrections(config)
    empty = pl.DataFrame()
    matched = MatchedRows(empty, empty, clusters, located, snapshots, tables, lambda _: corrections)
    return _compare_sides(parts, pl.int_range(located.height, eager=True), matched, criteria, config)


def compare_replayed(past: ReplayedRun, a: Profile, b: Profile) -> RankingChanges:
    """Rank the rows of a replayed run by two profiles; nothing is read or matched again."""
    criteria = (replace(past.criteria, profile=a), replace(past.criteria, profile=b))
    parts = _classify_twice([result for result in past.files.results if result.success], criteria, past.config)
    if not parts or not past.rows.width:
        return _compare_nothing(criteria, past.config)
    positions = past.rows.select(*SOURCE_COLUMNS, pl.col(AT).alias(ROW))
    sources = pl.concat([part.statuses[0].select(SOURCE_COLUMNS) for part in parts])
    rows = sources.join(positions, on=SOURCE_COLUMNS, how="left", maintain_order="left")[ROW]
    matched = prepare_matched(past, pl.DataFrame())
    return _compare_sides(parts, rows, matched, criteria, past.config)


def _compare_nothing(criteria: tuple[Criteria, Criteria], config: PipelineConfiguration) -> RankingChanges:
    a, b = (Ranking(one.profile, pl.DataFrame()) for one in criteria)
    return compare_rankings(a, b, config.min_flex_score)


def _compare_sides(
    parts: Sequence[_ClassifiedTwice],
    rows: pl.Series,
    matched: MatchedRows,
    criteria: tuple[Criteria, Criteria],
    config: PipelineConfiguration,
) -> RankingChanges:
    """Rank the rows by both criteria, and compare.

    Args:
        parts: The classified rows.
        rows: For each of them, its position among the matched rows.
        matched: What is known of the matched rows; its candidates and rejected rows don't matter.
        criteria: Those of A and of B.
        config: The settings.

    """
    is_either = pl.concat([part.is_candidate for part in parts])
    sides = []
    for side, one in enumerate(criteria):
        either = combine_tables(part.sides[side] for part in parts).with_columns(rows.filter(is_either).alias(ROW))
        statuses = pl.concat([part.statuses[side] for part in parts]).with_columns(rows.alias(ROW))
        is_candidate = pl.col(STATUS) == RowStatus.CANDIDATE
        candidates = either.filter(is_candidate).drop(STATUS, REASONS, TO_VERIFY, LEFT_OUT, strict=False)
        own = replace(matched, candidates=candidates, rejected=statuses.filter(~is_candidate))
        sides.append(rank_rows(either, own, one, config))
    return compare_rankings(sides[0], sides[1], config.min_flex_score)
