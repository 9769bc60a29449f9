"""Compare the properties of two results."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
import polars.selectors as cs

from flexscout.domain import ADDRESS_COLUMNS, POINTS_SUFFIX, SOURCE_COLUMNS, list_canonical_columns
from flexscout.history.compare_values import VARYING_COLUMNS, differs, format_values
from flexscout.history.market_changes import CHANGED, OLD, ChangeKind, SourceHistory, classify_values, find_listings
from flexscout.history.property_identity import (
    ID,
    KEPT,
    KEY,
    MERGE_COLUMNS,
    NUMBER,
    RANK,
    apply_successors,
    choose_identity_columns,
    find_merged,
    rank_rows,
)

_PROPERTY_COLUMNS = (ID, *ADDRESS_COLUMNS)
_SCORE_COLUMNS = ("Old Score", "New Score")
_VALUE_COLUMNS = ("Column", "Old Value", "New Value")
_AMOUNT_COLUMNS = ("Amount", "Percent")

CHANGE_SCHEMA = {
    "Change": pl.String,
    **dict.fromkeys(_PROPERTY_COLUMNS, pl.String),
    **dict.fromkeys(_SCORE_COLUMNS, pl.Float64),
    "Factors": pl.String,
    **dict.fromkeys(_VALUE_COLUMNS, pl.String),
    **dict.fromkeys(_AMOUNT_COLUMNS, pl.Float64),
    "Source": pl.String,
}
"""Columns of a table of changes: the ChangeKind; the property; its scores, 0-10, null if it isn't in that result; the factors
whose points changed; the column of a changed value and both values as text, null if missing; by how much a price or an occupancy
changed, and by how many percent of the old price; the source on which it is newly listed, or from which it is withdrawn. A merged
property has its own address, the ID of the property that it is part of now, and both old places as values."""

_POINT_DECIMALS = 4
_NO_POINTS = "none"
_COUNTS = {
    ChangeKind.NEW: ("new", "new"),
    ChangeKind.BACK: ("back", "back"),
    ChangeKind.GONE: ("gone", "gone"),
    ChangeKind.SOLD: ("sold", "sold"),
    ChangeKind.PRICE_CUT: ("price_cut", "with a price cut"),
    ChangeKind.PRICE_RAISE: ("price_raise", "with a price raise"),
    ChangeKind.PRICED: ("newly_priced", "newly priced"),
    ChangeKind.OCCUPANCY: ("occupancy_changed", "with another occupancy"),
    ChangeKind.LISTED: ("newly_listed", "newly listed on a source"),
    ChangeKind.WITHDRAWN: ("withdrawn", "withdrawn from a source"),
    ChangeKind.MERGED: ("merged", "merged into another"),
    ChangeKind.SCORE: ("score_changed", "with a changed score"),
    ChangeKind.VALUE: ("value_changed", "with other changed values"),
}
"""Kind -> name and text of its count."""

_ONE_SCORE = {
    ChangeKind.NEW: (None, "Flex Score"),
    ChangeKind.BACK: (None, "Flex Score"),
    ChangeKind.GONE: ("Flex Score", None),
    ChangeKind.MERGED: ("Flex Score", None),
}
"""Kind -> the columns of its old and new score, if the property is in one of the results only."""


@dataclass(frozen=True)
class PropertyChanges:
    """The differences between two results.

    Attributes:
        table: CHANGE_SCHEMA, by kind and then by rank; gone and merged properties by their old rank.
        counts: Properties `in_old`, `in_new`, `new`, `back`, `gone` and `merged` into another one; those in both results that
            are `sold` or `newly_priced`, or have a `price_cut`, a `price_raise`, another occupancy (`occupancy_changed`), score
            (`score_changed`) or other value (`value_changed`); those `newly_listed` on or `withdrawn` from some source; and
            `unchanged` ones.
        identity: The columns that identify a property in both results.

    """

    table: pl.DataFrame
    counts: dict[str, int]
    identity: tuple[str, ...]

    def select(self, kind: ChangeKind) -> pl.DataFrame:
        """Return the changes of one kind, in order."""
        return self.table.filter(pl.col("Change") == kind)

    def describe_counts(self) -> str:
        """Return `3 new, 1 gone, 2 with a price cut`; empty if nothing changed."""
        return ", ".join(f"{self.counts[name]:,} {text}" for name, text in _COUNTS.values() if self.counts[name])


def compare_properties(old: pl.DataFrame, new: pl.DataFrame, sources: SourceHistory | None = None) -> PropertyChanges:
    """Compare two master tables.

    Properties are matched by `Property ID`, or by address, city and state in normalized spelling if a table of an older version
    has no IDs. A property whose ID changed is found again by its address or parcel, if no other property has it. Rows with the
    same identity are paired in the order of their sources. Only canonical columns are compared; rounding, case and abbreviations
    don't count as changes, nor does a value that differs because it comes from another source now.

    Args:
        old: The old master table, in its order.
        new: The new master table, in its order.
        sources: What is known about the sources of both.

    Raises:
        AggregationError: A table has neither IDs nor addresses.

    """
    identity = choose_identity_columns(old, new)
    old, new = map(_select_compared, (old, new))
    current = rank_rows(new, identity)
    previous = apply_successors(rank_rows(old, identity), current)
    keys = [KEY, NUMBER]
    added = current.join(previous, on=keys, how="anti", maintain_order="left")
    gone = previous.join(current, on=keys, how="anti", maintain_order="left")
    merged = _find_merged(gone, (previous, current), sources if identity == (ID,) else None)
    gone = gone.join(merged, on=RANK, how="anti", maintain_order="left")
    both = current.join(previous.select(*keys, pl.exclude(keys).name.prefix(OLD)), on=keys, maintain_order="left")
    scores = both.filter(_differs("Flex Score", both))
    values = classify_values(_find_changed_values(both, _list_compared_columns(old, new)), sources)
    both_scores = (f"{OLD}Flex Score", "Flex Score")
    earlier = sources.earlier_ids if sources and identity == (ID,) else pl.Series([], dtype=pl.String)
    is_back = pl.col(KEY).is_in(earlier.implode())
    found = {
        ChangeKind.NEW: added.filter(~is_back),
        ChangeKind.BACK: added.filter(is_back),
        ChangeKind.GONE: gone,
        ChangeKind.MERGED: merged,
        ChangeKind.SCORE: scores,
        **values,
        **find_listings(both, merged, sources),
    }
    factors = {ChangeKind.SCORE: describe_factor_changes(scores, OLD)}
    parts = [
        _to_changes(found[kind], kind, _ONE_SCORE.get(kind, both_scores), factors.get(kind))
        for kind in ChangeKind
        if kind in found
    ]
    counts = {_COUNTS[kind][0]: found[kind][RANK].n_unique() if kind in found else 0 for kind in ChangeKind}
    changed = pl.concat([found[kind][RANK] for kind in found if kind not in _ONE_SCORE])
    counts = {"in_old": old.height, "in_new": new.height, **counts, "unchanged": both.height - changed.n_unique()}
    return PropertyChanges(pl.concat(parts), counts, identity)


def describe_factor_changes(both: pl.DataFrame, old: str) -> pl.Expr:
    """Return `Building Size 2.0 -> 3.0, Age none -> 1.0`; null if no points differ.

    Args:
        both: Rows with the points of both results.
        old: The prefix of the old result's columns.

    """
    names = dict.fromkeys(name.removeprefix(old) for name in both.columns if name.endswith(POINTS_SUFFIX))
    parts = [_describe_factor_change(name, both.columns, old) for name in names]
    if not parts:
        return pl.lit(None, pl.String)
    text = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _find_merged(gone: pl.DataFrame, results: Sequence[pl.DataFrame], sources: SourceHistory | None) -> pl.DataFrame:
    """Return the gone properties that are part of another one now, with its ID and, prefixed by CHANGED, both old places."""
    if sources is None or sources.merge_log is None or gone.is_empty() or not {*sources.merge_log.columns} >= MERGE_COLUMNS:
        return gone.clear().with_columns(pl.lit(None, pl.String).alias(f"{OLD}{ID}"), pl.lit(None, pl.String).alias(ID))
    listed = pl.concat(
        [one.select(cs.by_name(KEY, *ADDRESS_COLUMNS, require_all=False)) for one in results], how="diagonal_relaxed"
    )
    merged = gone.join(find_merged(gone, listed, sources.merge_log), on=RANK, maintain_order="left")
    places = {"Old Value": "", "New Value": KEPT}
    return merged.with_columns(
        pl.col(ID).alias(f"{OLD}{ID}"),
        pl.col(f"{KEPT}{ID}").alias(ID),
        pl.lit(ADDRESS_COLUMNS[0]).alias(f"{CHANGED}Column"),
        *(
            pl.concat_str(
                *(_column(merged, f"{side}{name}") for name in ADDRESS_COLUMNS), separator=", ", ignore_nulls=True
            ).alias(f"{CHANGED}{value}")
            for value, side in places.items()
        ),
    )


def _select_compared(table: pl.DataFrame) -> pl.DataFrame:
    """Return the columns by which properties are identified and compared; joining the others would take as long again."""
    names = (ID, "Flex Score", *SOURCE_COLUMNS, *(column.name for column in list_canonical_columns()))
    return table.select(cs.by_name(*names, require_all=False) | cs.ends_with(POINTS_SUFFIX))


def _list_compared_columns(old: pl.DataFrame, new: pl.DataFrame) -> list[str]:
    names = {name for table in (old, new) if table.height for name in table.columns}
    return [column.name for column in list_canonical_columns() if column.name in names - VARYING_COLUMNS]


def _find_changed_values(both: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return a row per changed value, by rank and column, with _VALUE_COLUMNS prefixed by CHANGED."""
    order = pl.Enum(names)
    changed = [
        rows.filter(_differs(name, rows)).with_columns(
            pl.lit(name, order).alias(f"{CHANGED}Column"),
            format_values(_column(rows, f"{OLD}{name}")).alias(f"{CHANGED}Old Value"),
            format_values(_column(rows, name)).alias(f"{CHANGED}New Value"),
        )
        for name, rows in _select_candidates(both, names)
    ]
    return pl.concat(changed).sort(RANK, f"{CHANGED}Column") if changed else both.clear()


def _select_candidates(both: pl.DataFrame, names: Sequence[str]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield each column with the rows whose values aren't identical, which need the slower comparison."""
    same_type = [name for name in names if both.schema.get(name, "") == both.schema.get(f"{OLD}{name}")]
    is_different = both.select(pl.col(name).ne_missing(pl.col(f"{OLD}{name}")) for name in same_type)
    for name in names:
        rows = both.filter(is_different[name]) if name in same_type else both
        if rows.height:
            yield name, rows


def _differs(name: str, both: pl.DataFrame) -> pl.Expr:
    types = [both.schema.get(side, pl.Null()) for side in (f"{OLD}{name}", name)]
    return differs(_column(both, f"{OLD}{name}"), _column(both, name), types, name)


def _column(table: pl.DataFrame, name: str) -> pl.Expr:
    """Return the column, or null if the table lacks it."""
    return pl.col(name) if name in table.columns else pl.lit(None)


def _to_changes(
    rows: pl.DataFrame, kind: ChangeKind, scores: tuple[str | None, str | None], factors: pl.Expr | None = None
) -> pl.DataFrame:
    expressions = {
        "Change": pl.lit(str(kind)),
        **{name: _column(rows, name) for name in _PROPERTY_COLUMNS},
        **{name: _column(rows, f"{CHANGED}{name}") for name in (*_VALUE_COLUMNS, *_AMOUNT_COLUMNS, "Source")},
        **{name: _column(rows, column or "") for name, column in zip(_SCORE_COLUMNS, scores, strict=True)},
        "Factors": pl.lit(None) if factors is None else factors,
    }
    # `select` alone would return one row if all expressions are literals.
    changes = rows.with_columns(expressions[name].cast(dtype).alias(name) for name, dtype in CHANGE_SCHEMA.items())
    return changes.select(*CHANGE_SCHEMA)


def _describe_factor_change(name: str, columns: Sequence[str], old: str) -> pl.Expr:
    before, after = (
        pl.col(side).cast(pl.Float64).round(_POINT_DECIMALS) if side in columns else pl.lit(None, pl.Float64)
        for side in (f"{old}{name}", name)
    )
    texts = (points.cast(pl.String).fill_null(_NO_POINTS) for points in (before, after))
    return pl.when(before.ne_missing(after)).then(pl.format("{} {} -> {}", pl.lit(name.removesuffix(POINTS_SUFFIX)), *texts))
