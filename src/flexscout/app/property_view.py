"""One property as the pages show it: its report, every source's values, what the user noted, and its neighbors in the list."""

from collections.abc import Collection, Mapping
from typing import Any

from flexscout.app.result_list import KEY
from flexscout.app.results import Results
from flexscout.app.row_query import RowFilter, RowSort
from flexscout.app.security import BadRequestError
from flexscout.config import PipelineConfiguration
from flexscout.history import RunRecord, read_property_entries
from flexscout.insights import PropertyReport, ReplayedRun, SourceRow, find_property, report_property
from flexscout.merging import SOURCE_VALUE, VALUE

_ID_PREFIX = "P-"
_CHANGE_COLUMNS = {
    **{name: name for name in ("day", "run")},
    "change": "Change", "column": "Column", "old": "Old Value", "new": "New Value", "text": "Source",
}  # fmt: skip


def describe_property(results: Results, settings: PipelineConfiguration, key: str) -> dict[str, Any]:
    """Return everything about a property.

    Args:
        results: The results of the window.
        settings: The settings of the workspace.
        key: Its Property ID, or `FILE:SHEET:ROW` of a row that isn't on the list.

    Raises:
        BadRequestError: There is no such property.

    """
    with results.replay_lock:
        past = results.replay()
        report = require_report(past, key)
    columns = results.describe_columns()
    values = _find_values(results, key, report, columns)
    is_listed = report.property_id is not None and report.rank is not None
    notes, corrections = read_property_entries(settings, key) if is_listed else ({}, {})
    return {
        "id": key,
        "about": report.about,
        "values": values,
        "kinds": {name: columns[name] for name in values if name in columns},
        **_describe_score(report),
        "sources": [_describe_source(row, values) for row in report.rows],
        "merges": [
            {
                "file": one.file, "sheet": one.sheet, "row": one.row, "match": one.match, "evidence": one.evidence,
                "why_not_kept": one.why_not_kept, "fields_that_differ": one.fields_that_differ, "filled_cells": one.filled_cells,
            }
            for one in report.merged
        ],
        "possible_duplicates": _list_duplicates(results, report),
        "history": [_describe_change(change) for change in results.list_changes(report.property_id or "")],
        "notes": notes,
        "corrections": corrections,
        "applied": _list_applied(past.record, key),
        "warnings": list(past.warnings),
    }  # fmt: skip


def _describe_score(report: PropertyReport) -> dict[str, Any]:
    """Return the rank of a property, its score, and what would improve it."""
    return {
        "rank": report.rank,
        "list_length": report.list_length,
        "status": report.status,
        "score": report.score,
        "ceiling": report.ceiling,
        "cap": report.cap,
        "class": report.flex_class,
        "minimum_score": report.minimum_score,
        "reasons": list(report.reasons),
        "explanation": report.explanation,
        "flags": report.flags,
        "bonus": report.bonus,
        "factors": [
            {"factor": one.factor, "points": one.points, "best": one.best, "text": one.text, "columns": list(one.columns)}
            for one in report.factors
        ],
        "improvements": [
            {"text": one.said, "gain": one.gain, "is_sure": one.sure, "score": round(min(report.score + one.gain, report.cap), 2)}
            for one in report.improvements
        ],
    }


def require_report(past: ReplayedRun, key: str) -> PropertyReport:
    """Return the report of a property. Raises BadRequestError if there is no such property."""
    number = find_property(past, key)
    if number is None:
        raise BadRequestError(f"There is no property {key} in the last run.", "If you decided about it since, run again.")
    return report_property(past, number)


def find_neighbors(results: Results, view: str, key: str, wanted: RowFilter, order: RowSort) -> dict[str, Any]:
    """Return the IDs before and after a property among the found rows of a list, and its position; None for what it lacks.

    `list_position` is the position among all rows of the list in its own order, as of the points on the map.
    """
    query = results.query(view)
    list_position = query.listed.rows[KEY].index_of(key)
    keys = query.listed.rows[KEY][query.find_positions(wanted, order)]
    at = keys.index_of(key)
    if at is None:
        return {"previous_id": None, "next_id": None, "position": None, "list_position": list_position}
    after = keys[at + 1] if at + 1 < keys.len() else None
    return {
        "previous_id": keys[at - 1] if at else None,
        "next_id": after,
        "position": {"at": at, "total": keys.len()},
        "list_position": list_position,
    }


def _find_values(results: Results, key: str, report: PropertyReport, columns: Collection[str]) -> dict[str, Any]:
    """Return the values of the property on the list, else those of its best row."""
    listed = results.find_row(key) if key.startswith(_ID_PREFIX) else None
    if listed is not None:
        return {name: value for name, value in listed.items() if name in columns}
    cells = report.rows[0].cells if report.rows else ()
    return {cell.column: cell.value for cell in cells} | {"Flex Score": report.score}


def _describe_source(row: SourceRow, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "file": row.file,
        "sheet": row.sheet,
        "row": row.row,
        "is_kept": row.kept,
        "status": row.status,
        "reasons": row.reasons or "",
        "recognized": row.recognized,
        "without_cells": row.without_cells,
        "values": {
            cell.column: {
                "value": cell.value,
                "cell": _describe_cell(row, cell.letter, cell.cell, cell.note),
                "header": cell.header,
                "is_used": cell.value is not None and cell.value == values.get(cell.column),
            }
            for cell in row.cells
        },
        "issues": [{"column": one.column, "value": one.value, "reason": one.reason, "text": one.text} for one in row.issues],
    }


def _describe_cell(row: SourceRow, letter: str, text: str | None, note: str) -> str:
    """Return `F12: 30,000 SF` of a cell, or how the value was made."""
    place = f"{letter}{row.row}" if letter and "+" not in letter else letter
    return ": ".join(filter(None, (place, text))) if place else note


def _list_applied(record: RunRecord, key: str) -> dict[str, dict[str, str | None]]:
    """Return the corrections of a property that the run applied: column -> value, and the value of the files as text."""
    corrected = (one for one in record.report["notes"].get("corrected", []) if one["Property ID"] == key)
    return {one["Column"]: {"value": one[VALUE], "source_value": one.get(SOURCE_VALUE)} for one in corrected}


def _describe_change(change: Mapping[str, Any]) -> dict[str, Any]:
    return {name: change.get(column) for name, column in _CHANGE_COLUMNS.items()}


def _list_duplicates(results: Results, report: PropertyReport) -> list[dict[str, Any]]:
    return [
        {
            "id": one.property_id, "address": one.address, "city": one.city, "state": one.state, "file": one.file,
            "row": one.row, "score": one.score, "evidence": one.evidence, "is_nearly_sure": one.nearly_sure,
            "decision": results.find_decision(report.property_id or "", one.property_id),
        }
        for one in report.possible_duplicates
    ]  # fmt: skip
