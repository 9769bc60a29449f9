"""Exports in object storage: list them, refuse what can't be files here, and download what is new."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from filelock import FileLock, Timeout

from flexscout.config import MAPPINGS_FOLDER, YAML_SUFFIXES, PipelineConfiguration, is_address
from flexscout.domain import format_bytes, format_count
from flexscout.errors import NothingToReadError
from flexscout.ingest import (
    POSSIBLE_SUFFIXES,
    TABLE_SUFFIXES,
    AbsentFiles,
    Scan,
    build_display_name,
    build_source_file,
    find_left_out,
    matches_pattern,
    scan_inputs,
)
from flexscout.models import SourceFile
from flexscout.runtime import (
    MAX_BYTES,
    MAX_OBJECTS,
    ObjectFolder,
    ObjectInfo,
    describe_unusable_names,
    find_unusable_names,
    transfer,
    write_atomically,
)
from flexscout.skipped import FileSkipCode
from flexscout.staging.content_index import ContentIndex, KnownObject
from flexscout.staging.mirror import (
    FILES,
    LOCK,
    Report,
    check_free_space,
    describe_files,
    ignore,
    locate_inputs,
    name_copies,
    open_mirror,
    remove_others,
    to_json,
)

_RESULTS = re.compile(r"(^|/)runs/\d+-[0-9a-f]{8}/")  # of a run, which are no inputs
_INDEX = "index.json"
_LOCK_SECONDS = 600.0
_PLACEHOLDER = b"\n"  # an empty file would be skipped as empty


def stage_inputs(settings: PipelineConfiguration, report: Report = ignore) -> PipelineConfiguration:
    """Download the exports that aren't here yet, and return the settings for the copies, also for those of the results.

    Raises:
        NothingToReadError: The inputs can't be read.

    """
    if is_address(settings.input_folder):
        inputs = _StagedInputs(settings, report)
        inputs.download(inputs.wanted)
    return name_copies(settings)


def stage_known_inputs(settings: PipelineConfiguration, report: Report = ignore) -> tuple[PipelineConfiguration, AbsentFiles]:
    """Do what `stage_inputs` does, but leave out the exports whose content the shared cache knows, if there is one.

    They are downloaded if they have to be read.

    Raises:
        NothingToReadError: The inputs can't be read.

    """
    if not (is_address(settings.input_folder) and settings.cache_address):
        return stage_inputs(settings, report), AbsentFiles()
    inputs = _StagedInputs(settings, report)
    index = ContentIndex(settings, inputs.mirror.name, report)
    known = {name: one for name, one in index.read().items() if inputs.wanted.get(name) == one.info}
    fingerprints = {name: one.fingerprint for name, one in known.items() if one.fingerprint and settings.reuse}
    inputs.download(inputs.wanted.keys() - fingerprints.keys())
    local, absent = name_copies(settings), inputs.describe_absent(fingerprints, partial(index.correct, known))
    if not all(name in known or _is_config(name) for name in inputs.wanted):
        index.write(inputs.identify(scan_inputs(local, known=absent.known)))
    return local, absent


class _StagedInputs:
    """The exports below an address, with their copies on this computer.

    Args:
        settings: The settings, whose `input_folder` is an address.
        report: Takes sentences about downloads.

    Attributes:
        mirror: The folder of the copies.
        found: The objects that may be exports, by name.
        wanted: Those that aren't left out.

    """

    def __init__(self, settings: PipelineConfiguration, report: Report) -> None:
        self._report, self._address = report, settings.input_folder
        self._objects = ObjectFolder(self._address, NothingToReadError)
        self.mirror = locate_inputs(settings)
        self.found = _list_exports(self._objects, settings)
        self.wanted = {
            name: entry for name, entry in self.found.items() if _is_config(name) or not find_left_out(name, settings.skip_files)
        }
        self._here: dict[str, ObjectInfo] = {}
        _check(self.found, self.wanted, self._address)

    def download(self, names: Iterable[str]) -> None:
        """Download these objects too, unless they are here unchanged. Raises NothingToReadError."""
        self._here |= {name: self.wanted[name] for name in names}
        open_mirror(self.mirror, NothingToReadError)
        try:
            with FileLock(self.mirror / LOCK, timeout=_LOCK_SECONDS):
                _update_mirror(self._objects, self.found, self._here, self.mirror, self._report)
        except Timeout:
            raise NothingToReadError(
                f"Another run on this computer is downloading {self._address}.", "Wait until it finishes, then run again."
            ) from None

    def describe_absent(self, fingerprints: Mapping[str, str], correct: Callable[[Mapping[str, str]], object]) -> AbsentFiles:
        """Return the files that aren't here, of those with these fingerprints; `correct` takes the right ones of others."""
        names = {self.mirror / FILES / name: name for name in fingerprints.keys() - self._here.keys()}

        def download(sources: Sequence[SourceFile]) -> list[SourceFile]:
            self.download(names[one.path] for one in sources if one.path in names)
            built = [build_source_file(one.path, one.name) if one.path in names else one for one in sources]
            found = {names[one.path]: one.fingerprint for one in built if one.path in names}
            correct({name: text for name, text in found.items() if text != fingerprints[name]})
            return built

        known = {path: self._describe(name, fingerprints[name]) for path, name in names.items()}
        return AbsentFiles(known, download)

    def _describe(self, name: str, fingerprint: str) -> SourceFile:
        path, entry = self.mirror / FILES / name, self.wanted[name]
        return SourceFile(path, build_display_name(path, self.mirror / FILES), entry.size, entry.modified, fingerprint)

    def identify(self, scan: Scan) -> dict[str, KnownObject]:
        """Return the objects that a scan finds to be exports, with the fingerprints of their content."""
        fingerprints = {one.name: one.fingerprint for one in scan.sources}
        originals = {one.name: one.details[0] for one in scan.skipped if one.code is FileSkipCode.SAME_CONTENT}
        files = self.mirror / FILES
        shown = {name: build_display_name(files / name, files) for name in self.wanted}
        found = {name: fingerprints.get(originals.get(text, text)) for name, text in shown.items()}
        return {name: KnownObject(self.wanted[name], one or "") for name, one in found.items() if not _is_config(name)}


def _list_exports(objects: ObjectFolder, settings: PipelineConfiguration) -> dict[str, ObjectInfo]:
    """Return the objects that a scan of their folder would look at, by name."""
    recursive = settings.recursive_scan
    found = {entry.name: entry for entry in objects.list_objects(recursive=recursive) if _is_candidate(entry.name, settings)}
    if not recursive:
        mappings = ObjectFolder(objects.locate(MAPPINGS_FOLDER), NothingToReadError).list_objects(recursive=False)
        named = (replace(entry, name=f"{MAPPINGS_FOLDER}/{entry.name}") for entry in mappings)
        found |= {entry.name: entry for entry in named if _is_candidate(entry.name, settings)}
    return found


def _is_candidate(name: str, settings: PipelineConfiguration) -> bool:
    path = PurePosixPath(name)
    if _RESULTS.search(name) or any(part.startswith(".") for part in path.parts[:-1]):
        return False
    if _is_config(name):
        return True
    may_be_export = path.suffix.lower() in (*TABLE_SUFFIXES, *POSSIBLE_SUFFIXES) or matches_pattern(path, settings.file_pattern)
    return may_be_export and (settings.recursive_scan or len(path.parts) == 1)


def _is_config(name: str) -> bool:
    """Return whether an object is a mapping file, which `input.skip` doesn't leave out."""
    path = PurePosixPath(name)
    return path.parts[0] == MAPPINGS_FOLDER and path.suffix.lower() in YAML_SUFFIXES


def _check(found: Mapping[str, ObjectInfo], wanted: Mapping[str, ObjectInfo], address: str) -> None:
    """Raise NothingToReadError unless all wanted objects can be files of one folder, and are few and small enough."""
    if not found:
        raise NothingToReadError(
            f"Nothing to read in {address}: no object there may be an export.",
            "Check the address; --recursive reads folders below.",
        )
    if unusable := find_unusable_names(wanted):
        raise NothingToReadError(
            f"{address} can't be read: the names of {format_count(len(unusable), 'object')} can't be file names: "
            f"{describe_unusable_names(unusable)}.",
            "Rename them, or move them to another folder, then run again.",
        )
    size = sum(entry.size for entry in wanted.values())
    if len(wanted) > MAX_OBJECTS or size > MAX_BYTES:
        raise NothingToReadError(
            f"{address} has {len(wanted):,} objects of {format_bytes(size)}; the limits are {MAX_OBJECTS:,} and "
            f"{format_bytes(MAX_BYTES)}.",
            "Name a folder with fewer, then run again.",
        )


def _update_mirror(
    objects: ObjectFolder, found: Mapping[str, ObjectInfo], wanted: Mapping[str, ObjectInfo], mirror: Path, report: Report
) -> None:
    """Make the folder of copies equal to the wanted objects; whatever is unchanged since it was downloaded stays."""
    files, index = mirror / FILES, mirror / _INDEX
    known = _read_index(index)
    is_new = {name: known.get(name) != asdict(entry) or not _is_intact(files / name, entry) for name, entry in found.items()}
    missing = [entry for name, entry in wanted.items() if is_new[name]]
    remove_others(files, found)
    check_free_space(sum(entry.size for entry in missing), mirror, NothingToReadError)
    _report_downloads(missing, len(wanted), objects.address, report)
    present = {name: asdict(entry) for name, entry in found.items() if not is_new[name]}
    write_atomically(index, to_json(present))

    def download(entry: ObjectInfo) -> None:
        objects.download(entry, files / entry.name)
        present[entry.name] = asdict(entry)

    try:
        transfer(download, missing)
    finally:
        write_atomically(index, to_json(dict(present)))
    _mark_absent(files, [name for name in found if is_new[name] and name not in wanted], find_unusable_names(found))


def _mark_absent(files: Path, names: Iterable[str], unusable: Collection[str]) -> None:
    """Put a placeholder where the copy of each object would be, so that a scan lists it. It isn't in the index."""
    for name in names:
        path = files / name
        if name not in unusable and _read_start(path) != _PLACEHOLDER:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, _PLACEHOLDER, fsync=False)


def _read_start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(_PLACEHOLDER) + 1)
    except OSError:
        return b""


def _read_index(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _is_intact(path: Path, entry: ObjectInfo) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False
    return status.st_size == entry.size and abs(status.st_mtime - entry.modified) < 1


def _report_downloads(missing: list[ObjectInfo], total: int, address: str, report: Report) -> None:
    if missing:
        size = sum(entry.size for entry in missing)
        report(f"Downloading {describe_files(len(missing), size)} of {total:,} from {address}.")
