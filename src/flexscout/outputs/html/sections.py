"""Sections of the page about the result: key figures, overview, places, sizes, owners, data quality, run times."""

import math
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.domain import format_count
from flexscout.outputs.comparisons import list_portfolios
from flexscout.outputs.html.elements import (
    ChartColumn,
    choose_band,
    clip_text,
    render_bars,
    render_card,
    render_columns,
    render_grid,
    render_lead,
    render_note,
    render_table,
    render_tiles,
)

_MAX_SCORE = 10
_SCORE_STEP = 0.5  # points per chart column
_MAX_REASONS = 5
_MAX_PLACES = 12
_MAX_FILES = 10
_MAX_OWNERS = 20
_OWNER_LINK = Markup('<a href="#candidates" data-owner="{rank}">{name}</a>')
_SQUARE_FEET = (0, 10_000, 20_000, 30_000, 40_000, 50_000, 75_000, 100_000, 150_000, 200_000)
_ACRES = (0, 0.5, 1, 2, 3, 5, 10, 20, 50)
_YEARS = (0, 1950, 1960, 1970, 1980, 1990, 2000, 2010, 2020)


def render_key_figures(report: Mapping[str, Any]) -> Markup:
    """Render the figures at the top of the page."""
    statistics, averages = report["statistics"], report["averages"]
    figures = {
        "Candidates": f"{statistics['unique_flex_properties']:,}",
        "Avg. score (of 10)": f"{statistics['average_flex_score']:.1f}",
        "Score 8 or more": f"{statistics['score_distribution'].get('8-10', 0):,}",
        "Properties read": f"{statistics['total_properties']:,}",
        "Files read": f"{statistics['successful_files']:,} of {statistics['total_files_processed']:,}",
        "Duplicates merged": f"{report['deduplication']['removed']:,}",
        "Avg. building (sq ft)": _format_average(averages["building_sqft"], 0),
        "Avg. lot (acres)": _format_average(averages["lot_size_acres"], 1),
    }
    return render_tiles(figures.items())


def render_overview(report: Mapping[str, Any], master: pl.DataFrame) -> Markup:
    """Render the distribution of scores, the funnel from rows to candidates, and the most frequent rejection reasons."""
    cards = [
        render_card("Scores of the candidates", _render_scores(master)),
        render_card("From rows to candidates", _render_funnel(report)),
    ]
    if report["not_selected"]:
        cards.append(render_card("Why properties are not on the list", _render_reasons(report["not_selected"])))
    return render_grid(cards)


def render_geography(report: Mapping[str, Any]) -> Markup:
    """Render the states, counties and cities with most candidates."""
    coverage = report["statistics"]["geographic_coverage"]
    return render_grid(_render_places(kind, coverage.get(kind, {})) for kind in ("states", "counties", "cities"))


def render_sizes(master: pl.DataFrame) -> Markup:
    """Render the distribution of building sizes, lot sizes and years."""
    return render_grid(
        [
            render_card(
                "Building (thousand sq ft)", _render_distribution(master, "Building SqFt", _SQUARE_FEET, " sq ft", 1_000)
            ),
            render_card("Lot (acres)", _render_distribution(master, "Lot Size Acres", _ACRES, " acres")),
            render_card("Year built", _render_distribution(master, "Year Built", _YEARS, "")),
        ]
    )


def render_owners(master: pl.DataFrame) -> Markup:
    """Render the owners with most properties; empty if none has several."""
    portfolios = list_portfolios(master)
    if not portfolios.height:
        return Markup("")
    rows = [
        {
            "Owner": _OWNER_LINK.format(rank=owner["Best Rank"], name=clip_text(owner["Owner Group"], 80)),
            "Properties": owner["Owner Properties"],
            "Best rank": owner["Best Rank"],
            "Sq ft in total": round(owner["Building SqFt"]),
        }
        for owner in portfolios.head(_MAX_OWNERS).to_dicts()
    ]
    shown = f"the {_MAX_OWNERS} with most of {portfolios.height:,}" if portfolios.height > _MAX_OWNERS else "all"
    lead = render_lead("Owners with several properties on the list. Spellings of one name are taken together.")
    return lead + render_table(f"Owners ({shown})", rows)


def render_quality(report: Mapping[str, Any]) -> Markup:
    """Render the completeness of each column, and how often each data issue occurs."""
    quality = report["quality"]
    shares = {name: share for name, share in quality["completeness"].items() if share}
    empty = [name for name, share in quality["completeness"].items() if not share]
    texts = {name: f"{share:.0%}" for name, share in shares.items()}
    completeness = render_bars("Share of candidates with a value", shares, texts, maximum=1)
    if empty:
        completeness += render_note(f"No candidate has a value for: {', '.join(empty)}.")
    issues = [
        {"Issue": reason.replace("_", " "), "Count": count, "Meaning": quality.get("reasons", {}).get(reason, "")}
        for reason, count in quality["issues"].items()
    ]
    table = render_table("See the Issues sheet for the location of each one", issues) or render_note("No issues.")
    return render_grid([render_card("Completeness", completeness), render_card("Data issues", table)])


def render_times(report: Mapping[str, Any]) -> Markup:
    """Render durations, speed and memory, and the slowest files."""
    performance = report["performance"]
    figures = {
        "Seconds": f"{report['statistics']['processing_duration']:,.1f}",
        "Properties per minute": f"{performance['properties_per_minute']:,}",
        "Worker processes": f"{performance['workers']:,}",
        "Peak memory (MB)": f"{performance['peak_memory_mb']:,.0f}",
    }
    seconds = [(file["file"], file["seconds"]) for file in report["files"] if file["seconds"]]
    slowest = dict(sorted(seconds, key=lambda file: -file[1])[:_MAX_FILES])
    cards = [
        render_card("Stages", render_bars("Seconds", performance["seconds"], _format_seconds(performance["seconds"]))),
        render_card("Slowest files", render_bars("Processing time (seconds)", slowest, _format_seconds(slowest))),
    ]
    return render_tiles(figures.items()) + render_grid(cards)


def _format_average(value: float | None, decimals: int) -> str:
    return "unknown" if value is None else f"{value:,.{decimals}f}"


def _format_seconds(seconds: Mapping[str, float]) -> dict[str, str]:
    return {name: f"{value:,.2f}" for name, value in seconds.items()}


def _render_scores(master: pl.DataFrame) -> Markup:
    if "Flex Score" not in master.columns or not master.height:
        return render_columns("Scores", ())
    steps = (master["Flex Score"] / _SCORE_STEP).floor().cast(pl.Int64).alias("step")
    counts: dict[int, int] = dict(steps.value_counts().iter_rows())
    first = 2 * math.floor(min(counts) / 2)  # a whole point
    return render_columns("Scores", [_score_column(i, counts.get(i, 0)) for i in range(first, round(10 / _SCORE_STEP) + 1)])


def _score_column(step: int, count: int) -> ChartColumn:
    lower = step * _SCORE_STEP
    description = "10" if lower == _MAX_SCORE else f"{lower:g} to below {lower + _SCORE_STEP:g}"
    return ChartColumn(f"{lower:g}" if lower % 1 == 0 else "", description, count, choose_band(lower))


def _render_funnel(report: Mapping[str, Any]) -> Markup:
    keys = ("rows_read", "blank", "not_data", "superseded", "below_score", "candidates")
    total = {key: sum(file[key] for file in report["files"]) for key in keys}
    properties = total["rows_read"] - total["blank"] - total["not_data"]
    steps = {
        "Rows read": total["rows_read"],
        "Properties": properties,
        **({"Current": properties - total["superseded"]} if total["superseded"] else {}),
        "Eligible": total["candidates"] + total["below_score"],
        f"Score {report['settings']['min_flex_score']:g} or more": total["candidates"],
        "Unique candidates": report["deduplication"]["after"],
    }
    return render_bars("Rows in all files", steps)


def _render_reasons(entries: Sequence[Mapping[str, Any]]) -> Markup:
    counts = {entry["reason"]: entry["rows"] for entry in entries[:_MAX_REASONS]}
    rest = sum(entry["rows"] for entry in entries[_MAX_REASONS:])
    return render_bars("Properties by reason", counts | ({"other reasons": rest} if rest else {}))


def _render_places(kind: str, counts: Mapping[str, int]) -> Markup:
    if not counts:
        return render_card(kind.capitalize(), render_note("Not in the data."))
    shown = f"top {_MAX_PLACES} of {len(counts):,}" if len(counts) > _MAX_PLACES else f"all {len(counts):,}"
    return render_card(kind.capitalize(), render_bars(f"Candidates, {shown}", dict(islice(counts.items(), _MAX_PLACES))))


def _render_distribution(master: pl.DataFrame, name: str, edges: Sequence[float], unit: str, label_unit: int = 1) -> Markup:
    """Render how many values are between each edge and the next; `label_unit` divides the edges in the short labels."""
    has_values = name in master.columns
    values = master[name].cast(pl.Float64, strict=False).drop_nulls() if has_values else pl.Series([], dtype=pl.Float64)
    bounds = list(zip(edges, (*edges[1:], float("inf")), strict=True))
    counts = [int(((values >= lower) & (values < upper)).sum()) for lower, upper in bounds]
    grouping = "" if name == "Year Built" else ","
    filled = [i for i, count in enumerate(counts) if count]
    columns = [
        ChartColumn(_format_label(i, edges, label_unit, grouping), _format_range(i, edges, unit, grouping), counts[i])
        for i in (range(filled[0], filled[-1] + 1) if filled else ())
    ]
    missing = master.height - values.len()
    return render_columns(name, columns) + (
        render_note(f"No value for {format_count(missing, 'candidate')}.") if missing else Markup("")
    )


def _format_label(index: int, edges: Sequence[float], unit: int, grouping: str) -> str:
    if index == 0:
        return f"<{edges[1] / unit:{grouping}g}"
    return f"{edges[index] / unit:{grouping}g}" + ("+" if index == len(edges) - 1 else "")


def _format_range(index: int, edges: Sequence[float], unit: str, grouping: str) -> str:
    if index == 0:
        return f"below {edges[1]:{grouping}}{unit}"
    if index == len(edges) - 1:
        return f"{edges[index]:{grouping}}{unit} or more"
    return f"{edges[index]:{grouping}} to below {edges[index + 1]:{grouping}}{unit}"
