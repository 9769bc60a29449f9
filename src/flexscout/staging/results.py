"""Results in object storage: download the previous ones, run on the copies, upload the new ones.

The results of a workbook `s3://bucket/results/all.xlsx` are objects below `s3://bucket/results/all/`: those of a run in a folder
of its own below `runs/`, and `current.json`, which names the objects of the current results. Replacing `current.json`, only if
nobody else did, makes new results current: before that, nothing that it names is touched.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from uuid import uuid4

from filelock import FileLock, Timeout

from flexscout.config import PipelineConfiguration, is_address
from flexscout.domain import DUPLICATES_SUFFIX, RECORDS_FOLDER
from flexscout.errors import OutputError
from flexscout.ingest import AbsentFiles
from flexscout.models import RunSummary
from flexscout.runtime import (
    MAX_OBJECTS,
    ObjectFolder,
    ObjectInfo,
    compute_checksum,
    describe_unusable_names,
    find_unusable_names,
    transfer,
)
from flexscout.staging.inputs import stage_known_inputs
from flexscout.staging.mirror import (
    FILES,
    LOCK,
    Report,
    check_free_space,
    describe_files,
    ignore,
    mirror_folder,
    name_copies,
    open_mirror,
    remove_others,
    to_json,
)

_FORMAT = 1  # of current.json
_CURRENT, _RUNS = "current.json", "runs"
_MAX_CURRENT_BYTES = 2**24
_TEMPORARY_SUFFIXES = (".bak", ".tmp")


def run_staged(
    settings: PipelineConfiguration, run: Callable[[PipelineConfiguration, AbsentFiles], RunSummary], report: Report = ignore
) -> RunSummary:
    """Run on local copies of what the settings name in object storage, and upload the results.

    Args:
        settings: The settings.
        run: Runs with the settings for the copies, and the exports that have no copy yet.
        report: Takes sentences about downloads and uploads.

    Raises:
        NothingToReadError: The inputs can't be read.
        OutputError: The previous results can't be read, the results can't be written, or another run was faster.

    """
    local, absent = stage_known_inputs(settings, report)
    if not is_address(settings.output_file):
        return run(local, absent)
    results = _StagedResults(settings, report)
    with results.stage():
        results.download_handed_in()
        summary = run(local, absent)
        if not summary.repeated_run:
            results.publish()
        return results.add_addresses(summary)


def stage_results(settings: PipelineConfiguration, report: Report = ignore) -> PipelineConfiguration:
    """Download the current results that aren't here yet, and return the settings for the copies, which are only to be read.

    Raises:
        OutputError: Another run on this computer is writing them, or they can't be read.

    """
    results = _StagedResults(settings, report)
    with results.stage():
        return name_copies(settings)


@dataclass(frozen=True)
class _ResultFile:
    """A file of the current results: the key of its object below the folder of the results, its bytes and SHA-256."""

    key: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class _Current:
    """The content of `current.json`.

    Attributes:
        run: Number of times that results were published.
        files: File of the results -> its object.
        handed_in: File that a user put at the workbook's address or beside it -> tag of the version that was read.

    """

    run: int = 0
    files: Mapping[str, _ResultFile] = field(default_factory=dict)
    handed_in: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> bytes:
        return to_json({"format": _FORMAT, "published": datetime.now(UTC).isoformat(timespec="seconds"), **asdict(self)})

    @classmethod
    def from_json(cls, content: bytes) -> "_Current":
        """Read the content. Raises ValueError if it is damaged, of another version, or names files elsewhere."""
        try:
            fields = json.loads(content)
            if fields["format"] != _FORMAT:
                raise ValueError
            files = {
                str(name): _ResultFile(str(one["key"]), int(one["bytes"]), str(one["sha256"]))
                for name, one in fields["files"].items()
            }
            current = cls(int(fields["run"]), files, {str(name): str(tag) for name, tag in fields["handed_in"].items()})
        except (TypeError, KeyError, AttributeError, RecursionError):
            raise ValueError from None
        keys = [one.key for one in files.values()]
        is_wrong = any(one.bytes < 0 or not one.key.startswith(f"{_RUNS}/") for one in files.values())
        if is_wrong or find_unusable_names(files) or find_unusable_names(set(keys)) or len(files) > MAX_OBJECTS:
            raise ValueError
        return current


class _StagedResults:
    """The results of a workbook in object storage, with their copy on this computer.

    Args:
        settings: The settings, whose `output_file` is an address.
        report: Takes sentences about downloads and uploads.

    """

    def __init__(self, settings: PipelineConfiguration, report: Report) -> None:
        self._settings, self._report = settings, report
        self._beside, _, self._workbook = settings.output_file.rpartition("/")
        self._objects = ObjectFolder(settings.output_file.removesuffix(PurePosixPath(self._workbook).suffix), OutputError)
        self._mirror = mirror_folder(settings, settings.output_file)
        self._files = self._mirror / FILES
        longest = f"{PurePosixPath(self._workbook).stem}{DUPLICATES_SUFFIX}.parquet"
        if unusable := find_unusable_names([longest]):
            raise OutputError(
                f"{settings.output_file} can't be written: {describe_unusable_names(unusable)}.",
                "Choose another name with --output-file.",
            )
        self._current = _Current()
        self._version: ObjectInfo | None = None

    @contextmanager
    def stage(self) -> Iterator[None]:
        """Make the copy equal to the current results, and keep other runs on this computer from using it.

        Raises:
            OutputError: Another run uses it, or the results can't be read.

        """
        open_mirror(self._mirror, OutputError)
        try:
            lock = FileLock(self._mirror / LOCK).acquire(timeout=0)
        except Timeout:
            raise OutputError(
                f"Another run on this computer is writing {self._settings.output_file}.",
                "Wait until it finishes, or choose another --output-file.",
            ) from None
        with lock:
            self._download()
            yield

    def download_handed_in(self) -> None:
        """Put files that a user edited and uploaded to the workbook's address, or beside it, in place of the last results."""
        beside = ObjectFolder(self._beside, OutputError)
        paths = name_copies(self._settings)
        tags = dict(self._current.handed_in)
        for name in (self._workbook, paths.notes_file.name, paths.decisions_file.name):
            found = beside.find(name)
            tag = f"{found.e_tag} {found.version} {found.size}" if found else ""
            if found and tag != tags.get(name):
                self._report(f"Reading your {beside.locate(name)}.")
                check_free_space(found.size, self._mirror, OutputError)
                beside.download(found, self._files / name)
                tags[name] = tag
        self._current = replace(self._current, handed_in=tags)

    def publish(self) -> None:
        """Upload the results and make them current.

        Raises:
            OutputError: They can't be written, or another run made its results current in the meantime. Those that were current
                still are.

        """
        folder = f"{_RUNS}/{self._current.run + 1}-{uuid4().hex[:8]}"
        names = [path.relative_to(self._files).as_posix() for path in sorted(self._files.rglob("*")) if self._is_result(path)]
        files = {name: self._choose_object(name, folder) for name in names}
        # Objects of earlier runs hold their records; each run has its own copy of everything else.
        new = [name for name, one in files.items() if one.key.startswith(f"{folder}/")]
        size = sum(files[name].bytes for name in new)
        self._report(f"Uploading {describe_files(len(new), size)} to {self._objects.locate(folder)}.")
        transfer(lambda name: self._objects.upload(self._files / name, files[name].key), new)
        current = replace(self._current, run=self._current.run + 1, files=files)
        if not self._objects.replace(_CURRENT, current.to_json(), self._version):
            raise OutputError(
                f"Another run wrote {self._settings.output_file} in the meantime. Its results are current now.",
                "Run again.",
            )
        self._current = current

    def add_addresses(self, summary: RunSummary) -> RunSummary:
        """Return the summary with the addresses of the outputs."""
        keys = {self._files / name: one.key for name, one in self._current.files.items()}
        addresses = (self._objects.locate(keys[path]) if path in keys else str(path) for path in summary.outputs)
        return replace(summary, addresses=tuple(addresses))

    def _download(self) -> None:
        found = self._objects.read(_CURRENT, _MAX_CURRENT_BYTES)
        if found:
            try:
                self._current = _Current.from_json(found[0])
            except ValueError:
                raise OutputError(
                    f"{self._objects.locate(_CURRENT)} is damaged, or was written by another version of flexscout.",
                    "Restore an earlier version of it, or choose another --output-file.",
                ) from None
            self._version = found[1]
        files = self._current.files
        remove_others(self._files, files)
        missing = {name: one for name, one in files.items() if not _has_content(self._files / name, one)}
        size = sum(one.bytes for one in missing.values())
        check_free_space(size, self._mirror, OutputError)
        if missing:
            self._report(
                f"Downloading {describe_files(len(missing), size)} of the previous results from {self._objects.address}."
            )
        transfer(self._download_file, missing.items())

    def _download_file(self, item: tuple[str, _ResultFile]) -> None:
        name, one = item
        path = self._files / name
        self._objects.download(ObjectInfo(one.key, one.bytes, 0.0, "", ""), path)
        if not _has_content(path, one):
            raise OutputError(
                f"{self._objects.locate(one.key)} is damaged: it isn't what {_CURRENT} says.",
                "Restore an earlier version of it, or choose another --output-file.",
            )

    def _is_result(self, path: Path) -> bool:
        parts = path.relative_to(self._files).parts
        is_hidden = any(part.startswith(".") for part in parts[1 if parts[0] == RECORDS_FOLDER else 0 :])
        return path.is_file() and not is_hidden and path.suffix not in _TEMPORARY_SUFFIXES and path.name != LOCK

    def _choose_object(self, name: str, folder: str) -> _ResultFile:
        """Return a file with its object: that of an earlier run if it is an unchanged record, else a new one in the folder."""
        path = self._files / name
        one = _ResultFile(f"{folder}/{name}", path.stat().st_size, compute_checksum(path))
        known = self._current.files.get(name)
        is_record = name.startswith(f"{RECORDS_FOLDER}/")
        return known if is_record and known and known.sha256 == one.sha256 else one


def _has_content(path: Path, one: _ResultFile) -> bool:
    try:
        return path.stat().st_size == one.bytes and compute_checksum(path) == one.sha256
    except OSError:
        return False
