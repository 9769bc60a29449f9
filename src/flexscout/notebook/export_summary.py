"""Summaries of an export: a description of each column, and the tables that `export_results` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout.domain import escape_name, find_canonical_column, list_canonical_columns, list_cell_values
from flexscout.ingest import parse_dates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flexscout.models import HeaderMap

_CANONICAL = frozenset(column.name for column in list_canonical_columns())
_NUMBER = r"^-?\$?(?:0|[1-9][\d,]*)(?:\.\d+)?%?$"  # a leading zero means a code
_SAMPLED_VALUES = 500  # that show the type of an unmapped column
_SHARE_DECIMALS = 4

_STATISTICS = ("mean", "median", "min", "max")
_COLUMNS_SCHEMA: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(("Column", "Header", "Type", "Unit"), pl.String),
    "Values": pl.Int64,
    **dict.fromkeys(("Filled", *map(str.capitalize, _STATISTICS)), pl.Float64),
}
_TYPES_SCHEMA = {"Property Type": pl.String, "Properties": pl.Int64, "Share": pl.Float64, "Industrial": pl.Boolean}
_COUNTS_SCHEMA = {"Figure": pl.String, "Count": pl.Int64}

Key = tuple[str, str]
"""Header and name of a column. The header is empty if the column is calculated."""


def describe_fields(sheets: Sequence[pl.DataFrame], header_maps: Sequence[HeaderMap]) -> list[dict[str, Any]]:
    """Describe each column of the sheets, in the order of the file; a column of several sheets is described once.

    Args:
        sheets: Property tables.
        header_maps: What the headers of each sheet mean.

    Returns:
        Dictionaries with `header`; `column`, the canonical name, empty if unmapped; `type`, which is `number`, `date`, `text` or
        empty for unmapped columns; `unit`; `filled`, the number of values without placeholders such as N/A; and `share`, the
        share of properties with a value, 0-1.

    """
    parts: dict[Key, list[pl.Series]] = {}
    for table, header_map in zip(sheets, header_maps, strict=True):
        for header, name in _list_keys(table, header_map):
            parts.setdefault((header, name), []).append(_select_values(table, escape_name(name)))
    properties = sum(table.height for table in sheets)
    return [_describe_field(*key, values, properties) for key, values in parts.items()]


def build_summary_tables(report: Mapping[str, Any], suspicious: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the summary as tables by name; the first has one row per column of the export."""
    return {
        "Columns": pl.DataFrame([_build_column_row(field, report) for field in report["fields"]], schema=_COLUMNS_SCHEMA),
        "Property Types": _build_types_table(report),
        "Suspicious Values": suspicious,
        "Counts": _build_counts_table(report),
    }


def _list_keys(table: pl.DataFrame, header_map: HeaderMap) -> Iterator[Key]:
    """Yield the columns of a sheet by position, then calculated columns."""
    yield from ((column.header, column.name) for column in header_map.columns)
    mapped = {column.name for column in header_map.canonical}
    yield from (("", name) for name in table.columns if name in _CANONICAL - mapped)


def _select_values(table: pl.DataFrame, name: str) -> pl.Series:
    """Return the values of a column without placeholders; an empty unmapped column is not in the table."""
    values = table[name].drop_nulls() if name in table.columns else pl.Series(name, [], pl.String)
    if name in _CANONICAL:
        return values
    return values.filter(~values.str.to_lowercase().is_in(list(list_cell_values("missing"))))


def _describe_field(header: str, name: str, values: list[pl.Series], properties: int) -> dict[str, Any]:
    filled = sum(part.len() for part in values)
    column = find_canonical_column(name) if name in _CANONICAL else None
    return {
        "header": " ".join(header.split()),
        "column": name if column else "",
        "type": column.type if column else detect_type(values),
        "unit": column.unit if column else "",
        "filled": filled,
        "share": round(filled / properties, _SHARE_DECIMALS) if properties else 0.0,
    }


def detect_type(values: Sequence[pl.Series]) -> str:
    """Return `number`, `date`, `text`, or nothing without values, by the first values of texts."""
    sample = pl.concat([part.head(_SAMPLED_VALUES) for part in values])
    if sample.is_empty():
        return ""
    if sample.str.contains(_NUMBER).all():
        return "number"
    return "text" if parse_dates(sample).null_count() else "date"


def _build_column_row(field: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, Any]:
    figures = report["ranges"].get(field["column"], {})
    return {
        **{name: field[name.lower()] for name in ("Column", "Header", "Type", "Unit")},
        "Values": field["filled"],
        "Filled": field["share"],
        **{name.capitalize(): figures.get(name) for name in _STATISTICS},
    }


def _build_types_table(report: Mapping[str, Any]) -> pl.DataFrame:
    types = report["property_types"]
    rows = [(name, figures["count"], figures["share"], figures["industrial"]) for name, figures in types.items()]
    return pl.DataFrame(rows, schema=_TYPES_SCHEMA, orient="row")


def _build_counts_table(report: Mapping[str, Any]) -> pl.DataFrame:
    rows = [(f"Rows: {name.replace('_', ' ')}", count) for name, count in report["rows"].items()]
    rows.append(("Columns", report["columns"]))
    rows += [(f"Issues: {reason.replace('_', ' ')}", count) for reason, count in report["issues"].items()]
    rows += [(f"Suspicious: {reason.replace('_', ' ')}", count) for reason, count in report["suspicious"].items()]
    return pl.DataFrame(rows, schema=_COUNTS_SCHEMA, orient="row")
