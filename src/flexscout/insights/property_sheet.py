"""Write the sheet of a property as PDF, from its report and the list that its run published."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from flexscout.domain import (
    ADDRESS_COLUMNS,
    escape_names,
    find_canonical_column,
    format_date,
    format_with_unit,
    join_address,
    owner_key,
)
from flexscout.history import RunHistory, RunRecord
from flexscout.insights.merge_report import MergedRow
from flexscout.insights.property_report import PropertyReport
from flexscout.insights.replayed_run import ReplayedRun
from flexscout.insights.source_rows import ReadCell, SourceRow, format_value
from flexscout.models import RowStatus
from flexscout.outputs import (
    FactorBar,
    PropertySheet,
    SourceValues,
    add_comparisons,
    load_branding,
    render_property_sheet,
    write_by_suffix,
)

TRACKED_COLUMNS = ("Flex Score", "Asking Price", "Occupancy", "Building SqFt", "Sold Price")
"""Columns whose values are shown over time."""

_MAX_RUNS = 60  # whose changes are searched, latest first
_ID, _OWNER = "Property ID", "Owner Name"


def write_property_sheet(report: PropertyReport, past: ReplayedRun, history: RunHistory, path: Path) -> Path:
    """Write the sheet of a property; an existing file is kept as `NAME.bak`.

    Args:
        report: The property's report.
        past: The replayed run.
        history: The runs that wrote the workbook.
        path: Path with the suffix .pdf.

    Returns:
        The path that was written.

    Raises:
        ConfigurationError: The library that writes PDF files isn't installed, or the logo can't be used.
        OutputError: The suffix is another one, or the file can't be written.

    """
    sheet = build_property_sheet(report, past, history)
    content = render_property_sheet(sheet, load_branding(past.config.model_dump()))
    return write_by_suffix(path, {".pdf": lambda staged: staged.write_bytes(content)})


def build_property_sheet(report: PropertyReport, past: ReplayedRun, history: RunHistory) -> PropertySheet:
    """Return what the sheet of a property shows."""
    listed = _load_list(past, history)
    row = _find_row(report, listed)
    return PropertySheet(
        row=row,
        verdict=_describe_verdict(report),
        cap=report.cap,
        factors=[FactorBar(one.factor, one.points, one.best, one.text) for one in report.factors],
        bonus=f"{report.bonus:g} ({report.flags})" if report.bonus else "",
        improvements=[(f"{'' if one.sure else 'up to '}+{one.gain:g}", one.said) for one in report.improvements],
        used={cell.column: format_value(cell.column, row.get(cell.column)) for one in report.rows for cell in one.cells},
        sources=[_list_values(one) for one in sorted(report.rows, key=_is_superseded)],
        superseded=sum(map(_is_superseded, report.rows)),
        merges=[_describe_merge(one) for one in report.merged],
        duplicates=[join_address({"Address": one.address, "City": one.city}) for one in report.possible_duplicates],
        owned=_list_owned(row, listed),
        history=[*_list_changes(report.property_id, past.record, history), *_describe_seen(row)],
        footer=f"Run {past.record.number} | Data of {_find_day(past.record)}",
    )


def _load_list(past: ReplayedRun, history: RunHistory) -> pl.DataFrame:
    """Return the published list with the comparison columns; the replayed one if the published one was not kept."""
    result = history.find_result(past.record)
    listed = escape_names(pl.read_parquet(result)) if result else past.ranking.survivors
    return add_comparisons(listed)


def _find_row(report: PropertyReport, listed: pl.DataFrame) -> Mapping[str, Any]:
    """Return the property as the list has it, else the values of its best row."""
    if report.property_id is not None and _ID in listed.columns:
        rows = listed.filter(pl.col(_ID) == report.property_id).head(1).to_dicts()
        if rows:
            return rows[0]
    values = {cell.column: cell.value for cell in report.rows[0].cells} if report.rows else {}
    return {**values, **report.about, "Flex Score": report.score, "Flex Classification": report.flex_class}


def _describe_verdict(report: PropertyReport) -> str:
    if report.rank:
        return f"Rank {report.rank:,} of {report.list_length:,}"
    return f"Not on the list: {'; '.join(report.reasons)}"


def _list_values(row: SourceRow) -> SourceValues:
    kept = " (kept)" if row.kept else ""
    cells = {cell.column: (format_value(cell.column, cell.value), _describe_origin(cell)) for cell in row.cells}
    return SourceValues(f"{Path(row.file).name}{kept}", f"{row.sheet}, row {row.row}", cells)


def _describe_origin(cell: ReadCell) -> str:
    """Return the header if it isn't the column's name, and the cell if the value was converted: `Bldg SF: 30,000 SF`."""
    if not cell.header:
        return cell.note
    header = "" if cell.header.casefold() == cell.column.casefold() else cell.header
    return ": ".join(filter(None, (header, cell.cell if cell.converted else "")))


def _is_superseded(row: SourceRow | MergedRow) -> bool:
    return row.status == RowStatus.SUPERSEDED


def _describe_merge(row: MergedRow) -> str:
    if _is_superseded(row):
        return f"{Path(row.file).name}, row {row.row}: {row.why_not_kept}"
    outcome = f"not kept: {row.why_not_kept}" if row.merged else f"not merged: {row.why_not_kept}"
    return f"{Path(row.file).name}, row {row.row}: {row.match} ({row.evidence}); {outcome}"


def _list_owned(row: Mapping[str, Any], listed: pl.DataFrame) -> list[str]:
    """Return the owner's other properties on the list, best first; also for a property that isn't on the list itself."""
    if not row.get(_OWNER) or not {_OWNER, _ID} <= {*listed.columns}:
        return []
    key = owner_key(pl.lit(str(row[_OWNER])))
    is_other = (owner_key(pl.col(_OWNER)) == key) & pl.col(_ID).ne_missing(row.get(_ID))
    others = listed.with_row_index("rank", offset=1).filter(is_other)
    shown = [name for name in ("rank", _ID, *ADDRESS_COLUMNS, "Building SqFt", "Flex Score") if name in others.columns]
    return [
        f"Rank {one['rank']:,}: {join_address(one) or one[_ID]}, score {one['Flex Score']:g}"
        + (f", {one['Building SqFt']:,.0f} sq ft" if one.get("Building SqFt") else "")
        for one in others.select(shown).iter_rows(named=True)
    ]


def collect_changes(history: RunHistory, last: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return what changed about each property, latest first, as far as reports of the last runs have it.

    Args:
        history: The runs.
        last: Number of the last run to look at; None for the latest.

    Returns:
        Property ID -> `run` (its number), `day` (ISO 8601) and the columns of the sheet Changes.

    """
    changes: dict[str, list[dict[str, Any]]] = {}
    earlier = (one for one in history.read_records() if last is None or one.number <= last)
    for one, _ in zip(earlier, range(_MAX_RUNS), strict=False):
        when = {"run": one.number, "day": find_data_day(one)}
        for change in (one.report.get("changes") or {}).get("first", []):
            changes.setdefault(change["Property ID"], []).append({**when, **change})
    return changes


def find_data_day(record: RunRecord) -> str:
    """Return the day of a run's newest export, ISO 8601; the day of the run if it isn't known."""
    return record.report.get("data_date") or record.ended[: len("2026-01-31")]


def collect_values(history: RunHistory, property_id: str) -> pl.DataFrame:
    """Return the values of a property on the lists that are kept, oldest first.

    Args:
        history: The runs.
        property_id: The property.

    Returns:
        `Run`, `Day` (ISO 8601), `Rank` and TRACKED_COLUMNS; null where the property isn't on the list, or has no value.

    """
    schema = {"Run": pl.Int64, "Day": pl.String, "Rank": pl.Int64, **dict.fromkeys(TRACKED_COLUMNS, pl.Float64)}
    found = [pl.DataFrame(schema=schema)]
    kept = [(record, path) for record in history.read_records() if (path := history.find_result(record))]
    for record, path in reversed(kept):
        listed = pl.scan_parquet(path).select(cs.by_name(_ID, *TRACKED_COLUMNS, require_all=False))
        ranked = listed.with_row_index("Rank", offset=1).collect()
        own = ranked.filter(pl.col(_ID) == property_id).head(1) if _ID in ranked.columns else ranked.clear()
        run = {"Run": record.number, "Day": find_data_day(record)}
        found.append(pl.DataFrame([{**run, **row} for row in own.to_dicts() or [{}]], schema=schema))
    return pl.concat(found)


def _list_changes(property_id: str | None, record: RunRecord, history: RunHistory) -> Iterator[str]:
    """Yield what changed about the property up to a run, latest first."""
    for change in collect_changes(history, record.number).get(property_id or "", ()):
        yield f"{format_date(date.fromisoformat(change['day']))}: {_describe_change(change)}"


def _describe_change(change: Mapping[str, Any]) -> str:
    if change["Column"] is None:
        return " ".join(filter(None, (change["Change"], change["Source"])))
    unit = find_canonical_column(change["Column"]).unit
    old, new = (format_with_unit(change[name], unit) for name in ("Old Value", "New Value"))
    return f"{change['Change']}, {change['Column']} {old} to {new}"


def _describe_seen(row: Mapping[str, Any]) -> list[str]:
    first, last = (row.get(name) for name in ("First Seen", "Last Seen"))
    if not (isinstance(first, date) and isinstance(last, date)):
        return []
    sources = f" Sources: {row['Sources']}." if row.get("Sources") else ""
    return [f"In exports from {format_date(first)} to {format_date(last)}.{sources}"]


def _find_day(record: RunRecord) -> str:
    """Return the day of a run's data, else the day of the run."""
    return format_date(date.fromisoformat(find_data_day(record)))
