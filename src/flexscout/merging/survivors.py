"""Choose the surviving row of each cluster."""

from dataclasses import dataclass

import polars as pl

from flexscout.merging.merge_log import DescribeMatches, add_source_columns, build_merge_log
from flexscout.merging.order import rank_positions, sort_survivors_first
from flexscout.merging.records import RANK, SURVIVOR
from flexscout.runtime import copy_rows
from flexscout.scoring import MODIFIED

_POSITION = "__at"  # working column: the position of a row in the frame


@dataclass(frozen=True)
class MergeResult:
    """One row per property, and what was merged into it.

    Attributes:
        survivors: One row per property in list order, with `Duplicate Group`, `Source Count` and `Also In`.
        merge_log: One row per removed row, with the columns of `MERGE_LOG_SCHEMA`.

    """

    survivors: pl.DataFrame
    merge_log: pl.DataFrame


def deduplicate(frame: pl.DataFrame, key: str, describe_matches: DescribeMatches) -> MergeResult:
    """Keep the best row of each cluster with its own values, by `SURVIVOR_ORDER`.

    Args:
        frame: Scored rows with canonical columns, `MODIFIED` (greater is newer) and `SOURCE_COLUMNS`.
        key: Column with the cluster of each row; null for a row that has no duplicates.
        describe_matches: Returns the evidence for pairs of kept and removed rows.

    """
    best, removed = rank_rows(frame, key)
    # Sort positions instead of rows, so that no second copy of all rows is made.
    survivors = select_rows(frame, best[rank_positions(frame, best[_POSITION])])
    kept = select_rows(frame, best[best[RANK].search_sorted(removed[SURVIVOR])])
    groups = number_groups(survivors, removed[SURVIVOR])
    removed_rows = select_rows(frame, removed).with_columns(pl.lit(None, pl.String).alias("Filled Cells"))
    merge_log = build_merge_log(removed_rows, kept, look_up_groups(removed[SURVIVOR], groups), describe_matches)
    survivor_groups = look_up_groups(survivors[RANK], groups)
    return MergeResult(add_source_columns(survivors.drop(key, MODIFIED, RANK, SURVIVOR), merge_log, survivor_groups), merge_log)


def rank_rows(frame: pl.DataFrame, key: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return `_POSITION`, `RANK` and `SURVIVOR` of the surviving rows and of the removed rows, each sorted by rank."""
    order = sort_survivors_first(frame).alias(_POSITION).to_frame()
    survivor = pl.when(pl.col(key).is_null()).then(RANK).otherwise(pl.col(RANK).min().over(key)).alias(SURVIVOR)
    ranked = order.with_columns(frame[key].gather(order[_POSITION])).with_row_index(RANK).select(_POSITION, RANK, survivor)
    survives = pl.col(SURVIVOR) == pl.col(RANK)
    return ranked.filter(survives), ranked.filter(~survives)


def select_rows(frame: pl.DataFrame, ranked: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the frame at the ranked positions, with `RANK` and `SURVIVOR`; no copy if these are all, in order."""
    at = ranked[_POSITION]
    rows = frame if at.len() == frame.height and at.is_sorted() else copy_rows(frame, at)
    return pl.concat([ranked.drop(_POSITION), rows], how="horizontal")


def select_survivors(frame: pl.DataFrame, best: pl.DataFrame) -> pl.DataFrame:
    """Return what `select_rows` does, in the order of the frame."""
    return select_rows(frame, best.sort(_POSITION))


def number_groups(survivors: pl.DataFrame, merged: pl.Series) -> pl.DataFrame:
    """Return the `RANK` of each survivor that others were merged into, and the number of its `group` in list order, from 1.

    Args:
        survivors: Survivors in list order, with `RANK`.
        merged: The `SURVIVOR` of each row that was merged.

    """
    return survivors.select(RANK).filter(pl.col(RANK).is_in(merged.implode())).with_row_index("group", offset=1)


def look_up_groups(ranks: pl.Series, groups: pl.DataFrame) -> pl.Series:
    """Return the group of the survivor with each rank, null where it has no duplicates."""
    return ranks.alias(RANK).to_frame().join(groups, on=RANK, how="left", maintain_order="left")["group"]
