"""Schema drift: each column's header in each sheet, and where it is missing, renamed or of another type."""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from flexscout.domain import DERIVED_COLUMNS, fold_header, format_count, list_canonical_columns
from flexscout.models import IssueReason, ProcessingResult

_KINDS = {"n": "numbers", "d": "dates", "t": "texts"}  # letters of SheetRecord.unmapped_kinds
_MIN_SIMILARITY = 0.85  # of two column names, 0-1
_MAX_COMPARED_NAMES = 300  # with more unmapped names than that, similar ones mean little
_LEFT_OUT = "(left out)"
_UNCONVERTED = [reason.value for reason in IssueReason if reason.startswith("not_a_")]


@dataclass
class _Column:
    """A column over all sheets; each mapping has the sheet's label as key.

    `headers`: its header; `kinds`: letter of the kind of its values; `unconverted`: number of values that didn't convert.
    """

    headers: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    unconverted: dict[str, int] = field(default_factory=dict)


def find_column_drift(results: Sequence[ProcessingResult], issues: pl.DataFrame) -> dict[str, Any]:
    """Compare the columns of all sheets.

    Args:
        results: The processed files.
        issues: The listed data issues.

    Returns:
        `sheets`: the labels of the sheets; `columns`: an entry per column, canonical ones first. An entry has its `headers`
        (sheet -> header), the sheets where it is `missing`, unmapped columns with a similar name (`alike`), the `kinds` of its
        values if they differ (kind -> sheets), its `unconverted` values (sheet -> count), and a summary for people (`differs`).

    """
    labels = _label_sheets(results)
    columns = _collect_columns(results, labels)
    _count_unconverted(columns, issues, labels)
    canonical = [column.name for column in list_canonical_columns()]
    unmapped = sorted(columns.keys() - set(canonical), key=lambda name: (name.casefold(), name))
    names = [*(name for name in canonical if name in columns), *unmapped]
    similar = _find_similar({name: columns[name] for name in names}, set(canonical), len(labels))
    sheets = list(labels.values())
    entries = [
        _build_entry(name, columns, sheets) | {"canonical": name in canonical, "alike": similar.get(name, [])} for name in names
    ]
    return {"sheets": sheets, "columns": [entry | {"differs": _describe_differences(entry)} for entry in entries]}


def _label_sheets(results: Sequence[ProcessingResult]) -> dict[tuple[str, str], str]:
    """Map file and sheet to a label: the file's name, with the sheet's if the file has several."""
    return {
        (result.record.source.name, sheet.sheet): result.record.source.name
        if len(result.record.sheets) == 1
        else f"{result.record.source.name}, {sheet.sheet}"
        for result in results
        for sheet in result.record.sheets
    }


def _collect_columns(results: Sequence[ProcessingResult], labels: Mapping[tuple[str, str], str]) -> dict[str, _Column]:
    columns: dict[str, _Column] = {}
    for result in results:
        for sheet in result.record.sheets:
            label, header_map = labels[result.record.source.name, sheet.sheet], sheet.header_map
            for column in header_map.columns:
                columns.setdefault(column.name, _Column()).headers[label] = column.header
            for column in header_map.excluded:
                columns.setdefault(column.name, _Column()).headers[label] = _LEFT_OUT
            for column, kind in zip(header_map.unmapped, sheet.unmapped_kinds, strict=False):
                columns[column.name].kinds[label] = kind
    return columns


def _count_unconverted(columns: Mapping[str, _Column], issues: pl.DataFrame, labels: Mapping[tuple[str, str], str]) -> None:
    if not issues.height:
        return
    unconverted = issues.filter(pl.col("Reason").is_in(_UNCONVERTED))
    rows = unconverted.group_by("Source File", "Source Sheet", "Column").len().rows()
    counts = {(file, sheet, header): count for file, sheet, header, count in rows}
    for (file, sheet), label in labels.items():
        for column in columns.values():
            count = counts.get((file, sheet, column.headers.get(label)))
            if count:
                column.unconverted[label] = count


def _find_similar(columns: Mapping[str, _Column], canonical: set[str], sheet_count: int) -> dict[str, list[str]]:
    """Map unmapped columns to columns with a nearly equal name that never occur in the same sheet."""
    partial = [name for name, column in columns.items() if len(column.headers) < sheet_count][:_MAX_COMPARED_NAMES]
    similar: dict[str, list[str]] = {}
    for name in partial:
        if name in canonical:
            continue
        own = columns[name].headers.keys()
        folded = {fold_header(other): other for other in partial if not columns[other].headers.keys() & own}
        matches = difflib.get_close_matches(fold_header(name), folded, n=2, cutoff=_MIN_SIMILARITY)
        if matches:
            similar[name] = [folded[match] for match in matches]
    return similar


def _build_entry(name: str, columns: Mapping[str, _Column], sheets: Sequence[str]) -> dict[str, Any]:
    column = columns[name]
    derived = {sheet for source in DERIVED_COLUMNS.get(name, ()) if source in columns for sheet in columns[source].headers}
    kinds = {kind: sorted(sheet for sheet, own in column.kinds.items() if own == kind) for kind in _KINDS}
    has_several_kinds = sum(1 for places in kinds.values() if places) > 1
    return {
        "column": name,
        "headers": {sheet: column.headers[sheet] for sheet in sheets if sheet in column.headers},
        "missing": [sheet for sheet in sheets if sheet not in column.headers and sheet not in derived],
        "kinds": {_KINDS[kind]: places for kind, places in kinds.items() if places and has_several_kinds},
        "unconverted": column.unconverted,
    }


def _describe_differences(entry: Mapping[str, Any]) -> str:
    """Summarize how a column differs between sheets; empty if it doesn't."""
    headers = Counter(entry["headers"].values())
    parts = [", ".join(f"{header} ({count})" for header, count in headers.most_common())] if len(headers) > 1 else []
    parts += [f"similar to {other}" for other in entry["alike"]]
    if entry["kinds"]:
        parts.append(", ".join(f"{kind} in {format_count(len(sheets), 'sheet')}" for kind, sheets in entry["kinds"].items()))
    parts += [
        f"{format_count(count, 'value')} in {sheet} couldn't be converted"
        for sheet, count in list(entry["unconverted"].items())[:3]
    ]
    return "; ".join(parts)
