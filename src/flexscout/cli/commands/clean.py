"""`flexscout clean`: trim the cache."""

import shutil
from typing import Annotated

import typer

from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.options import ConfigFile
from flexscout.cli.terminal import print_line
from flexscout.domain import format_count

_MEGABYTE = 1_000_000


@handle_errors
def clean(
    *,
    config: ConfigFile = None,
    everything: Annotated[bool, typer.Option("--all", help="Empty the cache. Don't use it while a run is in progress.")] = False,
) -> None:
    """Trim the cache, oldest entries first.

    The limit is the setting journal.cache_limit_gb. Outputs are kept.
    """
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415 - `--help` loads no settings
    from flexscout.runtime import OBJECTS_FOLDER, TableCache  # noqa: PLC0415

    settings = PipelineConfiguration.resolve(config)[0]
    cache = TableCache(settings.cache_folder, is_persistent=True)
    removed, freed, kept = cache.trim(0, idle_seconds=0) if everything else cache.trim(settings.cache_limit_gb)
    if everything:
        shutil.rmtree(settings.cache_folder / OBJECTS_FOLDER, ignore_errors=True)
    print_line(f"Removed {format_count(removed, 'file')} ({freed / _MEGABYTE:,.1f} MB) from {settings.cache_folder}.")
    print_line(f"The cache now holds {kept / _MEGABYTE:,.1f} MB.")
