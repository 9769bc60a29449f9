"""Sections of the page about the inputs: duplicates, columns, files and why files failed."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.domain import ADDRESS_COLUMNS, join_some
from flexscout.findings import describe_findings
from flexscout.outputs.html.cell_text import plain_text
from flexscout.outputs.html.elements import (
    clip_text,
    render_bars,
    render_card,
    render_details,
    render_grid,
    render_note,
    render_table,
    render_tiles,
)

_MAX_FILES = 150
_MAX_PAIRS, _MAX_OVERLAPS = 20, 10
_MAX_SHEETS, _MAX_COLUMNS, _MAX_UNMAPPED_COLUMNS, _MAX_NAME_LENGTH = 16, 80, 60, 28
_STATUS_ORDER = {"failed": 0, "skipped": 1, "ok": 2}
_MAX_ENTRIES = 12  # of a mapping file
_COUNTS = {
    "Rows": "rows_read",
    "Candidates": "candidates",
    "Below score": "below_score",
    "Not eligible": "not_eligible",
    "Superseded": "superseded",
    "Blank": "blank",
    "Not data": "not_data",
    "Merged": "duplicates_removed",
    "Issues": "issues",
}
_CAUSE = Markup("<li><b>{}</b> <span>Next step: {}</span></li>")
_CAUSES = Markup('<ul class="causes">{}</ul>')
_STATUS = Markup('<b class="{0}">{0}</b>')
_SAME_HEADER = Markup('<span class="yes" title="same name">●</span>')
_MISSING = Markup('<span class="no">&ndash;</span>')
_CALCULATED = Markup('<span class="made">calculated</span>')


def render_causes(report: Mapping[str, Any]) -> Markup:
    """Render why files failed, each cause with the next step."""
    causes = report["errors"]["causes"]
    items = Markup("").join(
        _CAUSE.format(clip_text(cause["message"], 600), clip_text(cause["next_step"], 400)) for cause in causes
    )
    return _CAUSES.format(items) if causes else Markup("")


def render_files(report: Mapping[str, Any]) -> Markup:
    """Render a row per file, failed ones first."""
    files = sorted(report["files"], key=lambda file: (_STATUS_ORDER.get(file["status"], 0), file["file"]))
    shown = f"{_MAX_FILES} of {len(files):,}; the sheet Files lists all" if len(files) > _MAX_FILES else "all"
    return render_causes(report) + render_table(f"Files ({shown})", [_build_file_row(file) for file in files[:_MAX_FILES]])


def render_duplicates(report: Mapping[str, Any]) -> Markup:
    """Render what was merged and why, which files overlap, and possible duplicates to review."""
    merges = report["deduplication"]
    figures = {
        "Candidates before deduplication": f"{merges['before']:,}",
        "Duplicates merged": f"{merges['removed']:,}",
        "Properties with duplicates": f"{merges['groups']:,}",
        "Unique candidates": f"{merges['after']:,}",
        "Merges across different APNs": f"{merges['different_apn']:,}",
        "Possible duplicates to review": f"{merges['possible']['pairs']:,}",
        "Properties with blanks filled": f"{merges['filled']['properties']:,}",
    }
    parts = (_render_matches(merges), _render_merges(merges), _render_possible_duplicates(merges["possible"]))
    return render_tiles(figures.items()) + Markup("").join(parts)


def render_schema(report: Mapping[str, Any]) -> Markup:
    """Render the header of each column in each sheet: recognized columns, then unmapped ones."""
    drift = report["columns"]
    sheets = drift["sheets"][:_MAX_SHEETS]
    recognized = [entry for entry in drift["columns"] if entry["canonical"]]
    unmapped = [entry for entry in drift["columns"] if not entry["canonical"]]
    if not recognized and not unmapped:
        return render_note("No sheet was read.")
    body = _render_mappings(report) + _render_headers(
        "Recognized columns and their header in each file", recognized[:_MAX_COLUMNS], sheets
    )
    if unmapped:
        table = _render_headers("Unmapped columns", unmapped[:_MAX_UNMAPPED_COLUMNS], sheets)
        body += render_details(f"{len(unmapped):,} unmapped columns, kept as is, not scored", table)
    total = len(drift["sheets"])
    return render_card(f"{_MAX_SHEETS} of {total:,} sheets" if total > _MAX_SHEETS else f"All {total:,} sheets", body)


def _build_file_row(file: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "File": clip_text(file["file"], 80),
        "Status": _STATUS.format(clip_text(file["status"], 20)),
        "Vendor": file.get("vendor", ""),
        **{name: file[key] for name, key in _COUNTS.items()},
        "Remark": _describe_file(file),
    }


def _describe_file(file: Mapping[str, Any]) -> str:
    error = file.get("error", {})
    skipped: Sequence[Mapping[str, str]] = file.get("sheets_left_out", ())
    sheets = [f"Sheet {sheet['sheet']} was skipped: {sheet['reason']}" for sheet in skipped[:3]]
    parts = (file.get("reason"), error.get("message"), error.get("next_step"), describe_findings(file), *sheets)
    return clip_text(" ".join(filter(None, parts)), 400)


def _render_matches(merges: Mapping[str, Any]) -> Markup:
    """Render the number of merges by match rule, and the properties that pairs of files share."""
    if not merges["removed"]:
        return Markup("")
    overlaps = {
        f"{clip_text(pair['file'], 28)} and {clip_text(pair['other_file'], 28)}": pair["properties"]
        for pair in merges["overlaps"][:_MAX_OVERLAPS]
    }
    return render_grid(
        [
            render_card("Why rows were merged", render_bars("Merges by match", merges["by_match"])),
            render_card("Files that overlap", render_bars("Properties in both files", overlaps)),
        ]
    )


def _render_merges(merges: Mapping[str, Any]) -> Markup:
    first = pl.DataFrame(merges["merges"], infer_schema_length=None)
    columns = {
        "Property": _join_columns(first, *ADDRESS_COLUMNS),
        "Kept": _join_columns(first, "Kept File", "Kept Sheet", "Kept Row"),
        "Merged into it": _join_columns(first, "Removed File", "Removed Sheet", "Removed Row"),
        "Evidence": plain_text("Evidence", first),
        "Fields that differ": plain_text("Fields That Differ", first, 160),
    }
    rows = first.select(value.fill_null("").alias(name) for name, value in columns.items()).to_dicts()
    total = merges["removed"]
    shown = f"first {first.height} of {total:,}; the sheet Duplicates lists all" if first.height < total else "all"
    return render_table(f"Merges ({shown})", rows)


def _join_columns(frame: pl.DataFrame, *names: str) -> pl.Expr:
    return pl.concat_str([plain_text(name, frame) for name in names], separator=", ", ignore_nulls=True)


def _render_possible_duplicates(possible: Mapping[str, Any]) -> Markup:
    rows = [
        {
            "Property": _format_address(pair),
            "Possible duplicate of": _format_address(pair, "Other "),
            "Match": f"{pair['Match Score']:.0%}",
            "Evidence": pair["Evidence"],
        }
        for pair in possible["surest"][:_MAX_PAIRS]
    ]
    return render_table("Possible duplicates to review, likeliest first (the sheet Possible Duplicates lists more)", rows)


def _format_address(pair: Mapping[str, Any], prefix: str = "") -> str:
    return clip_text(", ".join(str(pair[prefix + name]) for name in ADDRESS_COLUMNS if pair.get(prefix + name)), 120)


def _render_mappings(report: Mapping[str, Any]) -> Markup:
    """Render which mapping file was used for which sheet; nothing without any."""
    sheets = [sheet for sheet in report.get("schema", ()) if sheet.get("mapping") and sheet["by_hand"]][:_MAX_SHEETS]
    rows = [
        {
            "File": clip_text(sheet["file"], 80),
            "Sheet": clip_text(sheet["sheet"], _MAX_NAME_LENGTH),
            "Mapping file": clip_text(sheet["mapping"], 80),
            "Entries used": clip_text(join_some(sheet["by_hand"], _MAX_ENTRIES), 200),
        }
        for sheet in sheets
    ]
    return render_table("Mapping files", rows)


def _render_headers(title: str, entries: Sequence[Mapping[str, Any]], sheets: Sequence[str]) -> Markup:
    # The number keeps sheets apart whose shortened names are equal.
    labels = {sheet: f"{i}. {clip_text(sheet, _MAX_NAME_LENGTH)}" for i, sheet in enumerate(sheets, 1)}
    rows = [
        {
            "Column": clip_text(entry["column"], _MAX_NAME_LENGTH),
            **{label: _render_header(entry, sheet) for sheet, label in labels.items()},
            "Differences": clip_text(entry["differs"], 120),
        }
        for entry in entries
    ]
    return render_table(title, rows)


def _render_header(entry: Mapping[str, Any], sheet: str) -> Any:
    header = entry["headers"].get(sheet)
    if header == entry["column"]:
        return _SAME_HEADER
    if header:
        return clip_text(header, _MAX_NAME_LENGTH)
    return _MISSING if sheet in entry["missing"] else _CALCULATED
