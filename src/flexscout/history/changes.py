"""Two master tables -> a row per change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, POINTS_SUFFIX, canonical_columns
from flexscout.history.compare_values import differs, format_values
from flexscout.history.property_identity import KEY, NUMBER, RANK, apply_successors, identity_columns, rank_rows

_DECIMALS = 4  # of points, as they are compared and told
_NONE = "none"


def describe_factor_changes(both: pl.DataFrame, old: str) -> pl.Expr:
    """`Building Size 2.0 -> 3.0, Age none -> 1.0` of rows with both results; `old`: how the names of the older one begin.

    Null where no points differ.
    """
    names = dict.fromkeys(name.removeprefix(old) for name in both.columns if name.endswith(POINTS_SUFFIX))
    parts = [_factor(name, both.columns, old) for name in names]
    if not parts:
        return pl.lit(None, pl.String)
    told = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    return pl.when(told != "").then(told)


def _factor(name: str, there: Sequence[str], old: str) -> pl.Expr:
    before, after = (
        pl.col(side).cast(pl.Float64).round(_DECIMALS) if side in there else pl.lit(None, pl.Float64)
        for side in (f"{old}{name}", name)
    )
    told = pl.format("{} {} -> {}", pl.lit(name.removesuffix(POINTS_SUFFIX)), _written(before), _written(after))
    return pl.when(before.ne_missing(after)).then(told)


def _written(points: pl.Expr) -> pl.Expr:
    return points.cast(pl.String).fill_null(_NONE)


_UNKNOWN = "no known vendor"


def compare_columns(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What changed in the columns of each vendor that both reports have: an entry for each where something did, by name.

    `old`, `new`: contents of `pipeline_summary.json`. An entry has the `vendor`, its `new` columns, its `lost` ones, and
    `renamed`: those that stand under other headers now, each with its `column`, `old` and `new` headers.
    """
    before, after = _headers(old), _headers(new)
    entries = [_entry(vendor, before[vendor], after[vendor]) for vendor in sorted(before.keys() & after.keys())]
    return [entry for entry in entries if entry["new"] or entry["lost"] or entry["renamed"]]


def _headers(report: Mapping[str, Any]) -> dict[str, dict[str, set[str]]]:
    """Vendor -> column -> the headers under which it stands."""
    vendors = _vendors(report)
    found: dict[str, dict[str, set[str]]] = {vendor: {} for vendor in vendors.values()}
    for entry in report.get("columns", {}).get("columns", []):
        for place, header in entry["headers"].items():
            if place in vendors:
                found[vendors[place]].setdefault(entry["column"], set()).add(header)
    return found


def _vendors(report: Mapping[str, Any]) -> dict[str, str]:
    """Sheet, as the columns name it, -> vendor."""
    return {
        file["file"] if len(file["sheets"]) == 1 else f"{file['file']}, {sheet['sheet']}": file.get("vendor") or _UNKNOWN
        for file in report.get("files", [])
        for sheet in file.get("sheets", [])
    }


def _entry(vendor: str, before: Mapping[str, set[str]], after: Mapping[str, set[str]]) -> dict[str, Any]:
    renamed = [name for name in before.keys() & after.keys() if before[name].isdisjoint(after[name])]
    return {
        "vendor": vendor,
        "new": sorted(after.keys() - before.keys()),
        "lost": sorted(before.keys() - after.keys()),
        "renamed": [{"column": name, "old": sorted(before[name]), "new": sorted(after[name])} for name in sorted(renamed)],
    }


_ABOUT = ("Property ID", *ADDRESS_COLUMNS)
_SCORES = ("Old Score", "New Score")
_OF_VALUES = ("Column", "Old Value", "New Value")

CHANGE_SCHEMA = {
    "Change": pl.String,
    **dict.fromkeys(_ABOUT, pl.String),
    **dict.fromkeys(_SCORES, pl.Float64),
    "Factors": pl.String,
    **dict.fromkeys(_OF_VALUES, pl.String),
}
"""A change: what (see ChangeKind), of which property; scores 0-10, null where it is not in that result; which factors' points
changed; for a changed value its column, and both values as text, null where there is none."""

# Where a property is exactly, and under which link, changes from export to export and means nothing.
_NOT_COMPARED = {"Latitude", "Longitude", "Property Link"}
_OLD, _CHANGED = "__old ", "__changed "  # how working columns begin: of the older table; of a changed value


class ChangeKind(StrEnum):
    """What became of a property, in the order in which changes are told."""

    NEW = "new"
    GONE = "gone"
    SCORE = "score changed"
    VALUE = "value changed"


@dataclass(frozen=True)
class PropertyChanges:
    """What is different in the newer of two results.

    `table`: CHANGE_SCHEMA; first what is new, by its rank, then what is gone, by the rank it had, then changed scores and
    changed values, by the new rank; `counts`: properties `in_old`, `in_new`, `new`, `gone`, and of those in both
    `score_changed`, `value_changed` and `unchanged`; `identity`: the columns by which properties were told.
    """

    table: pl.DataFrame
    counts: dict[str, int]
    identity: tuple[str, ...]

    def of(self, kind: ChangeKind) -> pl.DataFrame:
        """The changes of one kind, in their order."""
        return self.table.filter(pl.col("Change") == kind)


def compare_properties(old: pl.DataFrame, new: pl.DataFrame) -> PropertyChanges:
    """What changed from `old` to `new`, both master tables in their order.

    Properties are told by `Property ID`; where a table has none, being of an older version, by address, city and state, however
    these are spelled. What would be gone and new is one property if no other has its address or parcel (see `successors`). Rows
    of one identity are paired in the order of their sources. Of values only those of canonical columns count, by their type:
    rounding, case and abbreviations are no change, a value that came or went is one.
    Raises AggregationError if a table has neither.
    """
    identity = identity_columns(old, new)
    after = rank_rows(new, identity)
    before = apply_successors(rank_rows(old, identity), after)
    keys = [KEY, NUMBER]
    arrived = after.join(before, on=keys, how="anti", maintain_order="left")
    left = before.join(after, on=keys, how="anti", maintain_order="left")
    both = after.join(before.select(*keys, pl.exclude(keys).name.prefix(_OLD)), on=keys, maintain_order="left")
    scores = both.filter(_differs("Flex Score", both))
    values = _values_changed(both, _compared(old, new))
    parts = [
        _told(arrived, ChangeKind.NEW, (None, "Flex Score")),
        _told(left, ChangeKind.GONE, ("Flex Score", None)),
        _told(scores, ChangeKind.SCORE, (f"{_OLD}Flex Score", "Flex Score"), describe_factor_changes(scores, _OLD)),
        _told(values, ChangeKind.VALUE, (f"{_OLD}Flex Score", "Flex Score")),
    ]
    changed = pl.concat([scores.select(RANK), values.select(RANK).unique()])
    counts = {
        "in_old": old.height,
        "in_new": new.height,
        "new": arrived.height,
        "gone": left.height,
        "score_changed": scores.height,
        "value_changed": values[RANK].n_unique(),
        "unchanged": both.height - changed[RANK].n_unique(),
    }
    return PropertyChanges(pl.concat(parts), counts, identity)


def _compared(old: pl.DataFrame, new: pl.DataFrame) -> list[str]:
    """The canonical columns that either has."""
    there = {name for table in (old, new) if table.height for name in table.columns}
    return [column.name for column in canonical_columns() if column.name in there - _NOT_COMPARED]


def _values_changed(both: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """A row per changed value, by rank and then by column, with _OF_VALUES after _CHANGED."""
    order = pl.Enum(names)
    changed = [
        rows.filter(_differs(name, rows)).with_columns(
            pl.lit(name, order).alias(f"{_CHANGED}Column"),
            _shown(rows, f"{_OLD}{name}", "Old Value"),
            _shown(rows, name, "New Value"),
        )
        for name, rows in _perhaps(both, names)
    ]
    return pl.concat(changed).sort(RANK, f"{_CHANGED}Column") if changed else both.clear()


def _perhaps(both: pl.DataFrame, names: Sequence[str]) -> Iterator[tuple[str, pl.DataFrame]]:
    """The columns that may have changed, and the rows where they may: what is equal as it stands needs no closer look."""
    alike = [name for name in names if both.schema.get(name, "") == both.schema.get(f"{_OLD}{name}")]
    other = both.select(pl.col(name).ne_missing(pl.col(f"{_OLD}{name}")) for name in alike)
    for name in names:
        rows = both.filter(other[name]) if name in alike else both
        if rows.height:
            yield name, rows


def _differs(name: str, both: pl.DataFrame) -> pl.Expr:
    kinds = [both.schema.get(side, pl.Null()) for side in (f"{_OLD}{name}", name)]
    return differs(_there(both, f"{_OLD}{name}"), _there(both, name), kinds, name)


def _shown(both: pl.DataFrame, name: str, title: str) -> pl.Expr:
    return format_values(_there(both, name)).alias(f"{_CHANGED}{title}")


def _there(table: pl.DataFrame, name: str) -> pl.Expr:
    """The column, or nothing where the table lacks it."""
    return pl.col(name) if name in table.columns else pl.lit(None)


def _told(
    rows: pl.DataFrame, kind: ChangeKind, scores: tuple[str | None, str | None], factors: pl.Expr | None = None
) -> pl.DataFrame:
    """The rows as changes of one kind."""
    expressions = {
        "Change": pl.lit(str(kind)),
        **{name: _there(rows, name) for name in _ABOUT},
        **{name: _there(rows, f"{_CHANGED}{name}") for name in _OF_VALUES},
        **{name: _there(rows, column or "") for name, column in zip(_SCORES, scores, strict=True)},
        "Factors": pl.lit(None) if factors is None else factors,
    }
    # A selection of nothing but literals would have a row.
    return rows.with_columns(expressions[name].cast(kind).alias(name) for name, kind in CHANGE_SCHEMA.items()).select(
        *CHANGE_SCHEMA
    )
