"""What is in an export, before anything is decided about it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout.domain import (
    ADDRESS_COLUMNS,
    canonical_column,
    canonical_columns,
    cell_values,
    escape_name,
    fold_header,
    story_headers,
)
from flexscout.errors import DataFormatError
from flexscout.ingest import parse_dates
from flexscout.notebook.properties import count_values, read_file, read_frame, summarize_numbers
from flexscout.notebook.suspicious import find_suspicious_values
from flexscout.outputs import count_issues_by_reason, join_details, measure_completeness, write_by_suffix
from flexscout.scoring import has_eligible_type, load_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from flexscout.models import HeaderMap

_CANONICAL = frozenset(entry.name for entry in canonical_columns())
_NUMBER = r"^-?\$?(?:0|[1-9][\d,]*)(?:\.\d+)?%?$"  # a leading zero is a code's
_SAMPLED = 500  # values that tell the type of a column that passes through
_SHARE_DECIMALS_FIELDS = 4

Key = tuple[str, str]
"""A column by its header and by its name in the tables; the header is empty where the column is calculated."""


def describe_fields(sheets: Sequence[pl.DataFrame], header_maps: Sequence[HeaderMap]) -> list[dict[str, Any]]:
    """An entry per column of the sheets, in the order of the file; a column that several sheets have is one.

    `header`; `column`: its canonical name, empty if it passes through; `type`, of what passes through by its values: number,
    date, text, or empty without any; `unit`; `filled`: cells with a value, placeholders such as N/A not counted; `share`:
    of the properties, 0-1.
    """
    parts: dict[Key, list[pl.Series]] = {}
    for table, header_map in zip(sheets, header_maps, strict=True):
        for header, name in _keys(table, header_map):
            parts.setdefault((header, name), []).append(_values(table, escape_name(name)))
    properties = sum(table.height for table in sheets)
    return [_field(*key, values, properties) for key, values in parts.items()]


def _keys(table: pl.DataFrame, header_map: HeaderMap) -> Iterator[Key]:
    """The columns of a sheet by position, then what was calculated from them."""
    yield from ((entry.header, entry.name) for entry in header_map.columns)
    there = {entry.name for entry in header_map.canonical}
    yield from (("", name) for name in table.columns if name in _CANONICAL - there)


def _values(table: pl.DataFrame, name: str) -> pl.Series:
    """What a column says; one that passes through is not in the table if it is empty."""
    values = table[name].drop_nulls() if name in table.columns else pl.Series(name, [], pl.String)
    if name in _CANONICAL:
        return values
    return values.filter(~values.str.to_lowercase().is_in(list(cell_values("missing"))))


def _field(header: str, name: str, values: list[pl.Series], properties: int) -> dict[str, Any]:
    filled = sum(part.len() for part in values)
    known = canonical_column(name) if name in _CANONICAL else None
    return {
        "header": " ".join(header.split()),
        "column": name if known else "",
        "type": known.type if known else _type(values),
        "unit": known.unit if known else "",
        "filled": filled,
        "share": round(filled / properties, _SHARE_DECIMALS_FIELDS) if properties else 0.0,
    }


def _type(values: list[pl.Series]) -> str:
    first = pl.concat([part.head(_SAMPLED) for part in values])
    if first.is_empty():
        return ""
    if first.str.contains(_NUMBER).all():
        return "number"
    return "text" if parse_dates(first).null_count() else "date"


_RANGE = ("mean", "median", "min", "max")
_BY_COLUMN: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(("Column", "Header", "Type", "Unit"), pl.String),
    "Values": pl.Int64,
    **dict.fromkeys(("Filled", *map(str.capitalize, _RANGE)), pl.Float64),
}
_BY_TYPE = {"Property Type": pl.String, "Properties": pl.Int64, "Share": pl.Float64, "Industrial": pl.Boolean}
_COUNTS = {"Figure": pl.String, "Count": pl.Int64}


def build_summary_tables(report: Mapping[str, Any], suspicious: pl.DataFrame) -> dict[str, pl.DataFrame]:
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


_INDUSTRIAL = "flex-industrial"  # the profile whose words make a type industrial, and whose columns are key fields
_WHERE = (*ADDRESS_COLUMNS, "APN")  # what tells properties apart
_SHARE_DECIMALS = 4


class PropertyDataAnalyzer:
    """Looks into one export: a frame of pandas or Polars, or the path of a workbook.

    `source` is understood as a run understands it: its headers by their aliases, its cells by type and unit; totals,
    footnotes and blank rows are no properties. Frames come back as the kind that was handed in, of a path as pandas.
    Raises FileAccessError or DataFormatError where a run would fail the file, TypeError for anything else.
    """

    def __init__(self, source: pd.DataFrame | pl.DataFrame | str | Path) -> None:
        self._properties = read_file(Path(source)) if isinstance(source, str | Path) else read_frame(source)
        self._table = self._properties.table

    def analyze_property_types(self) -> dict[str, dict[str, float]]:
        """Property type -> `count`, `share` of all properties (0-1) and whether it is `industrial`, most first.

        Raises DataFormatError without a column of that meaning.
        """
        self._need("Property Type")
        counts = count_values(self._table, "Property Type")
        types = pl.DataFrame({"Property Type": list(counts)}, schema={"Property Type": pl.String})
        return {
            name: {"count": count, "share": round(count / self._table.height, _SHARE_DECIMALS), "industrial": industrial}
            for (name, count), industrial in zip(counts.items(), _is_industrial(types), strict=True)
        }

    def check_data_completeness(self) -> dict[str, float]:
        """Canonical column that is there -> share of the properties that have a value, 0-1."""
        return measure_completeness(self._table)

    def get_industrial_sample(self, n: int = 10) -> Any:
        """The first `n` properties whose type has an industrial word of the profile `flex-industrial`.

        Canonical columns, typed (square feet, acres, USD, percent), then every other column. Raises DataFormatError without
        a column of property types.
        """
        self._need("Property Type")
        industrial = self._table.filter(_is_industrial(self._table))
        return self._properties.present(industrial.head(max(n, 0)))

    def find_suspicious_values(self, as_of: dt.date | None = None) -> Any:
        """Values that can't be true or are unlikely, a row each: `Source Sheet`, `Source Row`, `Column`, `Value`, `Reason`.

        A lot smaller than the building's floor, square feet for acres, a year or sale later than `as_of` (by default today), a
        price per square foot out of range or at odds with price and size. `Source Row` is Excel's; the labels of a frame
        are its row 1, so that the first row below them is 2. What follows a colon in a reason is detail.
        """
        return self._properties.like(join_details(self.collect_suspicious_issues(as_of)))

    def generate_summary_report(self) -> dict[str, Any]:
        """What there is, of plain types that JSON knows.

        `rows`: read, blank, not data, properties; `sheets`, `columns`: how many; `mapped`: header -> canonical column; `missing`:
        canonical columns that are not there; `suggestions`: header -> what it resembles; `fields`: every column in the order
        of the file, with `header`, `column`, `type`, `unit`, `filled` and `share`; `types`, `units`, `completeness` (0-1) and
        `ranges` by canonical column; `key_fields`: completeness of what tells properties apart and is scored, None where it is
        not there; `property_types`; `issues`: values that could not be understood, by reason; `suspicious`: by reason.
        """
        maps, there, filled = self._properties.header_maps, self._there(), self.check_data_completeness()
        return {
            "rows": {**self._properties.rows, "properties": self._table.height},
            "sheets": len(maps),
            "columns": max(len(header_map.columns) for header_map in maps),
            "mapped": {entry.header: entry.name for header_map in maps for entry in header_map.canonical},
            "missing": [entry.name for entry in canonical_columns() if entry.name not in there],
            "suggestions": {header: name for header_map in maps for header, name in header_map.suggestions},
            "fields": describe_fields(self._properties.sheets, maps),
            "types": {name: canonical_column(name).type for name in there},
            "units": {name: canonical_column(name).unit for name in there if canonical_column(name).unit},
            "completeness": filled,
            "key_fields": {name: filled.get(name, 0.0) if name in there else None for name in _key_fields()},
            "ranges": {name: summarize_numbers(self._table[name]) for name in there if self._table[name].dtype.is_numeric()},
            "property_types": self.analyze_property_types() if "Property Type" in there else {},
            "issues": self._properties.issues,
            "suspicious": count_issues_by_reason(self.collect_suspicious_issues()),
        }

    def export_results(self, path: str | Path) -> Path:
        """Write the summary by the path's suffix; gives the path.

        .json: the summary report; .csv and .parquet: a row per column; .xlsx: that, and sheets of property types, suspicious
        values and counts. Raises OutputError for another suffix, or if it can't be written.
        """
        report = self.generate_summary_report()
        return write_by_suffix(
            build_summary_tables(report, join_details(self.collect_suspicious_issues())), Path(path), report=report
        )

    def collect_suspicious_issues(self, as_of: dt.date | None = None) -> pl.DataFrame:
        """Return the suspicious values as a Polars frame, with the reason as a code, and its detail in `Detail`."""
        sheets = zip(self._properties.sheets, self._properties.header_maps, strict=True)
        day = as_of or dt.datetime.now(tz=dt.UTC).date()
        return pl.concat([_suspicious_of(table, header_map, day) for table, header_map in sheets])

    def _there(self) -> list[str]:
        return [entry.name for entry in canonical_columns() if entry.name in self._table.columns]

    def _need(self, name: str) -> None:
        if name not in self._table.columns:
            headers = [entry.header for header_map in self._properties.header_maps for entry in header_map.columns]
            raise DataFormatError.missing_frame_columns([name], headers)


def _is_industrial(table: pl.DataFrame) -> pl.Series:
    return has_eligible_type(table, load_profile(_INDUSTRIAL))


def _key_fields() -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_WHERE, *load_profile(_INDUSTRIAL).columns)))


def _suspicious_of(table: pl.DataFrame, header_map: HeaderMap, as_of: dt.date) -> pl.DataFrame:
    names = (escape_name(entry.name) for entry in header_map.unmapped if fold_header(entry.header) in story_headers())
    stories = next((table[name] for name in names if name in table.columns), None)
    headers = {name: header for header, name in header_map.mapped.items()}
    return find_suspicious_values(table, as_of, stories).with_columns(pl.col("Column").replace(headers))
