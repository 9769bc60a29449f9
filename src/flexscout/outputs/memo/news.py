"""What is new since the previous list, for the memo."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl

from flexscout.domain import find_canonical_column, format_date, format_with_unit, join_address
from flexscout.history import ChangeKind
from flexscout.outputs.memo.facts import format_score
from flexscout.outputs.report import CHANGE_LABELS

_MAX_ENTRIES = 4  # of a kind, so that they fit on the first page
_NEWS = {
    ChangeKind.NEW: "new",
    ChangeKind.PRICE_CUT: "price_cut",
    ChangeKind.PRICED: "newly_priced",
    ChangeKind.SOLD: "sold",
    ChangeKind.WITHDRAWN: "withdrawn",
}
"""Kind of change that is listed -> name of its count, in the order of the memo."""
_MARKS: dict[str, str] = {ChangeKind.NEW: "New", ChangeKind.BACK: "Back", ChangeKind.PRICE_CUT: "Price cut"}
_ONLY_COUNTED = ("back", "gone", "merged", "price_raise", "occupancy_changed", "unchanged")


def build_news(report: Mapping[str, Any], changes: pl.DataFrame | None) -> dict[str, Any] | None:
    """Return what is new on the list, or None if there is nothing to compare with.

    Args:
        report: The run report.
        changes: All changes, if they are known; else the report has the first of them.

    """
    found = report.get("changes")
    if not found:
        return None
    table = _find_changes(found, changes)
    counts = {kind: found["counts"].get(name, 0) for kind, name in _NEWS.items()}
    groups = [_build_group(kind, count, table) for kind, count in counts.items() if count]
    others = [f"{found['counts'].get(name, 0):,} {CHANGE_LABELS.get(name, name).lower()}" for name in _ONLY_COUNTED]
    return {
        "title": f"What is new since {format_date(datetime.fromisoformat(found.get('data_date') or found['of']))}",
        "others": f"Other properties: {', '.join(text for text in others if not text.startswith('0 '))}.",
        "groups": groups,
    }


def list_marks(report: Mapping[str, Any], changes: pl.DataFrame | None, ids: Sequence[str]) -> dict[str, str]:
    """Return Property ID -> `New` or `Price cut`, for those of the properties that have such news."""
    table = _find_changes(report.get("changes") or {"first": []}, changes)
    if table.is_empty():
        return {}
    news = table.filter(pl.col("Change").is_in(list(_MARKS)), pl.col("Property ID").is_in(ids))
    return {property_id: _MARKS[kind] for property_id, kind in news.select("Property ID", "Change").iter_rows()}


def _find_changes(found: Mapping[str, Any], changes: pl.DataFrame | None) -> pl.DataFrame:
    """Return all changes if they are known, else the first of them, as the report has them."""
    return changes if changes is not None else pl.DataFrame(found["first"], infer_schema_length=None)


def _build_group(kind: ChangeKind, count: int, table: pl.DataFrame) -> dict[str, Any]:
    rows = table.filter(pl.col("Change") == kind).head(_MAX_ENTRIES).to_dicts() if table.width else []
    entries = [_describe_change(row, kind) for row in rows]
    shown = f"{len(rows):,} of {count:,}" if 0 < len(rows) < count else f"{count:,}"
    return {"title": f"{CHANGE_LABELS[_NEWS[kind]]}: {shown}", "entries": entries}


def _describe_change(change: Mapping[str, Any], kind: ChangeKind) -> str:
    """Return `12 Main St, Norcross, GA: $5,000,000 to $4,600,000 (-8.0%)`."""
    place = join_address(change) or change["Property ID"] or "A property without an address"
    if kind is ChangeKind.WITHDRAWN:
        return f"{place}: no longer on {change['Source']}"
    if kind is ChangeKind.SOLD:
        price = f" for ${change['Amount']:,.0f}" if change["Amount"] is not None else ""
        return f"{place}: sold{_describe_day(change['New Value'])}{price}"
    if change["Column"] is None:
        score = change["Old Score" if kind is ChangeKind.GONE else "New Score"]
        return f"{place}: score {format_score(score)}"
    unit = find_canonical_column(change["Column"]).unit
    old, new = (format_with_unit(change[name], unit) for name in ("Old Value", "New Value"))
    if kind is ChangeKind.PRICED:
        return f"{place}: priced at {new}"
    percent = f" ({change['Percent']:+.1f}%)" if change["Percent"] is not None else ""
    return f"{place}: {old} to {new}{percent}"


def _describe_day(text: str | None) -> str:
    """Return ` Jan 15, 2026`; empty if the day is missing or no date."""
    try:
        return f" {format_date(date.fromisoformat((text or '')[:10]))}"
    except ValueError:
        return ""
