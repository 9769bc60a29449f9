"""What is in an export, before anything is decided about it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout.analysis.fields import fields
from flexscout.analysis.figures import number_range, value_counts
from flexscout.analysis.properties import of_file, of_frame
from flexscout.analysis.summary_tables import summary_tables
from flexscout.analysis.suspicious import suspicious_values
from flexscout.classification import has_type, load_profile
from flexscout.errors import DataFormatError
from flexscout.export import write_by_suffix
from flexscout.reporting import completeness, issues_by_reason
from flexscout.vocabulary import column, columns, escape_name, fold, stories_headers

if TYPE_CHECKING:
    import pandas as pd

    from flexscout.model import HeaderMap

_INDUSTRIAL = "flex-industrial"  # the profile whose words make a type industrial, and whose columns are key fields
_WHERE = ("Address", "City", "State", "APN")  # what tells properties apart
_SHARE_DECIMALS = 4


class PropertyDataAnalyzer:
    """Looks into one export: a frame of pandas or Polars, or the path of a workbook.

    `source` is understood as a run understands it: its headers by their aliases, its cells by type and unit; totals,
    footnotes and blank rows are no properties. Frames come back as the kind that was handed in, of a path as pandas.
    Raises FileAccessError or DataFormatError where a run would fail the file, TypeError for anything else.
    """

    def __init__(self, source: pd.DataFrame | pl.DataFrame | str | Path) -> None:
        self._properties = of_file(Path(source)) if isinstance(source, str | Path) else of_frame(source)
        self._table = self._properties.table

    def analyze_property_types(self) -> dict[str, dict[str, float]]:
        """Property type -> `count`, `share` of all properties (0-1) and whether it is `industrial`, most first.

        Raises DataFormatError without a column of that meaning.
        """
        self._need("Property Type")
        counts = value_counts(self._table, "Property Type")
        types = pl.DataFrame({"Property Type": list(counts)}, schema={"Property Type": pl.String})
        return {
            name: {"count": count, "share": round(count / self._table.height, _SHARE_DECIMALS), "industrial": industrial}
            for (name, count), industrial in zip(counts.items(), _is_industrial(types), strict=True)
        }

    def check_data_completeness(self) -> dict[str, float]:
        """Canonical column that is there -> share of the properties that have a value, 0-1."""
        return completeness(self._table)

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
        return self._properties.like(self._suspicious(as_of))

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
            "missing": [entry.name for entry in columns() if entry.name not in there],
            "suggestions": {header: name for header_map in maps for header, name in header_map.suggestions},
            "fields": fields(self._properties.sheets, maps),
            "types": {name: column(name).type for name in there},
            "units": {name: column(name).unit for name in there if column(name).unit},
            "completeness": filled,
            "key_fields": {name: filled.get(name, 0.0) if name in there else None for name in _key_fields()},
            "ranges": {name: number_range(self._table[name]) for name in there if self._table[name].dtype.is_numeric()},
            "property_types": self.analyze_property_types() if "Property Type" in there else {},
            "issues": self._properties.issues,
            "suspicious": issues_by_reason(self._suspicious()),
        }

    def export_results(self, path: str | Path) -> Path:
        """Write the summary by the path's suffix; gives the path.

        .json: the summary report; .csv and .parquet: a row per column; .xlsx: that, and sheets of property types, suspicious
        values and counts. Raises OutputError for another suffix, or if it can't be written.
        """
        report = self.generate_summary_report()
        return write_by_suffix(summary_tables(report, self._suspicious()), Path(path), report=report)

    def _suspicious(self, as_of: dt.date | None = None) -> pl.DataFrame:
        """ISSUE_SCHEMA, with each column by its header."""
        sheets = zip(self._properties.sheets, self._properties.header_maps, strict=True)
        day = as_of or dt.datetime.now(tz=dt.UTC).date()
        return pl.concat([_suspicious_of(table, header_map, day) for table, header_map in sheets])

    def _there(self) -> list[str]:
        return [entry.name for entry in columns() if entry.name in self._table.columns]

    def _need(self, name: str) -> None:
        if name not in self._table.columns:
            headers = [entry.header for header_map in self._properties.header_maps for entry in header_map.columns]
            raise DataFormatError.missing_from_frame([name], headers)


def _is_industrial(table: pl.DataFrame) -> pl.Series:
    return has_type(table, load_profile(_INDUSTRIAL))


def _key_fields() -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_WHERE, *load_profile(_INDUSTRIAL).columns)))


def _suspicious_of(table: pl.DataFrame, header_map: HeaderMap, as_of: dt.date) -> pl.DataFrame:
    names = (escape_name(entry.name) for entry in header_map.extra if fold(entry.header) in stories_headers())
    stories = next((table[name] for name in names if name in table.columns), None)
    headers = {name: header for header, name in header_map.mapped.items()}
    return suspicious_values(table, as_of, stories).with_columns(pl.col("Column").replace(headers))
