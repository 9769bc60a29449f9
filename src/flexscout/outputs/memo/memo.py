"""The memo: the best candidates, what is new, and how the list was made, on one to three pages."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from flexscout.domain import format_count, format_date, join_some
from flexscout.outputs.branding import Branding
from flexscout.outputs.comparisons import list_portfolios
from flexscout.outputs.memo.facts import (
    HIGH_SCORE,
    UNKNOWN,
    Entry,
    Row,
    compare_price,
    cut,
    describe_location,
    format_address,
    format_class,
    format_place,
    format_score,
    format_short_price,
    format_size,
    format_unit_price,
    list_doubts,
    list_facts,
    rate_score,
)
from flexscout.outputs.memo.method import describe_method
from flexscout.outputs.memo.news import build_news, list_marks
from flexscout.outputs.memo.typesetting import count_pages, typeset
from flexscout.outputs.results import ResultTables, describe_rejected_ranks

_TITLE = "Flex-industrial candidates"
_TEMPLATE = "memo.typ"
_MAX_STATES = 5
_NUMBER_WORDS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DEFAULT_CAP = 10  # highest score of a profile
_MAX_PAGES = 3
_MAX_OWNERS, _MAX_RANKS = 3, 5
_REASON_LENGTH = 90  # characters
_PROPERTY_COUNTS = (10, 8, 6, 5)  # the first that fits on the pages is shown


def render_memo(tables: ResultTables, report: Mapping[str, Any], branding: Branding) -> bytes:
    """Return the memo of a result as PDF.

    Args:
        tables: The tables of the result. Comparison columns may be missing.
        report: The run report. Its `top_candidates` are the properties of the memo.
        branding: The firm's name and logo.

    Raises:
        ConfigurationError: The library isn't installed.
        OutputError: The logo is damaged.

    """
    for count in _PROPERTY_COUNTS:
        pdf = typeset(_TEMPLATE, build_memo_content(tables, report, count), branding)
        if count_pages(pdf) <= _MAX_PAGES:
            break
    return pdf


def build_memo_content(tables: ResultTables, report: Mapping[str, Any], count: int = _PROPERTY_COUNTS[0]) -> dict[str, Any]:
    """Return what the memo shows, as its template takes it; `count` is the highest number of properties."""
    best = _list_best(tables, report, count)
    title = "The best candidate" if len(best) == 1 else f"The {_NUMBER_WORDS[len(best)]} best candidates"
    return {
        "title": _TITLE,
        "subtitle": _describe_scope(tables.master, report),
        "footer": " | ".join(filter(None, (_TITLE, _describe_date(report)))),
        "figures": _list_figures(tables.master, report),
        "best_title": title,
        "rejected": describe_rejected_ranks([int(one["rank"]) for one in best]),
        "best": best,
        "columns": _list_columns(best),
        "empty": "No property in these exports is a candidate.",
        "news": build_news(report, tables.changes),
        "details_title": f"{title} in detail",
        "owners_title": "Owners with several properties on the list",
        "owners": _list_owners(tables.master),
        "method_title": "How this list was made",
        "method": describe_method(report, has_prices=any(one["price"] for one in best)),
    }


def _list_best(tables: ResultTables, report: Mapping[str, Any], count: int) -> list[Entry]:
    ranks = [one["rank"] for one in report["top_candidates"] if one["rank"] <= tables.master.height][:count]
    rows = tables.master[[rank - 1 for rank in ranks]].to_dicts() if ranks else []
    ids = [row.get("Property ID") or "" for row in rows]
    marks, duplicates = list_marks(report, tables.changes, ids), _list_duplicates(report)
    cap = (report.get("profile") or {}).get("cap", _DEFAULT_CAP)
    return [
        _build_entry(rank, row, tables.reasons[rank - 1] if rank <= len(tables.reasons) else (), cap)
        | {"mark": marks.get(property_id, ""), "verify": list_doubts(row, duplicates.get(property_id, ()))}
        for rank, row, property_id in zip(ranks, rows, ids, strict=True)
    ]


def _build_entry(rank: int, row: Row, reasons: Sequence[str], cap: float) -> Entry:
    score, position = row["Flex Score"], row.get("Price Position")
    return {
        "rank": str(rank),
        "address": format_address(row),
        "summary": " | ".join(filter(None, (cut(format_place(row)), cut(row.get("Property Type") or "")))),
        "place": describe_location(row),
        "cells": [format_size(row), format_short_price(row), format_unit_price(row), compare_price(row)],
        "score": format_score(score),
        "out_of": f"of {cap:g}",
        "class": format_class(row.get("Flex Classification")),
        "level": rate_score(score),
        "facts": list_facts(row),
        "price": [position] if position else [],
        "reasons": [cut(f"{reason[0].upper()}{reason[1:]}", _REASON_LENGTH) for reason in reasons if reason],
    }


def _list_columns(best: Sequence[Entry]) -> list[Entry]:
    """Return the columns of the overview that have values: their position in the cells, label and alignment."""
    columns = (("Building", "right"), ("Asking", "right"), ("$/sq ft", "right"), ("Versus comparables", "right"))
    return [
        {"at": at, "label": label, "align": align}
        for at, (label, align) in enumerate(columns)
        if any(one["cells"][at] != UNKNOWN for one in best)
    ]


def _list_duplicates(report: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return Property ID -> addresses of properties that may be the same."""
    found: dict[str, list[str]] = {}
    for pair in report["deduplication"]["possible"]["surest"]:
        other = {name.removeprefix("Other "): value for name, value in pair.items() if name.startswith("Other ")}
        found.setdefault(pair["Property ID"], []).append(format_address(other))
        found.setdefault(other["Property ID"], []).append(format_address(pair))
    return found


def _list_figures(master: pl.DataFrame, report: Mapping[str, Any]) -> list[Entry]:
    statistics, counts = report["statistics"], (report.get("changes") or {}).get("counts", {})
    prices = _count_values(master, "Asking Price")
    median = master["Asking Price/SqFt"].median() if _count_values(master, "Asking Price/SqFt") else None
    figures = {
        "Candidates": f"{statistics['unique_flex_properties']:,}",
        f"Score {HIGH_SCORE} or more": f"{statistics['score_distribution'].get('8-10', 0):,}",
        "New since last time": f"{counts['new']:,}" if "new" in counts else "",
        "With an asking price": f"{prices:,}" if prices else "",
        "Median asking $/sq ft": f"${median:,.0f}" if isinstance(median, float) else "",
        "Properties read": f"{statistics['total_properties']:,}",
    }
    return [{"label": label, "value": value} for label, value in figures.items() if value][:5]


def _list_owners(master: pl.DataFrame) -> list[str]:
    """Return `Granite Holdings, LLC: 5 properties (ranks 1, 4, 9 and 2 more), 262,000 sq ft`, most properties first."""
    return [
        f"{cut(owner)}: {format_count(count, 'property')} (ranks {join_some(list(map(str, ranks)), _MAX_RANKS, last=' and ')})"
        + (f", {size:,.0f} sq ft" if size else "")
        for owner, count, _, ranks, size in list_portfolios(master).head(_MAX_OWNERS).iter_rows()
    ]


def _count_values(master: pl.DataFrame, name: str) -> int:
    return master[name].count() if name in master.columns else 0


def _describe_scope(master: pl.DataFrame, report: Mapping[str, Any]) -> str:
    """Return `104 properties in NC, GA and SC, from 4 files. Data of Jan 19, 2026`."""
    statistics = report["statistics"]
    states = join_some(list(statistics["geographic_coverage"]["states"]), _MAX_STATES, last=" and ")
    where = f" in {states}" if states else ""
    listed = f"{format_count(master.height, 'property')}{where}, from {format_count(statistics['successful_files'], 'file')}"
    return ". ".join(filter(None, (listed, _describe_date(report))))


def _describe_date(report: Mapping[str, Any]) -> str:
    day = report.get("data_date")
    return f"Data of {format_date(date.fromisoformat(day))}" if day else ""
