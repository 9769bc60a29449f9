"""The records of the runs that wrote one workbook, in a folder beside it."""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from flexscout.errors import ErrorCategory, NothingToReadError, OutputError
from flexscout.history.record import RunRecord, output_of
from flexscout.journal import write_whole
from flexscout.model import RunSummary

_FOLDER = ".flexscout"
_RUNS, _RESULTS = 100, 10  # records, and tables of results, that are kept

logger = logging.getLogger("flexscout.history")


class RunBook:
    """The runs of one workbook; while the context lasts, no other run writes it.

    Raises OutputError where another one does.
    """

    def __init__(self, workbook: Path) -> None:
        self.workbook = workbook
        self.folder = workbook.parent / _FOLDER / workbook.stem
        self._lock = FileLock(self.folder / "lock")
        self._begun = _now()

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise OutputError(
                f"Another run is writing {self.workbook} just now.", "Wait until it has ended, or choose another --output-file."
            ) from None
        except OSError as error:
            raise OutputError(
                f"{self.folder} can't be written: {error.strerror or error}.", "Choose another place with --output-file."
            ) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lock.release()

    def records(self) -> Iterator[RunRecord]:
        """The runs, the last one first; what can't be read is passed over."""
        for path in sorted(self.folder.glob("run-*.json"), reverse=True):
            with suppress(OSError, ValueError):
                yield RunRecord.from_json(path.read_bytes())

    def last(self) -> RunRecord | None:
        """The last run."""
        return next(self.records(), None)

    def run(self, number: int | None = None) -> RunRecord:
        """The run of a number, or the last one. Raises NothingToReadError if there is none."""
        record = self.last() if number is None else next((one for one in self.records() if one.number == number), None)
        if record:
            return record
        which, looked = "run" if number is None else f"run {number}", f"(looked in {self.folder})"
        raise NothingToReadError(
            f"No {which} that wrote {self.workbook} is on record {looked}.",
            "Name the workbook with --output-file, or run flexscout first." if number is None else "`flexscout runs` lists them.",
        )

    def same(self, state: str) -> RunRecord | None:
        """The last run, if another one would leave what it left, and that is still there."""
        last = self.last()
        return last if last and last.state == state and last.repeatable and last.is_intact else None

    def before(self, state: str) -> RunRecord | None:
        """The last run of another state whose result is kept."""
        return next((record for record in self.records() if record.state != state and self.result(record).exists()), None)

    def result(self, record: RunRecord) -> Path:
        """Where the master table of a run is kept, as Parquet."""
        return self._path(record.number, ".parquet")

    def kept_result(self, record: RunRecord) -> Path:
        """The same. Raises NothingToReadError if it is not kept any more."""
        if not self.result(record).exists():
            raise NothingToReadError(
                f"The result of run {record.number} is not kept any more.", "`flexscout runs` lists later ones."
            )
        return self.result(record)

    def add(self, state: str, summary: RunSummary, master: Path) -> None:
        """Keep a run and its master table, if it wrote one; the oldest ones go. A disk without room costs the record alone."""
        last = self.last()
        try:
            self._write(self._record(last.number + 1 if last else 1, state, summary), summary, master)
        except OSError as error:
            logger.warning("the run can't be recorded: %s", error, extra={"event": "not_recorded"})

    def _record(self, number: int, state: str, summary: RunSummary) -> RunRecord:
        return RunRecord(
            number=number,
            begun=self._begun,
            ended=_now(),
            exit_code=summary.exit_code,
            state=state,
            repeatable=_is_repeatable(summary),
            outputs=[output_of(path) for path in summary.outputs],
            report=summary.report,
            messages=list(summary.messages),
        )

    def _write(self, record: RunRecord, summary: RunSummary, master: Path) -> None:
        if summary.statistics.successful_files:
            _link(master, self.result(record))
        write_whole(self._path(record.number, ".json"), record.as_json())
        for suffix, kept in ((".json", _RUNS), (".parquet", _RESULTS)):
            for old in sorted(self.folder.glob(f"run-*{suffix}"), reverse=True)[kept:]:
                old.unlink(missing_ok=True)

    def _path(self, number: int, suffix: str) -> Path:
        return self.folder / f"run-{number:06d}{suffix}"


def _link(file: Path, place: Path) -> None:
    """A second name of the file, which is replaced and never changed; or a copy where the disk has no such names."""
    place.unlink(missing_ok=True)
    try:
        os.link(file, place)
    except OSError:
        shutil.copyfile(file, place)


def _is_repeatable(summary: RunSummary) -> bool:
    """Whether what failed would fail again: limits of time and memory, or a lock, may be others then."""
    return all(error["category"] == ErrorCategory.DATA_FORMAT for error in summary.report["errors"]["errors"])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
