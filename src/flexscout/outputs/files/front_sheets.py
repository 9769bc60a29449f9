"""The workbook's first sheet: the figures of a result, and where its candidates lie, as charts."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import polars as pl

from flexscout.config import Affects, settings_affecting
from flexscout.domain import POSTAL_COLUMNS, WORKBOOK_LINKS
from flexscout.outputs.files.xlsx_writer import Sheet

MAX_LINKED_ROWS = 2_500
"""Rows of a sheet with links. Those of every row are more than a fifth of the workbook's time, and Excel takes 65,530 a sheet."""

_PLACE_LINKS = POSTAL_COLUMNS
_MAP = "https://www.google.com/maps/search/?api=1&query="
_PAGE = r"^https?://[^\s\"<>]{1,2000}$"  # Excel takes 2,079 characters
_NOT_PLAIN = r"[^A-Za-z0-9.\-]+"  # what an address of the web may not hold as it is


def build_links(table: pl.DataFrame) -> list[pl.Series]:
    """`Map`, and `Property Page` where the export has one that is an address of the web, of the first rows.

    None of a name that the table has.
    """
    found = []
    if "Address" in table.columns:
        place = [pl.col(name).cast(pl.String) for name in _PLACE_LINKS if name in table.columns]
        asked = pl.concat_str(place, separator=" ", ignore_nulls=True).str.replace_all(_NOT_PLAIN, "+").str.strip_chars("+")
        found.append(
            pl.when(pl.col("Address").is_not_null()).then(pl.lit(_MAP) + asked.str.slice(0, 500)).alias(WORKBOOK_LINKS[0])
        )
    if {"Address", "Property Link"} <= set(table.columns):
        page = pl.col("Property Link").cast(pl.String)
        found.append(pl.when(page.str.contains(_PAGE)).then(page).alias(WORKBOOK_LINKS[1]))
    there = [link for link in found if link.meta.output_name() not in table.columns]
    first = table.head(MAX_LINKED_ROWS).select(there).get_columns() if there else []
    return [link.extend_constant(None, table.height - len(link)) for link in first]


def describe_unlinked_rows(table: pl.DataFrame) -> list[str]:
    """Which rows of a list have no links, in a sentence."""
    if table.height <= MAX_LINKED_ROWS:
        return []
    return [f"Flex Properties has links to maps and pages for the first {MAX_LINKED_ROWS:,} properties, the best, alone."]


def choose_link_texts(table: pl.DataFrame, own: list[pl.Series]) -> dict[str, str]:
    """Each link -> the column whose text it shows."""
    return {link.name: "Address" for link in own if "Address" in table.columns}


_HIGHEST = 10  # points
_PLACES = 10
_FEW_STATES = 4  # fewer say less than counties
_SCORES, _PLACE = ("Score", "Candidates"), ("Place", "Candidates There")
_WIDTHS = {"Figure": 44.0, "Value": 14.0, "Score": 9.0, "Candidates": 12.0, "Place": 30.0, "Candidates There": 18.0,
           "Column": 26.0, "Filled": 9.0}  # fmt: skip
_CHART = {"legend": False, "width": 620, "height": 300, "style": 2}


def build_summary_sheet(master: pl.DataFrame, report: Mapping[str, Any]) -> Sheet:
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


_ROWS = 100
_SHOWN = (
    "Flex Score", "Flex Classification", "Property Name", "Property Type", "City", "State", "Building SqFt", "Lot Size Acres",
    "Year Built", "Occupancy",
)  # fmt: skip
_WIDTHS_TOP = {
    "Rank": 6.0, "Flex Score": 12.0, "Flex Classification": 18.0, "Address": 28.0, "Property Name": 28.0, "Property Type": 22.0,
    "City": 14.0, "State": 7.0, "Building SqFt": 13.0, "Lot Size Acres": 14.0, "Year Built": 10.0, "Occupancy": 11.0,
    "Why": 75.0, "Map": 25.0, "Property Page": 25.0,
}  # fmt: skip
_RANK = "__rank"  # working column
_LINE, _CHARACTERS = 15.0, 80  # points of height, characters that surely stand in a line of Why


def build_top_candidates(
    master: pl.DataFrame, reasons: Sequence[str], passed: pl.Series | None, formats: dict[str, str]
) -> Sheet:
    """The first of the ranking, without those that the person passed on; the others keep their rank.

    The address leads to a map, the property's page to where the export says it is.
    """
    best = (
        master.head(len(reasons))
        .with_row_index(_RANK, offset=1)
        .with_columns(pl.Series("Why", list(reasons[: master.height]), dtype=pl.String))
    )
    best = (best if passed is None else best.filter(~passed.head(best.height))).head(_ROWS)
    shown = [name for name in _SHOWN if name in best.columns]
    table = best.select(pl.col(_RANK).cast(pl.Int64).alias("Rank"), *shown[:2], *_told(best, "Address"), *shown[2:])
    there = build_links(best)
    table = table.with_columns(best["Why"], *there)
    page = {"landscape": True, "fit_to_pages": (1, 0), "repeat_rows": 0, "footer": "&LTop candidates&RPage &P of &N"}
    shown_links = choose_link_texts(table, there)
    heights = _heights(table["Why"])
    return Sheet("Top Candidates", table, formats, (), "Flex Score", shown_links, ("Why",), _WIDTHS_TOP, heights, page=page)


def _heights(why: pl.Series) -> dict[int, float]:
    """Row -> points that its reasons take: programs that open a workbook don't look for themselves."""
    lines = (why.str.len_chars() / _CHARACTERS).ceil().clip(1)
    return dict(enumerate((lines * _LINE).fill_null(_LINE), 1))


def _told(best: pl.DataFrame, name: str) -> list[str]:
    return [name] if name in best.columns else []


def build_settings_sheet(report: Mapping[str, Any]) -> Sheet:
    """The version, the settings, the inputs with the hash of their content, the profile with its points."""
    shown = settings_affecting(Affects.RESULTS)
    settings = {name: value for name, value in report["settings"].items() if name in shown}
    inputs = {file["file"]: file["fingerprint"] for file in report["files"] if file.get("fingerprint")}
    parts = {"flexscout": report["flexscout"], "setting": settings, "input (SHA-256)": inputs, "profile": report["profile"]}
    rows = [{"Setting": name, "Value": value} for name, value in _flat(parts, "")]
    return Sheet("Settings", pl.DataFrame(rows, schema={"Setting": pl.String, "Value": pl.String}), texts=("Value",))


def _flat(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Each entry with the way to it: `profile: factors 1 bands 2 points`."""
    entries = value.items() if isinstance(value, Mapping) else enumerate(value, 1) if isinstance(value, list | tuple) else ()
    if not entries:
        yield place, "" if value in ((), [], {}, None) else str(value)
    for name, inner in entries:
        yield from _flat(inner, f"{place} {name}".strip() if place else str(name))
