"""The summary of an export as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

_RANGE = ("mean", "median", "min", "max")
_BY_COLUMN: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(("Column", "Header", "Type", "Unit"), pl.String),
    "Values": pl.Int64,
    **dict.fromkeys(("Filled", *map(str.capitalize, _RANGE)), pl.Float64),
}
_BY_TYPE = {"Property Type": pl.String, "Properties": pl.Int64, "Share": pl.Float64, "Industrial": pl.Boolean}
_COUNTS = {"Figure": pl.String, "Count": pl.Int64}


def summary_tables(report: Mapping[str, Any], suspicious: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Name -> table; the first is of the columns, a row each."""
    return {
        "Columns": pl.DataFrame([_column(field, report) for field in report["fields"]], schema=_BY_COLUMN),
        "Property Types": _by_type(report),
        "Suspicious Values": suspicious,
        "Counts": _counts(report),
    }


def _column(field: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, Any]:
    """`Column` is empty where it passes through, `Filled` the share of the properties that have a value."""
    figures = report["ranges"].get(field["column"], {})
    return {
        **{name: field[name.lower()] for name in ("Column", "Header", "Type", "Unit")},
        "Values": field["filled"],
        "Filled": field["share"],
        **{figure.capitalize(): figures.get(figure) for figure in _RANGE},
    }


def _by_type(report: Mapping[str, Any]) -> pl.DataFrame:
    types = report["property_types"]
    rows = [(name, figures["count"], figures["share"], figures["industrial"]) for name, figures in types.items()]
    return pl.DataFrame(rows, schema=_BY_TYPE, orient="row")


def _counts(report: Mapping[str, Any]) -> pl.DataFrame:
    """What the report counts, a row each."""
    rows = [(f"Rows: {name.replace('_', ' ')}", count) for name, count in report["rows"].items()]
    rows.append(("Columns", report["columns"]))
    rows += [(f"Could not be understood: {reason.replace('_', ' ')}", count) for reason, count in report["issues"].items()]
    rows += [(f"Suspicious: {reason.replace('_', ' ')}", count) for reason, count in report["suspicious"].items()]
    return pl.DataFrame(rows, schema=_COUNTS, orient="row")
