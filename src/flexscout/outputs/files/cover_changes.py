"""The section of the cover on what is new since the last list."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Any

import polars as pl

from flexscout.domain import format_short_money, join_address, shorten
from flexscout.history import CHANGE_SCHEMA, ChangeKind
from flexscout.outputs.files.layout import LAST, PLACE_CHARACTERS, PLAIN, STRONG, Page

_CHANGES = (
    (ChangeKind.NEW, "new", "New"),
    (ChangeKind.PRICE_CUT, "price_cut", "Price cuts"),
    (ChangeKind.PRICED, "newly_priced", "Newly priced"),
    (ChangeKind.SOLD, "sold", "Sold"),
    (ChangeKind.WITHDRAWN, "withdrawn", "Withdrawn"),
    (ChangeKind.GONE, "gone", "No longer on the list"),
    (ChangeKind.BACK, "back", "Back on the list"),
)  # fmt: skip
_ALWAYS_SHOWN = (ChangeKind.NEW, ChangeKind.PRICE_CUT, ChangeKind.SOLD, ChangeKind.WITHDRAWN)
_MAX_EXAMPLES, _EXAMPLE_CHARACTERS = 3, 104


def add_changes(page: Page, changes: pl.DataFrame | None, report: Mapping[str, Any]) -> None:
    """Write how many properties are new, cheaper, sold or withdrawn, with the best of each."""
    known = report.get("changes")
    if not known:
        page.add_heading("What is new")
        page.put(0, LAST, "There is no earlier list to compare with.", PLAIN)
        page.end_row()
        return
    # The report of a past run has the first changes only.
    table = changes if changes is not None else pl.DataFrame(known["first"], schema=CHANGE_SCHEMA)
    page.add_heading("What is new since the last list")
    counts = [(kind, label, known["counts"].get(name, 0)) for kind, name, label in _CHANGES]
    if not any(count for _, _, count in counts):
        page.put(0, LAST, "Nothing: no new properties, price cuts or sales, and none withdrawn.", PLAIN)
        page.end_row()
        return
    for kind, label, count in counts:
        if not (count or kind in _ALWAYS_SHOWN):
            continue
        page.put(0, 4, label, STRONG)
        page.put(5, 6, count, replace(STRONG, number="#,##0", align="center"))
        page.put(7, LAST, _list_examples(table, kind, count), PLAIN)
        page.end_row()


def _list_examples(changes: pl.DataFrame, kind: ChangeKind, count: int) -> str:
    """Return the best properties with a change of this kind that fit in a line, each with what happened."""
    rows = changes.filter(pl.col("Change") == kind).unique("Property ID", keep="first", maintain_order=True)
    texts = [_describe_change(row, kind) for row in rows.head(_MAX_EXAMPLES).iter_rows(named=True)]
    lengths = accumulate(len(text) + 2 for text in texts)
    shown = [text for text, length in zip(texts, lengths, strict=True) if length <= _EXAMPLE_CHARACTERS] or texts[:1]
    more = f"; {count - len(shown):,} more" if count > len(shown) else ""
    return "; ".join(shown) + more


def _describe_change(row: Mapping[str, Any], kind: ChangeKind) -> str:
    place = shorten(join_address(row, ("Address", "City")), PLACE_CHARACTERS)
    if kind == ChangeKind.PRICE_CUT:
        old, new = (format_short_money(float(row[name])) for name in ("Old Value", "New Value"))
        return f"{place}, {old} to {new} ({row['Percent']:.0f}%)"
    if kind == ChangeKind.PRICED:
        return f"{place}, {format_short_money(float(row['New Value']))}"
    if kind == ChangeKind.SOLD and row["Amount"]:
        return f"{place}, {format_short_money(row['Amount'])}"
    if kind == ChangeKind.WITHDRAWN and row["Source"]:
        return f"{place} ({row['Source']})"
    return place
