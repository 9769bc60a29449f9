"""The merge log: one row per row that became part of a property's record, with the surviving row and the evidence."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum

import polars as pl

from flexscout.domain import (
    ADDRESS_COLUMNS,
    LINK_COLUMNS,
    blank_to_null,
    have_different_apns,
    join_some_texts,
    list_canonical_columns,
    look_up_columns,
)
from flexscout.matching import DECIDED, DECISION, SIDE_COLUMNS
from flexscout.models import ProcessingResult, RowStatus


class MergeRole(StrEnum):
    """What a row in the merge log is to its property."""

    MERGED = "merged"
    SUPERSEDED = "superseded"
    GAVE_VALUES = "gave values"


_SIDE_TYPES = {name: pl.Float64 if name == "Building SqFt" else pl.String for name in SIDE_COLUMNS}
_KEPT_DETAILS = tuple(name for name in SIDE_COLUMNS if name not in ADDRESS_COLUMNS)

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
    "Role": pl.String,
    "Match": pl.String,
    "Evidence": pl.String,
    "Different APN": pl.Boolean,
    "Fields That Differ": pl.String,
    "Filled Cells": pl.String,
    **{f"Kept {name}": _SIDE_TYPES[name] for name in _KEPT_DETAILS},
    **{f"Removed {name}": dtype for name, dtype in _SIDE_TYPES.items()},
    DECISION: pl.String,
    DECIDED: pl.String,
}
"""Columns of the merge log.

`Duplicate Group` counts clusters from 1 in the order of their survivors. The place is that of the kept row. `Role` is a
MergeRole: a candidate `merged` into the kept row or `superseded` by a newer export of its source, or a row that isn't a candidate
but `gave values`. `Filled Cells` lists the values that the property has from the row. After it come both rows as a decision
identifies them, the user's answer and the answer with its author.
"""

DescribeMatches = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
"""Kept rows and removed rows, paired -> `Match` (the kind), `Evidence` (a sentence), `DECISION` and `DECIDED` of each pair."""

_SOURCE_PARTS = ("File", "Sheet", "Row")
_LARGEST_EXACT = 2**53  # above it, a float doesn't hold every whole number
_KEPT = "__kept "  # prefix of the kept row's columns
_NAMED_FILES = 5
_ACCOUNT_FIELDS = {
    RowStatus.CANDIDATE: "candidates",
    RowStatus.BELOW_SCORE: "below_score",
    RowStatus.NOT_ELIGIBLE: "not_eligible",
    RowStatus.SUPERSEDED: "superseded",
}


def build_merge_log(
    removed: pl.DataFrame, kept: pl.DataFrame, groups: pl.Series, describe_matches: DescribeMatches
) -> pl.DataFrame:
    """Return the merge log, sorted by group, file, sheet and row of the removed row.

    Args:
        removed: Removed rows with their sources, scores, `Filled Cells`, and `Role` unless all are merged.
        kept: The survivor of each removed row, in the same order.
        groups: The `Duplicate Group` of each removed row.
        describe_matches: Returns the evidence of each pair, and what the user decided.

    """
    columns = [column.name for column in list_canonical_columns() if column.name in removed.columns]
    different_apn = have_different_apns(pl.col("APN"), pl.col(f"{_KEPT}APN")) if "APN" in columns else pl.lit(value=False)
    pairs = pl.concat([removed, kept.rename(lambda name: f"{_KEPT}{name}")], how="horizontal")
    matches = describe_matches(kept, removed)
    log = pairs.select(
        groups.cast(pl.Int64).alias("Duplicate Group"),
        *((pl.col(f"{_KEPT}{name}") if name in columns else pl.lit(None, pl.String)).alias(name) for name in ADDRESS_COLUMNS),
        *(pl.col(f"{_KEPT}Source {part}").alias(f"Kept {part}") for part in _SOURCE_PARTS),
        pl.col(f"{_KEPT}Flex Score").alias("Kept Score"),
        *(pl.col(f"Source {part}").alias(f"Removed {part}") for part in _SOURCE_PARTS),
        pl.col("Flex Score").alias("Removed Score"),
        pl.col("Role") if "Role" in removed.columns else pl.lit(str(MergeRole.MERGED)).alias("Role"),
        *(pl.lit(matches[name]) for name in ("Match", "Evidence")),
        different_apn.alias("Different APN"),
        _differences(pairs, columns).alias("Fields That Differ"),
        "Filled Cells",
        *(_side_column(pairs, f"{_KEPT}{name}", f"Kept {name}") for name in _KEPT_DETAILS),
        *(_side_column(pairs, name, f"Removed {name}") for name in SIDE_COLUMNS),
        *(pl.lit(matches[name]) for name in (DECISION, DECIDED)),
    )
    return log.sort("Duplicate Group", "Removed File", "Removed Sheet", "Removed Row")


def add_source_columns(survivors: pl.DataFrame, merge_log: pl.DataFrame, groups: pl.Series) -> pl.DataFrame:
    """Return the survivors with `Duplicate Group`, `Source Count` and `Also In`.

    Args:
        survivors: One row per property.
        merge_log: The merge log of the survivors.
        groups: The `Duplicate Group` of each survivor, null where nothing was merged into it.

    """
    by_group = (
        select_merges(merge_log)
        .group_by("Duplicate Group")
        .agg(
            (pl.len() + 1).cast(pl.Int64).alias("Source Count"),
            pl.col("Removed File").filter(pl.col("Removed File") != pl.col("Kept File")).unique().sort().alias("files"),
        )
    )
    files = blank_to_null(join_some_texts(pl.col("files"), _NAMED_FILES))
    sources = by_group.select("Duplicate Group", "Source Count", files.alias("Also In"))
    numbered = survivors.drop(LINK_COLUMNS, strict=False).with_columns(groups.cast(pl.Int64).alias("Duplicate Group"))
    return look_up_columns(numbered, sources, "Duplicate Group").with_columns(pl.col("Source Count").fill_null(1))


def select_merges(merge_log: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates that were merged into another row, without the other roles."""
    return merge_log.filter(pl.col("Role") == MergeRole.MERGED) if "Role" in merge_log.columns else merge_log


def add_property_ids(merge_log: pl.DataFrame, survivors: pl.DataFrame) -> pl.DataFrame:
    """Return the merge log with the `Property ID` of each group's survivor."""
    ids = survivors.select("Duplicate Group", "Property ID").drop_nulls()
    joined = merge_log.join(ids, on="Duplicate Group", how="left", maintain_order="left")
    return joined.select("Duplicate Group", "Property ID", pl.exclude("Duplicate Group", "Property ID"))


def select_current(merge_log: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that properties were made from, without the superseded ones."""
    return merge_log.filter(pl.col("Role") != MergeRole.SUPERSEDED) if "Role" in merge_log.columns else merge_log


def count_removed_rows(results: Sequence[ProcessingResult], merge_log: pl.DataFrame) -> tuple[ProcessingResult, ...]:
    """Return the results with `account.duplicates_removed` set to the number of their rows that were merged into another."""
    removed = dict(select_merges(merge_log).group_by("Removed File").len().iter_rows())
    return tuple(
        replace(result, account=replace(result.account, duplicates_removed=removed.get(result.record.source.name, 0)))
        for result in results
    )


def move_rows(results: Sequence[ProcessingResult], moves: pl.DataFrame) -> tuple[ProcessingResult, ...]:
    """Return the results with the rows whose status changed counted under the new one.

    Args:
        results: One per file.
        moves: `file`, `old` and `new` status of each row whose status changed.

    """
    counts: dict[str, dict[str, int]] = {}
    for name, old, new, rows in moves.group_by("file", "old", "new").len().iter_rows():
        changes = counts.setdefault(name, {})
        changes[old] = changes.get(old, 0) - rows
        changes[new] = changes.get(new, 0) + rows
    return tuple(_change_counts(result, counts.get(result.record.source.name, {})) for result in results)


def _change_counts(result: ProcessingResult, changes: dict[str, int]) -> ProcessingResult:
    account = result.account
    fields = {_ACCOUNT_FIELDS[RowStatus(status)]: change for status, change in changes.items()}
    moved = replace(account, **{name: getattr(account, name) + change for name, change in fields.items()})
    return replace(result, account=moved, flex_candidate_count=moved.candidates)


def _side_column(pairs: pl.DataFrame, name: str, alias: str) -> pl.Expr:
    """Return a column of `SIDE_COLUMNS`, null if the pairs lack it."""
    values = pl.col(name) if name in pairs.columns else pl.lit(None)
    return values.cast(MERGE_LOG_SCHEMA[alias], strict=False).alias(alias)


def _differences(pairs: pl.DataFrame, columns: Sequence[str]) -> pl.Expr:
    """`Building SqFt: 30000 (kept), 31000; ...`: values of the removed row that the kept row lacks or has otherwise."""
    differs = {name: _differs(pairs.schema[name], name) for name in columns}
    used = pairs.select(expr.any().alias(name) for name, expr in differs.items())
    parts = [
        pl.when(expr).then(
            pl.concat_str(
                pl.lit(f"{name}: "),
                _format_cells(pairs, f"{_KEPT}{name}").fill_null("none"),
                pl.lit(" (kept), "),
                _format_cells(pairs, name),
            )
        )
        for name, expr in differs.items()
        if used[name].any()
    ]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True) if parts else pl.lit("")


def _differs(kind: pl.DataType, name: str) -> pl.Expr:
    own, kept = pl.col(name), pl.col(f"{_KEPT}{name}")
    differs = own.str.to_lowercase() != kept.str.to_lowercase() if kind == pl.String else own != kept
    return own.is_not_null() & differs.fill_null(value=True)


def _format_cells(pairs: pl.DataFrame, name: str) -> pl.Expr:
    """The column as text; a column of whole numbers without decimals."""
    value = pl.col(name)
    if not pairs.schema[name].is_float():
        return value.cast(pl.String)
    is_whole = ((pairs[name] % 1 == 0) & (pairs[name].abs() < _LARGEST_EXACT)).all()
    return value.cast(pl.Int64).cast(pl.String) if is_whole else value.cast(pl.String).str.strip_suffix(".0")
