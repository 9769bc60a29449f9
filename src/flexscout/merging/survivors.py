"""Of the rows of one property the best survives; the merge log says what was merged into it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.domain import (
    ADDRESS_COLUMNS,
    FILL_COLUMNS,
    LINK_COLUMNS,
    SOURCE_COLUMNS,
    blank_to_null,
    canonical_columns,
    have_different_apns,
    join_some_texts,
)
from flexscout.merging.fill import NOTHING_GIVEN, RANK, SURVIVOR, FilledRows, Rescore, fill_blanks
from flexscout.merging.order import rank_positions, sort_by_rank

_FILES = 5  # other files that are named


def add_source_columns(survivors: pl.DataFrame, merge_log: pl.DataFrame, groups: pl.Series) -> pl.DataFrame:
    """The survivors with `Duplicate Group` (null if nothing was merged into one), `Source Count` and `Also In`.

    `groups`: the number of each survivor's group in the merge log, null for those that have none.
    """
    per_group = merge_log.group_by("Duplicate Group").agg(
        (pl.len() + 1).cast(pl.Int64).alias("Source Count"),
        pl.col("Removed File").filter(pl.col("Removed File") != pl.col("Kept File")).unique().sort().alias("files"),
    )
    files = join_some_texts(pl.col("files"), _FILES)
    told = per_group.select(
        "Duplicate Group",
        "Source Count",
        blank_to_null(files).alias("Also In"),
    )
    numbered = survivors.drop(LINK_COLUMNS, strict=False).with_columns(groups.cast(pl.Int64).alias("Duplicate Group"))
    joined = numbered.join(told, on="Duplicate Group", how="left", maintain_order="left")
    return joined.with_columns(pl.col("Source Count").fill_null(1))


MERGE_LOG_SCHEMA = {
    "Duplicate Group": pl.Int64,
    "Address": pl.String,
    "City": pl.String,
    "State": pl.String,
    "Kept File": pl.String,
    "Kept Sheet": pl.String,
    "Kept Row": pl.Int64,
    "Kept Score": pl.Float64,
    "Removed File": pl.String,
    "Removed Sheet": pl.String,
    "Removed Row": pl.Int64,
    "Removed Score": pl.Float64,
    "Match": pl.String,
    "Evidence": pl.String,
    "Different APN": pl.Boolean,
    "Fields That Differ": pl.String,
    "Filled Cells": pl.String,
}
"""The merge log: a row per removed row; groups are numbered in the order of the survivors; blanks of the kept row were
filled with the cells that are listed."""

DescribeMatches = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
"""Kept and removed rows, beside each other -> why they are one: `Match`, the kind of it, and `Evidence`, a sentence."""

_NAMES = ("File", "Sheet", "Row")
_EXACT = 2**53
_AT = "__at"  # working column: where a row stands in the frame
_KEPT = "__kept "  # how the columns of the kept row begin beside the removed one


@dataclass(frozen=True)
class MergeResult:
    """`survivors`: a row per property, best first, `add_source_columns`; `merge_log`: MERGE_LOG_SCHEMA, a row per removed row."""

    survivors: pl.DataFrame
    merge_log: pl.DataFrame


def deduplicate(
    frame: pl.DataFrame, key: str, newness: str, describe_matches: DescribeMatches, rescore: Rescore | None = None
) -> MergeResult:
    """Keep the best row of each key.

    Args:
        frame: Scored rows with canonical columns and `SOURCE_COLUMNS`.
        key: Column with the cluster of each row; null for a row that has no duplicates.
        newness: Numeric column; the greater value is newer.
        describe_matches: Returns the evidence for pairs of kept and removed rows.
        rescore: Scores survivors again after their blanks are filled. Without it, no blanks are filled.

    """
    best, removed = _ranked(frame, key, newness)
    if rescore:
        found = fill_blanks(_taken(frame, best), _taken(frame, removed), rescore)
        survivors = sort_by_rank(found.survivors)
        kept = found.survivors[best[RANK].search_sorted(removed[SURVIVOR])]
    else:
        # Places of rows are put in order, not rows: no table holds more than one copy of them all.
        found = FilledRows(frame.clear(), NOTHING_GIVEN)
        survivors = _taken(frame, best[rank_positions(frame, best[_AT])])
        kept = _taken(frame, best[best[RANK].search_sorted(removed[SURVIVOR])])
    groups = _groups(survivors, removed)
    told = _taken(frame, removed).join(found.given, on=RANK, how="left", maintain_order="left")
    merge_log = _build_merge_log(told, kept, _looked_up(removed[SURVIVOR], groups), describe_matches)
    of_survivors = _looked_up(survivors[RANK], groups)
    return MergeResult(add_source_columns(survivors.drop(key, newness, RANK, SURVIVOR), merge_log, of_survivors), merge_log)


def _ranked(frame: pl.DataFrame, keys: str, newness: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The best rows and the others, in the order of their ranks: where each stands in the frame, RANK and BEST."""
    by = ["Flex Score", _filled_cells(frame), newness, *SOURCE_COLUMNS]
    order = frame.select(pl.arg_sort_by(by, descending=[True, True, True, False, False, False]).alias(_AT))
    best = pl.when(pl.col(keys).is_null()).then(RANK).otherwise(pl.col(RANK).min().over(keys)).alias(SURVIVOR)
    ranked = order.with_columns(frame[keys].gather(order[_AT])).with_row_index(RANK).select(_AT, RANK, best)
    is_best = pl.col(SURVIVOR) == pl.col(RANK)
    return ranked.filter(is_best), ranked.filter(~is_best)


def _taken(frame: pl.DataFrame, ranked: pl.DataFrame) -> pl.DataFrame:
    """The rows of the frame that are `ranked`, with RANK and BEST."""
    return pl.concat([ranked.drop(_AT), frame[ranked[_AT]]], how="horizontal")


def keep_all_rows(frame: pl.DataFrame, working: Sequence[str]) -> MergeResult:
    """Every row in order, without the `working` columns, and an empty merge log."""
    survivors, merge_log = sort_by_rank(frame.drop(working, strict=False)), pl.DataFrame(schema=MERGE_LOG_SCHEMA)
    none = pl.repeat(None, survivors.height, dtype=pl.Int64, eager=True)
    return MergeResult(add_source_columns(survivors, merge_log, none) if survivors.width else survivors, merge_log)


def _filled_cells(frame: pl.DataFrame) -> pl.Expr:
    there = [column.name for column in canonical_columns() if column.name in frame.columns]
    return pl.sum_horizontal(pl.col(there).is_not_null().cast(pl.UInt32)) if there else pl.col("Flex Score") * 0


def _groups(survivors: pl.DataFrame, removed: pl.DataFrame) -> pl.DataFrame:
    """The rank of each survivor into which a row is merged, and the number of its `group`, counted in their order."""
    return survivors.select(RANK).filter(pl.col(RANK).is_in(removed[SURVIVOR].implode())).with_row_index("group", offset=1)


def _looked_up(ranks: pl.Series, groups: pl.DataFrame) -> pl.Series:
    """The numbers of the groups whose best row has these ranks, null where nothing was merged."""
    return ranks.alias(RANK).to_frame().join(groups, on=RANK, how="left", maintain_order="left")["group"]


def _build_merge_log(
    removed: pl.DataFrame, kept: pl.DataFrame, groups: pl.Series, describe_matches: DescribeMatches
) -> pl.DataFrame:
    """The removed rows beside the rows that were kept for them."""
    there = [name for name in (column.name for column in canonical_columns()) if name in removed.columns]
    pairs = pl.concat([removed, kept.rename(lambda name: f"{_KEPT}{name}")], how="horizontal")
    merge_log = pairs.select(
        groups.cast(pl.Int64).alias("Duplicate Group"),
        *((pl.col(f"{_KEPT}{name}") if name in there else pl.lit(None, pl.String)).alias(name) for name in ADDRESS_COLUMNS),
        *(pl.col(f"{_KEPT}Source {name}").alias(f"Kept {name}") for name in _NAMES),
        pl.col(f"{_KEPT}Flex Score").alias("Kept Score"),
        *(pl.col(f"Source {name}").alias(f"Removed {name}") for name in _NAMES),
        pl.col("Flex Score").alias("Removed Score"),
        *(pl.lit(told) for told in describe_matches(kept, removed)),
        _different_apn(there).alias("Different APN"),
        _differences(pairs, there).alias("Fields That Differ"),
        FILL_COLUMNS[0],
    )
    return merge_log.sort("Duplicate Group", "Removed File", "Removed Sheet", "Removed Row")


def _different_apn(there: Sequence[str]) -> pl.Expr:
    """Whether both rows name a parcel, and not the same."""
    if "APN" not in there:
        return pl.lit(value=False)
    return have_different_apns(pl.col("APN"), pl.col(f"{_KEPT}APN"))


def _differences(pairs: pl.DataFrame, there: Sequence[str]) -> pl.Expr:
    """`Building SqFt: 30000 (kept), 31000; ...`: what the removed row says and the kept one does not, whatever the case."""
    differ = pairs.select(_differs(pairs.schema[name], name).any().alias(name) for name in there)
    parts = [
        pl.when(_differs(pairs.schema[name], name)).then(
            pl.concat_str(pl.lit(f"{name}: "), _kept(pairs, name), pl.lit(" (kept), "), _shown(pairs, name))
        )
        for name in there
        if differ[name].any()
    ]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True) if parts else pl.lit("")


def _differs(kind: pl.DataType, name: str) -> pl.Expr:
    own, kept = pl.col(name), pl.col(f"{_KEPT}{name}")
    differ = own.str.to_lowercase() != kept.str.to_lowercase() if kind == pl.String else own != kept
    return own.is_not_null() & differ.fill_null(value=True)


def _kept(pairs: pl.DataFrame, name: str) -> pl.Expr:
    return _shown(pairs, f"{_KEPT}{name}").fill_null("none")


def _shown(pairs: pl.DataFrame, name: str) -> pl.Expr:
    """As text, a whole number without decimals."""
    value = pl.col(name)
    if not pairs.schema[name].is_float():
        return value.cast(pl.String)
    whole = ((pairs[name] % 1 == 0) & (pairs[name].abs() < _EXACT)).all()
    return value.cast(pl.Int64).cast(pl.String) if whole else value.cast(pl.String).str.strip_suffix(".0")
