"""The sheets Summary, Top Candidates and Settings, and the web links in lists of properties."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import polars as pl

from flexscout.config import Affects, settings_affecting
from flexscout.domain import LINK_COLUMNS, POSTAL_COLUMNS, WORKBOOK_LINKS
from flexscout.outputs.files.xlsx_writer import Sheet
from flexscout.outputs.report import CHANGE_LABELS

MAX_LINKED_ROWS = 2_500
"""Rows of a sheet with links. Links in every row take over a fifth of the export's time, and Excel allows 65,530 per sheet."""


_MAP_URL = "https://www.google.com/maps/search/?api=1&query="
_WEB_PAGE = r"^https?://[^\s\"<>]{1,2000}$"  # Excel allows 2,079 characters
_NOT_URL_SAFE = r"[^A-Za-z0-9.\-]+"

_MAX_SCORE = 10
_MAX_PLACES = 10
_FEW_STATES = 4  # with fewer states, counties are shown
_SCORE_COLUMNS, _PLACE_COLUMNS = ("Score", "Candidates"), ("Place", "Candidates There")
_SUMMARY_WIDTHS = {
    "Figure": 44.0, "Value": 14.0, "Score": 9.0, "Candidates": 12.0, "Place": 30.0, "Candidates There": 18.0,
    "Column": 26.0, "Filled": 9.0,
}  # fmt: skip
_CHART = {"legend": False, "width": 620, "height": 300, "style": 2}

_TOP_ROWS = 100
_TOP_COLUMNS = (
    "Flex Score", "Flex Classification", "Property Name", "Property Type", "City", "State", "Building SqFt", "Lot Size Acres",
    "Year Built", "Occupancy",
)  # fmt: skip
_TOP_WIDTHS = {
    "Rank": 6.0, "Flex Score": 12.0, "Flex Classification": 18.0, "Address": 28.0, "Property Name": 28.0, "Property Type": 22.0,
    "City": 14.0, "State": 7.0, "Building SqFt": 13.0, "Lot Size Acres": 14.0, "Year Built": 10.0, "Occupancy": 11.0,
    "Why": 75.0, "Map": 25.0, "Property Page": 25.0, "Property ID": 16.0,
}  # fmt: skip
_NOTE_WIDTH = 18.0
_RANK = "__rank"  # working column
_LINE_HEIGHT, _LINE_LENGTH = 15.0, 80  # points; characters that fit in a line of the column Why


def build_links(table: pl.DataFrame) -> list[pl.Series]:
    """Return the columns `Map` and `Property Page` of web addresses for the first MAX_LINKED_ROWS rows.

    A column is left out if the table already has its name or lacks the data for it.
    """
    links = []
    if "Address" in table.columns:
        place = [pl.col(name).cast(pl.String) for name in POSTAL_COLUMNS if name in table.columns]
        query = pl.concat_str(place, separator=" ", ignore_nulls=True).str.replace_all(_NOT_URL_SAFE, "+").str.strip_chars("+")
        url = pl.when(pl.col("Address").is_not_null()).then(pl.lit(_MAP_URL) + query.str.slice(0, 500))
        links.append(url.alias(WORKBOOK_LINKS[0]))
    if {"Address", "Property Link"} <= set(table.columns):
        page = pl.col("Property Link").cast(pl.String)
        links.append(pl.when(page.str.contains(_WEB_PAGE)).then(page).alias(WORKBOOK_LINKS[1]))
    links = [link for link in links if link.meta.output_name() not in table.columns]
    columns = table.head(MAX_LINKED_ROWS).select(links).get_columns() if links else []
    return [column.extend_constant(None, table.height - len(column)) for column in columns]


def describe_unlinked_rows(table: pl.DataFrame) -> list[str]:
    """Return a message if some rows of the list have no links."""
    if table.height <= MAX_LINKED_ROWS:
        return []
    return [f"The sheet Flex Properties has map and listing links for the first {MAX_LINKED_ROWS:,} properties only."]


def choose_link_texts(table: pl.DataFrame, links: list[pl.Series]) -> dict[str, str]:
    """Map each link column to the column whose text it shows."""
    return {link.name: "Address" for link in links if "Address" in table.columns}


def build_summary_sheet(master: pl.DataFrame, report: Mapping[str, Any]) -> Sheet:
    """Build the sheet of key figures, candidates by score and place, and column completeness.

    It holds no durations, so that equal inputs give equal bytes.
    """
    parts = (_list_figures(report), _count_by_score(master), _list_places(report), _list_emptiest_columns(report))
    names = (("Figure", "Value"), _SCORE_COLUMNS, _PLACE_COLUMNS, ("Column", "Filled"))
    rows = [
        {name: value for pair, cells in zip(names, line, strict=True) for name, value in zip(pair, cells, strict=True)}
        for line in zip_longest(*parts, fillvalue=(None, None))
    ]
    below = len(rows) + 2
    charts = [
        _build_chart("column", _SCORE_COLUMNS, "Candidates by score", (below, 0)),
        _build_chart("bar", _PLACE_COLUMNS, "Candidates by place", (below, 5)),
    ]
    page = {"landscape": True, "fit_to_pages": (1, 1)}
    return Sheet("Summary", rows, {"Filled": "0%"}, charts=charts if master.height else [], widths=_SUMMARY_WIDTHS, page=page)


def build_top_candidates(
    master: pl.DataFrame,
    reasons: Sequence[str],
    is_rejected: pl.Series | None,
    formats: dict[str, str],
    user_columns: Sequence[str] = (),
) -> Sheet:
    """Build the sheet of the best candidates that the user hasn't rejected; each keeps its rank in `master`.

    The user's columns come first, and the Property ID last, by which notes are read back.

    Args:
        master: The unique candidates, best first.
        reasons: Why the first candidates score what they do, in order.
        is_rejected: For each row of `master`, whether the user's status rejects it.
        formats: Column -> Excel number format.
        user_columns: The user's own columns.

    """
    top = (
        master.head(len(reasons))
        .with_row_index(_RANK, offset=1)
        .with_columns(pl.Series("Why", list(reasons[: master.height]), dtype=pl.String))
    )
    top = (top if is_rejected is None else top.filter(~is_rejected.head(top.height))).head(_TOP_ROWS)
    names = [name for name in _TOP_COLUMNS if name in top.columns]
    names[2:2] = ["Address"] if "Address" in top.columns else []
    own = [name for name in user_columns if name in top.columns]
    links = build_links(top)
    table = top.select(*own, pl.col(_RANK).cast(pl.Int64).alias("Rank"), *names).with_columns(top["Why"], *links)
    table = table.with_columns(top.select(name for name in LINK_COLUMNS[:1] if name in top.columns))
    # Programs that open a workbook don't fit the height of rows to wrapped text.
    lines = (table["Why"].str.len_chars() / _LINE_LENGTH).ceil().clip(1)
    return Sheet(
        "Top Candidates",
        table,
        formats,
        texts=tuple(own),
        bars="Flex Score",
        links=choose_link_texts(table, links),
        wrapped=("Why", *own),
        widths=_TOP_WIDTHS | dict.fromkeys(own, _NOTE_WIDTH),
        heights=dict(enumerate((lines * _LINE_HEIGHT).fill_null(_LINE_HEIGHT), 1)),
        page={"landscape": True, "fit_to_pages": (1, 0), "repeat_rows": 0, "footer": "&LTop candidates&RPage &P of &N"},
    )


def build_settings_sheet(report: Mapping[str, Any]) -> Sheet:
    """Build the sheet of what the result depends on: version, settings, inputs with their content's hash, scoring profile."""
    shown = settings_affecting(Affects.RESULTS)
    settings = {name: value for name, value in report["settings"].items() if name in shown}
    inputs = {file["file"]: file["fingerprint"] for file in report["files"] if file.get("fingerprint")}
    parts = {"flexscout": report["flexscout"], "setting": settings, "input (SHA-256)": inputs, "profile": report["profile"]}
    rows = [{"Setting": name, "Value": value} for name, value in _flatten(parts, "")]
    return Sheet("Settings", pl.DataFrame(rows, schema={"Setting": pl.String, "Value": pl.String}), texts=("Value",))


def _build_chart(kind: str, columns: tuple[str, str], title: str, corner: tuple[int, int]) -> dict[str, Any]:
    (categories, values), (row, column) = columns, corner
    return {"type": kind, "categories": categories, "series": [values], "title": title, "row": row, "col": column, **_CHART}


def _list_figures(report: Mapping[str, Any]) -> list[tuple[str, Any]]:
    statistics, merges, averages = report["statistics"], report["deduplication"], report["averages"]
    figures = [
        ("Flex-industrial candidates", statistics["unique_flex_properties"]),
        *_list_changes(report),
        ("Average flex score", statistics["average_flex_score"]),
        ("Properties read", statistics["total_properties"]),
        ("Files read", statistics["successful_files"]),
        ("Files failed", statistics["failed_files"]),
        ("Candidates before deduplication", merges["before"]),
        ("Duplicates removed", merges["removed"]),
        ("Merges across different APNs", merges["different_apn"]),
        ("Possible duplicates to review", merges["possible"]["pairs"]),
        ("Avg. building (sq ft)", averages["building_sqft"] and round(averages["building_sqft"])),
        ("Avg. lot (acres)", averages["lot_size_acres"]),
    ]
    return [(figure, "" if value is None else value) for figure, value in figures]


def _list_changes(report: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return how many properties changed since the previous result, without kinds that didn't occur."""
    changes = report.get("changes")
    if not changes:
        return []
    counts = [(text, changes["counts"].get(name, 0)) for name, text in CHANGE_LABELS.items()]
    return [(f"{text} since run {changes['since_run']}", count) for text, count in counts if count]


def _count_by_score(master: pl.DataFrame) -> list[tuple[str, int]]:
    """Count the candidates in each range of one point, such as `7 to 8`; the lower bound and a full 10 are included."""
    if not master.height:
        return []
    points = master["Flex Score"].floor().clip(0, _MAX_SCORE - 1).cast(pl.Int64)
    counts = dict(zip(*points.value_counts(), strict=True))
    return [(f"{lower} to {lower + 1}", counts.get(lower, 0)) for lower in range(_MAX_SCORE)]


def _list_places(report: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the states with most candidates, or the counties if there are few states."""
    coverage = report["statistics"]["geographic_coverage"]
    states, counties = coverage["states"], coverage["counties"]
    return list((counties if counties and len(states) < _FEW_STATES else states).items())[:_MAX_PLACES]


def _list_emptiest_columns(report: Mapping[str, Any]) -> list[tuple[str, float]]:
    shares = report["quality"]["completeness"].items()
    return sorted(shares, key=lambda column: (column[1], column[0]))[:_MAX_PLACES]


def _flatten(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield each leaf of nested data with its path, such as `profile factors 1 bands 2 points`."""
    entries = value.items() if isinstance(value, Mapping) else enumerate(value, 1) if isinstance(value, list | tuple) else ()
    if not entries:
        yield path, "" if value in ((), [], {}, None) else str(value)
    for name, inner in entries:
        yield from _flatten(inner, f"{path} {name}".strip() if path else str(name))
