"""Render the changes between two results as text, JSON and tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from flexscout.cli.terminal import print_line
from flexscout.domain import find_canonical_column, format_count, format_with_unit, join_address
from flexscout.history import ChangeKind, PropertyChanges

_MAX_LINES = 10  # per kind of change
_TITLES = {
    ChangeKind.NEW: "New",
    ChangeKind.BACK: "Back",
    ChangeKind.GONE: "Gone",
    ChangeKind.SOLD: "Sold",
    ChangeKind.PRICE_CUT: "Price cuts",
    ChangeKind.PRICE_RAISE: "Price raises",
    ChangeKind.PRICED: "Newly priced",
    ChangeKind.OCCUPANCY: "Changed occupancy",
    ChangeKind.LISTED: "Newly listed on a source",
    ChangeKind.WITHDRAWN: "Withdrawn from a source",
    ChangeKind.MERGED: "Merged into another property",
    ChangeKind.SCORE: "Changed scores",
    ChangeKind.VALUE: "Other changed values",
}


def show_changes(names: Sequence[str], changes: PropertyChanges, columns: Sequence[Mapping[str, Any]]) -> None:
    """Print the counts of changes, the first changes of each kind, and changed columns of the exports.

    Args:
        names: Names of the old and the new result.
        changes: The changes of properties.
        columns: The changes of columns, see `compare_columns`.

    """
    counts, width = changes.counts, max(map(len, names))
    for title, name, count in zip(("Old", "New"), names, (counts["in_old"], counts["in_new"]), strict=True):
        print_line(f"{title}: {name:{width}}  {format_count(count, 'property')}")
    print_line(_summarize(changes))
    if len(changes.identity) > 1:
        matched = f"so properties are matched by {', '.join(changes.identity)}"
        print_line(f"One result is of an older version, without Property ID, {matched}.")
    for kind in ChangeKind:
        _show_first(changes.select(kind), kind)
    if columns:
        print_line("Columns of the exports", blank_before=True)
    for entry in columns:
        print_line(f"  {entry['vendor']}: {_describe_columns(entry)}")


def changes_to_dict(
    names: Sequence[str], changes: PropertyChanges, columns: Sequence[Mapping[str, Any]] | None
) -> dict[str, Any]:
    """Return all changes as JSON data; `columns` is None if the exports of a result aren't known."""
    return {
        "old": names[0],
        "new": names[1],
        "identity": list(changes.identity),
        "counts": changes.counts,
        "changes": changes.table.to_dicts(),
        "columns": columns,
    }


def build_change_tables(changes: PropertyChanges) -> dict[str, pl.DataFrame]:
    """Return the tables of changes and of their counts, by sheet name."""
    counts = pl.DataFrame(
        {"Figure": [name.replace("_", " ").capitalize() for name in changes.counts], "Properties": [*changes.counts.values()]}
    )
    return {"Changes": changes.table, "Summary": counts}


def _summarize(changes: PropertyChanges) -> str:
    if changes.table.is_empty():
        return "No changes: both results have the same properties with the same scores and values."
    return f"{changes.describe_counts()}, {changes.counts['unchanged']:,} unchanged."


def _show_first(table: pl.DataFrame, kind: ChangeKind) -> None:
    if table.is_empty():
        return
    order = "by old rank" if kind in (ChangeKind.GONE, ChangeKind.MERGED) else "by rank"
    count = f"first {_MAX_LINES} of {table.height:,}, " if table.height > _MAX_LINES else ""
    print_line(f"{_TITLES[kind]} ({count}{order})", blank_before=True)
    for change in table.head(_MAX_LINES).iter_rows(named=True):
        print_line(f"  {_format_change(change, kind)}")


def _format_change(change: Mapping[str, Any], kind: ChangeKind) -> str:
    """Return ` 3.50 ->  7.50  12 MAIN ST, Norcross, GA: Building Size 1.0 -> 3.0`."""
    address = join_address(change) or change["Property ID"] or "?"
    old, new = (_format_score(change[name]) for name in ("Old Score", "New Score"))
    if kind is ChangeKind.SCORE:
        return f"{old} -> {new}  {address}" + (f": {change['Factors']}" if change["Factors"] else "")
    if kind in (ChangeKind.LISTED, ChangeKind.WITHDRAWN):
        return f"{address}: {change['Source']}"
    if kind is ChangeKind.MERGED:
        return f"{old}  {address}: now one with {change['New Value']}"
    if change["Column"] is None:
        return f"{old if kind is ChangeKind.GONE else new}  {address}"
    unit = find_canonical_column(change["Column"]).unit
    before, after = (format_with_unit(change[name], unit) for name in ("Old Value", "New Value"))
    values = f"{address}: {change['Column']} {before} -> {after}"
    percent = "" if change["Percent"] is None else f" ({change['Percent']:+.1f}%)"
    price = f", ${change['Amount']:,.0f}" if kind is ChangeKind.SOLD and change["Amount"] is not None else ""
    return values + percent + price


def _format_score(score: float | None) -> str:
    return "    -" if score is None else f"{score:5.2f}"


def _describe_columns(entry: Mapping[str, Any]) -> str:
    renamed = [f"{' / '.join(column['old'])} renamed to {' / '.join(column['new'])}" for column in entry["renamed"]]
    parts = [
        f"new {', '.join(entry['new'])}" if entry["new"] else "",
        f"lost {', '.join(entry['lost'])}" if entry["lost"] else "",
    ]
    return "; ".join(filter(None, [*parts, *renamed]))
