"""What a run takes over from those before it: what a person typed into the workbook, and what the last other result was."""

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

_COPIES = 100  # of workbooks that could not be read back


@dataclass(frozen=True)
class CarriedOver:
    """A master table with the person's columns.

    `noted`: its properties with notes; `others`: notes of properties that are not on the list; `passed`: for each row, whether
    the person passed on it; `since`: the last run of other inputs or settings, and `changes` from its result to this one, None
    if there is none; `remarks`: what a person should know of it, in sentences.
    """

    master: pl.DataFrame
    noted: int
    others: pl.DataFrame
    passed: pl.Series
    since: RunRecord | None
    changes: PropertyChanges | None
    remarks: tuple[str, ...]

    def told(self, report: Mapping[str, Any]) -> dict[str, Any]:
        """The entries `notes` and `changes` of this run's report."""
        told: dict[str, Any] = {"notes": {"on_the_list": self.noted, "of_others": self.others.height}, "changes": None}
        if self.since and self.changes:
            about = {"since_run": self.since.number, "of": self.since.ended, "counts": self.changes.counts}
            told["changes"] = {**about, "columns": compare_columns(self.since.report, report)}
        return told


def carry_over(book: RunHistory, state: str, config: PipelineConfiguration, master: pl.DataFrame) -> CarriedOver:
    """What the result of `state` takes over. Raises OSError if a workbook that can't be read back can't be saved either."""
    last = book.last()
    written = _result(book, last)
    notes, saved = _notes(book.workbook, last, written, config.user_columns)
    moved = find_successors(written, master) if written is not None and notes.placed.height else None
    noted, others = add_notes(master, notes, moved)
    since = book.before(state)
    old = written if since and last and since.number == last.number else _result(book, since)
    changes = compare_properties(old, master) if old is not None and old.width and master.width else None
    away = noted.with_columns(is_rejected_status(noted, config.passed_words).alias("passed"))["passed"]
    said = (
        *saved,
        *describe_notes(notes, written.columns if written is not None else ()),
        *_passed_on(int(away.sum()) if noted.width else 0),
        *_changed(since, changes),
    )
    return CarriedOver(noted, _with_notes(noted, config.user_columns), others, away, since, changes, said)


def _result(book: RunHistory, run: RunRecord | None) -> pl.DataFrame | None:
    """The master table of a run, if it is kept and intact."""
    kept = book.intact_result(run) if run else None
    return escape_names(pl.read_parquet(kept)) if kept else None


def _notes(
    workbook: Path, last: RunRecord | None, written: pl.DataFrame | None, columns: tuple[str, ...]
) -> tuple[Notes, list[str]]:
    """What stands in the workbook, and what is to be said if it can't be read back."""
    if not columns or not workbook.exists():
        return empty_notes(columns), []
    untouched = written if last and last.left(workbook) else None
    try:
        return read_notes(workbook, columns, untouched), []
    except ProcessingError as error:
        saved = _saved(workbook)
        return empty_notes(columns), [
            f"Notes in the previous workbook can't be read back: {error.message} It is kept as {saved}."
        ]


def _saved(workbook: Path) -> Path:
    """Where a copy of the workbook stands now, under a name that was free, unless there is a copy already."""
    numbers = ("", *(f" {number}" for number in range(2, _COPIES)))
    names = [workbook.with_name(f"{workbook.stem} (not read back{number}){workbook.suffix}") for number in numbers]
    place = next((name for name in names if not name.exists() or cmp(workbook, name, shallow=False)), names[-1])
    if not place.exists() or place == names[-1]:
        shutil.copy2(workbook, place)
    return place


def _with_notes(master: pl.DataFrame, columns: tuple[str, ...]) -> int:
    """How many properties have a note."""
    own = [name for name in columns if name in master.columns]
    return master.select(pl.any_horizontal(pl.col(own).is_not_null()).sum()).item() if own else 0


def _passed_on(count: int) -> list[str]:
    return [f"You passed on {count:,} of the candidates: they are not among the Top Candidates."] if count else []


def _changed(since: RunRecord | None, changes: PropertyChanges | None) -> list[str]:
    if not (since and changes):
        return []
    counts = changes.counts
    told = f"{counts['new']:,} new, {counts['gone']:,} gone, {counts['score_changed']:,} with another score, "
    return [f"Since run {since.number}: {told}{counts['value_changed']:,} with other values. The sheet Changes tells each."]
