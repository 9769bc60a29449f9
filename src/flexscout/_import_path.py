"""Keep the current folder off the import path, because people run flexscout in folders of downloaded files.

This module runs before that folder is off the path, so it may import only modules that Python itself has loaded already.
"""

import os
import sys


def filter_import_path(entries: list[str]) -> list[str]:
    """Return the entries without the current folder, relative entries, and entries from relative parts of PYTHONPATH.

    The folder of this package stays: anyone who can write there can change flexscout itself.
    """
    parts = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    unsafe = {_resolve(part) for part in ("", *parts) if not os.path.isabs(part)}
    unsafe.discard(_resolve(os.path.dirname(os.path.dirname(__file__))))
    return [entry for entry in entries if os.path.isabs(entry) and _resolve(entry) not in unsafe]


def filter_python_path() -> str:
    """Return PYTHONPATH for child processes: its safe parts, as absolute paths."""
    parts = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.pathsep.join(filter_import_path([part if os.path.isabs(part) else _resolve(part) for part in parts]))


def remove_current_folder() -> None:
    """Remove the current folder from the import path for good. For the program; a library leaves its caller's path alone."""
    safe = filter_import_path(sys.path), filter_python_path()
    sys.path[:] = safe[0]
    if "PYTHONPATH" in os.environ:
        os.environ["PYTHONPATH"] = safe[1]


class SafeImports:
    """Context without the current folder on the import path; the caller's path is restored on exit."""

    def __enter__(self) -> None:
        self._path = sys.path
        sys.path = filter_import_path(sys.path)

    def __exit__(self, *_: object) -> None:
        sys.path = self._path


def _resolve(path: str) -> str:
    try:
        return os.path.normcase(os.path.realpath(path))
    except FileNotFoundError:  # the current folder was removed
        return path
