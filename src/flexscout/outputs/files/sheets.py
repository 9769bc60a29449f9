"""Lay out the sheets of the workbook."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from flexscout.domain import (
    ADDRESS_COLUMNS,
    MAX_POSSIBLE_DUPLICATES,
    REASONS,
    STATUS,
    TO_VERIFY,
    canonical_columns,
    format_decimals,
    is_score_number,
)
from flexscout.findings import describe_findings
from flexscout.history import MERGES_SHEET, POSSIBLE_SHEET
from flexscout.matching import DECIDED, DECISION, DecisionKind
from flexscout.merging import SINCE, SOURCE_VALUE, VALUE, select_current
from flexscout.models import FileStatus, RowStatus
from flexscout.outputs.branding import load_branding
from flexscout.outputs.files.cover_sheet import build_cover
from flexscout.outputs.files.layout import AMBER, NAVY, Sheet
from flexscout.outputs.files.property_sheets import TEXT_COLUMNS, build_property_sheets, build_top_candidates
from flexscout.outputs.files.settings_sheet import build_settings_sheet
from flexscout.outputs.files.table_files import REASON_TEXT
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
    **dict.fromkeys(("Kept Score", "Removed Score", "Score Before Merging"), _POINTS_FORMAT),
}
_MERGE_COLUMNS = (
    DECISION, DECIDED, "Duplicate Group", *ADDRESS_COLUMNS, "Removed Address", "Evidence", "Filled Cells",
    "Fields That Differ", "Kept File", "Removed File",
)  # fmt: skip
_MERGE_WIDTHS = {
    DECISION: 11.0, DECIDED: 13.0, "Duplicate Group": 11.0, "Address": 24.0, "City": 13.0, "State": 7.0, "Removed Address": 24.0,
    "Evidence": 30.0, "Filled Cells": 30.0, "Fields That Differ": 36.0, "Kept File": 20.0, "Removed File": 20.0,
}  # fmt: skip
_PAIR_COLUMNS = (
    DECISION, DECIDED, "Match Score", "Nearly Sure", "Evidence", "Address", "Other Address", "City", "Other City",
    "Building SqFt", "Other Building SqFt", "APN", "Other APN", "Source File", "Other Source File",
)  # fmt: skip
_PAIR_WIDTHS = {
    DECISION: 11.0, DECIDED: 13.0, "Match Score": 9.0, "Nearly Sure": 9.0, "Evidence": 32.0, "Address": 23.0,
    "Other Address": 23.0, "City": 12.0, "Other City": 12.0, "Building SqFt": 10.0, "Other Building SqFt": 10.0, "APN": 15.0,
    "Other APN": 15.0, "Source File": 20.0, "Other Source File": 20.0,
}  # fmt: skip
_WRAPPED_IN_PAIRS = (
    "Address", "Other Address", "Removed Address", "Evidence", "Filled Cells", "Fields That Differ", "Kept File", "Removed File",
    "APN", "Other APN", "Source File", "Other Source File",
)  # fmt: skip
_REJECTED_COLUMNS = (
    "Status", "Reason", "Address", "City", "State", "Property Type", "Building SqFt", "Lot Size Acres", "Year Built",
    "Flex Score", "Score Ceiling", "Source File", "Source Sheet", "Source Row",
)  # fmt: skip
_REJECTED_WIDTHS = {
    "Status": 14.0, "Reason": 50.0, "Address": 26.0, "City": 14.0, "State": 7.0, "Property Type": 20.0, "Building SqFt": 10.0,
    "Lot Size Acres": 10.0, "Year Built": 8.0, "Flex Score": 8.0, "Score Ceiling": 9.0, "Source File": 24.0, "Source Sheet": 14.0,
    "Source Row": 8.0,
}  # fmt: skip
_CHANGE_COLUMNS = (
    "Change", *ADDRESS_COLUMNS, "Column", "Old Value", "New Value", "Amount", "Percent", "Old Score", "New Score", "Factors",
    "Source", "Property ID",
)  # fmt: skip
_CHANGE_WIDTHS = {
    "Change": 16.0, "Address": 26.0, "City": 14.0, "State": 7.0, "Column": 16.0, "Old Value": 16.0, "New Value": 16.0,
    "Amount": 13.0, "Percent": 9.0, "Old Score": 8.0, "New Score": 8.0, "Factors": 30.0, "Source": 22.0, "Property ID": 17.0,
}  # fmt: skip
_ISSUE_WIDTHS = {"File": 30.0, "Sheet": 16.0, "Row": 8.0, "Column": 20.0, "Value": 30.0, "What It Means": 70.0}
_STATUSES = {
    RowStatus.BELOW_SCORE: "Score too low",
    RowStatus.NOT_ELIGIBLE: "Not eligible",
    RowStatus.SUPERSEDED: "Replaced",
}
_FILE_STATUSES = {FileStatus.OK: "Read", FileStatus.FAILED: "Failed", FileStatus.SKIPPED: "Skipped"}
_COUNTS = {
    "rows_read": "Rows", "candidates": "Candidates", "below_score": "Score Too Low", "not_eligible": "Not Eligible",
    "superseded": "Replaced", "blank": "Blank", "not_data": "Not Properties", "duplicates_removed": "Duplicates",
}  # fmt: skip
_NORMALIZED, _LINKS = " after normalization", r"(?:^|; )Property Link: [^;]*"  # not shown
_TABS = {
    **dict.fromkeys(("Summary", "Top Candidates", "Flex Properties", "All Columns", "Changes"), NAVY),
    **dict.fromkeys(("Notes of Others", "My Corrections", "To Verify", POSSIBLE_SHEET, MERGES_SHEET), AMBER),
}
"""Colors of tabs: the result, and what the user may answer."""
_MAX_SHEETS = 40  # with a column each on the sheet Columns
_MAX_PRINTED_SHEETS = 6
_SHARE_FORMAT = '0.0"%"'


def build_sheets(tables: ResultTables, report: Mapping[str, Any]) -> list[Sheet]:
    """Return the sheets of the workbook, in order."""
    formats = choose_number_formats((*tables.master.columns, *tables.rejected_rows.columns))
    rejected = tables.rejected_rows.rename({STATUS: "Status", REASONS: "Reason", TO_VERIFY: "To Verify"}, strict=False)
    branding = load_branding(report["settings"])
    sheets = [
        build_top_candidates(tables, formats),
        *build_property_sheets(tables, formats, list(report["profile"].get("classes", ()))),
        *_build_changes(tables.changes, formats),
        *_build_user_sheets(tables),
        *_build_to_verify(rejected, formats),
        *_build_pairs(
            POSSIBLE_SHEET,
            tables.possible_duplicates.head(MAX_POSSIBLE_DUPLICATES),
            formats,
            "Pairs of properties that may be the same. Choose Same, Different or Later under Decision: the next run follows it.",
        ),
        *_build_pairs(
            MERGES_SHEET,
            select_current(tables.merge_log),
            formats,
            "Rows that were merged into one property, with the evidence. Choose Different under Decision to take a merge back.",
        ),
        Sheet(
            "Why Not Selected",
            _count_reasons(report),
            widths={"Reason": 100.0, "Rows": 10.0},
            wrapped=("Reason",),
            about="How many rows of the exports aren't on the list, by reason.",
        ),
        *_build_not_selected(rejected, formats),
        *_build_issues(tables.issues),
        _build_files(report["files"]),
        _build_columns(report["columns"]),
        build_settings_sheet(report),
    ]
    book = [build_cover(tables, report, branding, sheets), *sheets]
    return [replace(sheet, footer=branding.name, tab=_TABS.get(sheet.name, "")) for sheet in book]


def choose_number_formats(names: Iterable[str]) -> dict[str, str]:
    """Map columns to Excel number formats: canonical columns, columns of other sheets, and scores among `names`."""
    canonical = {
        column.name: _UNIT_FORMATS.get(column.unit) or _TYPE_FORMATS.get(column.type, "") for column in canonical_columns()
    }
    scores = {name: _POINTS_FORMAT for name in names if is_score_number(name)} | _SCORE_FORMATS
    formats = {name: form for name, form in (canonical | scores).items() if form}
    return formats | {f"{side} {name}": form for side in ("Other", "Kept", "Removed") for name, form in formats.items()}


def _select_first(table: pl.DataFrame, names: Sequence[str]) -> tuple[pl.DataFrame, int]:
    """Return the table with these columns first, and how many of them it has."""
    first = [name for name in names if name in table.columns]
    return table.select(*first, pl.exclude(first)) if first else table, len(first)


def _build_pairs(name: str, table: pl.DataFrame, formats: dict[str, str], about: str) -> list[Sheet]:
    """Build a sheet of pairs; the user's decisions come first and have a list of answers to choose from.

    The columns that only identify the pair, by which decisions are read back, are not printed.
    """
    if not table.width:
        return []
    columns, widths = (_MERGE_COLUMNS, _MERGE_WIDTHS) if name == MERGES_SHEET else (_PAIR_COLUMNS, _PAIR_WIDTHS)
    texts = {"Evidence": _NORMALIZED, "Filled Cells": _LINKS, "Fields That Differ": _LINKS}
    shown = [
        pl.col(name).str.replace_all(pattern, "").str.strip_prefix("; ")
        for name, pattern in texts.items()
        if name in table.columns
    ]
    pairs, printed = _select_first(table.with_columns(shown), columns)
    answers = tuple(answer.capitalize() for answer in DecisionKind)
    return [
        Sheet(
            name,
            pairs,
            formats,
            (*TEXT_COLUMNS, DECISION, DECIDED),
            choices={DECISION: answers},
            wrapped=_WRAPPED_IN_PAIRS,
            centered=("Duplicate Group", "Match Score", "Nearly Sure", "State"),
            widths=widths,
            about=about,
            frozen=2,
            printed=printed,
        )
    ]


def _build_changes(changes: pl.DataFrame | None, formats: dict[str, str]) -> list[Sheet]:
    if changes is None:
        return []
    units = {column.name: column.unit for column in canonical_columns() if column.unit.startswith("USD")}
    is_money = pl.col("Column").is_in(list(units))
    values = [
        pl.when(is_money)
        .then(pl.format("${}", format_decimals(pl.col(name).cast(pl.Float64, strict=False), 2)))
        .otherwise(name)
        .alias(name)
        for name in ("Old Value", "New Value")
    ]
    kind = pl.col("Change")
    table = changes.with_columns(*values, (kind.str.head(1).str.to_uppercase() + kind.str.slice(1)).alias("Change"))
    ordered, printed = _select_first(table, _CHANGE_COLUMNS)
    return [
        Sheet(
            "Changes",
            ordered,
            {**formats, "Old Score": _POINTS_FORMAT, "New Score": _POINTS_FORMAT, "Amount": "#,##0", "Percent": _SHARE_FORMAT},
            ("Old Value", "New Value"),
            wrapped=("Factors",),
            centered=("State", "Old Score", "New Score"),
            widths=_CHANGE_WIDTHS,
            about="What changed since the last list: new and gone properties, prices, sales, listings and scores.",
            frozen=2,
            printed=printed,
        )
    ]


def _build_user_sheets(tables: ResultTables) -> list[Sheet]:
    """Build the sheets of notes on unlisted properties and of corrections, if there are any."""
    sheets = []
    if tables.unlisted_notes is not None and tables.unlisted_notes.height:
        sheets.append(
            Sheet(
                "Notes of Others",
                tables.unlisted_notes,
                texts=(*TEXT_COLUMNS, *tables.user_columns),
                about="Your notes on properties that aren't on the list now. They return with their properties.",
            )
        )
    if tables.corrections is not None and tables.corrections.height:
        values = {SOURCE_VALUE: SOURCE_VALUE, VALUE: "My Value", SINCE: SINCE}
        columns = ("Property ID", *ADDRESS_COLUMNS, "Column", *values)
        corrections = tables.corrections.select(columns).rename(values)
        sheets.append(
            Sheet(
                "My Corrections",
                corrections,
                texts=tuple(values.values()),
                about="Values that you corrected, with what the sources say. Delete a row to end a correction.",
            )
        )
    return sheets


def _build_to_verify(rejected: pl.DataFrame, formats: dict[str, str]) -> list[Sheet]:
    """Build the sheet of rows that only missing values keep off the list, highest possible score first."""
    if "To Verify" not in rejected.columns:
        return []
    rows = rejected.filter("To Verify").drop("To Verify", "Status")
    rows = rows.sort("Score Ceiling", "Source File", "Source Sheet", "Source Row", descending=[True, False, False, False])
    about = "Properties that only a missing value keeps off the list, highest possible score first. Look these up."
    return [_build_rejected("To Verify", rows, formats, about)]


def _build_not_selected(rejected: pl.DataFrame, formats: dict[str, str]) -> list[Sheet]:
    if not rejected.width:
        return []
    rows = rejected.drop("To Verify", strict=False).with_columns(pl.col("Status").replace(_STATUSES))
    return [_build_rejected("Not Selected", rows, formats, "Rows of the exports that aren't on the list, with the reason.")]


def _build_rejected(name: str, rows: pl.DataFrame, formats: dict[str, str], about: str) -> Sheet:
    table, printed = _select_first(rows, _REJECTED_COLUMNS)
    return Sheet(
        name,
        table,
        formats,
        TEXT_COLUMNS,
        wrapped=("Reason", "Source File"),
        widths=_REJECTED_WIDTHS,
        about=about,
        printed=printed,
    )


def _count_reasons(report: Mapping[str, Any]) -> pl.DataFrame:
    rows = [{"Reason": entry["reason"], "Rows": entry["rows"]} for entry in report["not_selected"]]
    return pl.DataFrame(rows, schema={"Reason": pl.String, "Rows": pl.Int64})


def _build_issues(issues: pl.DataFrame) -> list[Sheet]:
    """Build the sheet of issues; what concerns a whole column has no row."""
    if not issues.width:
        return []
    names = {"Source File": "File", "Source Sheet": "Sheet", "Source Row": "Row", REASON_TEXT: "What It Means"}
    row = pl.col("Source Row")
    table = issues.drop("Reason").with_columns(pl.when(row > 0).then(row).alias("Source Row")).rename(names)
    about = "Values in the exports that could not be used as they are, and rows that are no properties."
    return [Sheet("Issues", table, {}, ("Value",), widths=_ISSUE_WIDTHS, wrapped=("Value", "What It Means"), about=about)]


def _build_files(files: Sequence[Mapping[str, Any]]) -> Sheet:
    """Build the sheet of files with their row counts, and what to do about those that failed."""
    rows = [
        {
            "File": file["file"],
            "Status": _FILE_STATUSES.get(file["status"], file["status"]),
            "Source": file.get("vendor", ""),
            **{label: file[count] for count, label in _COUNTS.items()},
            "Remark": file.get("reason") or _describe_error(file.get("error", {})) or describe_findings(file),
        }
        for file in files
    ]
    return Sheet(
        "Files",
        pl.DataFrame(rows) if rows else pl.DataFrame(schema={"File": pl.String, "Remark": pl.String}),
        wrapped=("Remark",),
        centered=tuple(_COUNTS.values()),
        widths={"File": 36.0, "Source": 24.0, "Remark": 60.0},
        about="The exports that were read, what became of their rows, and what to do if one failed.",
    )


def _describe_error(error: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (error.get("message"), error.get("next_step"))))


def _build_columns(drift: Mapping[str, Any]) -> Sheet:
    """Build the sheet of the inputs' columns, with the header in each sheet if there are few sheets."""
    sheets = drift["sheets"] if len(drift["sheets"]) <= _MAX_SHEETS else []
    rows = [
        {
            "Column": entry["column"],
            "Kind": "recognized" if entry["canonical"] else "kept as is, not scored",
            "Sheets with it": len(entry["headers"]),
            "Sheets without": len(entry["missing"]),
            "Differs": entry["differs"],
            # A file may have the name of one of these columns.
            **{f"in {sheet}": _describe_header(entry, sheet) for sheet in sheets},
        }
        for entry in drift["columns"]
    ]
    table = pl.DataFrame(rows, schema_overrides={"Column": pl.String}) if rows else pl.DataFrame(schema={"Column": pl.String})
    return Sheet(
        "Columns",
        table,
        {},
        ("Column", "Differs"),
        wrapped=tuple(table.columns[4:]),
        widths={"Kind": 22.0, "Sheets with it": 11.0, "Sheets without": 11.0, "Differs": 28.0}
        | dict.fromkeys(table.columns[5:], 20.0),
        about="How the headers of the exports were understood: the column, and its header in each sheet.",
        frozen=1,
        printed=min(table.width, 5 + _MAX_PRINTED_SHEETS),
    )


def _describe_header(entry: Mapping[str, Any], sheet: str) -> str:
    header: str | None = entry["headers"].get(sheet)
    if header is not None:
        return header
    return "(missing)" if sheet in entry["missing"] else "(calculated)"
