"""`flexscout clean`: what was read and is kept for later runs takes no more room than it may."""

from typing import Annotated

import typer

from flexscout.cli.exit_codes import report_errors
from flexscout.cli.options import ConfigFile
from flexscout.cli.past_runs import load_output_settings
from flexscout.cli.terminal import print_line
from flexscout.domain import format_count

_MEGABYTE = 1_000_000


@report_errors
def clean(
    *,
    config: ConfigFile = None,
    everything: Annotated[bool, typer.Option("--all", help="Remove all that is kept; no run may be going on.")] = False,
) -> None:
    """Forget what was read longest ago, to the cache's limit; outputs stay."""
    from flexscout.runtime import TableCache  # noqa: PLC0415 - `--help` loads no frames

    settings = load_output_settings(config, None)
    cache = TableCache(settings.cache_folder, is_persistent=True)
    removed, freed, kept = cache.trim(0, idle_seconds=0) if everything else cache.trim(settings.cache_limit_gb)
    print_line(f"{format_count(removed, 'file')} forgotten, {freed / _MEGABYTE:,.1f} MB freed in {settings.cache_folder}.")
    print_line(f"{kept / _MEGABYTE:,.1f} MB are kept.")
