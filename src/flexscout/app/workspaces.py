"""Workspaces: folders with `pipeline_config.yaml`, so that the window and the command line can take turns."""

import json
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import platformdirs

from flexscout.config import PipelineConfiguration
from flexscout.domain import INBOX
from flexscout.errors import FlexscoutError, OutputError
from flexscout.history import RunHistory, RunRecord
from flexscout.runtime import build_temporary_path, write_atomically

CONFIG_NAME = "pipeline_config.yaml"
"""The settings of a workspace."""

_MAX_RECENT = 12
_MAX_NAME = 200  # characters of a file name
_MAX_FOLDERS = 8  # above a dropped file, in the inbox
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # names of devices on Windows
_TEMPLATE = """\
# Settings of flexscout for this folder, written by its window. Every other setting has its default;
# `flexscout config show` lists them all. On the command line: flexscout run --config pipeline_config.yaml
input:
  folder: "."
  file_pattern: auto
  recursive_scan: true

output:
  master_file: results/flex_properties.xlsx
  report_file: results/flexscout_report.json

logging:
  file: results/flexscout.log
"""

OUTPUTS: dict[str, Callable[[PipelineConfiguration], Path]] = {
    "workbook": lambda settings: Path(settings.output_file),
    "csv": lambda settings: settings.csv_file,
    "parquet": lambda settings: settings.parquet_file,
    "page": lambda settings: settings.page_file,
    "report": lambda settings: Path(settings.report_file),
    "issues": lambda settings: settings.issues_file,
    "notes": lambda settings: settings.notes_file,
}
"""Name of a download -> its file."""


@dataclass(frozen=True)
class Workspace:
    """A folder with settings.

    While a workspace is open, it is the current folder of the process: paths in its settings and in the records of its runs
    mean the same as on a command line there.

    Attributes:
        folder: The folder.

    """

    folder: Path

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.folder.name or str(self.folder)

    def load_settings(self) -> PipelineConfiguration:
        """Return its settings. Raises ConfigurationError."""
        return _load_settings(*(_find_state(self.folder / name) for name in (CONFIG_NAME, "mappings", "code_tables")))

    def write_settings(self, text: str) -> None:
        """Replace the file of its settings; its line ends stay as they are. Raises OutputError."""
        path = self.folder / CONFIG_NAME
        try:
            has_crlf = b"\r\n" in path.read_bytes()
            write_atomically(path, (text.replace("\n", "\r\n") if has_crlf else text).encode())
        except OSError as error:
            raise OutputError(f"{CONFIG_NAME} can't be written: {error.strerror or error}.", "Check the folder.") from None

    def open_history(self) -> RunHistory:
        """Return the history of the runs that wrote its workbook."""
        return RunHistory(Path(self.load_settings().output_file))

    def find_last_run(self) -> RunRecord | None:
        """Return the last run, or None."""
        workbook = Path(self.load_settings().output_file)
        records = sorted(RunHistory(workbook).folder.glob("run-*.json"))
        return _read_last_run(workbook, _find_state(records[-1])) if records else None

    async def save_upload(self, name: str, chunks: AsyncIterator[bytes]) -> dict[str, Any]:
        """Store a file in the inbox as it arrives; an equal name gets a number.

        Args:
            name: The name of the file, in the folder that was dropped if it was one: `exports/2026/deals.xlsx`.
            chunks: Its content.

        Raises:
            FlexscoutError: The name can't be used, or leads out of the inbox.
            OutputError: The file can't be written.

        """
        inbox = self.folder / INBOX
        *folders, file_name = clean_path(name)
        path = pick_free_path(inbox.joinpath(*folders), file_name)
        partial = build_temporary_path(path, ".part")
        try:
            if not path.parent.resolve().is_relative_to(inbox.resolve()):  # a link in the inbox
                raise FlexscoutError(f"{path.parent.name} leads out of the inbox.", "Drop the files without their folder.")
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("xb") as file:
                async for chunk in chunks:
                    file.write(chunk)
            partial.replace(path)
        except OSError as error:
            raise OutputError(
                f"{path.name} can't be saved: {error.strerror or error}.", "Free disk space, then try again."
            ) from None
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        return {"name": path.relative_to(inbox).as_posix(), "size": path.stat().st_size}


def open_workspace(folder: Path) -> Workspace:
    """Open the workspace in a folder, after writing its settings if it has none, and make it the current folder.

    Raises:
        ConfigurationError: Its settings have an error.
        OutputError: The settings can't be written, or the folder is one that nobody wants searched.

    """
    if not (folder / CONFIG_NAME).exists():
        if folder in (Path.home(), Path(folder.anchor)):
            raise OutputError(f"{folder} has more than your exports.", "Choose or make a folder for them.")
        try:
            (folder / CONFIG_NAME).write_text(_TEMPLATE, encoding="utf-8")
        except OSError as error:
            raise OutputError(f"Can't write to {folder}: {error.strerror or error}.", "Choose another folder.") from None
    previous = Path.cwd()
    os.chdir(folder)
    workspace = Workspace(folder)
    try:
        workspace.load_settings()
    except FlexscoutError:
        os.chdir(previous)
        raise
    remember_workspace(folder)
    return workspace


def list_outputs(settings: PipelineConfiguration) -> list[dict[str, Any]]:
    """Return the files that can be downloaded, with their sizes."""
    paths = {name: find(settings) for name, find in OUTPUTS.items()}
    return [{"name": name, "file": path.name, "size": path.stat().st_size} for name, path in paths.items() if path.is_file()]


def clean_path(name: str) -> list[str]:
    """Return the folders and the name of a dropped file, each without what no file system accepts.

    Raises:
        FlexscoutError: A part is no name, such as `..`, or there are too many folders.

    """
    parts = re.split(r"[/\\]", name)
    if len(parts) > _MAX_FOLDERS + 1:
        raise FlexscoutError(f"{parts[-1]} is below more than {_MAX_FOLDERS} folders.", "Drop the folder that it is in.")
    return [clean_name(part) for part in parts]


def clean_name(name: str) -> str:
    """Return the name of a file or folder without what no file system accepts. Raises FlexscoutError if nothing is left."""
    cleaned = _UNSAFE.sub("_", name).strip(" .")
    stem, suffix = _split_name(cleaned)
    if not stem:
        raise FlexscoutError("A file or its folder has no name.", "Rename it, then drop it again.")
    safe = f"{stem[: _MAX_NAME - len(suffix)]}{suffix}"[:_MAX_NAME]
    return f"_{safe}" if _RESERVED.fullmatch(safe) else safe


def list_recent() -> list[dict[str, str]]:
    """Return the workspaces that were opened last and still exist, latest first."""
    return [
        {"folder": folder, "name": Path(folder).name or folder}
        for folder in _read_recent()
        if (Path(folder) / CONFIG_NAME).exists()
    ]


def remember_workspace(folder: Path) -> None:
    """Put a workspace at the head of the recent ones. Best effort: I/O errors are ignored."""
    recent = [str(folder), *(one for one in _read_recent() if one != str(folder))][:_MAX_RECENT]
    with suppress(OSError):
        _find_recent_file().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(_find_recent_file(), json.dumps(recent).encode())


def find_instance_file(folder: Path | None) -> Path:
    """Return the path of the file in which a window says where it runs, also before it has a folder."""
    name = sha256(os.path.normcase(folder).encode("utf-8", "surrogatepass")).hexdigest()[:24] if folder else "start"
    return platformdirs.user_state_path("flexscout", appauthor=False) / "windows" / f"{name}.json"


def find_samples_folder() -> Path:
    """Return the folder in which samples are made."""
    return Path(platformdirs.user_documents_dir()) / "flexscout samples"


FileState = tuple[str, int, int]
"""Path, time of the last change in nanoseconds and size of a file or folder; zeros if it doesn't exist."""


def _find_state(path: Path) -> FileState:
    try:
        stat = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=4)
def _load_settings(*_states: FileState) -> PipelineConfiguration:
    """Return the settings of the current folder; each request needs them, and they seldom change."""
    return PipelineConfiguration.from_file(CONFIG_NAME)


@lru_cache(maxsize=4)
def _read_last_run(workbook: Path, _state: FileState) -> RunRecord | None:
    return RunHistory(workbook).find_last()


def _find_recent_file() -> Path:
    return platformdirs.user_config_path("flexscout", appauthor=False) / "recent.json"


def _read_recent() -> list[str]:
    try:
        content = json.loads(_find_recent_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [one for one in content if isinstance(one, str)] if isinstance(content, list) else []


def pick_free_path(folder: Path, name: str) -> Path:
    """Return a path in a folder that no file has: the name, with a number if it is taken."""
    stem, suffix = _split_name(name)
    numbers = ("", *(f" ({number})" for number in range(2, 10_000)))
    return next(path for number in numbers if not (path := folder / f"{stem}{number}{suffix}").exists())


def _split_name(name: str) -> tuple[str, str]:
    path = Path(name)
    return path.stem, path.suffix
