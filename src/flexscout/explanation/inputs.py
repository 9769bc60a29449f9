"""What became of the files that a run had read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from flexscout.config import PipelineConfiguration
from flexscout.discovery import Scan, scan, source_file
from flexscout.errors import FlexscoutError
from flexscout.model import FileStatus, SourceFile

_NAMED = 3  # files in a sentence


class Since(StrEnum):
    """What became of a file since the run."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True)
class Input:
    """A file as the run read it, and what became of it; of one that is not the same any more only name and hash are known."""

    source: SourceFile
    since: Since


def inputs_of(report: Mapping[str, Any], config: PipelineConfiguration) -> tuple[tuple[Input, ...], tuple[str, ...]]:
    """The files that a run could read, by its report; and the names of those that have come since."""
    now = _found(config)
    sources = {source.name: source for source in now.sources}
    entries = {entry["file"]: entry for entry in report["files"]}
    read = [entry for entry in entries.values() if entry["status"] == FileStatus.OK]
    new = tuple(name for name in sources if name not in entries)
    return tuple(_input(entry, sources, Path(config.input_folder)) for entry in read), new


def told(inputs: Iterable[Input], new: Iterable[str], run: int, folder: Path) -> list[str]:
    """What a person should know of them, in sentences; `folder`: that they were in."""
    if not folder.is_dir():
        return [f"The folder {folder}, which run {run} read, is not to be seen from {Path.cwd()}: this tells of what it read."]
    by_fate = {since: [one.source.name for one in inputs if one.since is since] for since in Since}
    said = [
        (f"{some(by_fate[Since.CHANGED])} another file than in run {run}", "this tells of what it read"),
        (f"{some(by_fate[Since.GONE])} gone since run {run}", "this tells of what it read"),
        (f"{some(list(new))} new since run {run}", "nothing of it is in this"),
    ]
    names = (by_fate[Since.CHANGED], by_fate[Since.GONE], list(new))
    return [f"{what}: {so}." for (what, so), those in zip(said, names, strict=True) if those]


def _found(config: PipelineConfiguration) -> Scan:
    """The folder as it is now; nothing, if it is gone."""
    try:
        return scan(Path(config.input_folder), config.file_pattern, recursive=config.recursive_scan, own=config.own_files)
    except (FlexscoutError, OSError):
        return Scan((), (), ())


def _input(entry: Mapping[str, Any], sources: Mapping[str, SourceFile], folder: Path) -> Input:
    name, hashed = entry["file"], entry["fingerprint"]
    there = sources.get(name) or _at(folder / name, name)
    if there and there.fingerprint == hashed:
        return Input(there, Since.SAME)
    return Input(SourceFile(folder / name, name, 0, 0.0, hashed), Since.CHANGED if there else Since.GONE)


def _at(path: Path, name: str) -> SourceFile | None:
    """A file that the scan leaves out today, such as the copy of another."""
    try:
        return source_file(path, name)
    except OSError:
        return None


def some(names: list[str]) -> str:
    """`a.xlsx is`, `a.xlsx, b.xlsx, c.xlsx and 2 more are`."""
    shown = ", ".join(names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{shown}{more} {'is' if len(names) == 1 else 'are'}"
