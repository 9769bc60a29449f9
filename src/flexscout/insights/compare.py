"""Compare two profiles: read a folder once, classify its rows twice, and compare the rankings."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import STATUS
from flexscout.history import read_decisions
from flexscout.ingest import FileIngestor, scan_folder
from flexscout.insights.ranking_changes import RankingChanges, compare_rankings, rank_candidates
from flexscout.matching import DETAIL_COLUMNS
from flexscout.merging import ROW, match_rows
from flexscout.models import ProcessingResult, RowStatus
from flexscout.outputs import check_output_paths
from flexscout.runtime import (
    FileResultLog,
    LoggedProgress,
    MemoryWatch,
    NoProgress,
    Progress,
    ProgressGroup,
    hash_reading_code,
    open_run_log,
    open_table_cache,
)
from flexscout.scoring import Criteria, Profile, classify_records, load_profile, score_batches, select_match_columns
from flexscout.skipped import SkippedFile

_IS_CANDIDATE = "__is_candidate"  # working column: whether the row is a candidate under either profile

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
    own = (*config.own_files, *([output] if output else []))
    scan = scan_folder(Path(config.input_folder), config.file_pattern, recursive=config.recursive_scan, own=own)
    if output:
        check_output_paths(output)
    log, memory = open_run_log(Path(config.log_file), config.log_level), MemoryWatch(config.memory_limit_gb)
    results: list[ProcessingResult] = []
    parts: list[_ClassifiedTwice] = []
    with log, memory, open_table_cache(config.cache_folder, hash_reading_code(), reuse=config.reuse) as cache:
        batches = chain(ingestor.ingest(scan.sources, cache), [scan.unreadable])
        for part in score_batches(batches, first, config.duplicate_fields, listeners):
            results += part.results
            parts += _classify_twice(part.results, criteria, config)
        changes = _rank_and_compare(parts, criteria, config)
        logger.info("%s and %s compared", a, b, extra={"event": "comparison_finished", "data": changes.counts})
    profiles = (criteria[0].profile, criteria[1].profile)
    by_name = tuple(sorted(results, key=lambda result: result.record.source.name))
    return ProfileComparison((a, b), profiles, config.min_flex_score, changes, by_name, scan.skipped)


@dataclass(frozen=True)
class _ClassifiedTwice:
    """Rows under both profiles.

    Attributes:
        sides: The rows that are candidates under either profile, as A and as B classify them.
        match_rows: The match columns of all rows, with _IS_CANDIDATE.

    """

    sides: tuple[pl.DataFrame, pl.DataFrame]
    match_rows: pl.DataFrame


def _classify_twice(
    results: Iterable[ProcessingResult], criteria: tuple[Criteria, Criteria], config: PipelineConfiguration
) -> list[_ClassifiedTwice]:
    records = [result.record for result in results]
    parts, columns = [], (*config.duplicate_fields, *DETAIL_COLUMNS)
    for a, b in classify_records(records, criteria, config.duplicate_fields):
        is_candidate = (a.frame[STATUS] == RowStatus.CANDIDATE) | (b.frame[STATUS] == RowStatus.CANDIDATE)
        rows = select_match_columns(a.frame, columns).with_columns(is_candidate.alias(_IS_CANDIDATE))
        parts.append(_ClassifiedTwice((a.frame.filter(is_candidate), b.frame.filter(is_candidate)), rows))
    return parts


def _rank_and_compare(
    parts: Sequence[_ClassifiedTwice], criteria: tuple[Criteria, Criteria], config: PipelineConfiguration
) -> RankingChanges:
    """Match the rows once, since matching does not depend on the profile; then rank and compare both sides."""
    rows = pl.concat([part.match_rows for part in parts] or [pl.DataFrame(schema={_IS_CANDIDATE: pl.Boolean})], how="diagonal")
    clusters = match_rows(rows, config, read_decisions(config.decisions_file).decisions) if parts else None
    positions = rows[_IS_CANDIDATE].arg_true().cast(pl.Int64).alias(ROW)
    a, b = (
        rank_candidates([part.sides[side] for part in parts], positions, clusters, one.profile, config)
        for side, one in enumerate(criteria)
    )
    return compare_rankings(a, b, config.min_flex_score)
