"""One side of a comparison: rows as a profile judges them, and the rank of those that it would put on the list."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.aggregation import combine
from flexscout.classification import Profile
from flexscout.config import PipelineConfiguration
from flexscout.model import REASONS, SOURCE_COLUMNS, STATUS, TO_VERIFY, RowStatus
from flexscout.processing import KEY, merged

PROPERTY, RANK = "__property", "__rank"
"""Working columns: what is equal in the rows of one property; its place on the list, from 1, null for rows that are not on it."""

_BETWEEN = "\x1f"  # a separator that no cell holds


@dataclass(frozen=True)
class Ranking:
    """`rows`: those that either profile takes, as `profile` judges them, with PROPERTY and RANK, by file, sheet and row."""

    profile: Profile
    rows: pl.DataFrame

    @property
    def listed(self) -> pl.DataFrame:
        """A row per property on the list."""
        return self.rows.filter(pl.col(RANK).is_not_null())


def ranking(frames: Sequence[pl.DataFrame], profile: Profile, config: PipelineConfiguration) -> Ranking:
    """The rows of all frames, ranked as a run would."""
    rows = combine(frames)
    if not rows.width:
        return Ranking(profile, rows)
    known = rows.sort(SOURCE_COLUMNS).with_columns(_property(config).alias(PROPERTY))
    chosen = known.filter(pl.col(STATUS) == RowStatus.CANDIDATE).drop(STATUS, REASONS, TO_VERIFY)
    ranks = merged(chosen, config).survivors.with_row_index(RANK, offset=1).select(*SOURCE_COLUMNS, pl.col(RANK).cast(pl.Int64))
    return Ranking(profile, known.join(ranks, on=SOURCE_COLUMNS, how="left", maintain_order="left"))


def _property(config: PipelineConfiguration) -> pl.Expr:
    """The key by which rows are duplicates; a row that has none, or is to stay for itself, is known by its place."""
    place = pl.concat_str(*SOURCE_COLUMNS, separator=_BETWEEN)
    return pl.coalesce(KEY, place) if config.enable_deduplication else place
