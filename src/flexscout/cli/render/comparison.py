"""A comparison of two profiles, for a person."""

import shutil
import textwrap
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.cli.terminal import print_line
from flexscout.domain import escape_controls, format_count, join_address
from flexscout.insights import ProfileComparison

_SHOWN = 10


def show_comparison(comparison: ProfileComparison, written: Path | None) -> None:
    """Print how many enter, leave and move, the first of each with the reason, and where the rest is."""
    counts = comparison.changes.counts
    width = max(map(len, comparison.names))
    for letter, name, count in zip("AB", comparison.names, (counts["in_a"], counts["in_b"]), strict=True):
        print_line(f"{letter}: {name:{width}}  {format_count(count, 'property')} on the list")
    print_line(_in_a_sentence(counts))
    changes = comparison.changes
    _show_first(changes.enter, "Enter", "by their rank in B")
    _show_first(changes.leave, "Leave", "by their rank in A")
    _show_first(changes.moves, "Move", "those with another score first, then by how far")
    for file in comparison.skipped:
        print_line(f"Skipped {file.name}. {file.reason}", blank_before=True)
    print_line("Where to look" if written else "No file could be read, so nothing was written.", blank_before=True)
    if written:
        print_line(f"  {written}")


def show_failed(comparison: ProfileComparison) -> None:
    """Name each file that failed, on standard error."""
    for result in comparison.results:
        if result.record.error:
            print_line(f"flexscout: failed: {result.record.error}", err=True)


def _in_a_sentence(counts: dict[str, int]) -> str:
    if not counts["in_a"] and not counts["in_b"]:
        return "Neither finds a candidate, so nothing changes."
    if counts["unchanged"] == counts["in_a"] == counts["in_b"]:
        return "Nothing changes: both lists have the same properties, with the same scores and ranks."
    both = f"{counts['other_score']:,} with another score, {counts['only_other_rank']:,} with another rank only"
    return (
        f"{counts['enter']:,} enter, {counts['leave']:,} leave, {counts['in_both']:,} are on both lists: "
        f"{both}, {counts['unchanged']:,} unchanged."
    )


def _show_first(table: pl.DataFrame, title: str, order: str) -> None:
    """The first rows, with the reason below those that share it."""
    if not table.height:
        return
    count = f"the first {_SHOWN} of {table.height:,}, " if table.height > _SHOWN else ""
    print_line(f"{title} ({count}{order})", blank_before=True)
    print_line("      score A -> B       rank A -> B")
    for why, alike in groupby(table.head(_SHOWN).iter_rows(named=True), key=lambda change: change["Why"]):
        lines = [f"  {_line(change)}" for change in alike]
        for line in lines:
            print_line(line)
        for line in _wrapped(escape_controls(why if len(lines) == 1 else f"(these {len(lines)}) {why}")):
            print_line(line)


def _line(change: dict[str, Any]) -> str:
    """`3.5 -> 7.5    - -> 12   12 MAIN ST, Norcross, GA`."""
    scores = f"{_number(change['Score A'], '.2f'):>8} -> {_number(change['Score B'], '.2f'):<6}"
    ranks = f"{_number(change['Rank A'], ','):>8} -> {_number(change['Rank B'], ','):<7}"
    return f"{scores}{ranks} {_place(change)}"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else f"{value:{form}}"


def _place(change: dict[str, Any]) -> str:
    """The address as far as it is known, or what else names the property."""
    place = join_address(change)
    parcel = f"parcel {change['APN']}" if change.get("APN") else ""
    return place if change["Address"] else ", ".join(part for part in (parcel, place) if part) or _source(change)


def _source(change: dict[str, Any]) -> str:
    return f"row {change['Source Row']} of {change['Source File']}"


def _wrapped(why: str) -> list[str]:
    indent = " " * 12
    return textwrap.wrap(why, max(60, shutil.get_terminal_size().columns - 1), initial_indent=indent, subsequent_indent=indent)
