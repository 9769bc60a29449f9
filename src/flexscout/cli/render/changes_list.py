"""What changed between two results, for a person and for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from flexscout.cli.terminal import print_line
from flexscout.domain import format_count, join_address
from flexscout.history import ChangeKind, PropertyChanges

_SHOWN = 10
_TITLES = {
    ChangeKind.NEW: ("New", "by their rank"),
    ChangeKind.GONE: ("Gone", "by the rank they had"),
    ChangeKind.SCORE: ("Another score", "by their rank"),
    ChangeKind.VALUE: ("Other values", "by rank"),
}


def show_changes(names: Sequence[str], changes: PropertyChanges, columns: Sequence[Mapping[str, Any]]) -> None:
    """Print how many properties are new, gone and changed, and the first of each."""
    counts, width = changes.counts, max(map(len, names))
    for title, name, count in zip(("Old", "New"), names, (counts["in_old"], counts["in_new"]), strict=True):
        print_line(f"{title}: {name:{width}}  {format_count(count, 'property')}")
    print_line(_in_a_sentence(changes))
    if told_by := _told_by(changes):
        print_line(told_by)
    for kind in ChangeKind:
        _show_first(changes.select(kind), kind)
    if columns:
        print_line("Columns of the exports", blank_before=True)
    for entry in columns:
        print_line(f"  {entry['vendor']}: {_columns_in_words(entry)}")


def changes_to_dict(
    names: Sequence[str], changes: PropertyChanges, columns: Sequence[Mapping[str, Any]] | None
) -> dict[str, Any]:
    """All of it, for programs; `columns` is null where it is not known which exports were read."""
    return {
        "old": names[0],
        "new": names[1],
        "identity": list(changes.identity),
        "counts": changes.counts,
        "changes": changes.table.to_dicts(),
        "columns": columns,
    }


def build_change_tables(changes: PropertyChanges) -> dict[str, pl.DataFrame]:
    """The changes and their counts, by the name of their sheet."""
    counts = pl.DataFrame(
        {"Figure": [name.replace("_", " ").capitalize() for name in changes.counts], "Properties": [*changes.counts.values()]}
    )
    return {"Changes": changes.table, "Summary": counts}


def _in_a_sentence(changes: PropertyChanges) -> str:
    counts = changes.counts
    if changes.table.is_empty():
        return "Nothing has changed: both have the same properties, with the same scores and values."
    both = counts["in_new"] - counts["new"]
    return (
        f"{counts['new']:,} new, {counts['gone']:,} gone, {both:,} in both: {counts['score_changed']:,} with another score, "
        f"{counts['value_changed']:,} with other values, {counts['unchanged']:,} unchanged."
    )


def _told_by(changes: PropertyChanges) -> str:
    """How properties were told, where it is not by their ID."""
    if len(changes.identity) == 1:
        return ""
    return f"An older version wrote one of them, without Property ID: properties are told by {', '.join(changes.identity)}."


def _show_first(table: pl.DataFrame, kind: ChangeKind) -> None:
    if table.is_empty():
        return
    title, order = _TITLES[kind]
    count = f"the first {_SHOWN} of {table.height:,}, " if table.height > _SHOWN else ""
    print_line(f"{title} ({count}{order})", blank_before=True)
    for change in table.head(_SHOWN).iter_rows(named=True):
        print_line(f"  {_line(change, kind)}")


def _line(change: Mapping[str, Any], kind: ChangeKind) -> str:
    """`3.5 -> 7.5   12 MAIN ST, Norcross, GA: Building Size 1.0 -> 3.0`."""
    place = join_address(change) or change["Property ID"] or "?"
    old, new = (_score(change[name]) for name in ("Old Score", "New Score"))
    if kind is ChangeKind.VALUE:
        return f"{place}: {change['Column']} {change['Old Value'] or 'none'} -> {change['New Value'] or 'none'}"
    if kind is ChangeKind.SCORE:
        return f"{old} -> {new}  {place}" + (f": {change['Factors']}" if change["Factors"] else "")
    return f"{new if kind is ChangeKind.NEW else old}  {place}"


def _score(score: float | None) -> str:
    return "    -" if score is None else f"{score:5.2f}"


def _columns_in_words(entry: Mapping[str, Any]) -> str:
    renamed = [f"{' / '.join(own['old'])} is called {' / '.join(own['new'])} now" for own in entry["renamed"]]
    parts = [
        (f"new {', '.join(entry['new'])}" if entry["new"] else ""),
        (f"lost {', '.join(entry['lost'])}" if entry["lost"] else ""),
    ]
    return "; ".join(filter(None, [*parts, *renamed]))
