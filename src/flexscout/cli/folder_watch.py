"""`flexscout run --watch`: a run whenever the folder has changed and is at rest again."""

import os
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from flexscout.cli.terminal import print_error
from flexscout.errors import ConfigurationError, NothingToReadError

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration

_AT_REST = 1.0  # seconds without a change after which files count as complete
_TICK = 5_000  # milliseconds after which it is looked again: network drives tell nothing

Files = dict[Path, tuple[int, int]]
"""File -> its bytes and when it was last changed."""


def watch_folder(settings: "PipelineConfiguration", run: Callable[[], int]) -> int:
    """Run now, and after each change until Ctrl-C; gives the last run's exit code.

    Raises ConfigurationError if the library that watches is not there, NothingToReadError if the folder is not.
    """
    folder, own = Path(settings.input_folder), {path.resolve() for path in settings.own_files}
    ticks, code = _ticks(folder, recursive=settings.recursive_scan), 0
    while True:
        before = _files(folder, own)
        try:
            code = run()
        except NothingToReadError as error:
            if not folder.is_dir():
                raise
            print_error(str(error))
        print_error(f"Waiting for files in {folder}; Ctrl-C ends.")
        try:
            while _files(folder, own) == before:
                next(ticks)
            _wait_until_at_rest(folder, own)
        except (KeyboardInterrupt, StopIteration):
            print_error("No longer watching.")
            return code


def _ticks(folder: Path, *, recursive: bool) -> Iterator[object]:
    """An entry whenever something happens in the folder, and every few seconds."""
    try:
        import watchfiles  # noqa: PLC0415 - an extra
    except ImportError:
        raise ConfigurationError("--watch needs one more package: pip install 'flexscout[watch]'") from None
    return watchfiles.watch(folder, watch_filter=None, recursive=recursive, yield_on_timeout=True, rust_timeout=_TICK)


def _wait_until_at_rest(folder: Path, own: Collection[Path]) -> None:
    """Until no file of the folder has grown or come for a moment: a download takes its time."""
    before = None
    while (now := _files(folder, own)) != before:
        before = now
        time.sleep(_AT_REST)


def _files(folder: Path, own: Collection[Path]) -> Files:
    """The files of the folder, without those of flexscout, of Excel while it has one open, and of hidden folders."""
    found: Files = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(parent, name) for name in names if not name.startswith((".", "~$"))):
            with suppress(OSError):  # gone in the meantime
                stat = path.stat()
                found |= {} if path.resolve() in own else {path: (stat.st_size, stat.st_mtime_ns)}
    return found
