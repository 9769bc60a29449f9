"""Keep the current folder off the import path: people run flexscout where they download files of strangers.

Everything here runs before that folder is off the path, so this module may import only what Python itself has loaded by then.
"""

import os
import sys


def filter_import_path(entries: list[str]) -> list[str]:
    """Return the entries without the current folder, relative ones, and those that a relative piece of PYTHONPATH became.

    The folder that holds this package stays: whoever could write there could change flexscout itself.
    """
    pieces = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    unsafe = {_resolve(piece) for piece in ("", *pieces) if not os.path.isabs(piece)}
    unsafe.discard(_resolve(os.path.dirname(os.path.dirname(__file__))))
    return [entry for entry in entries if os.path.isabs(entry) and _resolve(entry) not in unsafe]


def filter_python_path() -> str:
    """Return the value of PYTHONPATH for child processes: its safe pieces, as absolute paths."""
    pieces = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.pathsep.join(filter_import_path([piece if os.path.isabs(piece) else _resolve(piece) for piece in pieces]))


def remove_current_folder() -> None:
    """Import nothing from the current folder from now on. For the program; a library leaves its caller's path alone."""
    safe = filter_import_path(sys.path), filter_python_path()
    sys.path[:] = safe[0]
    if "PYTHONPATH" in os.environ:
        os.environ["PYTHONPATH"] = safe[1]


class SafeImports:
    """Context in which nothing is imported from the current folder; afterwards the caller's path is what it was."""

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
