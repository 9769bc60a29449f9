"""One row a property; which rows are one is decided over all properties, candidates or not."""

import polars as pl

from flexscout.aggregation import Deduplicated, deduplicate, unmerged
from flexscout.config import PipelineConfiguration
from flexscout.linkage import Groups, Linking, duplicate_groups
from flexscout.processing.classified import LACKING, MODIFIED, Classified, linkable

ROW = "__row"
"""Working column: where a row stands among all that were linked."""

_GROUP = "__group"  # working column: the property that a row is of


def unique_properties(files: Classified, config: PipelineConfiguration) -> Deduplicated:
    """The best candidate of each property and the ledger; every candidate where nothing is to be merged."""
    candidates = files.candidates
    if not candidates.width:
        return unmerged(candidates, ())
    rows = [linkable(part, config.duplicate_fields) for part in (candidates, files.others)]
    groups = linked(pl.concat(rows, how="diagonal"), config)
    return merged(candidates.with_columns(pl.int_range(pl.len()).alias(ROW)), groups, config)


def linked(rows: pl.DataFrame, config: PipelineConfiguration) -> Groups | None:
    """Which of the linkable rows are one property; None if the settings want no deduplication."""
    return duplicate_groups(rows, Linking.of(config), rows[LACKING]) if config.enable_deduplication else None


def merged(candidates: pl.DataFrame, groups: Groups | None, config: PipelineConfiguration) -> Deduplicated:
    """A row per group, best first, of candidates with LACKING, MODIFIED and ROW; every row if there are no groups."""
    if groups is None:
        return unmerged(candidates, (LACKING, MODIFIED, ROW))

    def why(kept: pl.DataFrame, removed: pl.DataFrame) -> pl.Series:
        return groups.evidence(kept[ROW], removed[ROW], config.duplicate_fields)

    numbered = candidates.drop(LACKING).with_columns(groups.numbers.gather(candidates[ROW]).alias(_GROUP))
    found = deduplicate(numbered, keys=_GROUP, newness=MODIFIED, fields=config.duplicate_fields, why=why)
    return Deduplicated(found.survivors.drop(ROW), found.ledger)
