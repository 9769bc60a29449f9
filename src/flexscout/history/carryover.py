"""Carry the user's notes and the changes since the previous result over into a new run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import SEEN_COLUMNS, format_count
from flexscout.history.changes import PropertyChanges, compare_properties
from flexscout.history.column_changes import compare_columns
from flexscout.history.market_changes import ChangeKind, SourceHistory
from flexscout.history.notes import add_notes, arrange_notes, is_rejected_status
from flexscout.history.notes_store import COLUMN, ID
from flexscout.history.run_history import RunHistory
from flexscout.history.run_record import RunRecord
from flexscout.history.saved_results import read_result
from flexscout.history.user_input import UserInput, load_master
from flexscout.merging import SOURCE_VALUE, VALUE, MergedProperties

_MINOR = [ChangeKind.SCORE, ChangeKind.VALUE]  # of which the report has only the number
_MAX_FIRST = 50
_FIRST_SEEN = SEEN_COLUMNS[1]


@dataclass(frozen=True)
class CarryOver:
    """A master table with the user's columns, and what earlier runs add to its result.

    Attributes:
        master: The unique candidates, the user's columns first.
        user_input: The user's notes and corrections, with the IDs in `master`.
        corrections: The corrections with the values from the sources, see `CorrectedRows`.
        noted_count: Properties in `master` that have a note.
        unlisted_notes: Notes of properties that aren't in `master`.
        is_rejected: For each row of `master`, whether the user's status rejects it.
        hidden_count: Properties that were left off `master` because the user's status rejects them.
        previous_run: The latest run with other inputs or settings whose result is kept, or None.
        changes: Changes from that result to `master`, or None if there is nothing to compare.
        messages: Sentences for the user.

    """

    master: pl.DataFrame
    user_input: UserInput
    corrections: pl.DataFrame
    noted_count: int
    unlisted_notes: pl.DataFrame
    is_rejected: pl.Series
    hidden_count: int
    previous_run: RunRecord | None
    changes: PropertyChanges | None
    messages: tuple[str, ...]

    def build_report_entries(self, report: Mapping[str, Any]) -> dict[str, Any]:
        """Return the entries `notes` and `changes` of this run's report."""
        notes = {
            "on_the_list": self.noted_count,
            "of_others": self.unlisted_notes.height,
            "hidden": self.hidden_count,
            "columns": list(self.user_input.columns),
            "corrections": self.corrections.height,
            "corrected": self.corrections.select(ID, COLUMN, SOURCE_VALUE, VALUE).to_dicts(),
        }
        if not (self.previous_run and self.changes):
            return {"notes": notes, "changes": None}
        changes = {
            "since_run": self.previous_run.number,
            "of": self.previous_run.ended,
            "data_date": self.previous_run.report.get("data_date"),
            "counts": self.changes.counts,
            "first": self.changes.table.filter(~pl.col("Change").is_in(_MINOR)).head(_MAX_FIRST).to_dicts(),
            "columns": compare_columns(self.previous_run.report, report),
        }
        return {"notes": notes, "changes": changes}


@dataclass(frozen=True)
class NotedList:
    """A list with the user's notes as they are now.

    Attributes:
        master: The list, the user's columns first.
        user_input: The user's notes and corrections, with the IDs in `master`.
        unlisted: Notes of properties that aren't in `master`.
        is_rejected: For each row of `master`, whether the user's status rejects it.

    """

    master: pl.DataFrame
    user_input: UserInput
    unlisted: pl.DataFrame
    is_rejected: pl.Series

    @property
    def noted_count(self) -> int:
        """Properties in `master` that have a note."""
        return _count_noted(self.master, self.user_input.columns)


def add_user_notes(master: pl.DataFrame, user_input: UserInput, config: PipelineConfiguration) -> NotedList:
    """Add the user's notes to a list without them."""
    user_input = user_input.follow(master)
    noted, unlisted = add_notes(master, arrange_notes(user_input.current, user_input.columns))
    rejected = noted.with_columns(is_rejected_status(noted, config.rejected_statuses).alias("rejected"))["rejected"]
    return NotedList(noted, user_input, unlisted, rejected)


def carry_over(  # noqa: PLR0913 - what a run knows is joined here
    history: RunHistory,
    state: str,
    config: PipelineConfiguration,
    user_input: UserInput,
    master: pl.DataFrame,
    *,
    merged: MergedProperties,
) -> CarryOver:
    """Add the user's notes to `master` and compare it with the previous result.

    Args:
        history: The runs that wrote the workbook.
        state: Hash of this run's inputs and settings, see `hash_state`.
        config: The run's settings.
        user_input: The user's notes and corrections.
        master: The unique candidates, best first.
        merged: What they were merged from.

    """
    master = _keep_first_seen(master, user_input.load_last())
    listed = add_user_notes(master, user_input, config)
    noted, user_input, unlisted, rejected = listed.master, listed.user_input, listed.unlisted, listed.is_rejected
    hidden = noted.filter(rejected) if config.hide_rejected and noted.width else noted.clear()
    if hidden.height:
        noted, rejected = noted.filter(~rejected), rejected.filter(~rejected)
        unlisted = pl.concat([unlisted, hidden.select(unlisted.columns)]).sort(unlisted.columns, nulls_last=True)
    previous = history.find_previous(state)
    sources = build_source_history(history, previous, merged.property_sources, merged.merge_log)
    changes = _compare(load_master(history, previous), noted.drop(user_input.columns, strict=False), hidden, sources)
    messages = (
        *user_input.messages,
        *_describe_corrections(merged.corrections, master),
        *_describe_rejected(int(rejected.sum()) if noted.width else 0, "left off the sheet Top Candidates"),
        *_describe_rejected(hidden.height, "hidden from the list; the sheet Notes of Others has them"),
        *_describe_changes(previous, changes),
    )
    noted_count = _count_noted(noted, user_input.columns)
    return CarryOver(
        noted, user_input, merged.corrections, noted_count, unlisted, rejected, hidden.height, previous, changes, messages
    )


def _keep_first_seen(master: pl.DataFrame, last: pl.DataFrame | None) -> pl.DataFrame:
    """Return the table with the days on which properties were first seen, also in exports that are gone by now."""
    if last is None or not all({ID, _FIRST_SEEN} <= {*table.columns} for table in (master, last)):
        return master
    earlier = last.select(ID, pl.col(_FIRST_SEEN).alias("__earlier")).unique(ID, keep="first")
    known = master.select(ID, _FIRST_SEEN).join(earlier, on=ID, how="left", maintain_order="left")
    return master.with_columns(known.select(pl.min_horizontal(_FIRST_SEEN, "__earlier").alias(_FIRST_SEEN))[_FIRST_SEEN])


def build_source_history(
    history: RunHistory, old: RunRecord | None, new: pl.DataFrame | None, merge_log: pl.DataFrame | None
) -> SourceHistory | None:
    """Return what is known about the sources of a run's properties and of later ones, or None if anything is missing."""
    sources = history.read_sources(old) if old else None
    if old is None or sources is None or new is None:
        return None
    return SourceHistory(sources, new, history.find_earlier_ids(old), merge_log)


def compare_runs(history: RunHistory, old: RunRecord, new: RunRecord) -> PropertyChanges:
    """Compare the lists of two runs.

    Raises:
        NothingToReadError: A list is no longer kept, or damaged.

    """
    sources = build_source_history(history, old, history.read_sources(new), history.read_table(new, "merge_log"))
    before, after = (read_result(history.require_result(one)) for one in (old, new))
    return compare_properties(before, after, sources)


def _compare(
    old: pl.DataFrame | None, new: pl.DataFrame, hidden: pl.DataFrame, sources: SourceHistory | None
) -> PropertyChanges | None:
    """Compare the previous list, without the properties that are hidden now, with the new one."""
    if old is None or not old.width or not new.width:
        return None
    is_hiding = hidden.height and ID in old.columns
    return compare_properties(old.join(hidden, on=ID, how="anti") if is_hiding else old, new, sources)


def _count_noted(master: pl.DataFrame, columns: tuple[str, ...]) -> int:
    own = [name for name in columns if name in master.columns]
    return master.select(pl.any_horizontal(pl.col(own).is_not_null()).sum()).item() if own else 0


def _describe_corrections(corrections: pl.DataFrame, master: pl.DataFrame) -> list[str]:
    if corrections.is_empty():
        return []
    known = master[ID] if ID in master.columns else pl.Series(ID, [], dtype=pl.String)
    others = corrections.filter(~pl.col(ID).is_in(known.implode()))[ID].n_unique()
    unlisted = (
        f" {format_count(others, 'property')} with corrections {'is' if others == 1 else 'are'} not on the list."
        if others
        else ""
    )
    return [f"Your corrections in effect: {corrections.height:,}. See the sheet My Corrections.{unlisted}"]


def _describe_rejected(count: int, outcome: str) -> list[str]:
    if not count:
        return []
    rows = "1 candidate that you rejected is" if count == 1 else f"{count:,} candidates that you rejected are"
    return [f"{rows} {outcome}."]


def _describe_changes(previous: RunRecord | None, changes: PropertyChanges | None) -> list[str]:
    if not (previous and changes):
        return []
    return [f"Changes since run {previous.number}: {changes.describe_counts() or 'none'}. See the sheet Changes."]
