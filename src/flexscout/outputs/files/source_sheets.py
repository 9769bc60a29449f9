"""The sheets about the exports: rows that aren't on the list, issues, files and columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from flexscout.domain import LINK_COLUMNS
from flexscout.findings import describe_findings
from flexscout.history import FILL_IN, VERIFY_SHEET
from flexscout.models import FileStatus, RowStatus
from flexscout.outputs.files.layout import Sheet, put_first
from flexscout.outputs.files.property_sheets import TEXT_COLUMNS
from flexscout.outputs.files.table_files import REASON_TEXT

_ID = LINK_COLUMNS[0]
_FILLABLE = ("Property Type", "Building SqFt", "Lot Size Acres", "Year Built")
_REJECTED_COLUMNS = (
    "Status", "Reason", FILL_IN, "Address", "City", "State", "Property Type", "Building SqFt", "Lot Size Acres", "Year Built",
    "Flex Score", "Score Ceiling", "Source File", "Source Sheet", "Source Row",
)  # fmt: skip
_REJECTED_WIDTHS = {
    "Status": 14.0, "Reason": 50.0, FILL_IN: 20.0, "Address": 26.0, "City": 14.0, "State": 7.0, "Property Type": 20.0,
    "Building SqFt": 10.0, "Lot Size Acres": 10.0, "Year Built": 8.0, "Flex Score": 8.0, "Score Ceiling": 9.0,
    "Source File": 24.0, "Source Sheet": 14.0, "Source Row": 8.0,
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
_MAX_SHEETS = 40  # with a column each on the sheet Columns
_MAX_PRINTED_SHEETS = 6


def build_to_verify_sheet(rejected: pl.DataFrame, formats: dict[str, str]) -> list[Sheet]:
    """Build the sheet of rows that only missing values keep off the list, highest possible score first."""
    if "To Verify" not in rejected.columns:
        return []
    rows = rejected.filter("To Verify").drop("To Verify", "Status")
    rows = rows.sort("Score Ceiling", "Source File", "Source Sheet", "Source Row", descending=[True, False, False, False])
    about = "Properties that only a missing value keeps off the list, highest possible score first. Look these up."
    if _ID in rows.columns:
        # The names tell the next run which cells were blank.
        blank = [pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in _FILLABLE if name in rows.columns]
        names = pl.concat_str(blank, separator=", ", ignore_nulls=True)
        rows = rows.with_columns(pl.when(pl.col(_ID).is_not_null()).then(names).alias(FILL_IN))
        about = f"{about} Type what you find into the cells that {FILL_IN} names: the next run counts it."
    return [_build_rejected(VERIFY_SHEET, rows, formats, about)]


def build_not_selected_sheet(rejected: pl.DataFrame, formats: dict[str, str]) -> list[Sheet]:
    """Build the sheet of rows that aren't on the list, or none if they aren't kept, as for a past run."""
    if not rejected.width:
        return []
    rows = rejected.drop("To Verify", _ID, strict=False).with_columns(pl.col("Status").replace(_STATUSES))
    return [_build_rejected("Not Selected", rows, formats, "Rows of the exports that aren't on the list, with the reason.")]


def _build_rejected(name: str, rows: pl.DataFrame, formats: dict[str, str], about: str) -> Sheet:
    table, printed = put_first(rows, _REJECTED_COLUMNS)
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


def count_reasons(report: Mapping[str, Any]) -> pl.DataFrame:
    """Return how many rows each reason keeps off the list."""
    rows = [{"Reason": entry["reason"], "Rows": entry["rows"]} for entry in report["not_selected"]]
    return pl.DataFrame(rows, schema={"Reason": pl.String, "Rows": pl.Int64})


def build_issues_sheet(issues: pl.DataFrame) -> list[Sheet]:
    """Build the sheet of issues; what concerns a whole column has no row."""
    if not issues.width:
        return []
    names = {"Source File": "File", "Source Sheet": "Sheet", "Source Row": "Row", REASON_TEXT: "What It Means"}
    row = pl.col("Source Row")
    table = issues.drop("Reason").with_columns(pl.when(row > 0).then(row).alias("Source Row")).rename(names)
    about = "Values in the exports that could not be used as they are, and rows that are no properties."
    return [Sheet("Issues", table, {}, ("Value",), widths=_ISSUE_WIDTHS, wrapped=("Value", "What It Means"), about=about)]


def build_files_sheet(files: Sequence[Mapping[str, Any]]) -> Sheet:
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


def build_columns_sheet(drift: Mapping[str, Any]) -> Sheet:
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
