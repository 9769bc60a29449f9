"""Whose exports have columns that they had not, or have lost some."""

from collections.abc import Mapping
from typing import Any

_UNKNOWN = "no known vendor"


def columns_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What changed in the columns of each vendor that both reports have: an entry for each where something did, by name.

    `old`, `new`: contents of `pipeline_summary.json`. An entry has the `vendor`, its `new` columns, its `lost` ones, and
    `renamed`: those that stand under other headers now, each with its `column`, `old` and `new` headers.
    """
    before, after = _headers(old), _headers(new)
    entries = [_entry(vendor, before[vendor], after[vendor]) for vendor in sorted(before.keys() & after.keys())]
    return [entry for entry in entries if entry["new"] or entry["lost"] or entry["renamed"]]


def _headers(report: Mapping[str, Any]) -> dict[str, dict[str, set[str]]]:
    """Vendor -> column -> the headers under which it stands."""
    vendors = _vendors(report)
    found: dict[str, dict[str, set[str]]] = {vendor: {} for vendor in vendors.values()}
    for entry in report.get("columns", {}).get("columns", []):
        for place, header in entry["headers"].items():
            if place in vendors:
                found[vendors[place]].setdefault(entry["column"], set()).add(header)
    return found


def _vendors(report: Mapping[str, Any]) -> dict[str, str]:
    """Sheet, as the columns name it, -> vendor."""
    return {
        file["file"] if len(file["sheets"]) == 1 else f"{file['file']}, {sheet['sheet']}": file.get("vendor") or _UNKNOWN
        for file in report.get("files", [])
        for sheet in file.get("sheets", [])
    }


def _entry(vendor: str, before: Mapping[str, set[str]], after: Mapping[str, set[str]]) -> dict[str, Any]:
    renamed = [name for name in before.keys() & after.keys() if before[name].isdisjoint(after[name])]
    return {
        "vendor": vendor,
        "new": sorted(after.keys() - before.keys()),
        "lost": sorted(before.keys() - after.keys()),
        "renamed": [{"column": name, "old": sorted(before[name]), "new": sorted(after[name])} for name in sorted(renamed)],
    }
