"""Carry the user's notes and the changes since the previous result over into a new run."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import escape_names
from flexscout.errors import ProcessingError
from flexscout.history.changes import PropertyChanges, compare_columns, compare_properties
from flexscout.history.notes import Notes, add_notes, describe_notes, empty_notes, is_rejected_status, read_notes
from flexscout.history.property_identity import find_successors
from flexscout.history.run_history import RunHistory
from flexscout.history.run_record import RunRecord

_MAX_COPIES = 100  # of unreadable workbooks


@dataclass(frozen=True)
class CarryOver:
    """A master table with the user's columns, and what earlier runs add to its result.

    Attributes:
        master: The unique candidates, the user's columns first.
        noted_count: Properties in `master` that have a note.
        unlisted_notes: Notes of properties that aren't in `master`.
        is_rejected: For each row of `master`, whether the user's status rejects it.
        previous_run: The latest run with other inputs or settings whose result is kept; None if there is none.
        changes: Changes from that result to `master`; None if there is nothing to compare.
        messages: Sentences for the user.

    """

    master: pl.DataFrame
    noted_count: int
    unlisted_notes: pl.DataFrame
    is_rejected: pl.Series
    previous_run: RunRecord | None
    changes: PropertyChanges | None
    messages: tuple[str, ...]

    def build_report_entries(self, report: Mapping[str, Any]) -> dict[str, Any]:
        """Return the entries `notes` and `changes` of this run's report."""
        notes = {"on_the_list": self.noted_count, "of_others": self.unlisted_notes.height}
        if not (self.previous_run and self.changes):
            return {"notes": notes, "changes": None}
        changes = {
            "since_run": self.previous_run.number,
            "of": self.previous_run.ended,
            "counts": self.changes.counts,
            "columns": compare_columns(self.previous_run.report, report),
        }
        return {"notes": notes, "changes": changes}


def carry_over(history: RunHistory, state: str, config: PipelineConfiguration, master: pl.DataFrame) -> CarryOver:
    """Add the user's notes to `master` and compare it with the previous result.

    Args:
        history: The runs that wrote the workbook.
        state: Hash of this run's inputs and settings, see `hash_state`.
        config: The run's settings.
        master: The unique candidates, best first.

    Raises:
        OSError: The workbook can't be read back and can't be backed up either.

    """
    last = history.find_last()
    last_master = _load_master(history, last)
    notes, read_messages = _read_notes(history.workbook, last, last_master, config.user_columns)
    successors = find_successors(last_master, master) if last_master is not None and notes.placed.height else None
    noted, unlisted = add_notes(master, notes, successors)
    previous = history.find_previous(state)
    same_run = previous and last and previous.number == last.number
    old = last_master if same_run else _load_master(history, previous)
    changes = compare_properties(old, master) if old is not None and old.width and master.width else None
    rejected = noted.with_columns(is_rejected_status(noted, config.rejected_statuses).alias("rejected"))["rejected"]
    messages = (
        *read_messages,
        *describe_notes(notes, last_master.columns if last_master is not None else ()),
        *_describe_rejected(int(rejected.sum()) if noted.width else 0),
        *_describe_changes(previous, changes),
    )
    return CarryOver(noted, _count_noted(noted, config.user_columns), unlisted, rejected, previous, changes, messages)


def _load_master(history: RunHistory, run: RunRecord | None) -> pl.DataFrame | None:
    """Return a run's master table; None if it isn't kept or is damaged."""
    path = history.find_result(run) if run else None
    return escape_names(pl.read_parquet(path)) if path else None


def _read_notes(
    workbook: Path, last: RunRecord | None, last_master: pl.DataFrame | None, columns: tuple[str, ...]
) -> tuple[Notes, list[str]]:
    """Read the notes in the workbook; back it up and return a message if that fails."""
    if not columns or not workbook.exists():
        return empty_notes(columns), []
    untouched = last_master if last and last.is_unchanged(workbook) else None
    try:
        return read_notes(workbook, columns, untouched), []
    except ProcessingError as error:
        copy = _back_up(workbook)
        message = f"Can't read your notes from the previous workbook: {error.message} It is saved as {copy}."
        return empty_notes(columns), [message]


def _back_up(workbook: Path) -> Path:
    """Copy the workbook to a free name, unless an equal copy exists; return the copy's path."""
    numbers = ("", *(f" {number}" for number in range(2, _MAX_COPIES)))
    names = [workbook.with_name(f"{workbook.stem} (not read back{number}){workbook.suffix}") for number in numbers]
    copy = next((name for name in names if not name.exists() or cmp(workbook, name, shallow=False)), names[-1])
    if not copy.exists() or copy == names[-1]:
        shutil.copy2(workbook, copy)
    return copy


def _count_noted(master: pl.DataFrame, columns: tuple[str, ...]) -> int:
    own = [name for name in columns if name in master.columns]
    return master.select(pl.any_horizontal(pl.col(own).is_not_null()).sum()).item() if own else 0


def _describe_rejected(count: int) -> list[str]:
    if not count:
        return []
    rows = "1 candidate that you rejected is" if count == 1 else f"{count:,} candidates that you rejected are"
    return [f"{rows} left off the sheet Top Candidates."]


def _describe_changes(previous: RunRecord | None, changes: PropertyChanges | None) -> list[str]:
    if not (previous and changes):
        return []
    counts = changes.counts
    parts = (
        f"{counts['new']:,} new",
        f"{counts['gone']:,} gone",
        f"{counts['score_changed']:,} with a changed score",
        f"{counts['value_changed']:,} with changed values",
    )
    return [f"Changes since run {previous.number}: {', '.join(parts)}. See the sheet Changes."]
