"""The way of a comparison: the folder is read once, its rows are judged by two profiles, two rankings become their changes."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import STATUS
from flexscout.ingest import FileIngestor, scan_folder
from flexscout.insights.ranking_changes import RankingChanges, compare_rankings, rank_candidates
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

_KEPT = "__kept"  # working column: whether either profile takes the row

logger = logging.getLogger("flexscout.insights")


@dataclass(frozen=True)
class Part:
    """Some rows. `sides`: those that either profile takes, as A and B judge them; `told`: what links them, of all, with _KEPT."""

    sides: tuple[pl.DataFrame, pl.DataFrame]
    told: pl.DataFrame


@dataclass(frozen=True)
class ProfileComparison:
    """How a ranking changes from profile A to profile B.

    `names`: of A and B, as they were given; `profiles`: A and B; `min_flex_score`: least score of a candidate, of both;
    `changes`: who enters, leaves and moves; `results`: one a file, by A; `skipped`: files that were not read.
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
        """0 all fine, 1 some file failed."""
        return 0 if all(result.success for result in self.results) else 1


def compare_profiles(
    a: str, b: str, config: PipelineConfiguration, *, output: Path | None = None, progress: Progress | None = None
) -> ProfileComparison:
    """Rank a folder by two profiles, each a name or a file; all else is that of `config`, as in a run.

    `output`: where the comparison will be written, which is no input; `progress`: told of each file, with what A finds in it.
    Raises ConfigurationError for a profile that won't do, NothingToReadError if there is nothing to read, OutputError
    if nothing can be written at `output`.
    """
    settings = config.model_copy(update={"profile": a})
    first = Criteria.from_config(settings)
    criteria = (first, replace(first, profile=load_profile(b)))
    listeners = ProgressGroup(
        FileResultLog(), progress or NoProgress(), LoggedProgress(config.batch_size, config.progress_interval)
    )
    ingestor = FileIngestor.for_criteria(settings, first.profile.eligibility, progress=listeners)
    own = (*config.own_files, *([output] if output else []))
    found = scan_folder(Path(config.input_folder), config.file_pattern, recursive=config.recursive_scan, own=own)
    if output:
        check_output_paths(output)
    log, memory = open_run_log(Path(config.log_file), config.log_level), MemoryWatch(config.memory_limit_gb)
    results: list[ProcessingResult] = []
    parts: list[Part] = []
    with log, memory, open_table_cache(config.cache_folder, hash_reading_code(), reuse=config.reuse) as tables:
        batches = chain(ingestor.ingest(found.sources, tables), [found.unreadable])
        for part in score_batches(batches, first, config.duplicate_fields, listeners):
            results += part.results
            parts += _kept(part.results, criteria, config)
        found_changes = _changes(parts, criteria, config)
        logger.info("%s and %s compared", a, b, extra={"event": "comparison_finished", "data": found_changes.counts})
    profiles = (criteria[0].profile, criteria[1].profile)
    in_order = tuple(sorted(results, key=lambda result: result.record.source.name))
    return ProfileComparison((a, b), profiles, config.min_flex_score, found_changes, in_order, found.skipped)


def _kept(results: Iterable[ProcessingResult], criteria: tuple[Criteria, Criteria], config: PipelineConfiguration) -> list[Part]:
    """The rows that one of the criteria takes, as each of them judges these; of the others what tells which property they are."""
    records = [result.record for result in results]
    both = [(a.frame, b.frame) for a, b in classify_records(records, criteria, config.duplicate_fields)]
    return [
        Part(
            (a.filter(either), b.filter(either)),
            select_match_columns(a, config.duplicate_fields).with_columns(either.alias(_KEPT)),
        )
        for a, b in both
        for either in [_is_candidate(a) | _is_candidate(b)]
    ]


def _is_candidate(frame: pl.DataFrame) -> pl.Series:
    return frame[STATUS] == RowStatus.CANDIDATE


def _changes(parts: Iterable[Part], criteria: tuple[Criteria, Criteria], config: PipelineConfiguration) -> RankingChanges:
    """Rows are linked once, over all that were judged: what is one property is so by any profile."""
    some = list(parts)
    rows = pl.concat([part.told for part in some] or [pl.DataFrame(schema={_KEPT: pl.Boolean})], how="diagonal")
    groups = match_rows(rows, config) if some else None
    positions = rows[_KEPT].arg_true().cast(pl.Int64).alias(ROW)
    a, b = (
        rank_candidates([part.sides[side] for part in some], positions, groups, one.profile, config)
        for side, one in enumerate(criteria)
    )
    return compare_rankings(a, b, config.min_flex_score)
