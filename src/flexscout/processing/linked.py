"""The candidates of all files, one row a property; which rows are one is decided over all properties, candidates or not."""

import polars as pl

from flexscout.aggregation import Deduplicated, deduplicate, unmerged
from flexscout.config import PipelineConfiguration
from flexscout.linkage import Linking, duplicate_groups
from flexscout.model import SOURCE_COLUMNS
from flexscout.processing.classified import KEY, LINKED_COLUMNS, MODIFIED, Classified

_GROUP, _ROW = "__group", "__row"  # working columns: the property that a row is of; where it stands among all rows


def unique_properties(files: Classified, config: PipelineConfiguration) -> Deduplicated:
    """The best candidate of each property and the ledger; every candidate where nothing is to be merged."""
    candidates = files.candidates
    if not (config.enable_deduplication and candidates.width):
        return unmerged(candidates, (KEY, MODIFIED))
    rows = pl.concat([_linkable(candidates), _linkable(files.others)], how="diagonal")
    groups = duplicate_groups(rows, Linking.of(config), rows[KEY])
    numbered = candidates.drop(KEY).with_columns(
        groups.numbers.head(candidates.height).alias(_GROUP), pl.int_range(pl.len()).alias(_ROW)
    )

    def why(kept: pl.DataFrame, removed: pl.DataFrame) -> pl.Series:
        return groups.evidence(kept[_ROW], removed[_ROW], config.duplicate_fields)

    found = deduplicate(numbered, keys=_GROUP, newness=MODIFIED, fields=config.duplicate_fields, why=why)
    return Deduplicated(found.survivors.drop(_ROW), found.ledger)


def _linkable(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(name for name in (*LINKED_COLUMNS, *SOURCE_COLUMNS, KEY) if name in rows.columns)
