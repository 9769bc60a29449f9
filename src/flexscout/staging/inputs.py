"""Exports in object storage: list them, refuse what can't be files here, and download what is new."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path, PurePosixPath
from typing import Any

from filelock import FileLock, Timeout

from flexscout.config import MAPPINGS_FOLDER, YAML_SUFFIXES, PipelineConfiguration, is_address
from flexscout.domain import format_bytes, format_count
from flexscout.errors import NothingToReadError
from flexscout.ingest import POSSIBLE_SUFFIXES, TABLE_SUFFIXES, find_left_out, matches_pattern
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
    address = settings.input_folder
    if not is_address(address):
        return name_copies(settings)
    mirror = locate_inputs(settings)
    objects = ObjectFolder(address, NothingToReadError)
    found = _list_exports(objects, settings)
    wanted = {name: entry for name, entry in found.items() if _is_config(name) or not find_left_out(name, settings.skip_files)}
    _check(found, wanted, address)
    open_mirror(mirror, NothingToReadError)
    try:
        with FileLock(mirror / LOCK, timeout=_LOCK_SECONDS):
            _update_mirror(objects, found, wanted, mirror, report)
    except Timeout:
        raise NothingToReadError(
            f"Another run on this computer is downloading {address}.", "Wait until it finishes, then run again."
        ) from None
    return name_copies(settings)


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
    """Make the folder of copies equal to the wanted objects; what is unchanged since it was downloaded stays."""
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
    _mark_left_out(files, found, wanted)


def _mark_left_out(files: Path, found: Mapping[str, ObjectInfo], wanted: Mapping[str, ObjectInfo]) -> None:
    """Put a placeholder where the copy of a left-out object would be, so that the scan lists it. It isn't in the index."""
    for name in found.keys() - wanted.keys() - find_unusable_names(found).keys():
        path = files / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_PLACEHOLDER)


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
