"""One row a property; which rows are one is decided over all properties, candidates or not."""

from dataclasses import dataclass, field, replace
from functools import partial

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import POSTAL_COLUMNS, SOURCE_COLUMNS, order_columns
from flexscout.matching import Clusters, MatchSettings, assign_property_ids, find_clusters
from flexscout.merging.fill import Rescore, rescore_rows
from flexscout.merging.survivors import MergeResult, deduplicate, keep_all_rows
from flexscout.scoring import MISSING_FIELDS, MODIFIED, ClassifiedFiles, Criteria, select_match_columns

_ABOUT = ("Property Name", *POSTAL_COLUMNS, "APN", "Building SqFt", "Flex Score")
POSSIBLE_SCHEMA = {
    "Match Score": pl.Float64,
    "Nearly Sure": pl.Boolean,
    "Evidence": pl.String,
    "Property ID": pl.String,
    "Other Property ID": pl.String,
}
"""What is there in any case: score 0-1, whether `close_matches: merge` would merge the pair, why, and the two properties."""


def find_possible_duplicates(groups: Clusters, survivors: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """A row per pair of survivors, the surest first; columns of the second begin with `Other`.

    `survivors`: in their order, with `Property ID`; `rows`: where each stands among the rows that were grouped.
    """
    pairs = _pairs(groups, rows)
    about = survivors.select("Property ID", *(name for name in (*_ABOUT, *SOURCE_COLUMNS) if name in survivors.columns))
    sides = [about[pairs["first"]], about[pairs["second"]].rename(lambda name: f"Other {name}")]
    told = pairs.select(pl.col("Score").alias("Match Score"), pl.col("sure").alias("Nearly Sure"), "Evidence")
    names = [name for column in about.columns for name in (column, f"Other {column}")]
    return pl.concat([told, *sides], how="horizontal").select(*told.columns, *names)


def _pairs(groups: Clusters, rows: pl.Series) -> pl.DataFrame:
    """`first` and `second` survivor of each close match that was not merged, with the best of what links the two."""
    open_links = groups.match_pairs.filter(~pl.col("merge"))
    at = pl.DataFrame({"group": groups.cluster_ids.gather(rows), "at": pl.int_range(rows.len(), eager=True)})
    ends_of = [pl.DataFrame({"group": groups.cluster_ids.gather(open_links[side])}) for side in ("left", "right")]
    left, right = (end.join(at, on="group", how="left", maintain_order="left")["at"] for end in ends_of)
    ends = open_links.select(
        pl.min_horizontal(left, right).alias("first"), pl.max_horizontal(left, right).alias("second"), "Score", "sure", "Evidence"
    ).filter(left.is_not_null() & right.is_not_null() & (left != right))
    best_first = ends.sort("Score", "first", "second", "Evidence", descending=[True, False, False, False])
    return best_first.unique(["first", "second"], keep="first", maintain_order=True)


ROW = "__row"
"""Working column: where a row stands among all that were linked."""

_GROUP = "__group"  # working column: the property that a row is of


@dataclass(frozen=True)
class UniqueProperties:
    """What is left of all candidates.

    `master`: a row per property, best first, with canonical columns, LINK_COLUMNS and POSITION; `merge_log`: per removed row;
    `possible_duplicates`: pairs of properties that may be one.
    """

    master: pl.DataFrame
    merge_log: pl.DataFrame
    possible_duplicates: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=POSSIBLE_SCHEMA))


@dataclass(frozen=True)
class RankedProperties:
    """As Unique, and why.

    `survivors`: a row per property, best first, with canonical columns, LINK_COLUMNS and ROW, its place among the candidates;
    `groups`: which rows are one property, of the candidates first and then the others, None if there are none.
    """

    survivors: pl.DataFrame
    merge_log: pl.DataFrame
    possible_duplicates: pl.DataFrame
    clusters: Clusters | None


def find_unique_properties(files: ClassifiedFiles, config: PipelineConfiguration, criteria: Criteria) -> UniqueProperties:
    """The best candidate of each property, the merge log, and what may be one; every candidate where nothing is to be merged.

    Its rows lack the columns that pass through, which `with_other_columns` reads from the tables.
    """
    found = rank_properties(files, config, criteria)
    return UniqueProperties(found.survivors.drop(ROW, strict=False), found.merge_log, found.possible_duplicates)


def rank_properties(files: ClassifiedFiles, config: PipelineConfiguration, criteria: Criteria) -> RankedProperties:
    """The same with the groups of all rows."""
    if not files.shelved_candidates.columns:
        nothing = keep_all_rows(files.candidates, ())
        return RankedProperties(
            nothing.survivors, add_property_ids(nothing.merge_log, _NO_IDS), pl.DataFrame(schema=POSSIBLE_SCHEMA), None
        )
    groups = match_rows(_linkable_rows(files, config), config)
    judge = partial(rescore_rows, criteria=criteria) if config.fill_from_duplicates else None
    found = merge_matches(files.candidates.with_columns(pl.int_range(pl.len()).alias(ROW)), groups, config, judge)
    survivors = _named(found.survivors, groups)
    possible = find_possible_duplicates(groups, survivors, survivors[ROW])
    return RankedProperties(survivors, add_property_ids(found.merge_log, survivors), possible, groups)


def _linkable_rows(files: ClassifiedFiles, config: PipelineConfiguration) -> pl.DataFrame:
    """Those of the candidates, then those of the others."""
    return pl.concat([select_match_columns(part, config.duplicate_fields) for part in files.shelves], how="diagonal")


_NO_IDS = pl.DataFrame(schema={"Duplicate Group": pl.Int64, "Property ID": pl.String})


def add_property_ids(merge_log: pl.DataFrame, survivors: pl.DataFrame) -> pl.DataFrame:
    """The merge log with the ID of each group's property."""
    ids = survivors.select(_NO_IDS.columns).drop_nulls()
    named = merge_log.join(ids, on="Duplicate Group", how="left", maintain_order="left")
    return named.select(*_NO_IDS.columns, pl.exclude(_NO_IDS.columns))


def match_rows(rows: pl.DataFrame, config: PipelineConfiguration) -> Clusters:
    """Which of the linkable rows are one property."""
    how = MatchSettings.from_config(config)
    return find_clusters(rows, how if config.enable_deduplication else replace(how, close_matches="off"), rows[MISSING_FIELDS])


def merge_matches(
    candidates: pl.DataFrame, groups: Clusters, config: PipelineConfiguration, judge: Rescore | None = None
) -> MergeResult:
    """A row per group, best first, of candidates with LACKING, MODIFIED and ROW, which stays; all if none is to be merged.

    `judge`: if blanks of a row are to be filled from those that are merged into it, scores it anew.
    """
    if not config.enable_deduplication:
        return keep_all_rows(candidates, (MISSING_FIELDS, MODIFIED))

    def describe_matches(kept: pl.DataFrame, removed: pl.DataFrame) -> pl.DataFrame:
        return groups.describe_matches(kept[ROW], removed[ROW])

    numbered = candidates.drop(MISSING_FIELDS).with_columns(groups.cluster_ids.gather(candidates[ROW]).alias(_GROUP))
    return deduplicate(numbered, key=_GROUP, newness=MODIFIED, describe_matches=describe_matches, rescore=judge)


def _named(survivors: pl.DataFrame, groups: Clusters) -> pl.DataFrame:
    """The survivors with their IDs."""
    ids = assign_property_ids(groups.identity_keys.gather(survivors[ROW]), survivors)
    named = survivors.with_columns(ids)
    return named.select(order_columns(named.columns))
