"""Settings: all that the result depends on, so that a copy of the workbook says how it was made."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from flexscout.export.workbook import Sheet

# Where files stand, and how the work was done, which nothing of the result depends on.
_NOT_SHOWN = {
    "input_folder", "output_file", "report_file", "log_file", "log_level", "cache", "cache_limit_gb", "reuse", "batch_size",
    "max_workers", "memory_limit_gb", "timeout_minutes", "progress_interval", "progress_reporting",
}  # fmt: skip


def settings_sheet(report: Mapping[str, Any]) -> Sheet:
    """The version, the settings, the inputs with the hash of their content, the profile with its points."""
    settings = {name: value for name, value in report["settings"].items() if name not in _NOT_SHOWN}
    inputs = {file["file"]: file["fingerprint"] for file in report["files"] if file.get("fingerprint")}
    parts = {"flexscout": report["flexscout"], "setting": settings, "input (SHA-256)": inputs, "profile": report["profile"]}
    rows = [{"Setting": name, "Value": value} for name, value in _flat(parts, "")]
    return Sheet("Settings", pl.DataFrame(rows, schema={"Setting": pl.String, "Value": pl.String}), texts=("Value",))


def _flat(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Each entry with the way to it: `profile: factors 1 bands 2 points`."""
    entries = value.items() if isinstance(value, Mapping) else enumerate(value, 1) if isinstance(value, list | tuple) else ()
    if not entries:
        yield place, "" if value in ((), [], {}, None) else str(value)
    for name, inner in entries:
        yield from _flat(inner, f"{place} {name}".strip() if place else str(name))
