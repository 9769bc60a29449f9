"""What is in an export, before anything is decided about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout.analysis.figures import number_range, value_counts
from flexscout.analysis.properties import of_file, of_frame
from flexscout.classification import has_type, load_profile
from flexscout.errors import DataFormatError
from flexscout.export import Outputs, write_by_suffix, write_report
from flexscout.reporting import completeness, issues_by_reason
from flexscout.vocabulary import column, columns

if TYPE_CHECKING:
    import pandas as pd

_SHARE_DECIMALS = 4
_BY_COLUMN: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(("Column", "Header", "Type", "Unit"), pl.String),
    **dict.fromkeys(("Filled", "Mean", "Median", "Min", "Max"), pl.Float64),
}


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
        """Property type -> `count` and `share` of all properties (0-1), most first.

        Raises DataFormatError without a column of that meaning.
        """
        self._need("Property Type")
        counts = value_counts(self._table, "Property Type")
        return {
            name: {"count": count, "share": round(count / self._table.height, _SHARE_DECIMALS)} for name, count in counts.items()
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
        industrial = self._table.filter(has_type(self._table, load_profile("flex-industrial")))
        return self._properties.present(industrial.head(max(n, 0)))

    def generate_summary_report(self) -> dict[str, Any]:
        """What there is, of plain types that JSON knows.

        `rows`: read, blank, not data, properties; `columns`: how many; `mapped`: header -> canonical column; `missing`:
        canonical columns that are not there; `suggestions`: header -> what it resembles; `types`, `units`, `completeness`
        (0-1) and `ranges` by canonical column; `property_types`; `issues`: values that could not be understood, by reason.
        """
        maps, there = self._properties.header_maps, self._there()
        return {
            "rows": {**self._properties.rows, "properties": self._table.height},
            "columns": max(len(header_map.columns) for header_map in maps),
            "mapped": {entry.header: entry.name for header_map in maps for entry in header_map.canonical},
            "missing": [entry.name for entry in columns() if entry.name not in there],
            "suggestions": {header: name for header_map in maps for header, name in header_map.suggestions},
            "types": {name: column(name).type for name in there},
            "units": {name: column(name).unit for name in there if column(name).unit},
            "completeness": self.check_data_completeness(),
            "ranges": {name: number_range(self._table[name]) for name in there if self._table[name].dtype.is_numeric()},
            "property_types": self.analyze_property_types() if "Property Type" in there else {},
            "issues": issues_by_reason(self._properties.issues),
        }

    def export_results(self, path: str | Path) -> Path:
        """Write the summary by the path's suffix; gives the path.

        .json: the summary report; .csv and .parquet: a row per column; .xlsx: that, and a sheet of property types.
        Raises OutputError for another suffix, or if it can't be written.
        """
        place, report = Path(path), self.generate_summary_report()
        if place.suffix.lower() != ".json":
            return write_by_suffix({"Columns": _by_column(report), "Property Types": _by_type(report)}, place)
        with Outputs() as outputs:
            write_report(report, outputs.beside(place))
            return outputs.commit()[0]

    def _there(self) -> list[str]:
        return [entry.name for entry in columns() if entry.name in self._table.columns]

    def _need(self, name: str) -> None:
        if name not in self._table.columns:
            headers = [entry.header for header_map in self._properties.header_maps for entry in header_map.columns]
            raise DataFormatError.missing_from_frame([name], headers)


def _by_column(report: dict[str, Any]) -> pl.DataFrame:
    """A row per canonical column that is there: its header, type, unit, share filled and range."""
    headers = {name: header for header, name in report["mapped"].items()}
    nothing = dict.fromkeys(("mean", "median", "min", "max"))
    rows = [
        {
            "Column": name,
            "Header": headers.get(name, ""),
            "Type": kind,
            "Unit": report["units"].get(name, ""),
            "Filled": report["completeness"].get(name, 0.0),
            **{figure.capitalize(): value for figure, value in report["ranges"].get(name, nothing).items()},
        }
        for name, kind in report["types"].items()
    ]
    return pl.DataFrame(rows, schema=_BY_COLUMN)


def _by_type(report: dict[str, Any]) -> pl.DataFrame:
    rows = [(name, figures["count"], figures["share"]) for name, figures in report["property_types"].items()]
    schema = {"Property Type": pl.String, "Properties": pl.Int64, "Share": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
