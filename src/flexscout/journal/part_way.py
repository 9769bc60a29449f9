"""How far a worker is within a file: it leaves a note where the file's rows wait, and whoever waits for them looks."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_NAME = "rows-so-far"


class PartWay(NamedTuple):
    """`rows`: read so far; `estimate`: how many there may be in all."""

    rows: int
    estimate: int


def note_part_way(folder: Path, there: PartWay) -> None:
    """Leave the note; one that can't be left is none."""
    with suppress(OSError):
        (folder / _NAME).write_text(f"{there.rows} {there.estimate}", encoding="ascii")


def part_way(folder: Path) -> PartWay | None:
    """What the note in the folder says; None without one."""
    try:
        rows, estimate = (folder / _NAME).read_text(encoding="ascii").split()
        return PartWay(int(rows), int(estimate))
    except (OSError, ValueError):  # half of a note is none
        return None
