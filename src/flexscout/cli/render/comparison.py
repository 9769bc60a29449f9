"""Print the comparison of two profiles."""

import shutil
import textwrap
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.cli.terminal import print_line
from flexscout.domain import escape_controls, format_count, join_address
from flexscout.insights import ProfileComparison

_MAX_LISTED = 10
_REASON_INDENT = " " * 12
_MIN_WIDTH = 60


def print_comparison(comparison: ProfileComparison, written: Path | None) -> None:
    """Print how many properties enter, leave and move, the first of each with the reason, and the output file."""
    counts = comparison.changes.counts
    width = max(map(len, comparison.names))
    for letter, name, count in zip("AB", comparison.names, (counts["in_a"], counts["in_b"]), strict=True):
        print_line(f"{letter}: {name:{width}}  {format_count(count, 'property')} on the list")
    print_line(_summarize(counts))
    changes = comparison.changes
    _print_changes(changes.enter, "Enter", "by rank in B")
    _print_changes(changes.leave, "Leave", "by rank in A")
    _print_changes(changes.moves, "Move", "score changes first, then by distance")
    for file in comparison.skipped:
        print_line(f"Skipped {file.name}. {file.reason}", blank_before=True)
    print_line("Output file" if written else "No file could be read, so nothing was written.", blank_before=True)
    if written:
        print_line(f"  {written}")


def print_failed_files(comparison: ProfileComparison) -> None:
    """Print the files that failed on standard error."""
    for result in comparison.results:
        if result.record.error:
            print_line(f"flexscout: failed: {result.record.error}", err=True)


def _summarize(counts: dict[str, int]) -> str:
    if not counts["in_a"] and not counts["in_b"]:
        return "Neither profile finds a candidate, so nothing changes."
    if counts["unchanged"] == counts["in_a"] == counts["in_b"]:
        return "Nothing changes: both lists have the same properties, with the same scores and ranks."
    return (
        f"{counts['enter']:,} enter, {counts['leave']:,} leave, {counts['in_both']:,} are on both lists: "
        f"{counts['other_score']:,} with a different score, {counts['only_other_rank']:,} with only a different rank, "
        f"{counts['unchanged']:,} unchanged."
    )


def _print_changes(table: pl.DataFrame, title: str, order: str) -> None:
    """Print the first changes; those with the same reason share it."""
    if not table.height:
        return
    count = f"first {_MAX_LISTED} of {table.height:,}, " if table.height > _MAX_LISTED else ""
    print_line(f"{title} ({count}{order})", blank_before=True)
    print_line("      score A -> B       rank A -> B")
    width = max(_MIN_WIDTH, shutil.get_terminal_size().columns - 1)
    for reason, changes in groupby(table.head(_MAX_LISTED).iter_rows(named=True), key=lambda change: change["Why"]):
        lines = [f"  {_format_change(change)}" for change in changes]
        text = escape_controls(reason if len(lines) == 1 else f"(these {len(lines)}) {reason}")
        for line in [*lines, *textwrap.wrap(text, width, initial_indent=_REASON_INDENT, subsequent_indent=_REASON_INDENT)]:
            print_line(line)


def _format_change(change: dict[str, Any]) -> str:
    """Return `3.5 -> 7.5    - -> 12   12 MAIN ST, Norcross, GA`."""
    scores = f"{_format_cell(change['Score A'], '.2f'):>8} -> {_format_cell(change['Score B'], '.2f'):<6}"
    ranks = f"{_format_cell(change['Rank A'], ','):>8} -> {_format_cell(change['Rank B'], ','):<7}"
    return f"{scores}{ranks} {_name_property(change)}"


def _format_cell(value: float | None, spec: str) -> str:
    return "-" if value is None else f"{value:{spec}}"


def _name_property(change: dict[str, Any]) -> str:
    """Return the address, else the parcel number and place, else the source row."""
    place = join_address(change)
    parcel = f"parcel {change['APN']}" if change.get("APN") else ""
    if change["Address"]:
        return place
    return ", ".join(filter(None, (parcel, place))) or f"row {change['Source Row']} of {change['Source File']}"
