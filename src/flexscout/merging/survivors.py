"""Keep one row per cluster, fill its blanks, and log the rows that are merged into it."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.merging.fill import NO_FILLED_CELLS, RANK, SURVIVOR, FilledRows, Rescore, fill_blanks
from flexscout.merging.merge_log import MERGE_LOG_SCHEMA, DescribeMatches, add_source_columns, build_merge_log
from flexscout.merging.order import rank_positions, sort_by_rank, sort_survivors_first
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


def deduplicate(frame: pl.DataFrame, key: str, describe_matches: DescribeMatches, rescore: Rescore | None = None) -> MergeResult:
    """Keep the best row of each cluster, by `SURVIVOR_ORDER`.

    Args:
        frame: Scored rows with canonical columns, `MODIFIED` (greater is newer) and `SOURCE_COLUMNS`.
        key: Column with the cluster of each row; null for a row that has no duplicates.
        describe_matches: Returns the evidence for pairs of kept and removed rows.
        rescore: Scores survivors again after their blanks are filled. Without it, no blanks are filled.

    """
    best, removed = _rank_rows(frame, key)
    if rescore:
        filled = fill_blanks(_select_rows(frame, best), _select_rows(frame, removed), rescore)
        survivors = sort_by_rank(filled.survivors)
        kept = filled.survivors[best[RANK].search_sorted(removed[SURVIVOR])]
    else:
        # Sort positions instead of rows, so that no second copy of all rows is made.
        filled = FilledRows(frame.clear(), NO_FILLED_CELLS)
        survivors = _select_rows(frame, best[rank_positions(frame, best[_POSITION])])
        kept = _select_rows(frame, best[best[RANK].search_sorted(removed[SURVIVOR])])
    groups = _number_groups(survivors, removed)
    removed_rows = _select_rows(frame, removed).join(filled.given, on=RANK, how="left", maintain_order="left")
    merge_log = build_merge_log(removed_rows, kept, _look_up_groups(removed[SURVIVOR], groups), describe_matches)
    survivor_groups = _look_up_groups(survivors[RANK], groups)
    return MergeResult(add_source_columns(survivors.drop(key, MODIFIED, RANK, SURVIVOR), merge_log, survivor_groups), merge_log)


def keep_all_rows(frame: pl.DataFrame, working: Sequence[str]) -> MergeResult:
    """Return every row in list order, without the `working` columns, and an empty merge log."""
    survivors, merge_log = sort_by_rank(frame.drop(working, strict=False)), pl.DataFrame(schema=MERGE_LOG_SCHEMA)
    groups = pl.repeat(None, survivors.height, dtype=pl.Int64, eager=True)
    return MergeResult(add_source_columns(survivors, merge_log, groups) if survivors.width else survivors, merge_log)


def _rank_rows(frame: pl.DataFrame, key: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return `_POSITION`, `RANK` and `SURVIVOR` of the surviving rows and of the removed rows, each sorted by rank."""
    order = sort_survivors_first(frame).alias(_POSITION).to_frame()
    survivor = pl.when(pl.col(key).is_null()).then(RANK).otherwise(pl.col(RANK).min().over(key)).alias(SURVIVOR)
    ranked = order.with_columns(frame[key].gather(order[_POSITION])).with_row_index(RANK).select(_POSITION, RANK, survivor)
    survives = pl.col(SURVIVOR) == pl.col(RANK)
    return ranked.filter(survives), ranked.filter(~survives)


def _select_rows(frame: pl.DataFrame, ranked: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the frame at the ranked positions, with `RANK` and `SURVIVOR`."""
    return pl.concat([ranked.drop(_POSITION), frame[ranked[_POSITION]]], how="horizontal")


def _number_groups(survivors: pl.DataFrame, removed: pl.DataFrame) -> pl.DataFrame:
    """Return the `RANK` of each survivor that has duplicates, and the number of its `group` in list order, from 1."""
    return survivors.select(RANK).filter(pl.col(RANK).is_in(removed[SURVIVOR].implode())).with_row_index("group", offset=1)


def _look_up_groups(ranks: pl.Series, groups: pl.DataFrame) -> pl.Series:
    """Return the group of the survivor with each rank, null where it has no duplicates."""
    return ranks.alias(RANK).to_frame().join(groups, on=RANK, how="left", maintain_order="left")["group"]
