"""The folder browser: names of folders and of files that can be read, never contents."""

import os
import string
import sys
from pathlib import Path
from typing import Any

import platformdirs

from flexscout.errors import FileAccessError, FlexscoutError
from flexscout.ingest import POSSIBLE_SUFFIXES, TABLE_SUFFIXES

_MAX_NAMES = 2_000  # of a folder
_SUFFIXES = {*TABLE_SUFFIXES, *POSSIBLE_SUFFIXES} - {""}


def list_folder(text: str) -> dict[str, Any]:
    """Return the folders and readable files in a folder, and the places from which to start.

    Args:
        text: An absolute path; empty for the home folder.

    Raises:
        FlexscoutError: It isn't the path of a folder.
        FileAccessError: The folder can't be opened.

    """
    path = find_folder(text) if text else Path.home()
    try:
        with os.scandir(path) as entries:
            visible = sorted((entry for entry in entries if _is_visible(entry.name)), key=lambda entry: entry.name.casefold())
    except OSError as error:
        raise FileAccessError.from_os_error(path, error) from None
    folders = [entry.name for entry in visible if _is_folder(entry)]
    files = [entry.name for entry in visible if Path(entry.name).suffix.lower() in _SUFFIXES and not _is_folder(entry)]
    return {
        "path": str(path),
        "parent": str(path.parent) if path.parent != path else None,
        "places": list_places(),
        "folders": folders[:_MAX_NAMES],
        "files": files[:_MAX_NAMES],
    }


def find_folder(text: str) -> Path:
    """Return the folder with an absolute path.

    Raises:
        FlexscoutError: There is no such folder, or the path is relative.

    """
    path = Path(text).expanduser() if text and "\0" not in text else Path()
    if not path.is_absolute():
        raise FlexscoutError("The path of a folder must be absolute.", "Choose a folder from the list.")
    resolved = Path(os.path.realpath(path))
    if not resolved.is_dir():
        raise FlexscoutError(f"There is no folder {path}.", "Choose another folder.")
    return resolved


def make_folder(text: str) -> Path:
    """Return the folder with an absolute path; make it if only its last part doesn't exist.

    Raises:
        FlexscoutError: The path is relative, or the folder can't be made.

    """
    path = Path(text) if text and "\0" not in text else Path()
    if path.is_absolute() and path.parent.is_dir() and not path.exists():
        try:
            path.mkdir()
        except OSError as error:
            raise FlexscoutError(f"The folder {path} can't be made: {error.strerror or error}.", "Choose another.") from None
    return find_folder(text)


def list_places() -> list[dict[str, str]]:
    """Return the folders that people start from: home, the usual folders in it, and drives."""
    home = Path.home()
    usual = {
        "Home": home,
        "Desktop": Path(platformdirs.user_desktop_dir()),
        "Downloads": Path(platformdirs.user_downloads_dir()),
        "Documents": Path(platformdirs.user_documents_dir()),
    }
    found = [{"name": name, "path": str(path)} for name, path in usual.items() if path.is_dir()]
    return [*found, *({"name": str(path), "path": str(path)} for path in _list_drives())]


def _list_drives() -> list[Path]:
    if sys.platform == "win32":
        return [drive for letter in string.ascii_uppercase if (drive := Path(f"{letter}:\\")).exists()]
    mounts = [Path("/Volumes")] if sys.platform == "darwin" else [Path("/media") / Path.home().name, Path("/mnt")]
    return [Path("/"), *(folder for mount in mounts if mount.is_dir() for folder in sorted(mount.iterdir()) if folder.is_dir())]


def _is_visible(name: str) -> bool:
    return not name.startswith((".", "~$", "$"))


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
