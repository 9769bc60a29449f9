"""The key figures, how many of each score there are, and the way from rows to candidates."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.page.bands import band_of
from flexscout.page.charts import Column, bars, columns
from flexscout.page.elements import card, grid, tiles

_STEP = 0.5  # points of score to a column
_REASONS = 5
_COUNTS = ("rows_read", "blank", "not_data", "below_score", "candidates")


def key_figures(report: Mapping[str, Any]) -> Markup:
    """What one asks first."""
    figures, merged, averages = report["statistics"], report["deduplication"], report["averages"]
    there = {
        "candidates": f"{figures['unique_flex_properties']:,}",
        "average score, of 10": f"{figures['average_flex_score']:.1f}",
        "score 8 or more": f"{figures['score_distribution'].get('8-10', 0):,}",
        "properties read": f"{figures['total_properties']:,}",
        "files read": f"{figures['successful_files']:,} of {figures['total_files_processed']:,}",
        "duplicates merged": f"{merged['removed']:,}",
        "sq ft, the average building": _sized(averages["building_sqft"], 0),
        "acres, the average lot": _sized(averages["lot_size_acres"], 1),
    }
    return tiles(there.items())


def _sized(value: float | None, digits: int) -> str:
    return "unknown" if value is None else f"{value:,.{digits}f}"


def overview(report: Mapping[str, Any], master: pl.DataFrame) -> Markup:
    """Score distribution, the way from rows to candidates, and why the others are none."""
    parts = [card("Scores of the candidates", _scores(master)), card("From rows to candidates", _way(report))]
    reasons = _reasons(report["not_selected"])
    return grid([*parts, card("Why the others are not on the list", reasons)] if reasons else parts)


def _scores(master: pl.DataFrame) -> Markup:
    if "Flex Score" not in master.columns or not master.height:
        return columns("Scores", ())
    scores = master["Flex Score"]
    place = (scores / _STEP).floor().cast(pl.Int64).alias("place")
    counts: dict[int, int] = dict(place.value_counts().iter_rows())
    first = 2 * math.floor(min(counts) / 2)  # a whole point of score
    return columns("Scores", [_score(i, counts.get(i, 0)) for i in range(first, round(10 / _STEP) + 1)])


def _score(place: int, count: int) -> Column:
    least = place * _STEP
    said = "10" if least == 10 else f"{least:g} to below {least + _STEP:g}"  # noqa: PLR2004 - the best score
    return Column(f"{least:g}" if least % 1 == 0 else "", said, count, band_of(least))


def _way(report: Mapping[str, Any]) -> Markup:
    files = report["files"]
    total = {
        key: sum(file[key] for file in files)
        for key in ("rows_read", "blank", "not_data", "not_eligible", "below_score", "candidates")
    }
    threshold = f"{report['settings']['min_flex_score']:g}"
    steps = {
        "rows read": total["rows_read"],
        "properties": total["rows_read"] - total["blank"] - total["not_data"],
        "eligible": total["candidates"] + total["below_score"],
        f"score {threshold} or more": total["candidates"],
        "candidates, duplicates merged": report["deduplication"]["after"],
    }
    return bars("Rows of all files", steps)


def _reasons(entries: Sequence[Mapping[str, Any]]) -> Markup:
    """The most frequent reasons, and how many rows have another one."""
    if not entries:
        return Markup("")
    shown = {entry["reason"]: entry["rows"] for entry in entries[:_REASONS]}
    rest = sum(entry["rows"] for entry in entries[_REASONS:])
    return bars("Reasons, by how many properties they keep out", shown | ({"other reasons": rest} if rest else {}))
