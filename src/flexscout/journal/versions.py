"""Which flexscout read a file, or made a result: what another one left is not taken for its own."""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import flexscout

_HOUSE = Path(flexscout.__file__).parent
_READING = ("kinds.py", "model.py", "prepare.py", "reading", "mapping", "conversion", "vocabulary")
_READERS = ("fastexcel", "polars", "lxml")
_WRITERS = (*_READERS, "rustpy-xlsxwriter", "narwhals", "rapidfuzz")


@lru_cache
def reading_version() -> str:
    """Of all that turns a file into tables: its code, its words, its libraries; hexadecimal."""
    return _digest((file for room in _READING for file in _files(_HOUSE / room)), _READERS)


@lru_cache
def result_version() -> str:
    """Of all that turns a folder into a result; hexadecimal."""
    return _digest(_files(_HOUSE), _WRITERS)


def _digest(files: Iterable[Path], libraries: Iterable[str]) -> str:
    # The content, not a version's number: a checkout changes without one.
    parts = [f"{file.relative_to(_HOUSE).as_posix()} {sha256(file.read_bytes()).hexdigest()}" for file in sorted(files)]
    parts += [f"{library} {version(library)}" for library in libraries]
    return sha256("\n".join(parts).encode()).hexdigest()


def _files(place: Path) -> Iterable[Path]:
    return (file for file in place.rglob("*") if file.suffix in (".py", ".yaml", ".json")) if place.is_dir() else (place,)
