"""The inputs of a run: a folder or a file, and more of them, with the names that their files have in outputs."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from flexscout.errors import NothingToReadError
from flexscout.models import SourceFile

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration


Download = Callable[[Sequence[SourceFile]], list[SourceFile]]
"""Puts files in their places before they are read, and returns them, with the fingerprints of their content."""


@dataclass(frozen=True)
class AbsentFiles:
    """Files of the input folder that are elsewhere, and are only fetched if they have to be read.

    Attributes:
        known: Place of each -> the file, as an earlier scan found it.
        download: Puts some of them, of the files that it gets, in their places.

    """

    known: Mapping[Path, SourceFile] = field(default_factory=dict)
    download: Download = list


@dataclass(frozen=True)
class InputPlace:
    """A folder with exports, or a single one.

    Attributes:
        path: The folder or file.
        label: What the names of its files begin with, or for a file its name; empty for the input folder.

    """

    path: Path
    label: str = ""

    def name_file(self, path: Path) -> str:
        """Return the name of a file of this place in outputs, with `/`: it doesn't depend on where the place is."""
        relative = build_display_name(path, self.path) if path != self.path else ""
        return "/".join(filter(None, (self.label, relative)))

    def locate(self, name: str) -> Path | None:
        """Return where a file of this name would be, or None if it isn't one of this place."""
        if name == self.label:
            return self.path
        if not self.label:
            return self.path / name
        return self.path / name.removeprefix(f"{self.label}/") if name.startswith(f"{self.label}/") else None


def list_places(folder: Path, more: Sequence[Path] = ()) -> list[InputPlace]:
    """Return the places of a run's inputs: the input folder, or one file instead, then the others, each under its own name.

    Of equal names, the second gets a number: `county`, `county (2)`.
    """
    is_file = os.path.isfile(folder)  # noqa: PTH113 - doesn't raise
    places = [] if is_file else [InputPlace(folder)]
    counts: dict[str, int] = {}
    for path in (folder, *more) if is_file else more:
        absolute = Path(os.path.abspath(path))  # noqa: PTH100 - `..` has no name, and a link keeps its own
        name = build_display_name(absolute, absolute.parent) if absolute.name else "inputs"
        counts[name.casefold()] = counts.get(name.casefold(), 0) + 1
        number = counts[name.casefold()]
        stem, suffix = (Path(name).stem, Path(name).suffix) if path.is_file() else (name, "")
        places.append(InputPlace(path, name if number == 1 else f"{stem} ({number}){suffix}"))
    return places


def list_config_places(config: "PipelineConfiguration") -> list[InputPlace]:
    """Return the places of the inputs that the settings name."""
    return list_places(Path(config.input_folder), [Path(path) for path in config.more_inputs])


def find_home(folder: Path) -> Path:
    """Return the input folder, or the folder of the file that is given instead."""
    return folder.parent if os.path.isfile(folder) else folder  # noqa: PTH113 - as above


def find_input(config: "PipelineConfiguration", name: str) -> Path | None:
    """Return the path of an input file by its name in outputs, or None if there is no such file in its place."""
    if not name or "\0" in name:
        return None
    for place in list_config_places(config):
        path = place.locate(name)
        if path and path.is_file() and Path(os.path.realpath(path)).is_relative_to(os.path.realpath(place.path)):
            return path
    return None


def check_places(places: Sequence[InputPlace]) -> None:
    """Raise NothingToReadError if one of the places after the input folder doesn't exist."""
    missing = [place.path for place in places[1:] if not os.path.exists(place.path)]  # noqa: PTH110 - doesn't raise
    if missing:
        raise NothingToReadError(f"The input {missing[0]} does not exist.", "Correct its path (input.more), or remove it.")


def build_display_name(path: Path, folder: Path) -> str:
    """Return the path below the folder, with `/`, as text that can always be encoded."""
    relative = path.relative_to(folder).as_posix()
    return os.fsencode(relative).decode("utf-8", "backslashreplace")


def skip_seen(paths: Iterable[tuple[InputPlace, Path]]) -> Iterator[tuple[InputPlace, Path]]:
    """Yield each file of one place only: a place may be inside of another. Links within a place stay, and are told as copies."""
    first: dict[str, InputPlace] = {}
    for place, path in paths:
        if first.setdefault(os.path.realpath(path), place) is place:
            yield place, path
