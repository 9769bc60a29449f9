"""`flexscout run --watch`: run again whenever the folder has changed and settled."""

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from flexscout.cli.exit_codes import ExitCode
from flexscout.cli.terminal import print_error
from flexscout.errors import ConfigurationError, NothingToReadError

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration

_SETTLE_SECONDS = 1.0  # without a change; a download takes its time
_POLL_MILLISECONDS = 5_000  # network drives send no events

Snapshot = dict[Path, tuple[int, int]]
"""File -> size in bytes and modification time in nanoseconds."""


def watch_folder(settings: "PipelineConfiguration", run: Callable[[], int]) -> int:
    """Run now, and again after each change until Ctrl+C; return the exit code of the last run.

    Raises:
        ConfigurationError: If the optional package `watchfiles` isn't installed.
        NothingToReadError: If the folder doesn't exist.

    """
    from flexscout.ingest import config_places  # noqa: PLC0415 - `--help` loads no frames

    folder, own_files = Path(settings.input_folder), {path.resolve() for path in settings.own_files}
    paths = [place.path for place in config_places(settings)]
    events, code = _watch_events(paths, recursive=settings.recursive_scan), int(ExitCode.SUCCESS)
    while True:
        before = _take_snapshot(paths, own_files)
        try:
            code = run()
        except NothingToReadError as error:
            if not folder.is_dir():
                raise
            print_error(str(error))
        print_error(f"Waiting for files in {folder}. Press Ctrl+C to stop.")
        try:
            while _take_snapshot(paths, own_files) == before:
                next(events)
            _wait_until_settled(paths, own_files)
        except (KeyboardInterrupt, StopIteration):
            print_error("Stopped watching.")
            return code


def _watch_events(paths: Sequence[Path], *, recursive: bool) -> Iterator[object]:
    """Return an iterator that yields after each change of the inputs, and every few seconds."""
    try:
        import watchfiles  # noqa: PLC0415 - an optional dependency
    except ImportError:
        raise ConfigurationError(
            "--watch requires the optional package watchfiles. Run: pip install 'flexscout[watch]'"
        ) from None
    return watchfiles.watch(
        *paths, watch_filter=None, recursive=recursive, yield_on_timeout=True, rust_timeout=_POLL_MILLISECONDS
    )


def _wait_until_settled(paths: Sequence[Path], own_files: Collection[Path]) -> None:
    before = None
    while (now := _take_snapshot(paths, own_files)) != before:
        before = now
        time.sleep(_SETTLE_SECONDS)


def _take_snapshot(paths: Iterable[Path], own_files: Collection[Path]) -> Snapshot:
    """Return the files of the inputs, without hidden ones, Excel's lock files and flexscout's own outputs."""
    snapshot: Snapshot = {}
    for path in chain.from_iterable(map(_list_files, paths)):
        with suppress(OSError):  # deleted in the meantime
            stat = path.stat()
            if path.resolve() not in own_files:
                snapshot[path] = (stat.st_size, stat.st_mtime_ns)
    return snapshot


def _list_files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for parent, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent, name) for name in names if not name.startswith((".", "~$")))
