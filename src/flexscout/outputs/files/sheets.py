"""Lay out the sheets of the workbook."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from flexscout.domain import (
    ADDRESS_COLUMNS,
    MAX_POSSIBLE_DUPLICATES,
    REASONS,
    STATUS,
    TO_VERIFY,
    canonical_columns,
    is_score_number,
)
from flexscout.findings import describe_findings
from flexscout.history import MERGES_SHEET, POSSIBLE_SHEET
from flexscout.matching import DECIDED, DECISION, DecisionKind
from flexscout.merging import SINCE, SOURCE_VALUE, VALUE, select_current
from flexscout.outputs.files.front_sheets import (
    build_links,
    build_settings_sheet,
    build_summary_sheet,
    build_top_candidates,
    choose_link_texts,
)
from flexscout.outputs.files.xlsx_writer import Sheet
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
    **dict.fromkeys(("Kept Score", "Removed Score", "Score Before Merging"), _POINTS_FORMAT),
}
_TEXTS = tuple(f"{side}{name}" for side in ("", "Other ", "Kept ", "Removed ") for name in ("Zip Code", "APN", "Unit"))
_PAIR_COLUMNS = (DECISION, DECIDED)
_MAX_SHEETS = 40  # with a column each on the sheet Columns


def build_sheets(tables: ResultTables, report: Mapping[str, Any]) -> list[Sheet]:
    """Return the sheets of the workbook, in order."""
    formats = choose_number_formats((*tables.master.columns, *tables.rejected_rows.columns))
    rejected = tables.rejected_rows.rename({STATUS: "Status", REASONS: "Reason", TO_VERIFY: "To Verify"}, strict=False)
    return [
        build_summary_sheet(tables.master, report),
        _build_property_sheet(tables, formats),
        build_top_candidates(tables.master, tables.explanations, tables.is_rejected, formats, tables.user_columns),
        *_build_history_sheets(tables),
        *_build_table_sheet("To Verify", _select_to_verify(rejected), formats),
        *_build_pairs_sheet(MERGES_SHEET, select_current(tables.merge_log), formats),
        *_build_pairs_sheet(POSSIBLE_SHEET, tables.possible_duplicates.head(MAX_POSSIBLE_DUPLICATES), formats),
        Sheet("Why Not Selected", _count_reasons(report), widths={"Reason": 70}),
        *_build_table_sheet("Not Selected", rejected.drop("To Verify", strict=False), formats),
        *_build_table_sheet("Issues", tables.issues, {}, ("Value",)),
        Sheet("Files", _list_files(report["files"])),
        Sheet("Columns", _list_columns(report["columns"]), {}, ("Column", "Differs")),
        build_settings_sheet(report),
    ]


def choose_number_formats(names: Iterable[str]) -> dict[str, str]:
    """Map columns to Excel number formats: canonical columns, columns of other sheets, and scores among `names`."""
    canonical = {
        column.name: _UNIT_FORMATS.get(column.unit) or _TYPE_FORMATS.get(column.type, "") for column in canonical_columns()
    }
    scores = {name: _POINTS_FORMAT for name in names if is_score_number(name)} | _SCORE_FORMATS
    formats = {name: form for name, form in (canonical | scores).items() if form}
    return formats | {f"{side} {name}": form for side in ("Other", "Kept", "Removed") for name, form in formats.items()}


def _build_table_sheet(name: str, table: pl.DataFrame, formats: dict[str, str], texts: tuple[str, ...] = _TEXTS) -> list[Sheet]:
    return [Sheet(name, table, formats, texts)] if table.width else []


def _build_pairs_sheet(name: str, table: pl.DataFrame, formats: dict[str, str]) -> list[Sheet]:
    """Build a sheet of pairs; the user's decisions come first and have a list of answers to choose from."""
    if not table.width:
        return []
    answers = tuple(answer.capitalize() for answer in DecisionKind)
    pairs = table.select(*_PAIR_COLUMNS, pl.exclude(_PAIR_COLUMNS))
    return [Sheet(name, pairs, formats, (*_TEXTS, *_PAIR_COLUMNS), choices={DECISION: answers}, widths={DECISION: 12.0})]


def _build_property_sheet(tables: ResultTables, formats: dict[str, str]) -> Sheet:
    """Build the sheet of all candidates: the user's columns first, links last."""
    own = [name for name in tables.user_columns if name in tables.master.columns]
    table = tables.master.select(*own, pl.exclude(own)) if own else tables.master
    links = build_links(table)
    return Sheet(
        "Flex Properties",
        table.with_columns(links),
        formats,
        texts=(*_TEXTS, *tables.user_columns),
        bars="Flex Score",
        links=choose_link_texts(table, links),
        widths=dict.fromkeys((link.name for link in links), 30.0),
    )


def _build_history_sheets(tables: ResultTables) -> list[Sheet]:
    """Build the sheets of changes, of notes on unlisted properties and of corrections, if there are any."""
    sheets = []
    if tables.changes is not None:
        scores = {"Old Score": _POINTS_FORMAT, "New Score": _POINTS_FORMAT}
        sheets.append(Sheet("Changes", tables.changes, scores, ("Old Value", "New Value")))
    if tables.unlisted_notes is not None and tables.unlisted_notes.height:
        sheets.append(Sheet("Notes of Others", tables.unlisted_notes, texts=(*_TEXTS, *tables.user_columns)))
    if tables.corrections is not None and tables.corrections.height:
        values = {SOURCE_VALUE: SOURCE_VALUE, VALUE: "My Value", SINCE: SINCE}
        columns = ("Property ID", *ADDRESS_COLUMNS, "Column", *values)
        corrections = tables.corrections.select(columns).rename(values)
        sheets.append(Sheet("My Corrections", corrections, texts=tuple(values.values())))
    return sheets


def _select_to_verify(rejected: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that only missing values keep off the list, highest possible score first."""
    if "To Verify" not in rejected.columns:
        return rejected
    rows = rejected.filter("To Verify").drop("To Verify", "Status")
    return rows.sort("Score Ceiling", "Source File", "Source Sheet", "Source Row", descending=[True, False, False, False])


def _count_reasons(report: Mapping[str, Any]) -> pl.DataFrame:
    rows = [{"Reason": entry["reason"], "Rows": entry["rows"]} for entry in report["not_selected"]]
    return pl.DataFrame(rows, schema={"Reason": pl.String, "Rows": pl.Int64})


def _list_files(files: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return a row per file with its row counts, and what to do if it failed."""
    counts = ("rows_read", "candidates", "below_score", "not_eligible", "superseded", "blank", "not_data", "duplicates_removed")
    rows = [
        {
            "File": file["file"],
            "Status": file["status"],
            "Vendor": file.get("vendor", ""),
            **{count.replace("_", " ").capitalize(): file[count] for count in counts},
            "Remark": file.get("reason") or _describe_error(file.get("error", {})) or describe_findings(file),
        }
        for file in files
    ]
    return pl.DataFrame(rows)


def _describe_error(error: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (error.get("message"), error.get("next_step"))))


def _list_columns(drift: Mapping[str, Any]) -> pl.DataFrame:
    """Return a row per column of the inputs, with its header in each sheet if there are few sheets."""
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
    return pl.DataFrame(rows, schema_overrides={"Column": pl.String}) if rows else pl.DataFrame(schema={"Column": pl.String})


def _describe_header(entry: Mapping[str, Any], sheet: str) -> str:
    header: str | None = entry["headers"].get(sheet)
    if header is not None:
        return header
    return "(missing)" if sheet in entry["missing"] else "(calculated)"
