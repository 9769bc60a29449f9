"""What was merged into what, and what may be one and was not merged."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.page.charts import bars
from flexscout.page.elements import brief, card, grid, table, tiles
from flexscout.page.shown import plain

_PAIRS, _FILES = 20, 10
_PLACE = ("Address", "City", "State")


def duplicates(report: Mapping[str, Any]) -> Markup:
    """The figures, what showed that rows are one, the first merges, and pairs for a person to decide."""
    merged = report["deduplication"]
    figures = {
        "candidates before": f"{merged['before']:,}",
        "duplicates merged": f"{merged['removed']:,}",
        "properties with duplicates": f"{merged['groups']:,}",
        "candidates after": f"{merged['after']:,}",
        "merges of different parcels (APN)": f"{merged['different_apn']:,}",
        "pairs that may be one": f"{merged['possible']['pairs']:,}",
        "with blanks filled from duplicates": f"{merged['filled']['properties']:,}",
    }
    return tiles(figures.items()) + _kinds(merged) + _merges(merged) + _pairs(merged["possible"])


def _kinds(merged: Mapping[str, Any]) -> Markup:
    """By what rows were found to be one, and in which files."""
    if not merged["removed"]:
        return Markup("")
    overlaps = {_files(pair): pair["properties"] for pair in merged["overlaps"][:_FILES]}
    alike, files = bars("Merges by what agreed", merged["by_match"]), bars("Properties that are in both", overlaps)
    return grid([card("Why they are one", alike), card("Files that overlap", files)])


def _files(pair: Mapping[str, Any]) -> str:
    return f"{brief(pair['file'], 28)} and {brief(pair['other_file'], 28)}"


def _merges(merged: Mapping[str, Any]) -> Markup:
    first = pl.DataFrame(merged["merges"], infer_schema_length=None)
    told = {
        "Property": _joined(first, *_PLACE),
        "Kept": _joined(first, "Kept File", "Kept Sheet", "Kept Row"),
        "Merged into it": _joined(first, "Removed File", "Removed Sheet", "Removed Row"),
        "Evidence": plain("Evidence", first),
        "Fields that differ": plain("Fields That Differ", first, 160),
    }
    rows = first.select(value.fill_null("").alias(name) for name, value in told.items()).to_dicts()
    some = f"the first {first.height} of {merged['removed']:,}; the sheet Duplicates has all"
    return table(f"Merges, {some if first.height < merged['removed'] else 'all'}", rows)


def _joined(first: pl.DataFrame, *names: str) -> pl.Expr:
    return pl.concat_str([plain(name, first) for name in names], separator=", ", ignore_nulls=True)


def _pairs(possible: Mapping[str, Any]) -> Markup:
    rows = [_pair(pair) for pair in possible["surest"][:_PAIRS]]
    return table("Pairs that may be one, the surest first; the sheet Possible Duplicates has all", rows)


def _pair(pair: Mapping[str, Any]) -> dict[str, Any]:
    alike = f"{pair['Match Score']:.0%}"
    return {"Property": _place(pair), "May be the same as": _place(pair, "Other "), "Alike": alike, "Evidence": pair["Evidence"]}


def _place(pair: Mapping[str, Any], which: str = "") -> str:
    return brief(", ".join(str(pair[which + name]) for name in _PLACE if pair.get(which + name)), 120)
