"""The records of the runs that wrote one workbook, in a folder beside it."""

import json
import logging
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from flexscout.config import Affects, PipelineConfiguration, settings_affecting
from flexscout.error_codes import ErrorCategory
from flexscout.errors import NothingToReadError, OutputError
from flexscout.history.run_record import RunRecord, fingerprint_output
from flexscout.models import RunSummary, SourceFile
from flexscout.runtime import RecordProblem, UnusableRecordError, file_checksum, hash_result_code, write_atomically
from flexscout.skipped import SkippedFile


def hash_state(
    sources: Iterable[SourceFile], skipped: Iterable[SkippedFile], config: PipelineConfiguration, *rules: object
) -> str:
    """The hash of the inputs, the settings, what `rules` say (each has a `repr` that tells all), and flexscout itself."""
    parts: dict[str, Any] = {
        "inputs": [(source.name, source.fingerprint) for source in sources],
        "skipped": [(file.name, file.reason) for file in skipped],
        "settings": config.model_dump(exclude=settings_affecting(Affects.EXECUTION)),
        "rules": [repr(rule) for rule in rules],
        "flexscout": hash_result_code(),
    }
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode("utf-8", "surrogatepass")).hexdigest()


_FOLDER = ".flexscout"
_RUNS, _RESULTS = 100, 10  # records, and tables of results, that are kept
_NUMBER = re.compile(r"run-(\d+)\.json")
_SET_ASIDE = ".set-aside"  # suffix of damaged records and results

_PROBLEMS = {
    RecordProblem.DAMAGED: "{} is damaged and was set aside: {} If this happens often, check the disk.",
    RecordProblem.NEWER: "{} was written by a newer version of flexscout and was set aside: {} Use that version to see it.",
    RecordProblem.OLDER: "{} was written by an older version of flexscout and was set aside: {}",
    RecordProblem.FOREIGN: "{} is not a record of this workbook's runs and was set aside: {}",
}
_WITHOUT_RECORD = "that run is missing from the list of runs, and changes are compared with another run."

logger = logging.getLogger("flexscout.history")


class RunHistory:
    """The runs of one workbook; while the context lasts, no other run writes it.

    Raises OutputError where another one does.
    """

    def __init__(self, workbook: Path) -> None:
        self.workbook = workbook
        self.folder = workbook.parent / _FOLDER / workbook.stem
        self._lock = FileLock(self.folder / "lock")
        self._begun = _now()
        self._intact: dict[Path, bool] = {}
        self._reported: set[Path] = set()

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

    def read_records(self) -> Iterator[RunRecord]:
        """The runs, the last one first; a record that can't be used is set aside, with a warning in the log."""
        for path in sorted(self.folder.glob("run-*.json"), reverse=True):
            try:
                record = RunRecord.from_json(path.read_bytes())
                if self._path(record.number, ".json") != path:
                    raise UnusableRecordError(RecordProblem.FOREIGN)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                self._report(path, f"The run record {path} can't be read ({reason}) and was set aside: {_WITHOUT_RECORD}")
            except UnusableRecordError as error:
                self._report(path, _PROBLEMS[error.problem].format(f"The run record {path}", _WITHOUT_RECORD))
                if error.problem is not RecordProblem.NEWER:  # the newer version still needs it
                    self._set_aside(path)
            else:
                yield record

    def _report(self, path: Path, sentence: str) -> None:
        """Log a warning, once for each file."""
        if path not in self._reported:
            self._reported.add(path)
            logger.warning("%s", sentence, extra={"event": "history_set_aside", "data": {"file": str(path)}})

    def _set_aside(self, path: Path) -> None:
        """Rename a file, so that later runs do not report it again; only while no other run writes here."""
        if self._lock.is_locked:
            with suppress(OSError):
                path.replace(path.with_name(path.name + _SET_ASIDE))

    def find_last(self) -> RunRecord | None:
        """The last run."""
        return next(self.read_records(), None)

    def find_run(self, number: int | None = None) -> RunRecord:
        """The run of a number, or the last one. Raises NothingToReadError if there is none."""
        record = self.find_last() if number is None else next((one for one in self.read_records() if one.number == number), None)
        if record:
            return record
        which, looked = "run" if number is None else f"run {number}", f"(looked in {self.folder})"
        raise NothingToReadError(
            f"No {which} that wrote {self.workbook} is on record {looked}.",
            "Name the workbook with --output-file, or run flexscout first." if number is None else "`flexscout runs` lists them.",
        )

    def find_unchanged(self, state: str) -> RunRecord | None:
        """The last run, if another one would leave what it left, and that is still there."""
        last = self.find_last()
        return last if last and last.state == state and last.repeatable and last.has_intact_outputs else None

    def find_previous(self, state: str) -> RunRecord | None:
        """The last run of another state whose result is kept."""
        return next((record for record in self.read_records() if record.state != state and self.find_result(record)), None)

    def result_path(self, record: RunRecord) -> Path:
        """Where the master table of a run is kept, as Parquet."""
        return self._path(record.number, ".parquet")

    def find_result(self, record: RunRecord) -> Path | None:
        """The same, if it is there and exactly as the run wrote it; a damaged one is set aside, with a warning in the log."""
        path = self.result_path(record)
        if path not in self._intact:
            self._intact[path] = self._is_intact(path, record)
        return path if self._intact[path] and path.exists() else None

    def _is_intact(self, path: Path, record: RunRecord) -> bool:
        try:
            if file_checksum(path) == record.result_sha256:
                return True
        except FileNotFoundError:
            return False
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._report(path, f"The list of run {record.number} ({path}) can't be read ({reason}) and was set aside.")
            return False
        follows = "changes are compared with another run, and this list can't be shown again."
        self._report(path, _PROBLEMS[RecordProblem.DAMAGED].format(f"The list of run {record.number} ({path})", follows))
        self._set_aside(path)
        return False

    def require_result(self, record: RunRecord) -> Path:
        """The same. Raises NothingToReadError if it is not kept any more, or damaged."""
        path = self.find_result(record)
        if path:
            return path
        lost = "is damaged" if self.result_path(record) in self._reported else "is not kept any more"
        raise NothingToReadError(f"The result of run {record.number} {lost}.", "`flexscout runs` lists later ones.")

    def add(self, state: str, summary: RunSummary, master: Path) -> None:
        """Keep a run and its master table, if it wrote one; the oldest ones go. A disk without room costs the record alone."""
        try:
            self._write(self._record(self._next_number(), state, summary, master), summary, master)
        except OSError as error:
            logger.warning("the run can't be recorded: %s", error, extra={"event": "not_recorded"})

    def _next_number(self) -> int:
        """One more than that of any record, also of those that can't be used: none is written over."""
        names = (_NUMBER.match(path.name) for path in self.folder.glob("run-*"))
        return 1 + max((int(name[1]) for name in names if name), default=0)

    def _record(self, number: int, state: str, summary: RunSummary, master: Path) -> RunRecord:
        return RunRecord(
            number=number,
            begun=self._begun,
            ended=_now(),
            exit_code=summary.exit_code,
            state=state,
            repeatable=_is_repeatable(summary),
            outputs=[fingerprint_output(path) for path in summary.outputs],
            report=summary.report,
            messages=list(summary.messages),
            result_sha256=file_checksum(master) if summary.statistics.successful_files else None,
        )

    def _write(self, record: RunRecord, summary: RunSummary, master: Path) -> None:
        if summary.statistics.successful_files:
            _link(master, self.result_path(record))
        write_atomically(self._path(record.number, ".json"), record.to_json())
        for suffix, kept in ((".json", _RUNS), (".parquet", _RESULTS)):
            for old in sorted(self.folder.glob(f"run-*{suffix}"), reverse=True)[kept:]:
                with suppress(OSError):
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
