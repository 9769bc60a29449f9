"""Merge matched rows: choose survivors, build and filter records, and log every other row."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import (
    CORRECTED_CELLS,
    LEFT_OUT,
    REASONS,
    SEEN_COLUMNS,
    SOURCE_COLUMNS,
    STATUS,
    look_up_columns,
    order_columns,
)
from flexscout.matching import Clusters, assign_property_ids
from flexscout.merging.corrections import COLUMN, FindCorrections, build_empty_corrections, correct_records
from flexscout.merging.display import fill_states, unify_spelling
from flexscout.merging.merge_log import MergeRole, add_property_ids, add_source_columns, build_merge_log
from flexscout.merging.order import rank_positions, sort_survivors_first
from flexscout.merging.possible_duplicates import find_possible_duplicates
from flexscout.merging.records import (
    ADDRESS_UNIT,
    DAY,
    OUTCOME,
    RANK,
    SHOWN,
    SURVIVOR,
    PropertyRecords,
    Rescore,
    build_records,
    keep_own_values,
    locate_ranks,
    order_ranks,
    rescore_rows,
)
from flexscout.merging.snapshots import describe_sources, find_superseded, locate_sources
from flexscout.merging.source_rows import MAX_EXPLAINED_ROWS, select_source_rows
from flexscout.merging.survivors import look_up_groups, number_groups, rank_rows, select_rows, select_survivors
from flexscout.models import RowStatus
from flexscout.runtime import keep_rows, map_table, replace_columns, take_rows
from flexscout.scoring import MISSING_FIELDS, MODIFIED, POSITION, Criteria, SheetTables, add_canonical_columns

PROPERTY_SOURCE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "Property ID": pl.String,
    "Source Key": pl.String,
    "Source": pl.String,
    "Day": pl.Date,
    "Is Latest": pl.Boolean,
    "Is Survivor": pl.Boolean,
    "Columns": pl.List(pl.String),
}
"""A property in a source: the source's key, which stays the same from run to run, and its label; the day of the latest export
that has it, and whether that is the source's latest; whether the surviving row is from it, and the columns whose values come
from it otherwise."""

REJECTED_COLUMNS = (*SOURCE_COLUMNS, STATUS, "Flex Score", POSITION, LEFT_OUT)
"""What merging reads of a rejected row at first; the rest only of rows of listed properties."""

USER_SOURCE = "you"
"""The source of values that the user corrected."""

ROW = "__row"
"""Working column: the position of a row among all matched rows."""

CLUSTER = "__cluster"
"""Working column: the cluster of a row."""

_SECONDS = "__seconds"  # working column
_FILE, _, _NUMBER = SOURCE_COLUMNS
_ID, _MISSING = "Property ID", SEEN_COLUMNS[3]


@dataclass(frozen=True)
class MatchedRows:
    """Classified rows, and which of them are the same property.

    Attributes:
        candidates: The scored rows with canonical columns, `MISSING_FIELDS`, `MODIFIED`, `POSITION` and `ROW`.
        rejected: The source, status, score, `POSITION` and `ROW` of the other rows.
        clusters: The clusters of all rows, by `ROW`.
        located: `file`, `number` in its sheet and `cluster` of every row, by `ROW`.
        snapshots: The source and the day of each file (SNAPSHOT_SCHEMA).
        tables: Where the canonical columns of the rejected rows are.
        find_corrections: Returns the user's corrections of records.
        promoted: ROW and OUTCOME of the candidates that are some only with the user's corrections.

    """

    candidates: pl.DataFrame
    rejected: pl.DataFrame
    clusters: Clusters
    located: pl.DataFrame
    snapshots: pl.DataFrame
    tables: SheetTables
    find_corrections: FindCorrections = build_empty_corrections
    promoted: pl.DataFrame = field(default_factory=pl.DataFrame)


@dataclass(frozen=True)
class MergedRows:
    """One record per property.

    Attributes:
        survivors: The records on the list, in its order, with `ROW` of their surviving row.
        merge_log: One row per other row that a record was made from, or that was superseded as a candidate.
        possible_duplicates: Pairs of records that may be the same property.
        outcome: `ROW`, status, reasons and whether to verify, of each row whose status changed by merging.
        property_sources: The sources of each listed property (PROPERTY_SOURCE_SCHEMA).
        filtered_out: Records that the filter excludes.
        corrections: The user's corrections, with the values from the sources.
        source_rows: The rows of the best properties, see `select_source_rows`.

    """

    survivors: pl.DataFrame
    merge_log: pl.DataFrame
    possible_duplicates: pl.DataFrame
    outcome: pl.DataFrame
    property_sources: pl.DataFrame
    filtered_out: int
    corrections: pl.DataFrame
    source_rows: pl.DataFrame


def merge_rows(rows: MatchedRows, config: PipelineConfiguration, criteria: Criteria) -> MergedRows:
    """Merge the current rows of each cluster that has a candidate into one record.

    Args:
        rows: The matched rows.
        config: The settings; with `enable_deduplication: false` every candidate is a record.
        criteria: Scores changed records again, and filters them.

    """
    superseded = list_superseded(rows.located, rows.snapshots, config)
    survivors, merged, older = _split_candidates(rows, superseded["row"], config)
    rejected = _rank_rejected(survivors, superseded, rows, config)
    rescore = partial(rescore_rows, criteria=criteria)
    others = pl.concat([merged, rejected], how="diagonal_relaxed")
    with ThreadPoolExecutor(max_workers=1) as pool:  # hashing keeps one core busy
        ids = pool.submit(_assign_ids, rows.clusters, survivors)
        built = build_values(survivors, others, config, criteria.profile.columns, rescore)
        shown = unify_spelling(fill_states(built.records)) if unifies_places(config) else built.records
        with_ids = replace_columns(shown, [ids.result()])
    corrected = correct_records(with_ids, rows.find_corrections(with_ids), rescore)
    places = locate_sources(rows.located.filter(pl.col("cluster").is_in(survivors[CLUSTER].implode())), rows.snapshots)
    records = _add_places(_restore_uncorrected(corrected.rows, rows.promoted), places, rows.snapshots, config)
    is_listed = pl.col(STATUS) == RowStatus.CANDIDATE
    filtered = criteria.filter_properties(keep_rows(records, is_listed))
    dropped = pl.concat([records.filter(~is_listed), filtered.frame.filter(~is_listed)])
    kept = keep_rows(filtered.frame, is_listed).drop(OUTCOME)
    order = rank_positions(kept)
    best = kept[order.head(MAX_EXPLAINED_ROWS)]
    source_rows = select_source_rows(best, survivors, (merged, rejected, older), corrected.corrections[_ID])
    given, origins, corrections, filtered_out = built.given, built.origins, corrected.corrections, filtered.filtered_out
    del survivors, built, shown, with_ids, corrected, records, filtered  # so that `take_rows` frees what it has copied
    listed = take_rows(kept, order)
    roles = {
        MergeRole.MERGED: merged,
        MergeRole.GAVE_VALUES: rejected.join(given, on=RANK, how="semi", maintain_order="left"),
        MergeRole.SUPERSEDED: older,
    }
    list_rows, merge_log = _log_merges(listed, roles, given, rows.clusters)
    return MergedRows(
        list_rows,
        merge_log,
        find_possible_duplicates(rows.clusters, list_rows, list_rows[ROW]),
        pl.concat([_describe_superseded(rows, superseded), *_describe_dropped(dropped, merged)]).sort(ROW),
        pl.concat([_list_corrected(listed, corrections), _list_property_sources(listed, places, origins)]),
        filtered_out,
        corrections,
        source_rows,
    )


def _assign_ids(clusters: Clusters, survivors: pl.DataFrame) -> pl.Series:
    return assign_property_ids(clusters.identify(survivors[ROW]), survivors)


def _split_candidates(
    rows: MatchedRows, superseded: pl.Series, config: PipelineConfiguration
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the surviving candidates, those merged into them, and the superseded ones of the survivors' clusters.

    The first two are ranked together; the survivors stay in the order of the candidates.
    """
    candidates = add_files(rows.candidates.drop(MISSING_FIELDS), rows.clusters, rows.snapshots, config)
    current = drop_rows(candidates, superseded)
    best, removed = rank_rows(current, CLUSTER if config.enable_deduplication else ROW)
    survivors = select_survivors(current, best)
    outdated = candidates.filter(pl.col(ROW).is_in(superseded.implode()))
    older = outdated.join(survivors.select(CLUSTER, SURVIVOR), on=CLUSTER, maintain_order="left")
    return survivors, select_rows(current, removed), older


def unifies_places(config: PipelineConfiguration) -> bool:
    """Whether records combine the values of their rows, and show places in one spelling."""
    return config.enable_deduplication and config.merge_record == "merged"


def list_superseded(located: pl.DataFrame, snapshots: pl.DataFrame, config: PipelineConfiguration) -> pl.DataFrame:
    """Return `row` and `by`, see `find_superseded`; none if the settings keep all snapshots."""
    if config.enable_deduplication and config.snapshots == "newest":
        return find_superseded(located, snapshots)
    return pl.DataFrame(schema={"row": pl.Int64, "by": pl.Int64})


def add_files(frame: pl.DataFrame, clusters: Clusters, snapshots: pl.DataFrame, config: PipelineConfiguration) -> pl.DataFrame:
    """Add the cluster of each row and the unit in its address, and the source, the day and the date of its file.

    The date, MODIFIED, is that in the file's name if there is one and the settings tell snapshots apart.
    """
    columns = {"file": _FILE, "day": DAY, "shown": SHOWN, "seconds": _SECONDS}
    files = snapshots.select(pl.col(old).alias(new) for old, new in columns.items())
    located = frame.with_columns(
        clusters.cluster_ids.gather(frame[ROW]).alias(CLUSTER), clusters.find_address_units(frame[ROW]).alias(ADDRESS_UNIT)
    )
    dated = look_up_columns(located, files, _FILE)
    if config.snapshots == "newest" or MODIFIED not in dated.columns:
        return dated.drop(MODIFIED, strict=False).rename({_SECONDS: MODIFIED})
    return dated.drop(_SECONDS)


def drop_rows(frame: pl.DataFrame, positions: pl.Series) -> pl.DataFrame:
    """Return the rows of a frame whose ROW is not among some positions."""
    return keep_rows(frame, ~pl.col(ROW).is_in(positions.implode())) if positions.len() else frame


def _rank_rejected(
    survivors: pl.DataFrame, superseded: pl.DataFrame, rows: MatchedRows, config: PipelineConfiguration
) -> pl.DataFrame:
    """Return the current rows in the survivors' clusters that are no candidates, ranked after all candidates.

    Returns no rows if records only have the values of their survivors.
    """
    rejected = drop_rows(rows.rejected, superseded["row"]) if unifies_places(config) else rows.rejected.clear()
    rejected = drop_left_out(rejected)
    located = add_files(rejected, rows.clusters, rows.snapshots, config)
    wanted = located.join(survivors.select(CLUSTER, SURVIVOR), on=CLUSTER, maintain_order="left")
    return rank_after(add_canonical_columns(wanted, rows.tables), rows.clusters.cluster_ids.len())


def drop_left_out(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that the user's filter of rows doesn't leave out, without LEFT_OUT."""
    return rows.filter(~pl.col(LEFT_OUT)).drop(LEFT_OUT) if LEFT_OUT in rows.columns else rows


def rank_after(others: pl.DataFrame, count: int) -> pl.DataFrame:
    """Return rows that are no candidates in survivor order, ranked after `count` others."""
    ordered = others[sort_survivors_first(others)] if others.height else others
    return ordered.with_row_index(RANK, offset=count)


def build_values(
    survivors: pl.DataFrame,
    others: pl.DataFrame,
    config: PipelineConfiguration,
    scored_columns: Sequence[str],
    rescore: Rescore,
) -> PropertyRecords:
    """Return the records of the survivors with the values of their rows, see `build_records`, in the order of the survivors."""
    if not unifies_places(config):
        return keep_own_values(survivors)
    return build_records(survivors, others, scored_columns, rescore)


def _restore_uncorrected(records: pl.DataFrame, promoted: pl.DataFrame) -> pl.DataFrame:
    """Return records with the outcome that their row had, if it was promoted for a correction that the record didn't get.

    That happens if several properties have one address, and so the same ID but for its number.
    """
    if promoted.is_empty():
        return records
    old = [pl.col(name).alias(f"{name} before") for name in OUTCOME]
    joined = records.join(promoted.select(ROW, *old), on=ROW, how="left", maintain_order="left")
    is_uncorrected = pl.col(f"{STATUS} before").is_not_null() & pl.col(CORRECTED_CELLS).is_null()
    restored = [pl.when(is_uncorrected).then(f"{name} before").otherwise(name).alias(name) for name in OUTCOME]
    return joined.with_columns(restored).select(records.columns)


def _add_places(
    records: pl.DataFrame, places: pl.DataFrame, snapshots: pl.DataFrame, config: PipelineConfiguration
) -> pl.DataFrame:
    """Add `SEEN_COLUMNS`, and reject the records that the settings drop because an export no longer has them."""
    if not config.enable_deduplication:
        return records
    seen = describe_sources(places, snapshots)
    joined = look_up_columns(records, seen, CLUSTER, "cluster")
    is_dropped = is_withdrawn(config) & (pl.col(STATUS) == RowStatus.CANDIDATE)
    return joined.with_columns(
        pl.when(is_dropped).then(pl.lit(str(RowStatus.NOT_ELIGIBLE))).otherwise(STATUS).alias(STATUS),
        pl.when(is_dropped).then(pl.format("missing from {}", _MISSING)).otherwise(REASONS).alias(REASONS),
    ).drop("is_current")


def is_withdrawn(config: PipelineConfiguration) -> pl.Expr:
    """Whether the settings drop a property because an export no longer has it, by the result of `describe_sources`."""
    is_missing = {"never": pl.lit(value=False), "any": pl.col(_MISSING).is_not_null(), "all": ~pl.col("is_current")}
    return is_missing[config.drop_withdrawn]


def _list_corrected(listed: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Return the user as the source of the corrected values of listed properties."""
    own = (
        corrections.join(listed.select(_ID), on=_ID, how="semi")
        .group_by(_ID, maintain_order=True)
        .agg(pl.col(COLUMN).alias("Columns"))
    )
    values = {"Source Key": USER_SOURCE, "Source": USER_SOURCE, "Day": None, "Is Latest": False, "Is Survivor": False}
    named = own.with_columns(pl.lit(value, PROPERTY_SOURCE_SCHEMA[name]).alias(name) for name, value in values.items())
    return named.select(*PROPERTY_SOURCE_SCHEMA)


def _list_property_sources(listed: pl.DataFrame, places: pl.DataFrame, origins: pl.DataFrame) -> pl.DataFrame:
    """Return the sources of each listed property, and which of its values come from them."""
    own = listed.select(CLUSTER, SURVIVOR, pl.col(SHOWN).alias("own"), pl.col(_ID))
    joined = places.join(own, left_on="cluster", right_on=CLUSTER, maintain_order="left").join(
        origins.rename({SHOWN: "shown"}), on=(SURVIVOR, "shown"), how="left", maintain_order="left"
    )
    sources = joined.select(
        _ID,
        pl.col("key").alias("Source Key"),
        pl.col("label").alias("Source"),
        pl.col("day").alias("Day"),
        pl.col("is_latest").alias("Is Latest"),
        (pl.col("shown") == pl.col("own")).alias("Is Survivor"),
        pl.col("columns").fill_null([]).alias("Columns"),
    )
    return map_table(sources)


def _log_merges(
    listed: pl.DataFrame, roles: dict[MergeRole, pl.DataFrame], given: pl.DataFrame, clusters: Clusters
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the list with `LINK_COLUMNS` and without working columns, and the merge log of its properties."""
    parts = [rows.with_columns(pl.lit(str(role)).alias("Role")) for role, rows in roles.items()]
    rows = pl.concat(parts, how="diagonal_relaxed").join(listed.select(RANK), left_on=SURVIVOR, right_on=RANK, how="semi")
    logged = rows.join(given, on=RANK, how="left", maintain_order="left")
    groups = number_groups(listed, logged[SURVIVOR])
    kept = listed[locate_ranks(logged[SURVIVOR], order_ranks(listed))]

    def describe_matches(kept: pl.DataFrame, removed: pl.DataFrame) -> pl.DataFrame:
        return clusters.describe_matches(kept[ROW], removed[ROW])

    merge_log = build_merge_log(logged, kept, look_up_groups(logged[SURVIVOR], groups), describe_matches)
    ids = listed[_ID]
    bare = listed.drop(_ID, CLUSTER, MODIFIED, RANK, SURVIVOR, DAY, SHOWN, ADDRESS_UNIT)
    linked = add_source_columns(bare, merge_log, look_up_groups(listed[RANK], groups)).with_columns(ids)
    ordered = linked.select(order_columns(linked.columns))
    return ordered, add_property_ids(merge_log, ordered)


def _describe_superseded(rows: MatchedRows, superseded: pl.DataFrame) -> pl.DataFrame:
    """Return the outcome of the superseded rows."""
    newer = rows.located[superseded["by"]]
    reason = pl.format("replaced by row {} of the newer export {}", newer["number"], newer["file"])
    return _describe_outcome(superseded.rename({"row": ROW}), pl.lit(str(RowStatus.SUPERSEDED)), reason, pl.lit(value=False))


def _describe_dropped(dropped: pl.DataFrame, merged: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the outcome of the surviving rows of records that aren't listed, and of the rows merged into them."""
    yield dropped.select(ROW, *OUTCOME)
    others = merged.select(ROW, SURVIVOR).join(dropped.select(SURVIVOR, STATUS, REASONS), on=SURVIVOR, maintain_order="left")
    yield _describe_outcome(others, pl.col(STATUS), pl.col(REASONS), pl.lit(value=False))


def _describe_outcome(rows: pl.DataFrame, *outcome: pl.Expr) -> pl.DataFrame:
    return rows.select(ROW, *(value.alias(name) for name, value in zip(OUTCOME, outcome, strict=True)))
