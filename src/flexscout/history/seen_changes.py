"""The changes that the user has seen, in a table beside the records of the runs.

A mark belongs to a change and to the newer of the two runs between which the user saw it. It counts in every comparison that
spans this run: a change seen between run 1 and run 2 is seen between run 1 and run 3 too, but not if it happens again later.
"""

import logging
from threading import Lock

import polars as pl

from flexscout.domain import escape_names
from flexscout.history.changes import CHANGE_SCHEMA
from flexscout.history.market_changes import ChangeKind
from flexscout.history.run_history import RunHistory
from flexscout.runtime import write_table

_RUN = "Run"
_NAMES = ("Change", "Property ID", "Column", "Old Value", "New Value", "Old Score", "New Score", "Source")
_SCHEMA = {_RUN: pl.Int64, **{name: CHANGE_SCHEMA[name] for name in _NAMES}}
_KEPT_RUNS = 100  # runs whose marks are kept, as many as have records
_lock = Lock()

logger = logging.getLogger("flexscout.history")


class SeenChanges:
    """The marks of the changes between runs that wrote a workbook.

    Args:
        history: The runs.

    """

    def __init__(self, history: RunHistory) -> None:
        self._path = history.folder / "seen.parquet"

    def find_seen(self, changes: pl.DataFrame, old: int, new: int) -> pl.Series:
        """Return whether each change between two runs is marked.

        Args:
            changes: The changes (CHANGE_SCHEMA).
            old: Number of the older run.
            new: Number of the newer run.

        """
        marks = self._read().filter(_is_between(old, new)).select(_NAMES).unique()
        marked = _identify(changes).join(
            marks.with_columns(pl.lit(value=True).alias("seen")), on=_NAMES, how="left", nulls_equal=True, maintain_order="left"
        )
        return marked["seen"].fill_null(value=False)

    def mark(self, changes: pl.DataFrame, old: int, new: int, *, seen: bool) -> None:
        """Mark changes between two runs as seen, or remove their marks.

        Args:
            changes: The changes (CHANGE_SCHEMA).
            old: Number of the older run.
            new: Number of the newer run.
            seen: Whether they are seen.

        Raises:
            OSError: The marks can't be written.

        """
        given = _identify(changes).select(pl.lit(new, pl.Int64).alias(_RUN), *_NAMES)
        with _lock:
            marks = self._read()
            removed = marks.filter(_is_between(old, new)).join(given, on=_NAMES, how="semi", nulls_equal=True)
            kept = marks.join(removed, on=list(_SCHEMA), how="anti", nulls_equal=True)
            changed = pl.concat([kept, given.unique(maintain_order=True)]) if seen else kept
            write_table(changed.filter(pl.col(_RUN) > pl.col(_RUN).max() - _KEPT_RUNS), self._path)

    def _read(self) -> pl.DataFrame:
        """Return the marks, or none if they can't be read."""
        try:
            return escape_names(pl.read_parquet(self._path)).select(pl.col(name).cast(dtype) for name, dtype in _SCHEMA.items())
        except FileNotFoundError:
            pass
        except (OSError, pl.exceptions.PolarsError) as error:
            logger.warning("Can't read which changes were seen: %s", error, extra={"event": "seen_unreadable"})
        return pl.DataFrame(schema=_SCHEMA)


def _identify(changes: pl.DataFrame) -> pl.DataFrame:
    """Return what tells changes apart. The scores do so only if they are what changed: other weeks have others."""
    is_score = pl.col("Change") == ChangeKind.SCORE
    return changes.select(*_NAMES).with_columns(pl.when(is_score).then(pl.col("Old Score", "New Score")))


def _is_between(old: int, new: int) -> pl.Expr:
    return (pl.col(_RUN) > old) & (pl.col(_RUN) <= new)
