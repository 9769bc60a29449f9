"""The workbook's first sheet: the figures of a result, and where its candidates lie, as charts."""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import polars as pl

from flexscout.export.workbook import Sheet

_HIGHEST = 10  # points
_PLACES = 10
_FEW_STATES = 4  # fewer say less than counties
_SCORES, _PLACE = ("Score", "Candidates"), ("Place", "Candidates There")
_WIDTHS = {"Figure": 44.0, "Value": 14.0, "Score": 9.0, "Candidates": 12.0, "Place": 30.0, "Candidates There": 18.0,
           "Column": 26.0, "Filled": 9.0}  # fmt: skip
_CHART = {"legend": False, "width": 620, "height": 300, "style": 2}


def summary_sheet(master: pl.DataFrame, report: Mapping[str, Any]) -> Sheet:
    """Figures, how many candidates score what, where most of them are, how complete their data is; without times."""
    parts = (_figures(report), _scores(master), _places(report), _filled(report))
    names = (("Figure", "Value"), _SCORES, _PLACE, ("Column", "Filled"))
    rows = [
        {name: value for pair, cells in zip(names, line, strict=True) for name, value in zip(pair, cells, strict=True)}
        for line in zip_longest(*parts, fillvalue=(None, None))
    ]
    charts = [_chart("column", _SCORES, "Candidates by score", 0), _chart("bar", _PLACE, "Where most candidates are", 5)]
    page = {"landscape": True, "fit_to_pages": (1, 1)}
    return Sheet("Summary", rows, {"Filled": "0%"}, charts=charts if master.height else [], widths=_WIDTHS, page=page)


def _chart(kind: str, columns: tuple[str, str], title: str, column: int) -> dict[str, Any]:
    categories, values = columns
    # Below the figures, which are never more than a dozen.
    return {"type": kind, "categories": categories, "series": [values], "title": title, "row": 14, "col": column, **_CHART}


def _figures(report: Mapping[str, Any]) -> list[tuple[str, Any]]:
    figures, merged, averages = report["statistics"], report["deduplication"], report["averages"]
    told = [
        ("Flex-industrial candidates", figures["unique_flex_properties"]),
        ("Average flex score", figures["average_flex_score"]),
        ("Properties read", figures["total_properties"]),
        ("Files read", figures["successful_files"]),
        ("Files that failed", figures["failed_files"]),
        ("Candidates before deduplication", merged["before"]),
        ("Duplicates removed", merged["removed"]),
        ("Merges that joined different parcels (APN)", merged["different_apn"]),
        ("Pairs of properties that may be one", merged["possible"]["pairs"]),
        ("Average building, square feet", averages["building_sqft"] and round(averages["building_sqft"])),
        ("Average lot, acres", averages["lot_size_acres"]),
    ]
    return [(figure, "" if value is None else value) for figure, value in told]


def _scores(master: pl.DataFrame) -> list[tuple[str, int]]:
    """`7-8` -> candidates that score 7 or more and less than 8; the full points are in the last range."""
    if not master.height:
        return []
    least = master["Flex Score"].floor().clip(0, _HIGHEST - 1).cast(pl.Int64)
    counts = dict(zip(*least.value_counts(), strict=True))
    return [(f"{points} to {points + 1}", counts.get(points, 0)) for points in range(_HIGHEST)]


def _places(report: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The states with most candidates; the counties, where the states are few."""
    coverage = report["statistics"]["geographic_coverage"]
    states, counties = coverage["states"], coverage["counties"]
    return list((counties if counties and len(states) < _FEW_STATES else states).items())[:_PLACES]


def _filled(report: Mapping[str, Any]) -> list[tuple[str, float]]:
    """The columns that candidates have least often."""
    shares = report["quality"]["completeness"].items()
    return sorted(shares, key=lambda column: (column[1], column[0]))[:_PLACES]
