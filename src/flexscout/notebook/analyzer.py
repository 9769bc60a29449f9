"""Analyze one export before anything is scored."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from flexscout.domain import (
    ADDRESS_COLUMNS,
    escape_name,
    find_canonical_column,
    fold_header,
    list_canonical_columns,
    list_story_headers,
)
from flexscout.errors import DataFormatError
from flexscout.notebook.export_summary import build_summary_tables, describe_fields
from flexscout.notebook.properties import count_values, read_file, read_frame, summarize_numbers
from flexscout.notebook.suspicious import find_suspicious_values
from flexscout.outputs import count_issues_by_reason, export_tables, join_details, measure_completeness
from flexscout.scoring import has_eligible_type, load_profile

if TYPE_CHECKING:
    import pandas as pd

    from flexscout.models import HeaderMap

_PROFILE = "flex-industrial"  # whose keywords make a type industrial, and whose columns are key fields
_IDENTIFYING_COLUMNS = (*ADDRESS_COLUMNS, "APN")
_SHARE_DECIMALS = 4


class PropertyDataAnalyzer:
    """Analyzes one export: a pandas or Polars frame, or a workbook.

    The export is read as a run reads it: headers by their aliases, cells by type and unit; totals, notes and blank rows are not
    properties. Methods that return frames return the kind of frame that was passed, pandas for a path.

    Args:
        source: A frame, or the path of a file, which is read with the mapping that fits in the folder `mappings` beside it.

    Raises:
        FileAccessError: If the file can't be opened.
        DataFormatError: If the source is not a property table.
        TypeError: If `source` is neither a frame nor a path.

    """

    def __init__(self, source: pd.DataFrame | pl.DataFrame | str | Path) -> None:
        self._properties = read_file(Path(source)) if isinstance(source, str | Path) else read_frame(source)
        self._table = self._properties.table

    def analyze_property_types(self) -> dict[str, dict[str, float]]:
        """Count properties by type, most frequent first.

        Returns:
            Property type -> `count`, `share` of all properties (0-1), and whether it is `industrial`.

        Raises:
            DataFormatError: If there is no Property Type column.

        """
        self._require_column("Property Type")
        counts = count_values(self._table, "Property Type")
        types = pl.DataFrame({"Property Type": list(counts)}, schema={"Property Type": pl.String})
        return {
            name: {"count": count, "share": round(count / self._table.height, _SHARE_DECIMALS), "industrial": industrial}
            for (name, count), industrial in zip(counts.items(), _is_industrial(types), strict=True)
        }

    def check_data_completeness(self) -> dict[str, float]:
        """Return canonical column -> share of properties with a value (0-1), for the columns that are present."""
        return measure_completeness(self._table)

    def get_industrial_sample(self, n: int = 10) -> Any:
        """Return the first `n` properties with an industrial type.

        Returns:
            Canonical columns, typed (square feet, acres, USD, percent), then all other columns.

        Raises:
            DataFormatError: If there is no Property Type column.

        """
        self._require_column("Property Type")
        industrial = self._table.filter(_is_industrial(self._table))
        return self._properties.to_output(industrial.head(max(n, 0)))

    def find_suspicious_values(self, as_of: dt.date | None = None) -> Any:
        """Find impossible and unlikely values: one row per value.

        Looks for lots smaller than the building's footprint, mixed-up units, years and sales in the future, prices per square
        foot out of range, and prices that contradict each other.

        Args:
            as_of: Later dates are in the future; today by default.

        Returns:
            `Source Sheet`, `Source Row`, `Column`, `Value` and `Reason`, a code with a detail after a colon. `Source Row` is the
            row in Excel; for a frame, the first row is 2, below its labels.

        """
        return self._properties.to_caller_frame(join_details(self.collect_suspicious_issues(as_of)))

    def collect_suspicious_issues(self, as_of: dt.date | None = None) -> pl.DataFrame:
        """Return the suspicious values as a Polars frame, with the code in `Reason` and the rest in `Detail`."""
        sheets = zip(self._properties.sheets, self._properties.header_maps, strict=True)
        day = as_of or dt.datetime.now(tz=dt.UTC).date()
        return pl.concat([_find_in_sheet(table, header_map, day) for table, header_map in sheets])

    def generate_summary_report(self) -> dict[str, Any]:
        """Summarize the export as a dictionary that can be written as JSON.

        Returns:
            `rows`: read, blank, not_data, properties; `sheets` and `columns`: how many; `mapped`: header -> canonical column;
            `mapping`: name of the mapping file; `missing`: canonical columns that are not present; `suggestions`: header ->
            canonical column that it may be; `suggested_by`: header -> why (`similar_header`, `addresses`, ...); `fields`: each
            column in the order of the file, with `header`, `column`, `type`, `unit`, `filled` and `share`; `types`, `units`,
            `completeness` (0-1) and `ranges` by canonical column; `key_fields`: completeness of the columns that identify or
            score a property, None where not present; `property_types`; `issues`: values that couldn't be converted, by reason;
            `suspicious`: suspicious values, by reason.

        """
        maps, completeness = self._properties.header_maps, self.check_data_completeness()
        present = [column.name for column in list_canonical_columns() if column.name in self._table.columns]
        return {
            "rows": {**self._properties.rows, "properties": self._table.height},
            "sheets": len(maps),
            "columns": max(len(header_map.columns) for header_map in maps),
            "mapped": {header: name for header_map in maps for header, name in header_map.mapped.items()},
            "mapping": next((header_map.mapping for header_map in maps if header_map.mapping), ""),
            "missing": [column.name for column in list_canonical_columns() if column.name not in present],
            "suggestions": {header: name for header_map in maps for header, name in header_map.suggested.items()},
            "suggested_by": {each.header: str(each.reason) for header_map in maps for each in header_map.suggestions},
            "fields": describe_fields(self._properties.sheets, maps),
            "types": {name: find_canonical_column(name).type for name in present},
            "units": {name: find_canonical_column(name).unit for name in present if find_canonical_column(name).unit},
            "completeness": completeness,
            "key_fields": {name: completeness.get(name, 0.0) if name in present else None for name in _list_key_fields()},
            "ranges": {name: summarize_numbers(self._table[name]) for name in present if self._table[name].dtype.is_numeric()},
            "property_types": self.analyze_property_types() if "Property Type" in present else {},
            "issues": self._properties.issues,
            "suspicious": count_issues_by_reason(self.collect_suspicious_issues()),
        }

    def export_results(self, path: str | Path) -> Path:
        """Write the summary, and return the path.

        Args:
            path: The suffix sets the format. .json: the summary report; .csv and .parquet: one row per column; .xlsx: the same,
                and sheets of property types, suspicious values and counts.

        Raises:
            OutputError: If the suffix is unknown, or the file can't be written.

        """
        report = self.generate_summary_report()
        tables = build_summary_tables(report, join_details(self.collect_suspicious_issues()))
        return export_tables(tables, Path(path), report=report)

    def _require_column(self, name: str) -> None:
        if name not in self._table.columns:
            headers = [column.header for header_map in self._properties.header_maps for column in header_map.columns]
            raise DataFormatError.missing_frame_columns([name], headers)


def _is_industrial(table: pl.DataFrame) -> pl.Series:
    return has_eligible_type(table, load_profile(_PROFILE))


def _list_key_fields() -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_IDENTIFYING_COLUMNS, *load_profile(_PROFILE).needed_columns)))


def _find_in_sheet(table: pl.DataFrame, header_map: HeaderMap, as_of: dt.date) -> pl.DataFrame:
    """Find the suspicious values of a sheet; `Column` is the header in the file."""
    names = (escape_name(column.name) for column in header_map.unmapped if fold_header(column.header) in list_story_headers())
    stories = next((table[name] for name in names if name in table.columns), None)
    headers = {name: header for header, name in header_map.mapped.items()}
    return find_suspicious_values(table, as_of, stories).with_columns(pl.col("Column").replace(headers))
