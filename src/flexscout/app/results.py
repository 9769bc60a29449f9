"""The result that the window shows: loaded once per run, with the user's notes as they are now."""

from contextlib import suppress
from threading import RLock, Thread
from typing import Any

import polars as pl

from flexscout.app.result_list import KEY, RowList, add_notes, list_rejected, load_candidates
from flexscout.app.row_query import RowFilter, RowQuery, RowSort, select_points
from flexscout.app.security import BadRequestError
from flexscout.app.workspaces import Workspace
from flexscout.errors import FlexscoutError, NothingToReadError
from flexscout.history import RunRecord, read_notes
from flexscout.insights import PairReview, PropertyDecisions, ReplayedRun, WarmReplay, collect_changes, prepare_reports
from flexscout.matching import DecisionKind

VIEWS = ("candidates", "to_verify", "rejected")
"""The lists: properties on the list, rows that only missing values keep off it, and all rows off it."""


class Results:
    """The last result of a workspace, and what was found in it.

    Args:
        workspace: The workspace.

    Attributes:
        replay_lock: Held while the replay is used, which one thread may do at a time.

    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = RLock()
        self.replay_lock = RLock()
        self._replay = WarmReplay()
        self._record: RunRecord | None = None
        self._candidates: RowList | None = None
        self._changes: dict[str, list[dict[str, Any]]] | None = None
        self._queries: dict[str, RowQuery] = {}
        self._notes_state: object = None
        self._warming: Thread | None = None

    def query(self, view: str) -> RowQuery:
        """Return what answers questions about a view of the last result.

        Raises:
            BadRequestError: There is no such view.
            NothingToReadError: There is no result yet, or it is no longer kept.

        """
        if view not in VIEWS:
            raise BadRequestError(f"There is no list {view!r}.")
        with self._lock:
            record = self._update()
            if view == VIEWS[0] and view not in self._queries:
                self._queries[view] = RowQuery(self._load_candidates(record))
            if view in self._queries:
                return self._queries[view]
        with self.replay_lock:  # the candidates can be read meanwhile
            ranking = self.replay().ranking
            query = RowQuery(list_rejected(ranking.rejected_rows, ranking.survivors, to_verify=view == VIEWS[1]))
        with self._lock:
            return self._queries.setdefault(view, query) if self._record is record else query

    @property
    def loaded_counts(self) -> dict[str, int]:
        """How many rows each view has, as far as it is loaded; doesn't wait for one that is being loaded."""
        return {view: query.listed.rows.height for view, query in self._queries.copy().items()}

    def count_views(self) -> dict[str, int]:
        """Return how many rows each view has, as far as it is loaded; the others are loaded for the next time."""
        counts = self.loaded_counts
        if len(counts) < len(VIEWS):
            self.warm_up()
        return counts

    def warm_up(self) -> None:
        """Load in the background what takes time before it is asked for, unless that is going on."""
        if not (self._warming and self._warming.is_alive()):
            self._warming = Thread(target=self._load_all, name="flexscout-replay", daemon=True)
            self._warming.start()

    def find_points(self, view: str, wanted: RowFilter) -> dict[str, Any]:
        """Return the rows of a view that are found and whose place is known, as points on the map."""
        query = self.query(view)
        return select_points(query.listed, query.find_positions(wanted, RowSort()))

    def replay(self) -> ReplayedRun:
        """Return the replay of the last run; `replay_lock` is held while it is used. Raises NothingToReadError."""
        with self.replay_lock:
            record = self._workspace.find_last_run()
            if record is None:
                raise NothingToReadError("There is no list yet.", "Run first.")
            return self._replay.get(self._workspace.open_history(), record)

    def find_row(self, property_id: str) -> dict[str, Any] | None:
        """Return the row of a property on the list, or None."""
        rows = self.query(VIEWS[0]).listed.rows.filter(pl.col(KEY) == property_id)
        return None if rows.is_empty() else rows.row(0, named=True)

    def require_row(self, property_id: str) -> dict[str, Any]:
        """Return the row of a property on the list. Raises BadRequestError if it isn't there."""
        row = self.find_row(property_id)
        if row is None:
            raise BadRequestError(f"There is no property {property_id} on the list.", "Choose one from the list.")
        return row

    def describe_columns(self) -> dict[str, dict[str, Any]]:
        """Return what the pages need to know of each column of the candidates, by name."""
        return {column["name"]: column for column in self.query(VIEWS[0]).listed.described_columns}

    def list_changes(self, property_id: str) -> list[dict[str, Any]]:
        """Return what changed about a property, latest first."""
        with self._lock:
            self._update()
            if self._changes is None:
                self._changes = collect_changes(self._workspace.open_history())
            return self._changes.get(property_id, [])

    def list_issues(self) -> pl.DataFrame:
        """Return the listed issues of the files, or none if the last run has no list."""
        with self.replay_lock:
            return self.replay().files.issues

    def decide(self, kind: DecisionKind, first: str, second: str) -> dict[str, Any]:
        """Save the user's decision about two properties, and return it with what it contradicts.

        Raises:
            DecisionError: A property doesn't exist, or the two can't be told apart.
            OutputError: The decision can't be saved, as while a run is going.

        """
        with self.replay_lock:
            decisions = PropertyDecisions(self._workspace.load_settings(), past=self.replay())
            contradictions = decisions.decide(kind, first, second)
        return {"decisions": {second: kind}, "contradictions": [str(one) for one in contradictions]}

    def find_decision(self, first: str, second: str) -> str | None:
        """Return what the user decided about two properties that may be one, or None if nothing."""
        with self.replay_lock:
            return self.review().find_kind(first, second)

    def review(self) -> PairReview:
        """Return the review of the last run's pairs; `replay_lock` is held while it is used. Raises NothingToReadError."""
        return PairReview(self._workspace.load_settings(), self.replay())

    def close(self) -> None:
        """Give up what is loaded."""
        with self.replay_lock:
            self._replay.close()
        with self._lock:
            self._forget()

    def _load_all(self) -> None:
        with suppress(FlexscoutError, OSError):
            self.query(VIEWS[0])
            with self.replay_lock:
                for view in VIEWS[1:]:
                    self.query(view)
                past = self.replay()
                _ = past.rows
            prepare_reports(past)  # in memory, so that nothing waits for it

    def _forget(self) -> None:
        self._queries.clear()
        self._record = self._candidates = self._changes = None

    def _update(self) -> RunRecord:
        """Forget what a later run, or later notes, have made old; return the record of the last run."""
        record = self._workspace.find_last_run()
        if record is None:
            raise NothingToReadError("There is no list yet.", "Run first.")
        if self._record is None or (record.number, record.ended) != (self._record.number, self._record.ended):
            self._forget()
            self._record = record
        notes = self._workspace.load_settings().notes_file
        state = (notes.stat().st_mtime_ns, notes.stat().st_size) if notes.exists() else None
        if state != self._notes_state:
            self._queries.pop(VIEWS[0], None)
            self._notes_state = state
        return self._record

    def _load_candidates(self, record: RunRecord) -> RowList:
        if self._candidates is None:
            self._candidates = load_candidates(self._workspace.open_history(), record)
        return add_notes(self._candidates, *read_notes(self._workspace.load_settings()))
