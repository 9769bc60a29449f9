"""Rank a replayed run by other criteria, without reading or matching its rows again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import polars as pl
import polars.selectors as cs

from flexscout.config import PipelineConfiguration
from flexscout.domain import ADDRESS_COLUMNS, SOURCE_COLUMNS
from flexscout.insights.replayed_run import AT, ReplayedRun, list_corrections
from flexscout.merging import ROW, KeptRows, MatchedRows, locate_rows
from flexscout.scoring import Criteria, KeptScores, Profile, read_tables

_ID, _OLD, _NEW, _OLD_SCORE, _SCORE = "Property ID", "Old Rank", "Rank", "Old Score", "Flex Score"
_TABLE = "__table"  # working column: the number of a row's table
RERANKED_COLUMNS = ("Property Name", "Property Type", *ADDRESS_COLUMNS, "Building SqFt")
"""Canonical columns of the properties, beside their IDs and scores."""


class Change(StrEnum):
    """What other criteria change about the place of a property on the list."""

    NEW = "new"
    GONE = "gone"
    UP = "up"
    DOWN = "down"
    SAME = "same"


_CONDITIONS = {
    Change.NEW: pl.col(_OLD).is_null(),
    Change.GONE: pl.col(_NEW).is_null(),
    Change.UP: pl.col(_NEW) < pl.col(_OLD),
    Change.DOWN: pl.col(_NEW) > pl.col(_OLD),
    Change.SAME: pl.col(_NEW) == pl.col(_OLD),
}


@dataclass(frozen=True)
class Reranking:
    """The list as other criteria would have it.

    Attributes:
        old: The list of the run: `Property ID`, `Flex Score` and the columns that were asked for, best first.
        listed: The list by the other criteria, likewise.
        moves: `Property ID`, `Old Rank` and `Rank` of each property that is on either list; null where it isn't.
        row_scores: The scores of all rows by the old and by the other criteria, by ROW, or None if they aren't known.

    """

    old: pl.DataFrame
    listed: pl.DataFrame
    moves: pl.DataFrame
    row_scores: tuple[pl.Series, pl.Series] | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many properties there are of each Change."""
        counted = self.moves.select(condition.fill_null(value=False).sum().alias(name) for name, condition in _CONDITIONS.items())
        return counted.row(0, named=True)

    def list_best(self, count: int) -> pl.DataFrame:
        """Return the first properties of the new list, with the columns of `list_changed`."""
        return self._describe(self.moves.filter(pl.col(_NEW) <= count).sort(_NEW))

    def list_changed(self, changes: Sequence[Change], count: int) -> pl.DataFrame:
        """Return properties with one of some changes: the columns of `moves`, `Old Score`, and the columns of the list.

        A property that is on one list only has the score of its row for the other one, if its record has no other.

        Args:
            changes: The changes.
            count: At most this many: those that move furthest, or else those with the best ranks.

        """
        distance = (pl.col(_OLD) - pl.col(_NEW)).abs()
        found = self.moves.filter(pl.any_horizontal(_CONDITIONS[change].fill_null(value=False) for change in changes))
        return self._describe(found.sort(distance, _NEW, _OLD, descending=[True, False, False], nulls_last=True).head(count))

    def _describe(self, moves: pl.DataFrame) -> pl.DataFrame:
        """Add the scores, and what the newer list shows of each property."""
        if not moves.height:
            return moves
        old, new = (frame.filter(pl.col(_ID).is_in(moves[_ID].implode())) for frame in (self.old, self.listed))
        described = pl.concat([new, old.with_columns(pl.lit(None, pl.Float64).alias(_SCORE))], how="diagonal_relaxed")
        scores = old.select(_ID, pl.col(_SCORE).alias(_OLD_SCORE))
        shown = described.unique(_ID, keep="first", maintain_order=True)
        joined = moves.join(scores, on=_ID, how="left", maintain_order="left").join(
            shown, on=_ID, how="left", maintain_order="left"
        )
        if self.row_scores is None or ROW not in joined.columns:
            return joined
        before, after = (pl.lit(series.gather(joined[ROW])) for series in self.row_scores)
        old_score, score = pl.col(_OLD_SCORE), pl.col(_SCORE)
        return joined.with_columns(
            pl.when(old_score.is_null() & (score == after)).then(before).otherwise(old_score).alias(_OLD_SCORE),
            pl.when(score.is_null() & (old_score == before)).then(after).otherwise(score).alias(_SCORE),
        )


def rerank(
    past: ReplayedRun,
    *,
    profile: str | Profile | None = None,
    min_score: float | None = None,
    where: str | None = None,
    columns: Sequence[str] = RERANKED_COLUMNS,
) -> Reranking:
    """Rank the properties of a replayed run by other criteria; what isn't given is as in the run.

    Args:
        past: The replayed run.
        profile: A profile, or the name or file of one.
        min_score: Minimum score of a candidate, 0-10.
        where: Condition that a property on the list must meet; empty for none.
        columns: Canonical columns that the list has beside IDs and scores.

    Raises:
        ConfigurationError: The profile or the condition has an error.

    """
    criteria = _change_criteria(past, profile, min_score, where)
    wanted = cs.by_name(_ID, ROW, _SCORE, *columns, require_all=False)
    old = past.ranking.survivors.select(wanted)
    if not past.rows.width:
        return Reranking(old, old, list_moves(old, old))
    kept_scores, kept_rows, before = past.keep(_Kept).get(past)
    scores = kept_scores.score(criteria, criteria.where.columns if criteria.where else ())
    listed = kept_rows.rank(scores, criteria, columns).select(wanted)
    return Reranking(old, listed, list_moves(old, listed), (before, scores[_SCORE]))


def _change_criteria(past: ReplayedRun, profile: str | Profile | None, min_score: float | None, where: str | None) -> Criteria:
    # The file of the run's own profile may be gone or changed, so it isn't read again.
    named = profile if isinstance(profile, str) else PipelineConfiguration.model_fields["profile"].default
    given = {"profile": named, "min_flex_score": min_score, "where": where}
    changes = {name: value for name, value in given.items() if value is not None}
    values = {name: getattr(past.config, name) for name in past.config.model_fields_set} | changes
    criteria = replace(Criteria.from_config(PipelineConfiguration(**values)), as_of=past.criteria.as_of)
    return criteria if isinstance(profile, str) else replace(criteria, profile=profile or past.criteria.profile)


class _Kept:
    """What rankings of a replay share, prepared once."""

    def __init__(self) -> None:
        self._made: tuple[KeptScores, KeptRows, pl.Series] | None = None

    def get(self, past: ReplayedRun) -> tuple[KeptScores, KeptRows, pl.Series]:
        """Return the rows to score, the rows to rank, and the scores of all rows in the run."""
        if self._made is None:
            scores, rows = _prepare(past)
            self._made = scores, rows, scores.score(past.criteria)[_SCORE]
        return self._made


def _prepare(past: ReplayedRun) -> tuple[KeptScores, KeptRows]:
    given, tables, table_columns = read_tables(result.record for result in past.files.results if result.success)
    order = past.rows.select(*SOURCE_COLUMNS, pl.col(AT).alias(ROW))
    rows = given.with_columns(tables.alias(_TABLE)).join(order, on=SOURCE_COLUMNS).sort(ROW)
    matched = prepare_matched(past, rows.drop(_TABLE))
    return KeptScores(rows.drop(_TABLE), rows[_TABLE], table_columns), KeptRows(matched, past.config)


def prepare_matched(past: ReplayedRun, rows: pl.DataFrame) -> MatchedRows:
    """Return some rows of a replay as the candidates among its matched rows, and none that are rejected."""
    located, corrections = locate_rows(past.rows.sort(AT), past.clusters), list_corrections(past.record)
    return MatchedRows(
        rows, rows.clear(), past.clusters, located, past.ranking.snapshots, past.files.tables, lambda _: corrections
    )


def list_moves(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return `Property ID`, `Old Rank` and `Rank` of each property that is on either list, see `Reranking`."""
    sides = [
        frame.select(_ID).with_row_index(name, offset=1).cast({name: pl.Int64}) if _ID in frame.columns else _no_ranks(name)
        for frame, name in ((old, _OLD), (new, _NEW))
    ]
    return sides[0].join(sides[1], on=_ID, how="full", coalesce=True).select(_ID, _OLD, _NEW)


def _no_ranks(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema={name: pl.Int64, _ID: pl.String})
