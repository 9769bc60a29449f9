"""What was merged into what, and what may be one and was not merged."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.domain import ADDRESS_COLUMNS
from flexscout.outputs.html.cell_text import plain_text
from flexscout.outputs.html.elements import (
    render_bars,
    render_card,
    render_details,
    render_grid,
    render_table,
    render_tiles,
    shorten,
)

_SHOWN = 150
_ORDER = {"failed": 0, "skipped": 1, "ok": 2}
_COUNTS = {
    "Rows": "rows_read",
    "Candidates": "candidates",
    "Below score": "below_score",
    "Not eligible": "not_eligible",
    "Blank": "blank",
    "No data": "not_data",
    "Merged": "duplicates_removed",
    "Issues": "issues",
}
_CAUSE = Markup("<li><b>{}</b> <span>What to do: {}</span></li>")


def render_causes(report: Mapping[str, Any]) -> Markup:
    """The failures by their cause, each with what to do next."""
    found = report["errors"]["causes"]
    items = Markup("").join(_CAUSE.format(shorten(cause["message"], 600), shorten(cause["next_step"], 400)) for cause in found)
    return Markup('<ul class="causes">{}</ul>').format(items) if found else Markup("")


def render_files(report: Mapping[str, Any]) -> Markup:
    """A row per file, those that failed first."""
    ordered = sorted(report["files"], key=lambda file: (_ORDER.get(file["status"], 0), file["file"]))
    of = f"the first {_SHOWN} of {len(ordered):,}; the sheet Files has all" if len(ordered) > _SHOWN else "all"
    return render_causes(report) + render_table(f"Files, {of}", [_row(file) for file in ordered[:_SHOWN]])


def _row(file: Mapping[str, Any]) -> dict[str, Any]:
    status = Markup('<b class="{0}">{0}</b>').format(shorten(file["status"], 20))
    counts = {name: file[key] for name, key in _COUNTS.items()}
    return {
        "File": shorten(file["file"], 80),
        "Status": status,
        "Vendor": file.get("vendor", ""),
        **counts,
        "Remark": _remark(file),
    }


def _remark(file: Mapping[str, Any]) -> str:
    error = file.get("error", {})
    left_out: Sequence[Mapping[str, str]] = file.get("sheets_left_out", ())
    sheets = [f"Sheet {sheet['sheet']} left out: {sheet['reason']}" for sheet in left_out[:3]]
    return shorten(" ".join(filter(None, (file.get("reason"), error.get("message"), error.get("next_step"), *sheets))), 300)


_PAIRS, _FILES = 20, 10


def render_duplicates(report: Mapping[str, Any]) -> Markup:
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
    return render_tiles(figures.items()) + _kinds(merged) + _merges(merged) + _pairs(merged["possible"])


def _kinds(merged: Mapping[str, Any]) -> Markup:
    """By what rows were found to be one, and in which files."""
    if not merged["removed"]:
        return Markup("")
    overlaps = {_files(pair): pair["properties"] for pair in merged["overlaps"][:_FILES]}
    alike, files = render_bars("Merges by what agreed", merged["by_match"]), render_bars("Properties that are in both", overlaps)
    return render_grid([render_card("Why they are one", alike), render_card("Files that overlap", files)])


def _files(pair: Mapping[str, Any]) -> str:
    return f"{shorten(pair['file'], 28)} and {shorten(pair['other_file'], 28)}"


def _merges(merged: Mapping[str, Any]) -> Markup:
    first = pl.DataFrame(merged["merges"], infer_schema_length=None)
    told = {
        "Property": _joined(first, *ADDRESS_COLUMNS),
        "Kept": _joined(first, "Kept File", "Kept Sheet", "Kept Row"),
        "Merged into it": _joined(first, "Removed File", "Removed Sheet", "Removed Row"),
        "Evidence": plain_text("Evidence", first),
        "Fields that differ": plain_text("Fields That Differ", first, 160),
    }
    rows = first.select(value.fill_null("").alias(name) for name, value in told.items()).to_dicts()
    some = f"the first {first.height} of {merged['removed']:,}; the sheet Duplicates has all"
    return render_table(f"Merges, {some if first.height < merged['removed'] else 'all'}", rows)


def _joined(first: pl.DataFrame, *names: str) -> pl.Expr:
    return pl.concat_str([plain_text(name, first) for name in names], separator=", ", ignore_nulls=True)


def _pairs(possible: Mapping[str, Any]) -> Markup:
    rows = [_pair(pair) for pair in possible["surest"][:_PAIRS]]
    return render_table("Pairs that may be one, the surest first; the sheet Possible Duplicates has all", rows)


def _pair(pair: Mapping[str, Any]) -> dict[str, Any]:
    alike = f"{pair['Match Score']:.0%}"
    return {"Property": _place(pair), "May be the same as": _place(pair, "Other "), "Alike": alike, "Evidence": pair["Evidence"]}


def _place(pair: Mapping[str, Any], which: str = "") -> str:
    return shorten(", ".join(str(pair[which + name]) for name in ADDRESS_COLUMNS if pair.get(which + name)), 120)


_SHEETS, _COLUMNS, _STRANGERS, _LETTERS = 16, 80, 60, 28


def render_schema(report: Mapping[str, Any]) -> Markup:
    """The columns that are understood, then those that pass through, by sheet."""
    drift = report["columns"]
    sheets = drift["sheets"][:_SHEETS]
    known = [entry for entry in drift["columns"] if entry["canonical"]]
    others = [entry for entry in drift["columns"] if not entry["canonical"]]
    parts = [_matrix("Columns that are understood, and their header in each file", known[:_COLUMNS], sheets)]
    if others:
        matrix = _matrix("Columns that pass through", others[:_STRANGERS], sheets)
        parts.append(render_details(f"{len(others):,} columns pass through under their own header", matrix))
    return (
        render_card(_title(drift["sheets"]), Markup("").join(parts))
        if known or others
        else Markup('<p class="none">No sheet was read.</p>')
    )


def _title(sheets: Sequence[str]) -> str:
    return f"The first {_SHEETS} of {len(sheets):,} sheets" if len(sheets) > _SHEETS else f"All {len(sheets):,} sheets"


def _matrix(title: str, entries: Sequence[Mapping[str, Any]], sheets: Sequence[str]) -> Markup:
    return render_table(title, [_entry(entry, sheets) for entry in entries])


def _entry(entry: Mapping[str, Any], sheets: Sequence[str]) -> dict[str, Any]:
    """A row; the number before a file's name keeps equal beginnings apart."""
    cells = {f"{i}. {shorten(sheet, _LETTERS)}": _cell(entry, sheet) for i, sheet in enumerate(sheets, 1)}
    return {"Column": shorten(entry["column"], _LETTERS), **cells, "What differs": shorten(entry["differs"], 120)}


def _cell(entry: Mapping[str, Any], sheet: str) -> Any:
    header = entry["headers"].get(sheet)
    if header == entry["column"]:
        return Markup('<span class="yes" title="same name">●</span>')
    if header:
        return shorten(header, _LETTERS)
    return (
        Markup('<span class="no">&ndash;</span>') if sheet in entry["missing"] else Markup('<span class="made">calculated</span>')
    )
