"""Compare two results: changed properties, and changed columns of each vendor's exports."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, POINTS_SUFFIX, canonical_columns
from flexscout.history.compare_values import differs, format_values
from flexscout.history.property_identity import KEY, NUMBER, RANK, apply_successors, identity_columns, rank_rows

_PROPERTY_COLUMNS = ("Property ID", *ADDRESS_COLUMNS)
_SCORE_COLUMNS = ("Old Score", "New Score")
_VALUE_COLUMNS = ("Column", "Old Value", "New Value")

CHANGE_SCHEMA = {
    "Change": pl.String,
    **dict.fromkeys(_PROPERTY_COLUMNS, pl.String),
    **dict.fromkeys(_SCORE_COLUMNS, pl.Float64),
    "Factors": pl.String,
    **dict.fromkeys(_VALUE_COLUMNS, pl.String),
}
"""Columns of a table of changes: the ChangeKind; the property; its scores, 0-10, null if it isn't in that result; the factors
whose points changed; the column of a changed value and both values as text, null if missing."""

_IGNORED_COLUMNS = {"Latitude", "Longitude", "Property Link"}  # vary between exports without meaning
_OLD, _CHANGED = "__old ", "__changed "  # prefixes of working columns: of the old table; of a changed value
_POINT_DECIMALS = 4
_NO_POINTS = "none"
_UNKNOWN_VENDOR = "unknown vendor"


class ChangeKind(StrEnum):
    """The kind of a change, in the order of a table of changes."""

    NEW = "new"
    GONE = "gone"
    SCORE = "score changed"
    VALUE = "value changed"


@dataclass(frozen=True)
class PropertyChanges:
    """The differences between two results.

    Attributes:
        table: CHANGE_SCHEMA. New properties by rank, gone ones by their old rank, then changed scores and values by rank.
        counts: Properties `in_old`, `in_new`, `new` and `gone`, and those in both results with `score_changed`,
            `value_changed` and `unchanged`.
        identity: The columns that identify a property in both results.

    """

    table: pl.DataFrame
    counts: dict[str, int]
    identity: tuple[str, ...]

    def select(self, kind: ChangeKind) -> pl.DataFrame:
        """Return the changes of one kind, in order."""
        return self.table.filter(pl.col("Change") == kind)


def compare_properties(old: pl.DataFrame, new: pl.DataFrame) -> PropertyChanges:
    """Compare two master tables.

    Properties are matched by `Property ID`, or by address, city and state in normalized spelling if a table of an older version
    has no IDs. A property whose ID changed is found again by its address or parcel, if no other property has it. Rows with the
    same identity are paired in the order of their sources. Only canonical columns are compared; rounding, case and abbreviations
    don't count as changes.

    Args:
        old: The old master table, in its order.
        new: The new master table, in its order.

    Raises:
        AggregationError: A table has neither IDs nor addresses.

    """
    identity = identity_columns(old, new)
    current = rank_rows(new, identity)
    previous = apply_successors(rank_rows(old, identity), current)
    keys = [KEY, NUMBER]
    added = current.join(previous, on=keys, how="anti", maintain_order="left")
    gone = previous.join(current, on=keys, how="anti", maintain_order="left")
    both = current.join(previous.select(*keys, pl.exclude(keys).name.prefix(_OLD)), on=keys, maintain_order="left")
    scores = both.filter(_differs("Flex Score", both))
    values = _find_changed_values(both, _compared_columns(old, new))
    both_scores = (f"{_OLD}Flex Score", "Flex Score")
    parts = [
        _to_changes(added, ChangeKind.NEW, (None, "Flex Score")),
        _to_changes(gone, ChangeKind.GONE, ("Flex Score", None)),
        _to_changes(scores, ChangeKind.SCORE, both_scores, describe_factor_changes(scores, _OLD)),
        _to_changes(values, ChangeKind.VALUE, both_scores),
    ]
    changed = pl.concat([scores.select(RANK), values.select(RANK).unique()])
    counts = {
        "in_old": old.height,
        "in_new": new.height,
        "new": added.height,
        "gone": gone.height,
        "score_changed": scores.height,
        "value_changed": values[RANK].n_unique(),
        "unchanged": both.height - changed[RANK].n_unique(),
    }
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


def compare_columns(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Compare the columns of each vendor's exports in two reports.

    Args:
        old: The content of the old `pipeline_summary.json`.
        new: The content of the new one.

    Returns:
        An entry per vendor with changes, by name: the `vendor`, its `new` and `lost` columns, and its `renamed` columns, each
        with `column`, `old` and `new` headers.

    """
    before, after = _collect_headers(old), _collect_headers(new)
    entries = [_compare_vendor(vendor, before[vendor], after[vendor]) for vendor in sorted(before.keys() & after.keys())]
    return [entry for entry in entries if entry["new"] or entry["lost"] or entry["renamed"]]


def _compared_columns(old: pl.DataFrame, new: pl.DataFrame) -> list[str]:
    names = {name for table in (old, new) if table.height for name in table.columns}
    return [column.name for column in canonical_columns() if column.name in names - _IGNORED_COLUMNS]


def _find_changed_values(both: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return a row per changed value, by rank and column, with _VALUE_COLUMNS prefixed by _CHANGED."""
    order = pl.Enum(names)
    changed = [
        rows.filter(_differs(name, rows)).with_columns(
            pl.lit(name, order).alias(f"{_CHANGED}Column"),
            format_values(_column(rows, f"{_OLD}{name}")).alias(f"{_CHANGED}Old Value"),
            format_values(_column(rows, name)).alias(f"{_CHANGED}New Value"),
        )
        for name, rows in _select_candidates(both, names)
    ]
    return pl.concat(changed).sort(RANK, f"{_CHANGED}Column") if changed else both.clear()


def _select_candidates(both: pl.DataFrame, names: Sequence[str]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield each column with the rows whose values aren't identical, which need the slower comparison."""
    same_type = [name for name in names if both.schema.get(name, "") == both.schema.get(f"{_OLD}{name}")]
    is_different = both.select(pl.col(name).ne_missing(pl.col(f"{_OLD}{name}")) for name in same_type)
    for name in names:
        rows = both.filter(is_different[name]) if name in same_type else both
        if rows.height:
            yield name, rows


def _differs(name: str, both: pl.DataFrame) -> pl.Expr:
    types = [both.schema.get(side, pl.Null()) for side in (f"{_OLD}{name}", name)]
    return differs(_column(both, f"{_OLD}{name}"), _column(both, name), types, name)


def _column(table: pl.DataFrame, name: str) -> pl.Expr:
    """Return the column, or null if the table lacks it."""
    return pl.col(name) if name in table.columns else pl.lit(None)


def _to_changes(
    rows: pl.DataFrame, kind: ChangeKind, scores: tuple[str | None, str | None], factors: pl.Expr | None = None
) -> pl.DataFrame:
    expressions = {
        "Change": pl.lit(str(kind)),
        **{name: _column(rows, name) for name in _PROPERTY_COLUMNS},
        **{name: _column(rows, f"{_CHANGED}{name}") for name in _VALUE_COLUMNS},
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


def _collect_headers(report: Mapping[str, Any]) -> dict[str, dict[str, set[str]]]:
    """Map vendor and column to the column's headers."""
    vendors = {
        file["file"] if len(file["sheets"]) == 1 else f"{file['file']}, {sheet['sheet']}": file.get("vendor") or _UNKNOWN_VENDOR
        for file in report.get("files", [])
        for sheet in file.get("sheets", [])
    }
    headers: dict[str, dict[str, set[str]]] = {vendor: {} for vendor in vendors.values()}
    for entry in report.get("columns", {}).get("columns", []):
        for sheet, header in entry["headers"].items():
            if sheet in vendors:
                headers[vendors[sheet]].setdefault(entry["column"], set()).add(header)
    return headers


def _compare_vendor(vendor: str, before: Mapping[str, set[str]], after: Mapping[str, set[str]]) -> dict[str, Any]:
    renamed = [name for name in before.keys() & after.keys() if before[name].isdisjoint(after[name])]
    return {
        "vendor": vendor,
        "new": sorted(after.keys() - before.keys()),
        "lost": sorted(before.keys() - after.keys()),
        "renamed": [{"column": name, "old": sorted(before[name]), "new": sorted(after[name])} for name in sorted(renamed)],
    }
