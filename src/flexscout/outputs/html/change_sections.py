"""What changed since the previous result: a line at the top of the page, and a section."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from flexscout.domain import find_canonical_column, format_count, format_date, format_with_unit, join_address
from flexscout.history import ChangeKind
from flexscout.outputs.html.elements import clip_text, render_lead, render_table, render_tiles
from flexscout.outputs.report import CHANGE_LABELS

_NEWS = {
    "new": ChangeKind.NEW,
    "back": ChangeKind.BACK,
    "price_cut": ChangeKind.PRICE_CUT,
    "price_raise": ChangeKind.PRICE_RAISE,
    "newly_priced": ChangeKind.PRICED,
    "newly_listed": ChangeKind.LISTED,
    "withdrawn": ChangeKind.WITHDRAWN,
    "sold": ChangeKind.SOLD,
}
"""Count of changes -> the kind of the changes it counts, for properties that are on the list."""

_CARD_LINK = Markup('<a href="#{id}">{address}</a>')
_NEWS_LINE = Markup('<p class="news"><b>Since {since}</b> {counts}</p>')
_NEWS_COUNT = Markup('<a href="#changes" data-change="{kind}"><b>{count}</b> {label}</a>')


def render_news(report: Mapping[str, Any]) -> Markup:
    """Render the numbers of changes in a line; empty if there is nothing to compare, or nothing changed."""
    changes = report.get("changes")
    kinds = {name: str(kind) for name, kind in _NEWS.items()} | {"gone": ""}
    counts = {name: changes["counts"].get(name, 0) for name in kinds} if changes else {}
    if not changes or not any(counts.values()):
        return Markup("")
    shown = [
        _NEWS_COUNT.format(kind=kinds[name], count=f"{count:,}", label=CHANGE_LABELS[name].lower())
        for name, count in counts.items()
        if count
    ]
    return _NEWS_LINE.format(since=_describe_previous(changes), counts=Markup(" ").join(shown))


def _describe_previous(changes: Mapping[str, Any]) -> str:
    """Return the day of the previous result."""
    day = changes.get("data_date") or changes.get("of")
    return format_date(datetime.fromisoformat(day)) if day else f"run {changes['since_run']}"


def render_changes(report: Mapping[str, Any]) -> Markup:
    """Render the numbers of changes and the first of them; empty if there is nothing to compare, or nothing changed."""
    changes = report.get("changes")
    if not changes:
        return Markup("")
    counts = {label: changes["counts"].get(name, 0) for name, label in CHANGE_LABELS.items()}
    if not any(counts.values()):
        return Markup("")
    tiles = render_tiles((label, f"{count:,}") for label, count in counts.items() if count)
    rows = [_change_row(change) for change in changes.get("first", ())]
    unchanged = format_count(changes["counts"]["unchanged"], "property")
    since = f"Since {_describe_previous(changes)} (run {changes['since_run']})"
    lead = render_lead(f"{since}; {unchanged} unchanged. The sheet Changes of the workbook lists all changes.")
    return lead + tiles + (render_table("First changes", rows) if rows else Markup(""))


def _change_row(change: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Change": change["Change"].capitalize(),
        "Property": _link_property(change),
        "From": _format_value(change, "Old Value", "Old Score"),
        "To": change["Source"] or _format_value(change, "New Value", "New Score"),
        "By": "" if change["Percent"] is None else f"{change['Percent']:+.1f}%",
    }


def _link_property(change: Mapping[str, Any]) -> Any:
    """Return the address of a property, as a link to its card if it is on the list."""
    address = clip_text(join_address(change) or change["Property ID"])
    return address if change["Change"] == ChangeKind.GONE else _CARD_LINK.format(id=change["Property ID"], address=address)


def _format_value(change: Mapping[str, Any], value: str, score: str) -> str:
    """Return the value of a changed column with its unit, else the score if the property is only in one result."""
    if change["Column"] is None:
        alone = (change["Old Score"] is None) != (change["New Score"] is None)
        return f"score {change[score]:g}" if alone and change[score] is not None else ""
    column = find_canonical_column(change["Column"])
    if column.type == "date" and change[value]:
        return format_date(date.fromisoformat(change[value]))
    return format_with_unit(change[value], column.unit)
