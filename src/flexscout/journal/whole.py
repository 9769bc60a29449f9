"""Files that are whole or not there, whatever ends the process or the machine."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write beside the path, make sure that it is on the disk, and put it in its place. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def make_safe(path: Path) -> None:
    """Wait until what was written to the file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
