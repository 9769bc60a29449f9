"""A replay that is kept, so that only the first question about a run takes time."""

from contextlib import ExitStack
from threading import RLock
from typing import Self

import polars as pl

from flexscout.domain import SOURCE_COLUMNS
from flexscout.history import RunHistory, RunRecord
from flexscout.insights.property_report import ExplainedList, PropertyReport, build_property_report
from flexscout.insights.replayed_run import PROPERTY, ReplayedRun, replay

_MAX_REPORTS = 200
_MAX_DIGITS = 10  # of a row number


class WarmReplay:
    """Keeps the replay of one run until another one is asked for. May be used from several threads.

    As a context, it gives up the replay at the end.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._stack = ExitStack()
        self._key: tuple[str, int, str] | None = None
        self._past: ReplayedRun | None = None

    def get(self, history: RunHistory, record: RunRecord) -> ReplayedRun:
        """Return the replay of a run. What the user decided since it was replayed is not in it.

        Raises:
            ConfigurationError: The mapping file of the run is gone, or this version doesn't know its profile.

        """
        key = (str(history.workbook.absolute()), record.number, record.ended)
        with self._lock:
            if self._past is None or key != self._key:
                self.close()
                self._past = self._stack.enter_context(replay(history, record))
                self._key = key
            return self._past

    def close(self) -> None:
        """Give up the replay, and the memory and the files that it holds."""
        with self._lock:
            self._past = self._key = None
            self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Reports(dict[int, PropertyReport]):
    """The reports that were built last, by PROPERTY number."""


def find_property(past: ReplayedRun, key: str) -> int | None:
    """Return the PROPERTY number of a property, for `report_property`, or None if the run has no such property.

    Args:
        past: The replayed run.
        key: A Property ID, or `FILE:SHEET:ROW` of any of its rows.

    """
    rows = past.rows
    if not rows.width:
        return None
    found = rows.filter(pl.col("Property ID") == key)[PROPERTY]
    place, _, number = key.rpartition(":")
    if found.is_empty() and number.isdecimal() and len(number) < _MAX_DIGITS:
        file, sheet, row = (pl.col(name) for name in SOURCE_COLUMNS)
        found = rows.filter(row == int(number)).filter(pl.concat_str(file, sheet, separator=":") == place)[PROPERTY]
    return int(found[0]) if found.len() else None


def prepare_reports(past: ReplayedRun) -> None:
    """Do for the whole list what most of the time of a report goes into. Needs no other answers to wait."""
    past.keep(ExplainedList).prepare(past)


def report_property(past: ReplayedRun, number: int) -> PropertyReport:
    """Return the report of the property with a PROPERTY number; the last ones are kept."""
    reports = past.keep(_Reports)
    if number not in reports:
        while len(reports) >= _MAX_REPORTS:
            del reports[next(iter(reports))]
        reports[number] = build_property_report(past, number)
    return reports[number]
