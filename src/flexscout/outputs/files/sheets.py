"""Lay out the sheets of the workbook."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from flexscout.domain import MAX_POSSIBLE_DUPLICATES, REASONS, STATUS, TO_VERIFY, is_score_number, list_canonical_columns
from flexscout.history import MERGES_SHEET, POSSIBLE_SHEET
from flexscout.merging import select_current
from flexscout.outputs.branding import load_branding
from flexscout.outputs.files.cover_sheet import build_cover
from flexscout.outputs.files.layout import AMBER, NAVY, Sheet
from flexscout.outputs.files.property_sheets import build_property_sheets, build_top_candidates
from flexscout.outputs.files.review_sheets import build_changes_sheet, build_pairs_sheet, build_user_sheets
from flexscout.outputs.files.settings_sheet import build_settings_sheet
from flexscout.outputs.files.source_sheets import (
    build_columns_sheet,
    build_files_sheet,
    build_issues_sheet,
    build_not_selected_sheet,
    build_to_verify_sheet,
    count_reasons,
)
from flexscout.outputs.results import ResultTables

_UNIT_FORMATS = {
    "USD": "$#,##0",
    "USD per square foot": "$#,##0.00",
    "square feet": "#,##0",
    "acres": "#,##0.00",
    "feet": "0.0",
    "percent 0-100": '0.#"%"',
    "degrees": "0.000000",
}
_TYPE_FORMATS = {"date": "yyyy-mm-dd", "year": "0", "number": "#,##0"}
_POINTS_FORMAT = "0.0#"
_SCORE_FORMATS = {
    "Completeness": "0%",
    "Match Score": "0.00",
    "Asking Price/SqFt": "$#,##0.00",
    "Median Asking/SqFt": "$#,##0.00",
    **dict.fromkeys(("First Seen", "Last Seen"), _TYPE_FORMATS["date"]),
    **dict.fromkeys(("Kept Score", "Removed Score", "Old Score", "New Score", "Score Before Merging"), _POINTS_FORMAT),
}
_TABS = {
    **dict.fromkeys(("Summary", "Top Candidates", "Flex Properties", "All Columns", "Changes"), NAVY),
    **dict.fromkeys(("Notes of Others", "My Corrections", "To Verify", POSSIBLE_SHEET, MERGES_SHEET), AMBER),
}
"""Colors of tabs: the result, and what the user may answer."""

_IN_COPIES, _IN_EXPORTS = "the CSV and Parquet copies have all", "raise output.workbook_rows to see more"
_LIMITED = {
    **dict.fromkeys(("Flex Properties", "All Columns", MERGES_SHEET), _IN_COPIES),
    "Issues": "the CSV copy has all",
    **dict.fromkeys(("To Verify", "Not Selected"), _IN_EXPORTS),
}
"""Sheets that `output.workbook_rows` limits -> where their other rows are. On others, a missing row can be an answer."""


def build_sheets(tables: ResultTables, report: Mapping[str, Any]) -> list[Sheet]:
    """Return the sheets of the workbook, in order."""
    formats = choose_number_formats((*tables.master.columns, *tables.rejected_rows.columns))
    rejected = tables.rejected_rows.rename({STATUS: "Status", REASONS: "Reason", TO_VERIFY: "To Verify"}, strict=False)
    branding = load_branding(report["settings"])
    sheets = [
        build_top_candidates(tables, formats),
        *build_property_sheets(tables, formats, list(report["profile"].get("classes", ()))),
        *build_changes_sheet(tables.changes, formats),
        *build_user_sheets(tables),
        *build_to_verify_sheet(rejected, formats),
        *build_pairs_sheet(
            POSSIBLE_SHEET,
            tables.possible_duplicates.head(MAX_POSSIBLE_DUPLICATES),
            formats,
            "Pairs of properties that may be the same. Choose Same, Different or Later under Decision: the next run follows it.",
        ),
        *build_pairs_sheet(
            MERGES_SHEET,
            select_current(tables.merge_log),
            formats,
            "Rows that were merged into one property, with the evidence. Choose Different under Decision to take a merge back.",
        ),
        Sheet(
            "Why Not Selected",
            count_reasons(report),
            widths={"Reason": 100.0, "Rows": 10.0},
            wrapped=("Reason",),
            about="How many rows of the exports aren't on the list, by reason.",
        ),
        *build_not_selected_sheet(rejected, formats),
        *build_issues_sheet(tables.issues),
        build_files_sheet(report["files"]),
        build_columns_sheet(report["columns"]),
        build_settings_sheet(report),
    ]
    sheets = [_limit_rows(sheet, report["settings"].get("workbook_rows", 0)) for sheet in sheets]
    book = [build_cover(tables, report, branding, sheets), *sheets]
    return [replace(sheet, footer=branding.name, tab=_TABS.get(sheet.name, "")) for sheet in book]


def _limit_rows(sheet: Sheet, rows: int) -> Sheet:
    """Return the sheet with the first rows of its table, and a sentence that says so; all of them if `rows` is 0."""
    if not rows or sheet.name not in _LIMITED or not isinstance(sheet.table, pl.DataFrame) or sheet.table.height <= rows:
        return sheet
    about = f"{sheet.about} The first {rows:,} of {sheet.table.height:,} rows; {_LIMITED[sheet.name]}.".strip()
    heights = {row: height for row, height in sheet.heights.items() if row <= rows}
    return replace(sheet, table=sheet.table.head(rows), heights=heights, about=about)


def choose_number_formats(names: Iterable[str]) -> dict[str, str]:
    """Map columns to Excel number formats: canonical columns, columns of other sheets, and scores among `names`."""
    canonical = {
        column.name: _UNIT_FORMATS.get(column.unit) or _TYPE_FORMATS.get(column.type, "") for column in list_canonical_columns()
    }
    scores = {name: _POINTS_FORMAT for name in names if is_score_number(name)} | _SCORE_FORMATS
    formats = {name: form for name, form in (canonical | scores).items() if form}
    return formats | {f"{side} {name}": form for side in ("Other", "Kept", "Removed") for name, form in formats.items()}
