"""Which rows of a frame are one property, and which of them stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout.aggregation import Deduplicated, deduplicate
from flexscout.analysis.known import POSITION, known_columns
from flexscout.linkage import Groups, Linking, duplicate_groups
from flexscout.model import SOURCE_COLUMNS

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration

_NO_SCORE = float("-inf")  # below every score, so that a scored row survives one without


def grouped(frame: Any, config: PipelineConfiguration) -> Groups:
    """Which rows of a frame are one property."""
    return duplicate_groups(known_columns(frame), Linking.of(config))


def merged(frame: Any, config: PipelineConfiguration, groups: Groups | None = None) -> Deduplicated:
    """Survivors, best first, and ledger, over the columns that are known; `groups`: which rows are one, if that is known.

    A survivor's POSITION, and the ledger's `Kept Row` and `Removed Row`, are positions in the frame.
    """
    known = known_columns(frame)
    found_groups = groups or duplicate_groups(known, Linking.of(config))
    absent = [name for name in ("Flex Score", *SOURCE_COLUMNS) if name not in known.columns]
    ready = known.with_columns(
        pl.lit(None, pl.Float64 if name == "Flex Score" else pl.String).alias(name) for name in absent
    ).with_columns(
        pl.col("Flex Score").fill_null(_NO_SCORE),
        found_groups.numbers.alias("__key"),
        pl.col(POSITION).alias("Source Row"),
        (-pl.col(POSITION)).alias("__newness"),  # the first row of equals stays
    )

    def why(kept: pl.DataFrame, removed: pl.DataFrame) -> pl.DataFrame:
        return found_groups.evidence(kept[POSITION], removed[POSITION])

    found = deduplicate(ready, keys="__key", newness="__newness", why=why)
    ledger = found.ledger.with_columns(pl.col("Kept Score", "Removed Score").replace(_NO_SCORE, None))
    return Deduplicated(found.survivors, ledger)
