"""What stands on which sheet of the workbook."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from flexscout.domain import MAX_POSSIBLE_DUPLICATES, REASONS, STATUS, TO_VERIFY, canonical_columns, is_score_number
from flexscout.outputs.files.front_sheets import (
    build_links,
    build_settings_sheet,
    build_summary_sheet,
    build_top_candidates,
    choose_link_texts,
)
from flexscout.outputs.files.xlsx_writer import Sheet

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
    **dict.fromkeys(("Kept Score", "Removed Score", "Score Before Filling"), _POINTS_FORMAT),
}
_TEXTS = ("Zip Code", "APN", "Unit", "Other Zip Code", "Other APN")
_SHEETS_SHOWN = 40


@dataclass(frozen=True)
class ResultTables:
    """The tables of a result: unique candidates, removed duplicates, pairs that may be one, rows not selected, Issues.

    Of a past run only the first is known; the others have no columns then, and no sheet.
    `explanations`: why the first candidates scored what they did; `passed`: which candidates the person passed on; `changes`:
    since the last other result, None if there was none; `notes`: the person's, on properties that are not on the list; `own`:
    their columns.
    """

    master: pl.DataFrame
    merge_log: pl.DataFrame = field(default_factory=pl.DataFrame)
    possible_duplicates: pl.DataFrame = field(default_factory=pl.DataFrame)
    rejected_rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    issues: pl.DataFrame = field(default_factory=pl.DataFrame)
    explanations: Sequence[str] = ()
    is_rejected: pl.Series | None = None
    changes: pl.DataFrame | None = None
    unlisted_notes: pl.DataFrame | None = None
    user_columns: tuple[str, ...] = ()


def build_sheets(tables: ResultTables, report: Mapping[str, Any]) -> list[Sheet]:
    """The sheets of `all_flex_properties.xlsx`, in order."""
    formats = choose_number_formats((*tables.master.columns, *tables.rejected_rows.columns))
    others = tables.rejected_rows.rename({STATUS: "Status", REASONS: "Reason", TO_VERIFY: "To Verify"}, strict=False)
    return [
        build_summary_sheet(tables.master, report),
        _list(tables, formats),
        build_top_candidates(tables.master, tables.explanations, tables.is_rejected, formats),
        *_of_runs(tables),
        *_known("To Verify", _to_verify(others), formats),
        *_known("Duplicates", tables.merge_log, formats),
        *_known("Possible Duplicates", tables.possible_duplicates.head(MAX_POSSIBLE_DUPLICATES), formats),
        Sheet("Why Not Selected", _why_not(report), widths={"Reason": 70}),
        *_known("Not Selected", others.drop("To Verify", strict=False), formats),
        *_known("Issues", tables.issues, {}, ("Value",)),
        Sheet("Files", _files(report["files"])),
        Sheet("Columns", _columns(report["columns"]), {}, ("Column", "Differs")),
        build_settings_sheet(report),
    ]


def _known(name: str, table: pl.DataFrame, formats: dict[str, str], texts: tuple[str, ...] = _TEXTS) -> list[Sheet]:
    """The sheet of a table, if that is known."""
    return [Sheet(name, table, formats, texts)] if table.width else []


def _list(tables: ResultTables, formats: dict[str, str]) -> Sheet:
    """The candidates, the best with their links."""
    table = _own_first(tables)
    there = build_links(table)
    linked = table.with_columns(there)
    widths = dict.fromkeys((link.name for link in there), 30.0)
    return Sheet(
        "Flex Properties",
        linked,
        formats,
        (*_TEXTS, *tables.user_columns),
        "Flex Score",
        choose_link_texts(table, there),
        widths=widths,
    )


def _own_first(tables: ResultTables) -> pl.DataFrame:
    """The candidates with the columns that a person types into where they are seen first."""
    own = [name for name in tables.user_columns if name in tables.master.columns]
    return tables.master.select(*own, pl.exclude(own)) if own else tables.master


def _of_runs(tables: ResultTables) -> list[Sheet]:
    """What changed since another run, and the person's notes that have no place on the list, where there is any."""
    scores = {"Old Score": _POINTS_FORMAT, "New Score": _POINTS_FORMAT}
    changes = [] if tables.changes is None else [Sheet("Changes", tables.changes, scores, ("Old Value", "New Value"))]
    notes = tables.unlisted_notes if tables.unlisted_notes is not None and tables.unlisted_notes.height else None
    return changes if notes is None else [*changes, Sheet("Notes of Others", notes, texts=(*_TEXTS, *tables.user_columns))]


def choose_number_formats(names: Iterable[str]) -> dict[str, str]:
    """Column -> Excel number format, of these and those that may stand in any table."""
    canonical = {
        column.name: _UNIT_FORMATS.get(column.unit) or _TYPE_FORMATS.get(column.type, "") for column in canonical_columns()
    }
    scores = {name: _POINTS_FORMAT for name in names if is_score_number(name)} | _SCORE_FORMATS
    formats = {name: form for name, form in (canonical | scores).items() if form}
    return formats | {f"Other {name}": form for name, form in formats.items()}


def _to_verify(others: pl.DataFrame) -> pl.DataFrame:
    """Rows that only missing values keep out, the most promising first."""
    if "To Verify" not in others.columns:
        return others
    promising = others.filter("To Verify").drop("To Verify", "Status")
    return promising.sort("Score Ceiling", "Source File", "Source Sheet", "Source Row", descending=[True, False, False, False])


def _why_not(report: Mapping[str, Any]) -> pl.DataFrame:
    """How many rows have each reason, the most frequent first; a row of several has them together."""
    rows = [{"Reason": entry["reason"], "Rows": entry["rows"]} for entry in report["not_selected"]]
    return pl.DataFrame(rows, schema={"Reason": pl.String, "Rows": pl.Int64})


def _files(files: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """A row per file found, with its account, and in words what to do where it failed."""
    counts = ("rows_read", "candidates", "below_score", "not_eligible", "blank", "not_data", "duplicates_removed")
    rows = [
        {
            "File": file["file"],
            "Status": file["status"],
            "Vendor": file.get("vendor", ""),
            **{count.replace("_", " ").capitalize(): file[count] for count in counts},
            "Remark": file.get("reason") or " ".join(filter(None, _error_words(file))),
        }
        for file in files
    ]
    return pl.DataFrame(rows)


def _columns(drift: Mapping[str, Any]) -> pl.DataFrame:
    """A row per column, with its header in each sheet while those are few: the schema of all files at a glance."""
    shown = drift["sheets"] if len(drift["sheets"]) <= _SHEETS_SHOWN else []
    rows = [
        {
            "Column": entry["column"],
            "Kind": "canonical" if entry["canonical"] else "passes through",
            "Sheets with it": len(entry["headers"]),
            "Sheets without": len(entry["missing"]),
            "Differs": entry["differs"],
            **{_heading(sheet): entry["headers"].get(sheet, _made_or_missing(entry, sheet)) for sheet in shown},
        }
        for entry in drift["columns"]
    ]
    return pl.DataFrame(rows, schema_overrides={"Column": pl.String}) if rows else pl.DataFrame(schema={"Column": pl.String})


def _heading(sheet: str) -> str:
    """A file may be called like a column of this table."""
    return f"in {sheet}"


def _made_or_missing(entry: Mapping[str, Any], sheet: str) -> str:
    return "(missing)" if sheet in entry["missing"] else "(calculated)"


def _error_words(file: Mapping[str, Any]) -> tuple[str, str]:
    error = file.get("error", {})
    return error.get("message", ""), error.get("next_step", "")
