"""The copies on this computer of places in object storage."""

import json
import shutil
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path, PurePosixPath

from flexscout.config import PipelineConfiguration, is_address
from flexscout.domain import format_bytes, format_count
from flexscout.errors import FlexscoutError
from flexscout.runtime import OBJECTS_FOLDER

Report = Callable[[str], object]
"""Takes sentences about downloads and uploads."""

FILES, LOCK = "files", "lock"
"""Names in the folder of a mirror: the folder of the copies, and the lock."""

_RESERVED_BYTES = 2**28  # of the disk that stay free
_LEAST_SHOWN_BYTES = 1_000_000


def ignore(_: str) -> None:
    """Report nothing."""


def describe_files(count: int, size: int) -> str:
    """Return `3 files (12 MB)`; without the size if it is small."""
    return format_count(count, "file") + (f" ({format_bytes(size)})" if size >= _LEAST_SHOWN_BYTES else "")


def name_copies(settings: PipelineConfiguration) -> PipelineConfiguration:
    """Return the settings with the paths of the copies of what they name in object storage."""
    paths: dict[str, str] = {}
    if is_address(settings.input_folder):
        paths["input_folder"] = str(locate_inputs(settings) / FILES)
    if is_address(settings.output_file):
        folder, report_file = mirror_folder(settings, settings.output_file) / FILES, settings.report_file
        paths["output_file"] = str(folder / PurePosixPath(settings.output_file).name)
        # The report has its usual name beside the workbook, unless its place is chosen.
        if is_address(report_file) or report_file == PipelineConfiguration.model_fields["report_file"].default:
            paths["report_file"] = str(folder / PurePosixPath(report_file).name)
    return settings.with_local_copies(paths)


def locate_inputs(settings: PipelineConfiguration) -> Path:
    """Return the mirror of the input folder: one for each choice of its files, so that no run removes what another reads."""
    return mirror_folder(settings, f"{settings.input_folder}\n{settings.file_pattern}\n{settings.recursive_scan}")


def mirror_folder(settings: PipelineConfiguration, address: str) -> Path:
    """Return the folder, in the cache, of the copies of a place."""
    return settings.cache_folder.absolute() / OBJECTS_FOLDER / sha256(address.encode()).hexdigest()[:16]


def open_mirror(folder: Path, error: type[FlexscoutError]) -> None:
    """Create the folder of a mirror. Raises the error if it can't be written."""
    try:
        (folder / FILES).mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise error(
            f"Can't write to {folder}, where copies of objects are kept: {reason.strerror}.",
            "Choose another folder with FLEXSCOUT_CACHE, then run again.",
        ) from None


def remove_others(folder: Path, names: Iterable[str]) -> None:
    """Remove the files of a folder of copies that aren't named."""
    kept = {folder / name for name in names}
    for path in folder.rglob("*"):
        if path not in kept and (path.is_symlink() or not path.is_dir()):
            path.unlink()
    for path in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        if not any(path.iterdir()):
            path.rmdir()


def check_free_space(size: int, folder: Path, error: type[FlexscoutError]) -> None:
    """Raise the error unless a download of `size` bytes leaves some of the disk free."""
    free = shutil.disk_usage(folder).free - _RESERVED_BYTES
    if size > free:
        raise error(
            f"{format_bytes(size)} are to be downloaded to {folder}, where {format_bytes(max(free, 0))} are free.",
            "Free disk space, or choose another folder with FLEXSCOUT_CACHE, then run again.",
        )


def to_json(content: object) -> bytes:
    """Return a record as JSON, equal for equal records."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8", "surrogatepass")
