"""Turn classified rows into one record per property.

Matching looks at all rows, candidates or not, because two candidates can be connected through a row that is not one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import POSTAL_COLUMNS, SOURCE_COLUMNS, order_columns
from flexscout.matching import (
    DECIDED,
    DECISION,
    DETAIL_COLUMNS,
    Clusters,
    Decision,
    DecisionKind,
    MatchSettings,
    assign_property_ids,
    find_clusters,
)
from flexscout.merging.fill import Rescore, rescore_rows
from flexscout.merging.survivors import MergeResult, deduplicate, keep_all_rows
from flexscout.scoring import MISSING_FIELDS, MODIFIED, ClassifiedFiles, Criteria, select_match_columns

POSSIBLE_SCHEMA = {
    "Match Score": pl.Float64,
    "Nearly Sure": pl.Boolean,
    "Evidence": pl.String,
    "Property ID": pl.String,
    "Other Property ID": pl.String,
    DECISION: pl.String,
    DECIDED: pl.String,
}
"""Columns that possible duplicates always have.

`Match Score` is 0-1; `Nearly Sure` tells whether `close_matches: merge` would merge the pair. `Decision` is the user's answer,
`Decided` the answer with its author.
"""

ROW = "__row"
"""Working column: the position of a row among all matched rows."""

_CLUSTER = "__group"  # working column: the cluster of a row
_PROPERTY_COLUMNS = ("Property Name", "Address", "Unit", *POSTAL_COLUMNS[1:], "APN", "Building SqFt", "Flex Score")
_NO_IDS = pl.DataFrame(schema={"Duplicate Group": pl.Int64, "Property ID": pl.String})


def _no_possible_duplicates() -> pl.DataFrame:
    return pl.DataFrame(schema=POSSIBLE_SCHEMA)


@dataclass(frozen=True)
class MergedProperties:
    """The properties on the list, and what was merged into them.

    Attributes:
        survivors: One row per property in list order, with canonical columns, `LINK_COLUMNS`, `POSITION` and, where rows were
            matched, `ROW`.
        merge_log: One row per removed row, with the ID of its property.
        possible_duplicates: One row per pair of properties that may be the same, surest first.
        contradictions: Sentences about decisions of the user that contradict others.

    """

    survivors: pl.DataFrame
    merge_log: pl.DataFrame
    possible_duplicates: pl.DataFrame = field(default_factory=_no_possible_duplicates)
    contradictions: tuple[str, ...] = ()

    @property
    def master(self) -> pl.DataFrame:
        """The survivors without working columns other than `POSITION`."""
        return self.survivors.drop(ROW, strict=False)


def match_properties(
    files: ClassifiedFiles, config: PipelineConfiguration, decisions: Sequence[Decision] = ()
) -> Clusters | None:
    """Match all rows of the files: first the candidates, then the rejected rows. None if there are no candidates."""
    if not files.spilled_candidates.columns:
        return None
    columns = (*config.duplicate_fields, *(DETAIL_COLUMNS if decisions else ()))
    rows = [select_match_columns(table, columns) for table in files.spilled]
    return match_rows(pl.concat(rows, how="diagonal"), config, decisions)


def match_rows(rows: pl.DataFrame, config: PipelineConfiguration, decisions: Sequence[Decision] = ()) -> Clusters:
    """Match rows by the settings of a run and the user's decisions; `rows` have `MISSING_FIELDS`."""
    settings = MatchSettings.from_config(config)
    settings = settings if config.enable_deduplication else replace(settings, close_matches="off")
    return find_clusters(rows, settings, rows[MISSING_FIELDS], decisions)


def merge_properties(
    files: ClassifiedFiles, clusters: Clusters | None, config: PipelineConfiguration, criteria: Criteria
) -> MergedProperties:
    """Merge the candidates of each cluster into one row, and assign property IDs.

    The result doesn't have the unmapped columns; `add_unmapped_columns` reads them from the tables.

    Args:
        files: The classified files.
        clusters: The result of `match_properties`.
        config: The settings; with `enable_deduplication: false` every candidate stays.
        criteria: Scores rows again whose blanks were filled.

    """
    if clusters is None:
        merged = keep_all_rows(files.candidates, ())
        return MergedProperties(merged.survivors, add_property_ids(merged.merge_log, _NO_IDS))
    rescore = partial(rescore_rows, criteria=criteria) if config.fill_from_duplicates else None
    merged = merge_matches(files.candidates.with_columns(pl.int_range(pl.len()).alias(ROW)), clusters, config, rescore)
    ids = assign_property_ids(clusters.identity_keys.gather(merged.survivors[ROW]), merged.survivors)
    survivors = merged.survivors.with_columns(ids)
    survivors = survivors.select(order_columns(survivors.columns))
    possible = find_possible_duplicates(clusters, survivors, survivors[ROW])
    contradictions = tuple(map(str, clusters.decided.contradictions))
    return MergedProperties(survivors, add_property_ids(merged.merge_log, survivors), possible, contradictions)


def merge_matches(
    candidates: pl.DataFrame, clusters: Clusters, config: PipelineConfiguration, rescore: Rescore | None = None
) -> MergeResult:
    """Merge the rows of each cluster, or keep every row if the settings turn deduplication off.

    Args:
        candidates: Scored rows with `MISSING_FIELDS`, `MODIFIED` and `ROW`; `ROW` stays in the result.
        clusters: The clusters of the matched rows.
        config: The settings of the run.
        rescore: Scores rows again whose blanks were filled. Without it, no blanks are filled.

    """
    if not config.enable_deduplication:
        return keep_all_rows(candidates, (MISSING_FIELDS, MODIFIED))

    def describe_matches(kept: pl.DataFrame, removed: pl.DataFrame) -> pl.DataFrame:
        return clusters.describe_matches(kept[ROW], removed[ROW])

    clustered = candidates.drop(MISSING_FIELDS).with_columns(clusters.cluster_ids.gather(candidates[ROW]).alias(_CLUSTER))
    return deduplicate(clustered, _CLUSTER, describe_matches, rescore)


def add_property_ids(merge_log: pl.DataFrame, survivors: pl.DataFrame) -> pl.DataFrame:
    """Return the merge log with the `Property ID` of each group's survivor."""
    ids = survivors.select(_NO_IDS.columns).drop_nulls()
    joined = merge_log.join(ids, on="Duplicate Group", how="left", maintain_order="left")
    return joined.select(*_NO_IDS.columns, pl.exclude(_NO_IDS.columns))


def find_possible_duplicates(clusters: Clusters, survivors: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """Return the pairs of survivors that may be the same property, surest first.

    Columns of the second property begin with `Other`. Pairs that the user told apart are left out; those that the user wants to
    decide later come last.

    Args:
        clusters: The clusters of the matched rows.
        survivors: One row per property, with `Property ID`.
        rows: The position of each survivor among the matched rows.

    """
    pairs = _add_decisions(_pair_survivors(clusters, rows), clusters, rows)
    names = ("Property ID", *(name for name in (*_PROPERTY_COLUMNS, *SOURCE_COLUMNS) if name in survivors.columns))
    properties = survivors.select(names)
    sides = [properties[pairs["first"]], properties[pairs["second"]].rename(lambda name: f"Other {name}")]
    matches = pairs.select(
        pl.col("Score").alias("Match Score"), pl.col("sure").alias("Nearly Sure"), "Evidence", DECISION, DECIDED
    )
    both = [name for column in names for name in (column, f"Other {column}")]
    return pl.concat([matches, *sides], how="horizontal").select(*matches.columns[:3], *both, DECISION, DECIDED)


def _add_decisions(pairs: pl.DataFrame, clusters: Clusters, rows: pl.Series) -> pl.DataFrame:
    """Add what the user decided about each pair of survivors."""
    ids = clusters.cluster_ids.gather(rows)
    decided = clusters.decided.describe_clusters(ids.gather(pairs["first"]), ids.gather(pairs["second"]), clusters.cluster_ids)
    with_decisions = pl.concat([pairs, decided], how="horizontal")
    answer = pl.col(DECISION).str.to_lowercase().fill_null("")
    return with_decisions.filter(answer != DecisionKind.DIFFERENT).sort(answer == DecisionKind.LATER, maintain_order=True)


def _pair_survivors(clusters: Clusters, rows: pl.Series) -> pl.DataFrame:
    """Return `first` and `second` survivor of each pair with a close match that was not merged, and the best such match."""
    pairs = clusters.match_pairs.filter(~pl.col("merge"))
    survivor_of = pl.DataFrame({"cluster": clusters.cluster_ids.gather(rows), "at": pl.int_range(rows.len(), eager=True)})
    left, right = (
        pl.DataFrame({"cluster": clusters.cluster_ids.gather(pairs[side])}).join(
            survivor_of, on="cluster", how="left", maintain_order="left"
        )["at"]
        for side in ("left", "right")
    )
    ends = pairs.select(
        pl.min_horizontal(left, right).alias("first"), pl.max_horizontal(left, right).alias("second"), "Score", "sure", "Evidence"
    ).filter(left.is_not_null() & right.is_not_null() & (left != right))
    best_first = ends.sort("Score", "first", "second", "Evidence", descending=[True, False, False, False])
    return best_first.unique(["first", "second"], keep="first", maintain_order=True)
