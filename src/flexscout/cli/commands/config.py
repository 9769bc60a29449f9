"""`flexscout config show`: show the settings of a run and the source of each."""

import json
from typing import Any

import typer

from flexscout.cli import options as opt
from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.terminal import print_block, print_json

config = typer.Typer(name="config", help="Show the settings.", no_args_is_help=True, rich_markup_mode=None)


@config.callback()
def _config() -> None:
    """Keep `show` a subcommand; typer inlines the only command of a group without a callback."""


@config.command("show")
@handle_errors
@opt.add_shared_options
def show(**options: Any) -> None:
    """Show the settings of a run and the source of each.

    Takes the options of `flexscout run`. Writes nothing.
    """
    from flexscout.config import render_settings  # noqa: PLC0415 - `--help` loads no settings

    settings, origins = opt.resolve_settings(options)
    if options["output_format"] is opt.Format.JSON:
        values = {**settings.model_dump(), "password": str(settings.password)}  # masked
        print_json(json.dumps({name: {"value": values[name], "from": origins[name]} for name in values}, indent=2))
    else:
        print_block(render_settings(settings, origins))
