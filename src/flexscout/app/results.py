"""The result that the window shows: loaded once per run, with the user's notes as they are now."""

from collections.abc import Mapping
from threading import RLock
from typing import Any

import polars as pl

from flexscout.app.request_errors import BadRequestError
from flexscout.app.result_list import RowList, add_notes, list_rejected, load_candidates
from flexscout.app.row_query import RowFilter, RowQuery, RowSort, select_points
from flexscout.app.workspaces import Workspace
from flexscout.errors import NothingToReadError
from flexscout.history import RunRecord, read_notes
from flexscout.insights import ReplayedRun, WarmReplay
from flexscout.outputs import load_outlines, place_candidates

VIEWS = ("candidates", "to_verify", "rejected")
"""The lists: properties on the list, rows that only missing values keep off it, and all rows off it."""


class Results:
    """The last result of a workspace, and what was found in it.

    Args:
        workspace: The workspace.

    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = RLock()
        self._replay = WarmReplay()
        self._record: RunRecord | None = None
        self._candidates: RowList | None = None
        self._places: pl.DataFrame | None = None
        self._queries: dict[str, RowQuery] = {}
        self._notes_state: object = None

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
            if view not in self._queries:
                self._queries[view] = RowQuery(self._load(view, record))
            return self._queries[view]

    def find_points(self, wanted: RowFilter) -> list[tuple[Any, ...]]:
        """Return the candidates that are found and whose place is known, as points on the map."""
        with self._lock:
            query = self.query(VIEWS[0])
            if self._places is None:
                self._places = place_candidates(query.listed.rows, load_outlines())
            return select_points(query.listed, query.find_positions(wanted, RowSort()), self._places)

    def replay(self) -> ReplayedRun:
        """Return the replay of the last run. Raises NothingToReadError if there is none."""
        with self._lock:
            return self._replay.get(self._workspace.open_history(), self._update())

    @property
    def lock(self) -> RLock:
        """Held while a replay is used, which one thread may do at a time."""
        return self._lock

    def find_row(self, property_id: str) -> Mapping[str, Any]:
        """Return the row of a property on the list. Raises BadRequestError if there is none."""
        rows = self.query(VIEWS[0]).listed.rows.filter(pl.col("id") == property_id)
        if rows.is_empty():
            raise BadRequestError(f"There is no property {property_id} on the list.", "Choose one from the list.")
        return rows.row(0, named=True)

    def close(self) -> None:
        """Give up what is loaded."""
        with self._lock:
            self._replay.close()
            self._queries.clear()
            self._record = self._candidates = self._places = None

    def _update(self) -> RunRecord:
        """Forget what a later run, or later notes, have made old; return the record of the last run."""
        record = self._workspace.open_history().find_last()
        if record is None:
            raise NothingToReadError("There is no list yet.", "Run first.")
        if self._record is None or (record.number, record.ended) != (self._record.number, self._record.ended):
            self.close()
            self._record = record
        notes = self._workspace.load_settings().notes_file
        state = (notes.stat().st_mtime_ns, notes.stat().st_size) if notes.exists() else None
        if state != self._notes_state:
            self._queries.pop(VIEWS[0], None)
            self._notes_state = state
        return self._record

    def _load(self, view: str, record: RunRecord) -> RowList:
        if view == VIEWS[0]:
            if self._candidates is None:
                self._candidates = load_candidates(self._workspace.open_history(), record)
            return add_notes(self._candidates, *read_notes(self._workspace.load_settings()))
        return list_rejected(self.replay().ranking.rejected_rows, to_verify=view == VIEWS[1])
