"""Compare the columns of each vendor's exports in two runs."""

from collections.abc import Mapping
from typing import Any

_UNKNOWN_VENDOR = "unknown vendor"


def compare_columns(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Compare the columns of each vendor's exports in two reports.

    Args:
        old: The content of the old `pipeline_summary.json`.
        new: The content of the new one.

    Returns:
        An entry per vendor with changes, by name: the `vendor`, its `new` and `lost` columns, and its `renamed` columns, each
        with `column`, `old` and `new` headers.

    """
    before, after = _collect_headers(old), _collect_headers(new)
    entries = [_compare_vendor(vendor, before[vendor], after[vendor]) for vendor in sorted(before.keys() & after.keys())]
    return [entry for entry in entries if entry["new"] or entry["lost"] or entry["renamed"]]


def _collect_headers(report: Mapping[str, Any]) -> dict[str, dict[str, set[str]]]:
    """Map vendor and column to the column's headers."""
    vendors = {
        file["file"] if len(file["sheets"]) == 1 else f"{file['file']}, {sheet['sheet']}": file.get("vendor") or _UNKNOWN_VENDOR
        for file in report.get("files", [])
        for sheet in file.get("sheets", [])
    }
    headers: dict[str, dict[str, set[str]]] = {vendor: {} for vendor in vendors.values()}
    for entry in report.get("columns", {}).get("columns", []):
        for sheet, header in entry["headers"].items():
            if sheet in vendors:
                headers[vendors[sheet]].setdefault(entry["column"], set()).add(header)
    return headers


def _compare_vendor(vendor: str, before: Mapping[str, set[str]], after: Mapping[str, set[str]]) -> dict[str, Any]:
    renamed = [name for name in before.keys() & after.keys() if before[name].isdisjoint(after[name])]
    return {
        "vendor": vendor,
        "new": sorted(after.keys() - before.keys()),
        "lost": sorted(before.keys() - after.keys()),
        "renamed": [{"column": name, "old": sorted(before[name]), "new": sorted(after[name])} for name in sorted(renamed)],
    }
