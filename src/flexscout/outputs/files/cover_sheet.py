"""The sheet Summary: the cover of the workbook, on one printed page."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from flexscout.domain import format_count, format_date, join_address, join_some, shorten
from flexscout.outputs.branding import Branding
from flexscout.outputs.files.cover_changes import add_changes
from flexscout.outputs.files.layout import GRAY, LAST, NAVY, PALE, PLACE_CHARACTERS, PLAIN, STRONG, Chart, Page, Sheet, Style
from flexscout.outputs.files.property_sheets import RANK, WHY, select_best, shorten_position
from flexscout.outputs.results import ResultTables, describe_rejected_ranks

_COLUMN_WIDTH, _COLUMN_PIXELS = 5.0, 40
_WRITER_PIXELS = 64  # of a column as the writer places charts and images, before the columns get their widths
_CHART_DATA = 25  # column, beside the printed page
_BEST = 5
_MAX_SCORE, _MAX_PLACES, _FEW_STATES = 10, 8, 4  # with fewer states, counties are shown
_MAX_GAPS = 9
_FEW = 0.5  # share of properties; columns that fewer have are named
_PLACE_NOUNS = {"states": "state", "counties": "county", "cities": "city"}
_CHART_ROWS, _ROW_PIXELS = 14, 20
_UNKNOWN = "-"
_LINE_CHARACTERS, _WHY_CHARACTERS = 105, 42
_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five")
_EXPECTED = (
    "Asking Price", "Sold Price", "Sale Date", "Owner Name", "APN", "Zip Code", "County", "Property Type", "Building SqFt",
    "Lot Size Acres", "Year Built", "Occupancy", "Zoning Code", "Ceiling Height", "Loading Docks", "Property Link",
)  # fmt: skip
_LOGO_PIXELS = (190, 44)

_TITLE = Style(size=20, bold=True, color=NAVY)
_FIRM = Style(size=12, bold=True, color=NAVY, align="right")
_SUBTITLE = Style(size=10, color=GRAY)
_RULE = Style(size=4, line=True)
_HEAD = Style(size=9, bold=True, color=GRAY, line=True)
_NUMBER_HEAD = replace(_HEAD, align="right")
_TEXT = Style(size=10, wrap=True, line=True)
_SMALL = Style(size=9, color=GRAY)
_TILE_VALUE = Style(size=16, bold=True, color=NAVY, fill=PALE, align="center")
_TILE_LABEL = Style(size=9, color=GRAY, fill=PALE, align="center")

_BEST_COLUMNS = (
    ("Property", 0, 7, ""), ("Score", 8, 9, "0.0#"), ("Asking price", 10, 12, "$#,##0"), ("$/SF", 13, 14, "$#,##0.00"),
    ("Sq ft", 15, 16, "#,##0"), ("Why", 17, LAST, ""),
)  # fmt: skip


def build_cover(tables: ResultTables, report: Mapping[str, Any], branding: Branding, sheets: Sequence[Sheet]) -> Sheet:
    """Build the sheet Summary. It holds no durations, so that equal inputs give equal bytes.

    Args:
        tables: The tables of the result.
        report: The report of the run.
        branding: The firm's name and logo.
        sheets: The other sheets, which it lists with what they are for.

    """
    page = Page()
    _add_title(page, report, branding)
    _add_figures(page, tables.master, report)
    _add_best(page, tables)
    add_changes(page, tables.changes, report)
    _add_charts(page, tables.master, report)
    _add_gaps(page, report)
    _add_contents(page, sheets)
    setup = {"landscape": False, "fit_to_pages": (1, 1), "print_area": (0, 0, page.row, LAST)}
    return Sheet(
        "Summary",
        [{" ": None}],
        cells=tuple(page.cells),
        charts=tuple(page.charts),
        images=_place_logo(branding),
        heights={row - page.row - 1: height for row, height in page.heights.items()},
        column_widths=(_COLUMN_WIDTH,) * (_CHART_DATA + 10),
        page=setup,
    )


def _add_title(page: Page, report: Mapping[str, Any], branding: Branding) -> None:
    name = report["profile"].get("name", "")
    page.put(0, 17, f"{name[:1].upper()}{name[1:]} properties" if name else "Properties", _TITLE)
    if branding.name and not branding.logo:
        page.put(18, LAST, branding.name, _FIRM)
    page.end_row(32)
    statistics = report["statistics"]
    candidates = format_count(statistics["unique_flex_properties"], "property")
    day = report.get("data_date")
    parts = [
        f"{candidates} on the list, from {format_count(statistics['successful_files'], 'export')}",
        f"data of {format_date(date.fromisoformat(day))}" if day else "",
        branding.name if branding.logo else "",
    ]
    page.put(0, 17, ". ".join(f"{part[0].upper()}{part[1:]}" for part in parts if part) + ".", _SUBTITLE)
    page.end_row()
    page.put(0, LAST, "", _RULE)
    page.end_row(6)


def _add_figures(page: Page, master: pl.DataFrame, report: Mapping[str, Any]) -> None:
    """Write six figures side by side, each with its label below."""
    statistics, averages, merges = report["statistics"], report["averages"], report["deduplication"]
    figures = [
        ("On the list", statistics["unique_flex_properties"], "#,##0"),
        ("Average score", statistics["average_flex_score"], "0.0"),
        ("Properties read", statistics["total_properties"], "#,##0"),
        ("Duplicates merged", merges["removed"], "#,##0"),
        ("Average building, sq ft", averages["building_sqft"], "#,##0"),
        _measure_price(master) or ("Average lot, acres", averages["lot_size_acres"], "0.0"),
    ]
    page.end_row(8)
    for i, (_, value, form) in enumerate(figures):
        style = replace(_TILE_VALUE, number=form)
        page.put(4 * i, 4 * i + 3, _UNKNOWN if value is None else value, style)
    page.end_row(26)
    for i, (label, _, _) in enumerate(figures):
        page.put(4 * i, 4 * i + 3, label, _TILE_LABEL)
    page.end_row(18)


def _measure_price(master: pl.DataFrame) -> tuple[str, float, str] | None:
    median = master["Asking Price/SqFt"].median() if "Asking Price/SqFt" in master.columns else None
    return ("Median asking $/SF", float(median), "$#,##0") if isinstance(median, int | float) else None


def _add_best(page: Page, tables: ResultTables) -> None:
    best = select_best(tables, _BEST)
    if best.is_empty():
        return
    page.add_heading(f"The {_NUMBER_WORDS[best.height]} best" if best.height > 1 else "The best")
    for name, first, last, form in _BEST_COLUMNS:
        page.put(first, last, name, _NUMBER_HEAD if form else replace(_HEAD, indent=int(name == "Why")))
    page.end_row()
    if rejected := describe_rejected_ranks(best[RANK].to_list()):
        page.put(0, LAST, rejected, _SMALL)
        page.end_row()
    for row in best.iter_rows(named=True):
        position = shorten_position(row.get("Price Position") or "")
        facts = "; ".join(filter(None, (row.get("Property Type"), position and f"$/SF {position}")))
        place = f"{row[RANK]}. {shorten(join_address(row), PLACE_CHARACTERS)}\n{shorten(facts, 60)}".rstrip()
        values = (
            place, row["Flex Score"], row.get("Asking Price"), row.get("Asking Price/SqFt"), row.get("Building SqFt"),
            row[WHY] or "",
        )  # fmt: skip
        for (name, first, last, form), value in zip(_BEST_COLUMNS, values, strict=True):
            style = replace(_TEXT, number=form, align="right") if form else replace(_TEXT, indent=int(name == "Why"))
            page.put(first, last, _UNKNOWN if value is None else value, style)
        lines = sum(math.ceil(len(line) / _WHY_CHARACTERS) for line in (row[WHY] or "").split("\n"))
        page.end_row(14.0 * max(2, lines))


def _add_charts(page: Page, master: pl.DataFrame, report: Mapping[str, Any]) -> None:
    """Reserve rows for two charts side by side; their data is beside the printed page."""
    scores, places = _count_by_score(master), _list_places(report)
    if not scores:
        return
    page.add_heading("Where the candidates are")
    top = page.row
    size = (12 * _WRITER_PIXELS - 12, _CHART_ROWS * _ROW_PIXELS)
    data = (("Candidates by score", scores, 0, False), ("Candidates by place", places, 12, True))
    page.charts = [
        Chart(
            title,
            tuple(label for label, _ in rows),
            tuple(count for _, count in rows),
            (top + 1, at, top + len(rows), at),
            (top + 1, at + 2, top + len(rows), at + 2),
            (top, corner),
            size,
            is_horizontal,
        )
        for at, (title, rows, corner, is_horizontal) in zip((_CHART_DATA, _CHART_DATA + 5), data, strict=True)
        if rows
    ]
    for i in range(_CHART_ROWS):
        for at, (title, rows, _, _) in zip((_CHART_DATA, _CHART_DATA + 5), data, strict=True):
            if i == 0:
                page.put(at, at + 3, title, _SMALL)
            elif i <= len(rows):
                page.put(at, at + 1, rows[i - 1][0], _SMALL)
                page.put(at + 2, at + 3, rows[i - 1][1], _SMALL)
        page.end_row(15)


def _count_by_score(master: pl.DataFrame) -> list[tuple[str, int]]:
    """Count the candidates in each range of one point, such as `7 to 8`, without empty ranges; a full 10 is in the last."""
    if not master.height:
        return []
    points = master["Flex Score"].floor().clip(0, _MAX_SCORE - 1).cast(pl.Int64)
    return [(f"{lower} to {lower + 1}", count) for lower, count in points.value_counts().sort("Flex Score").iter_rows()]


def _list_places(report: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the places with most candidates, then how many candidates have none.

    If there are few states, places are the counties or, if more candidates have a city than a county, the cities.
    """
    statistics = report["statistics"]
    coverage = statistics["geographic_coverage"]
    kinds = ("counties", "cities") if len(coverage["states"]) < _FEW_STATES else ("states",)
    kind = max(kinds, key=lambda one: sum(coverage[one].values()))
    kind = kind if coverage[kind] else "states"
    missing = statistics["unique_flex_properties"] - sum(coverage[kind].values())
    without = [(f"without {_PLACE_NOUNS[kind]}", missing)] if coverage[kind] and missing else []
    return list(coverage[kind].items())[:_MAX_PLACES] + without


def _add_gaps(page: Page, report: Mapping[str, Any]) -> None:
    """Name the columns that no property has, and those that few have."""
    shares = {name: share for name, share in report["quality"]["completeness"].items() if name in _EXPECTED}
    total = report["statistics"]["unique_flex_properties"]
    nowhere = [name for name in _EXPECTED if total and shares.get(name, 0) == 0]
    few = sorted((share, name) for name, share in shares.items() if 0 < share < _FEW)
    failed = report["statistics"]["failed_files"]
    lines = [
        ("In no export", join_some(nowhere, _MAX_GAPS)),
        ("Few properties have", join_some([f"{name} ({round(share * total):,} of {total:,})" for share, name in few], _MAX_GAPS)),
        ("Not read", f"{format_count(failed, 'export')} could not be read; see the sheet Files" if failed else ""),
    ]
    if not any(text for _, text in lines):
        return
    page.add_heading("What was not in the data")
    for label, text in lines:
        if text:
            page.put(0, 4, label, replace(STRONG, wrap=True))
            page.put(5, LAST, text, replace(PLAIN, wrap=True))
            page.end_row(16 if len(text) <= _LINE_CHARACTERS else 30)


def _add_contents(page: Page, sheets: Sequence[Sheet]) -> None:
    page.add_heading("In this workbook, with the number of rows")
    for sheet in sheets:
        page.put(0, 4, sheet.name, STRONG)
        page.put(5, 6, len(sheet.table), replace(_SMALL, number="#,##0", align="right"))
        page.put(7, LAST, sheet.about, replace(PLAIN, indent=1))
        page.end_row()


def _place_logo(branding: Branding) -> tuple[dict[str, Any], ...]:
    """Place the logo at the top right, scaled into its box."""
    if not branding.logo:
        return ()
    scale = min(box / length for box, length in zip(_LOGO_PIXELS, branding.size, strict=True))
    column = LAST + 1 - math.ceil(branding.size[0] * scale / _COLUMN_PIXELS)
    scales = {"scale_x": scale * _WRITER_PIXELS / _COLUMN_PIXELS, "scale_y": scale}
    return ({"data": branding.logo, "row": 0, "col": column, **scales, "alt_text": branding.name or "Logo"},)
