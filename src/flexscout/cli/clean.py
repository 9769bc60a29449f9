"""`flexscout clean`: what was read and is kept for later runs takes no more room than it may."""

from typing import Annotated

import typer

from flexscout.cli.errors import ends_in_words
from flexscout.cli.options import ConfigFile
from flexscout.cli.past import settings_of
from flexscout.cli.terminal import print_line
from flexscout.cli.words import counted

_MEGABYTE = 1_000_000


@ends_in_words
def clean(
    *,
    config: ConfigFile = None,
    everything: Annotated[bool, typer.Option("--all", help="Remove all that is kept; no run may be going on.")] = False,
) -> None:
    """Forget what was read longest ago, to the cache's limit; outputs stay."""
    from flexscout.journal import TableCache  # noqa: PLC0415 - `--help` loads no frames

    settings = settings_of(config, None)
    cache = TableCache(settings.cache_folder, lasting=True)
    removed, freed, kept = cache.bound(0, idle=0) if everything else cache.bound(settings.cache_limit_gb)
    print_line(f"{counted(removed, 'file')} forgotten, {freed / _MEGABYTE:,.1f} MB freed in {settings.cache_folder}.")
    print_line(f"{kept / _MEGABYTE:,.1f} MB are kept.")
