"""One row a property; which rows are one is decided over all properties, candidates or not."""

from dataclasses import dataclass, field, replace
from functools import partial

import polars as pl

from flexscout.aggregation import Deduplicated, Judge, column_order, deduplicate, unmerged
from flexscout.classification import Criteria
from flexscout.config import PipelineConfiguration
from flexscout.linkage import Groups, Linking, duplicate_groups, property_ids
from flexscout.processing.classified import LACKING, MODIFIED, Classified, linkable
from flexscout.processing.possible import POSSIBLE_SCHEMA, possible_duplicates
from flexscout.processing.rejudged import judged_again

ROW = "__row"
"""Working column: where a row stands among all that were linked."""

_GROUP = "__group"  # working column: the property that a row is of


@dataclass(frozen=True)
class Unique:
    """What is left of all candidates.

    `master`: a row per property, best first, with canonical columns, LINK_COLUMNS and POSITION; `ledger`: a row per removed row;
    `possible`: pairs of properties that may be one.
    """

    master: pl.DataFrame
    ledger: pl.DataFrame
    possible: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=POSSIBLE_SCHEMA))


@dataclass(frozen=True)
class Ranked:
    """As Unique, and why.

    `survivors`: a row per property, best first, with canonical columns, LINK_COLUMNS and ROW, its place among the candidates;
    `groups`: which rows are one property, of the candidates first and then the others, None if there are none.
    """

    survivors: pl.DataFrame
    ledger: pl.DataFrame
    possible: pl.DataFrame
    groups: Groups | None


def unique_properties(files: Classified, config: PipelineConfiguration, criteria: Criteria) -> Unique:
    """The best candidate of each property, the ledger, and what may be one; every candidate where nothing is to be merged.

    Its rows lack the columns that pass through, which `with_other_columns` reads from the tables.
    """
    found = ranked(files, config, criteria)
    return Unique(found.survivors.drop(ROW, strict=False), found.ledger, found.possible)


def ranked(files: Classified, config: PipelineConfiguration, criteria: Criteria) -> Ranked:
    """The same with the groups of all rows."""
    if not files.shelved_candidates.columns:
        nothing = unmerged(files.candidates, ())
        return Ranked(nothing.survivors, with_ids(nothing.ledger, _NO_IDS), pl.DataFrame(schema=POSSIBLE_SCHEMA), None)
    groups = linked(_linkable_rows(files, config), config)
    judge = partial(judged_again, criteria=criteria) if config.fill_from_duplicates else None
    found = merged(files.candidates.with_columns(pl.int_range(pl.len()).alias(ROW)), groups, config, judge)
    survivors = _named(found.survivors, groups)
    possible = possible_duplicates(groups, survivors, survivors[ROW])
    return Ranked(survivors, with_ids(found.ledger, survivors), possible, groups)


def _linkable_rows(files: Classified, config: PipelineConfiguration) -> pl.DataFrame:
    """Those of the candidates, then those of the others."""
    return pl.concat([linkable(part, config.duplicate_fields) for part in files.shelves], how="diagonal")


_NO_IDS = pl.DataFrame(schema={"Duplicate Group": pl.Int64, "Property ID": pl.String})


def with_ids(ledger: pl.DataFrame, survivors: pl.DataFrame) -> pl.DataFrame:
    """The ledger with the ID of each group's property."""
    ids = survivors.select(_NO_IDS.columns).drop_nulls()
    named = ledger.join(ids, on="Duplicate Group", how="left", maintain_order="left")
    return named.select(*_NO_IDS.columns, pl.exclude(_NO_IDS.columns))


def linked(rows: pl.DataFrame, config: PipelineConfiguration) -> Groups:
    """Which of the linkable rows are one property."""
    how = Linking.of(config)
    return duplicate_groups(rows, how if config.enable_deduplication else replace(how, close_matches="off"), rows[LACKING])


def merged(candidates: pl.DataFrame, groups: Groups, config: PipelineConfiguration, judge: Judge | None = None) -> Deduplicated:
    """A row per group, best first, of candidates with LACKING, MODIFIED and ROW, which stays; all if none is to be merged.

    `judge`: if blanks of a row are to be filled from those that are merged into it, scores it anew.
    """
    if not config.enable_deduplication:
        return unmerged(candidates, (LACKING, MODIFIED))

    def why(kept: pl.DataFrame, removed: pl.DataFrame) -> pl.DataFrame:
        return groups.evidence(kept[ROW], removed[ROW])

    numbered = candidates.drop(LACKING).with_columns(groups.numbers.gather(candidates[ROW]).alias(_GROUP))
    return deduplicate(numbered, keys=_GROUP, newness=MODIFIED, why=why, judge=judge)


def _named(survivors: pl.DataFrame, groups: Groups) -> pl.DataFrame:
    """The survivors with their IDs."""
    ids = property_ids(groups.identities.gather(survivors[ROW]), survivors)
    named = survivors.with_columns(ids)
    return named.select(column_order(named.columns))
