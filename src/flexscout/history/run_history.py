"""Records of the runs that wrote a workbook, in a hidden folder next to it."""

import json
import logging
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl
import polars.selectors as cs
from filelock import FileLock, Timeout

from flexscout.config import Affects, PipelineConfiguration, list_settings_affecting
from flexscout.domain import LINK_COLUMNS, RECORDS_FOLDER, date_file, escape_names
from flexscout.error_codes import PASSWORD_CODES, ErrorCategory
from flexscout.errors import NothingToReadError, OutputError
from flexscout.history.run_record import RunRecord, fingerprint_output
from flexscout.models import RunSummary, SourceFile
from flexscout.runtime import (
    RecordProblem,
    UnusableRecordError,
    compute_checksum,
    hash_result_code,
    write_atomically,
    write_table,
)
from flexscout.skipped import SkippedFile

_MAX_RECORDS, _MAX_RESULTS = 100, 10
_ID = LINK_COLUMNS[0]
_RECORD_NAME = re.compile(r"run-(\d+)\.json")
_RESULT_SUFFIX, _SOURCES_SUFFIX = ".parquet", ".sources"  # both are Parquet
_SET_ASIDE_SUFFIX = ".set-aside"

_PROBLEMS = {
    RecordProblem.DAMAGED: "{} is damaged and was set aside. {} If this happens often, check the disk.",
    RecordProblem.NEWER: "{} was written by a newer version of flexscout and was set aside. {} Use that version to see it.",
    RecordProblem.OLDER: "{} was written by an older version of flexscout and was set aside. {}",
    RecordProblem.FOREIGN: "{} is not a record of this workbook's runs and was set aside. {}",
}
_LOST_RECORD = "That run is missing from the list of runs, and changes are compared with another run."

_LOST_RESULT = "Changes are compared with another run, and this list can't be shown again."

logger = logging.getLogger("flexscout.history")


def hash_state(
    sources: Iterable[SourceFile], skipped: Iterable[SkippedFile], config: PipelineConfiguration, *rules: object
) -> str:
    """Return the hash of everything that a result depends on.

    Args:
        sources: The input files.
        skipped: The skipped files.
        config: The settings.
        rules: Objects whose `repr` has all that they add to a result.

    """
    parts: dict[str, Any] = {
        # The day of an export counts too: only the newest row of a property does.
        "inputs": [(source.name, source.fingerprint, date_file(source.name, source.modified).day) for source in sources],
        "skipped": [(file.name, file.reason) for file in skipped],
        "settings": config.describe(exclude=list_settings_affecting(Affects.EXECUTION)),
        "rules": [repr(rule) for rule in rules],
        "flexscout": hash_result_code(),
    }
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode("utf-8", "surrogatepass")).hexdigest()


class RunHistory:
    """The runs that wrote a workbook. As a context, it keeps other runs from writing the workbook.

    Attributes:
        workbook: The workbook.
        folder: The folder of the records.
        started: When this run started, UTC, ISO 8601.

    Raises:
        OutputError: Another run is writing the workbook, or the folder of the records can't be written.

    """

    def __init__(self, workbook: Path) -> None:
        self.workbook = workbook
        self.folder = workbook.parent / RECORDS_FOLDER / workbook.stem
        self._lock = FileLock(self.folder / "lock")
        self.started = _format_now()
        self._intact: dict[Path, bool] = {}
        self._reported: set[Path] = set()
        self._latest: tuple[tuple[Path, int, int], RunRecord] | None = None  # its key: path, change time, bytes

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise OutputError(
                f"Another run is writing {self.workbook}.", "Wait until it finishes, or choose another --output-file."
            ) from None
        except OSError as error:
            raise OutputError(
                f"Can't write to {self.folder}: {error.strerror or error}.", "Choose another location with --output-file."
            ) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lock.release()

    def read_records(self, *, with_result: bool = False) -> Iterator[RunRecord]:
        """Yield the runs, latest first. An unusable record is set aside, with a warning in the log.

        Args:
            with_result: Leave out runs of which no master table is kept; their records needn't be read then.

        """
        for path in sorted(self.folder.glob("run-*.json"), reverse=True):
            if with_result and not path.with_suffix(_RESULT_SUFFIX).exists():
                continue
            try:
                record = self._read_record(path)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                self._report(path, f"Can't read the run record {path} ({reason}). {_LOST_RECORD}")
            except UnusableRecordError as error:
                self._report(path, _PROBLEMS[error.problem].format(f"The run record {path}", _LOST_RECORD))
                if error.problem is not RecordProblem.NEWER:  # the newer version still needs it
                    self._set_aside(path)
            else:
                yield record

    def _read_record(self, path: Path) -> RunRecord:
        """Return the record in a file. The latest one is kept: it is large, and each step of a run asks for it."""
        status = path.stat()
        key = (path, status.st_mtime_ns, status.st_size)
        if self._latest and self._latest[0] == key:
            return self._latest[1]
        record = RunRecord.from_json(path.read_bytes()).with_copies(self.workbook)
        if self._locate_record(record.number, ".json") != path:
            raise UnusableRecordError(RecordProblem.FOREIGN)
        if self._latest is None or path >= self._latest[0][0]:
            self._latest = key, record
        return record

    def _report(self, path: Path, message: str) -> None:
        """Log a warning once per file."""
        if path not in self._reported:
            self._reported.add(path)
            logger.warning("%s", message, extra={"event": "history_set_aside", "data": {"file": str(path)}})

    def _set_aside(self, path: Path) -> None:
        """Rename a file so that later runs don't report it again; only if this run holds the lock."""
        if self._lock.is_locked:
            with suppress(OSError):
                path.replace(path.with_name(path.name + _SET_ASIDE_SUFFIX))

    def find_last(self) -> RunRecord | None:
        """Return the latest run."""
        return next(self.read_records(), None)

    def find_run(self, number: int | None = None) -> RunRecord:
        """Return the run with a number, or the latest one.

        Raises:
            NothingToReadError: There is no such run.

        """
        record = self.find_last() if number is None else next((run for run in self.read_records() if run.number == number), None)
        if record:
            return record
        if number is None:
            next_step = "Name the workbook with --output-file, or run flexscout first."
        else:
            next_step = "List the runs with `flexscout runs`."
        run = "run" if number is None else f"run {number}"
        raise NothingToReadError(f"No {run} that wrote {self.workbook} is on record (looked in {self.folder}).", next_step)

    def find_unchanged(self, state: str, notes: Path) -> RunRecord | None:
        """Return the latest run if repeating it would change nothing: same state, repeatable, outputs here and notes unchanged.

        Args:
            state: Hash of this run's inputs and settings, see `hash_state`.
            notes: The notes store, which may not exist.

        """
        last = self.find_last()
        if last is None or last.state != state or not last.repeatable:
            return None
        # In a copy of a folder, the record names the outputs of the original.
        is_here = last.has_output(self.workbook) and last.has_intact_outputs
        return last if is_here and (last.has_output(notes) or not notes.exists()) else None

    def find_earlier_ids(self, record: RunRecord) -> pl.Series:
        """Return the property IDs in the kept results before a run."""
        earlier = (one for one in self.read_records(with_result=True) if one.number < record.number)
        paths = [self.find_result(one) for one in earlier]
        ids = [pl.scan_parquet(path).select(cs.by_name(_ID, require_all=False)).collect() for path in paths if path]
        return pl.concat([pl.DataFrame(schema={_ID: pl.String}), *(table for table in ids if table.width)])[_ID].unique()

    def find_previous(self, state: str) -> RunRecord | None:
        """Return the latest run with another state whose result is kept."""
        records = self.read_records(with_result=True)
        return next((record for record in records if record.state != state and self.find_result(record)), None)

    def locate_result(self, record: RunRecord) -> Path:
        """Return the path of a run's master table (Parquet), which may not exist."""
        return self._locate_record(record.number, _RESULT_SUFFIX)

    def find_result(self, record: RunRecord) -> Path | None:
        """Return the path of a run's master table if it is intact. A damaged one is set aside, with a warning in the log."""
        path = self.locate_result(record)
        if path not in self._intact:
            self._intact[path] = self._is_intact(path, record)
        return path if self._intact[path] and path.exists() else None

    def _is_intact(self, path: Path, record: RunRecord) -> bool:
        try:
            if compute_checksum(path) == record.result_sha256:
                return True
        except FileNotFoundError:
            return False
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._report(path, f"Can't read the list of run {record.number}, {path} ({reason}). {_LOST_RESULT}")
            return False
        self._report(path, _PROBLEMS[RecordProblem.DAMAGED].format(f"The list of run {record.number} ({path})", _LOST_RESULT))
        self._set_aside(path)
        return False

    def require_result(self, record: RunRecord) -> Path:
        """Return the path of a run's master table.

        Raises:
            NothingToReadError: It is no longer kept, or damaged.

        """
        path = self.find_result(record)
        if path:
            return path
        state = "is damaged" if self.locate_result(record) in self._reported else "is no longer kept"
        raise NothingToReadError(f"The result of run {record.number} {state}.", "List later runs with `flexscout runs`.")

    def read_sources(self, record: RunRecord) -> pl.DataFrame | None:
        """Return the sources of a run's properties (PROPERTY_SOURCE_SCHEMA), or None if they aren't kept or are damaged."""
        return _read_intact(self._locate_record(record.number, _SOURCES_SUFFIX), record.sources_sha256)

    def read_table(self, record: RunRecord, name: str) -> pl.DataFrame | None:
        """Return a further table of a run, or None if it isn't kept or is damaged."""
        return _read_intact(self._locate_record(record.number, f".{name}"), record.tables_sha256.get(name))

    def add(  # noqa: PLR0913 - a record joins what is known of a run
        self,
        state: str,
        summary: RunSummary,
        master: Path,
        property_sources: pl.DataFrame | None = None,
        tables: Mapping[str, pl.DataFrame] | None = None,
        *,
        restored_from: int | None = None,
    ) -> None:
        """Record a run and its master table, and remove the oldest ones. If that fails, only the record is lost.

        Args:
            state: Hash of the run's inputs and settings, see `hash_state`.
            summary: The run's summary.
            master: The master table it wrote, as Parquet.
            property_sources: The sources of its properties (PROPERTY_SOURCE_SCHEMA), if they are known.
            tables: Further tables that its report needs, by name.
            restored_from: Number of the run that it restored. Later runs don't repeat a restored one: they read the exports.

        """
        number = self._find_next_number()
        try:
            sources = self._locate_record(number, _SOURCES_SUFFIX)
            if property_sources is not None:
                write_table(property_sources, sources)
            checksums = {name: self._keep(table, number, name) for name, table in (tables or {}).items()}
            record = self._record(number, state, summary, master, sources, checksums)
            restored = replace(record, repeatable=record.repeatable and restored_from is None, restored_from=restored_from)
            self._write(restored, summary, master)
        except OSError as error:
            logger.warning("can't record the run: %s", error, extra={"event": "not_recorded"})

    def _find_next_number(self) -> int:
        """Return one more than the number of any record, usable or not, so that none is overwritten."""
        names = (_RECORD_NAME.match(path.name) for path in self.folder.glob("run-*"))
        return 1 + max((int(name[1]) for name in names if name), default=0)

    def _keep(self, table: pl.DataFrame, number: int, name: str) -> str:
        """Write a further table of a run, and return its checksum."""
        path = self._locate_record(number, f".{name}")
        write_table(table, path)
        return compute_checksum(path)

    def _record(  # noqa: PLR0913, PLR0917 - a record joins what is known of a run
        self, number: int, state: str, summary: RunSummary, master: Path, sources: Path, tables: dict[str, str]
    ) -> RunRecord:
        return RunRecord(
            number=number,
            begun=self.started,
            ended=_format_now(),
            exit_code=summary.exit_code,
            state=state,
            repeatable=_is_repeatable(summary),
            outputs=[fingerprint_output(path) for path in summary.outputs],
            report=summary.report,
            messages=list(summary.messages),
            result_sha256=compute_checksum(master) if summary.statistics.successful_files else None,
            sources_sha256=compute_checksum(sources) if sources.exists() else None,
            tables_sha256=tables,
        )

    def _write(self, record: RunRecord, summary: RunSummary, master: Path) -> None:
        if summary.statistics.successful_files:
            _link_or_copy(master, self.locate_result(record))
        write_atomically(self._locate_record(record.number, ".json"), record.to_json())
        further = (_SOURCES_SUFFIX, *(f".{name}" for name in record.tables_sha256))
        for suffix, limit in ((".json", _MAX_RECORDS), *((suffix, _MAX_RESULTS) for suffix in (_RESULT_SUFFIX, *further))):
            for old in sorted(self.folder.glob(f"run-*{suffix}"), reverse=True)[limit:]:
                with suppress(OSError):
                    old.unlink(missing_ok=True)

    def _locate_record(self, number: int, suffix: str) -> Path:
        return self.folder / f"run-{number:06d}{suffix}"


def _read_intact(path: Path, checksum: str | None) -> pl.DataFrame | None:
    """Return a kept table, or None if it isn't there or its checksum differs."""
    try:
        return escape_names(pl.read_parquet(path)) if checksum and compute_checksum(path) == checksum else None
    except OSError:
        return None


def _link_or_copy(file: Path, target: Path) -> None:
    """Hard-link the file, which is only ever replaced; copy it if the file system has no hard links."""
    target.unlink(missing_ok=True)
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)


def _is_repeatable(summary: RunSummary) -> bool:
    """Return whether all failures are deterministic; a timeout, a memory limit, a lock or a wrong password may not recur."""
    errors = summary.report["errors"]["errors"]
    return all(error["category"] == ErrorCategory.DATA_FORMAT and error["code"] not in PASSWORD_CODES for error in errors)


def _format_now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
