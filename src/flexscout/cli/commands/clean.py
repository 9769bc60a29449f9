"""`flexscout clean`: trim the cache."""

from typing import Annotated

import typer

from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.options import ConfigFile, load_output_settings
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
    from flexscout.runtime import TableCache  # noqa: PLC0415 - `--help` loads no frames

    settings = load_output_settings(config, None)
    cache = TableCache(settings.cache_folder, is_persistent=True)
    removed, freed, kept = cache.trim(0, idle_seconds=0) if everything else cache.trim(settings.cache_limit_gb)
    print_line(f"Removed {format_count(removed, 'file')} ({freed / _MEGABYTE:,.1f} MB) from {settings.cache_folder}.")
    print_line(f"The cache now holds {kept / _MEGABYTE:,.1f} MB.")
