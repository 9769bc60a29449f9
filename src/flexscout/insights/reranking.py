"""Rank a replayed run by other criteria, without reading or matching its rows again."""

from dataclasses import dataclass, replace

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import REASONS, SOURCE_COLUMNS, STATUS, TO_VERIFY, combine_tables
from flexscout.insights.replayed_run import AT, ReplayedRun, list_corrections
from flexscout.merging import REJECTED_COLUMNS, ROW, MatchedRows, locate_rows, merge_rows
from flexscout.models import RowStatus
from flexscout.scoring import Criteria, Profile, classify_records

_ID, _OLD, _NEW = "Property ID", "Old Rank", "Rank"


@dataclass(frozen=True)
class Reranking:
    """The list as other criteria would have it.

    Attributes:
        listed: The properties, best first, with canonical columns, points and their Property ID.
        moves: `Property ID`, `Old Rank` and `Rank` of each property that is on either list; null where it isn't.

    """

    listed: pl.DataFrame
    moves: pl.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many properties are new, gone, moved up, moved down and where they were."""
        old, new = pl.col(_OLD), pl.col(_NEW)
        conditions = {
            "new": old.is_null(), "gone": new.is_null(), "up": new < old, "down": new > old, "same": new == old,
        }  # fmt: skip
        return self.moves.select(one.fill_null(value=False).sum().alias(name) for name, one in conditions.items()).row(
            0, named=True
        )


def rerank(
    past: ReplayedRun, *, profile: str | None = None, min_score: float | None = None, where: str | None = None
) -> Reranking:
    """Rank the properties of a replayed run by other criteria; what isn't given is as in the run.

    Args:
        past: The replayed run.
        profile: Name or file of a profile.
        min_score: Minimum score of a candidate, 0-10.
        where: Condition that a property on the list must meet.

    Raises:
        ConfigurationError: The profile or the condition has an error.

    """
    given = {"profile": profile, "min_flex_score": min_score, "where": where}
    changes = {name: value for name, value in given.items() if value is not None}
    values = {name: getattr(past.config, name) for name in past.config.model_fields_set} | changes
    config = PipelineConfiguration(**values)
    criteria = replace(Criteria.from_config(config), as_of=past.criteria.as_of)
    if profile is None:
        criteria = replace(criteria, profile=past.criteria.profile)
    if (criteria.profile, criteria.min_flex_score) == _scored_by(past) and past.criteria.where is None:
        # The condition is about the properties on the list, so nothing else changes.
        return _filter(past, criteria)
    candidates, rejected = _classify(past, criteria)
    if candidates.is_empty():
        listed = past.ranking.survivors.clear()
    else:
        located = past.keep(_Located).find(past)
        corrections = list_corrections(past.record)
        matched = MatchedRows(
            candidates, rejected, past.clusters, located, past.ranking.snapshots, past.files.tables, lambda _: corrections
        )
        listed = merge_rows(matched, config, criteria).survivors
    return Reranking(listed, list_moves(past.ranking.survivors, listed))


def _scored_by(past: ReplayedRun) -> tuple[Profile, float]:
    return past.criteria.profile, past.criteria.min_flex_score


def _filter(past: ReplayedRun, criteria: Criteria) -> Reranking:
    survivors = past.ranking.survivors
    outcome = (pl.lit(str(RowStatus.CANDIDATE)).alias(STATUS), pl.lit("").alias(REASONS), pl.lit(value=False).alias(TO_VERIFY))
    if not survivors.width:
        return Reranking(survivors, list_moves(survivors, survivors))
    filtered = criteria.filter_properties(survivors.with_columns(outcome)).frame
    listed = filtered.filter(pl.col(STATUS) == RowStatus.CANDIDATE).drop(STATUS, REASONS, TO_VERIFY)
    return Reranking(listed, list_moves(survivors, listed))


class _Located:
    """Where each row of a replay is, found once."""

    def __init__(self) -> None:
        self._located: pl.DataFrame | None = None

    def find(self, past: ReplayedRun) -> pl.DataFrame:
        """Return `file`, `number` and `cluster` of every row."""
        if self._located is None:
            self._located = locate_rows(past.rows.sort(AT), past.clusters)
        return self._located


class _Tables(dict[str, pl.DataFrame]):
    """All rows of a replay as its profile classifies them, and as other profiles do."""


def _classify(past: ReplayedRun, criteria: Criteria) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the candidates and the rejected rows, with the ROW that they have in the replay."""
    kept = past.keep(_Tables)
    key = repr((criteria.profile, criteria.min_flex_score, criteria.where_rows))
    if key not in kept:
        kept.clear()
        records = [result.record for result in past.files.results if result.success]
        parts = classify_records(records, (criteria,), past.config.duplicate_fields)
        rows = combine_tables(part.frame for (part,) in parts)
        places = past.rows.select(*SOURCE_COLUMNS, pl.col(AT).alias(ROW))
        kept[key] = rows.join(places, on=SOURCE_COLUMNS, how="inner").sort(ROW)
    rows = kept[key]
    is_candidate = pl.col(STATUS) == RowStatus.CANDIDATE
    candidates = rows.filter(is_candidate).drop(STATUS, REASONS, TO_VERIFY)
    return candidates, rows.filter(~is_candidate).select(*REJECTED_COLUMNS, ROW)


def list_moves(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return `Property ID`, `Old Rank` and `Rank` of each property that is on either list, see `Reranking`."""
    sides = [
        frame.select(_ID).with_row_index(name, offset=1).cast({name: pl.Int64}) if _ID in frame.columns else _no_ranks(name)
        for frame, name in ((old, _OLD), (new, _NEW))
    ]
    return sides[0].join(sides[1], on=_ID, how="full", coalesce=True).select(_ID, _OLD, _NEW)


def _no_ranks(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema={name: pl.Int64, _ID: pl.String})
