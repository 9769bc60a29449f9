"""One side of a comparison: rows as a profile judges them, and the rank of those that it would put on the list."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.aggregation import combine
from flexscout.classification import Profile
from flexscout.config import PipelineConfiguration
from flexscout.linkage import Groups
from flexscout.model import REASONS, SOURCE_COLUMNS, STATUS, TO_VERIFY, RowStatus
from flexscout.processing import ROW, merged

PROPERTY, RANK = "__property", "__rank"
"""Working columns: what is equal in the rows of one property; its place on the list, from 1, null for rows that are not on it."""


@dataclass(frozen=True)
class Ranking:
    """`rows`: those that either profile takes, as `profile` judges them, with PROPERTY and RANK, by file, sheet and row."""

    profile: Profile
    rows: pl.DataFrame

    @property
    def listed(self) -> pl.DataFrame:
        """A row per property on the list."""
        return self.rows.filter(pl.col(RANK).is_not_null())


def ranking(
    frames: Sequence[pl.DataFrame], positions: pl.Series, groups: Groups | None, profile: Profile, config: PipelineConfiguration
) -> Ranking:
    """The rows of all frames, ranked as a run would; `positions`: where each stands among the rows that `groups` are of."""
    rows = combine(frames)
    if groups is None or not rows.width:
        return Ranking(profile, rows)
    # Where nothing is merged, each row is for itself.
    own = groups.numbers.gather(positions) if config.enable_deduplication else positions
    known = rows.with_columns(positions.alias(ROW), own.alias(PROPERTY)).sort(SOURCE_COLUMNS)
    chosen = known.filter(pl.col(STATUS) == RowStatus.CANDIDATE).drop(STATUS, REASONS, TO_VERIFY)
    survivors = merged(chosen, groups, config).survivors
    ranks = survivors.with_row_index(RANK, offset=1).select(*SOURCE_COLUMNS, pl.col(RANK).cast(pl.Int64))
    return Ranking(profile, known.join(ranks, on=SOURCE_COLUMNS, how="left", maintain_order="left"))
