"""The key figures, how many of each score there are, and the way from rows to candidates."""

import math
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.outputs.html.elements import (
    ChartColumn,
    band_for_score,
    render_bars,
    render_card,
    render_columns,
    render_grid,
    render_table,
    render_tiles,
)

_STEP = 0.5  # points of score to a column
_REASONS = 5
_COUNTS = ("rows_read", "blank", "not_data", "below_score", "candidates")


def render_key_figures(report: Mapping[str, Any]) -> Markup:
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
    return render_tiles(there.items())


def _sized(value: float | None, digits: int) -> str:
    return "unknown" if value is None else f"{value:,.{digits}f}"


def render_overview(report: Mapping[str, Any], master: pl.DataFrame) -> Markup:
    """Score distribution, the way from rows to candidates, and why the others are none."""
    parts = [render_card("Scores of the candidates", _scores(master)), render_card("From rows to candidates", _way(report))]
    reasons = _reasons(report["not_selected"])
    return render_grid([*parts, render_card("Why the others are not on the list", reasons)] if reasons else parts)


def _scores(master: pl.DataFrame) -> Markup:
    if "Flex Score" not in master.columns or not master.height:
        return render_columns("Scores", ())
    scores = master["Flex Score"]
    place = (scores / _STEP).floor().cast(pl.Int64).alias("place")
    counts: dict[int, int] = dict(place.value_counts().iter_rows())
    first = 2 * math.floor(min(counts) / 2)  # a whole point of score
    return render_columns("Scores", [_score(i, counts.get(i, 0)) for i in range(first, round(10 / _STEP) + 1)])


def _score(place: int, count: int) -> ChartColumn:
    least = place * _STEP
    said = "10" if least == 10 else f"{least:g} to below {least + _STEP:g}"  # noqa: PLR2004 - the best score
    return ChartColumn(f"{least:g}" if least % 1 == 0 else "", said, count, band_for_score(least))


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
    return render_bars("Rows of all files", steps)


def _reasons(entries: Sequence[Mapping[str, Any]]) -> Markup:
    """The most frequent reasons, and how many rows have another one."""
    if not entries:
        return Markup("")
    shown = {entry["reason"]: entry["rows"] for entry in entries[:_REASONS]}
    rest = sum(entry["rows"] for entry in entries[_REASONS:])
    return render_bars("Reasons, by how many properties they keep out", shown | ({"other reasons": rest} if rest else {}))


_SHOWN = 12


def render_geography(report: Mapping[str, Any]) -> Markup:
    """A chart per kind of place."""
    coverage = report["statistics"]["geographic_coverage"]
    return render_grid(_places(kind, coverage.get(kind, {})) for kind in ("states", "counties", "cities"))


def _places(kind: str, counts: Mapping[str, int]) -> Markup:
    if not counts:
        return render_card(kind.capitalize(), Markup('<p class="none">Not in the data.</p>'))
    of = f"the first {_SHOWN} of {len(counts):,}" if len(counts) > _SHOWN else f"all {len(counts):,}"
    return render_card(kind.capitalize(), render_bars(f"Candidates, {of}", dict(islice(counts.items(), _SHOWN))))


_SQUARE_FEET = (0, 10_000, 20_000, 30_000, 40_000, 50_000, 75_000, 100_000, 150_000, 200_000)
_ACRES = (0, 0.5, 1, 2, 3, 5, 10, 20, 50)
_YEARS = (0, 1950, 1960, 1970, 1980, 1990, 2000, 2010, 2020)


def render_sizes(master: pl.DataFrame) -> Markup:
    """Building, lot and year."""
    return render_grid(
        [
            render_card("Building, thousand sq ft", _spread(master, "Building SqFt", _SQUARE_FEET, " sq ft", 1_000)),
            render_card("Lot, acres", _spread(master, "Lot Size Acres", _ACRES, " acres")),
            render_card("Year built", _spread(master, "Year Built", _YEARS, "")),
        ]
    )


def _spread(master: pl.DataFrame, name: str, edges: Sequence[float], unit: str, label_unit: int = 1) -> Markup:
    """How many values lie from each edge to the next."""
    values = (
        master[name].cast(pl.Float64, strict=False).drop_nulls() if name in master.columns else pl.Series([], dtype=pl.Float64)
    )
    counts = [int(((values >= low) & (values < high)).sum()) for low, high in zip(edges, (*edges[1:], float("inf")), strict=True)]
    grouped = "" if name == "Year Built" else ","
    entries = [
        ChartColumn(_label(i, edges, label_unit, grouped), _said(i, edges, unit, grouped), count)
        for i, count in enumerate(counts)
    ]
    missing = master.height - values.len()
    note = Markup('<p class="none">Unknown for {}.</p>').format(f"{missing:,}") if missing else Markup("")
    return render_columns(name, entries) + note


def _label(place: int, edges: Sequence[float], unit: int, grouped: str) -> str:
    if place == 0:
        return f"<{edges[1] / unit:{grouped}g}"
    return f"{edges[place] / unit:{grouped}g}" + ("+" if place == len(edges) - 1 else "")


def _said(place: int, edges: Sequence[float], unit: str, grouped: str) -> str:
    if place == 0:
        return f"below {edges[1]:{grouped}}{unit}"
    if place == len(edges) - 1:
        return f"{edges[place]:{grouped}}{unit} or more"
    return f"{edges[place]:{grouped}} to below {edges[place + 1]:{grouped}}{unit}"


def render_quality(report: Mapping[str, Any]) -> Markup:
    """Per column how many candidates have it; per reason how many Issues there are."""
    found = report["quality"]
    shares = {name: share for name, share in found["completeness"].items() if share}
    empty = [name for name, share in found["completeness"].items() if not share]
    words = {name: f"{share:.0%}" for name, share in shares.items()}
    note = Markup('<p class="none">In no candidate: {}.</p>').format(", ".join(empty)) if empty else Markup("")
    complete = render_bars("Share of the candidates that have a value", shares, words, most=1) + note
    return render_grid(
        [render_card("Completeness", complete), render_card("Issues with values, rows and columns", _issues(found))]
    )


def _issues(found: Mapping[str, Any]) -> Markup:
    rows = [
        {"Issue": reason.replace("_", " "), "Times": count, "What it means": found.get("reasons", {}).get(reason, "")}
        for reason, count in found["issues"].items()
    ]
    return render_table("The sheet Issues has each with its place", rows) or Markup('<p class="none">None.</p>')


_SLOWEST = 10


def render_times(report: Mapping[str, Any]) -> Markup:
    """The stages, the slowest files, speed and memory."""
    run = report["performance"]
    figures = {
        "seconds": f"{report['statistics']['processing_duration']:,.1f}",
        "properties a minute": f"{run['properties_per_minute']:,}",
        "worker processes": f"{run['workers']:,}",
        "MB of memory at most": f"{run['peak_memory_mb']:,.0f}",
    }
    stages = render_bars("Seconds", run["seconds"], _words(run["seconds"]))
    slowest = dict(
        sorted(((file["file"], file["seconds"]) for file in report["files"] if file["seconds"]), key=lambda file: -file[1])[
            :_SLOWEST
        ]
    )
    parts = [
        render_card("Stages", stages),
        render_card("Slowest files", render_bars("Seconds in a worker", slowest, _words(slowest))),
    ]
    return render_tiles(figures.items()) + render_grid(parts)


def _words(seconds: Mapping[str, float]) -> dict[str, str]:
    return {name: f"{value:,.2f}" for name, value in seconds.items()}
