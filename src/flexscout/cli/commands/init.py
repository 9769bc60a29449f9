"""`flexscout init`: write a configuration file with every key."""

from pathlib import Path
from typing import Annotated

import typer

from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.terminal import print_line
from flexscout.domain import quote_path
from flexscout.errors import OutputError


@handle_errors
def init(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Path of the new file.")] = Path("pipeline_config.yaml"),
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a commented configuration file."""
    from flexscout.config import render_template  # noqa: PLC0415 - `--help` loads no settings

    if path.exists() and not force:
        raise OutputError(f"{path} already exists.", "Choose another path, or use --force to overwrite it.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render_template(), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} can't be written: {error.strerror}.", "Choose another path.") from None
    print_line(f"Wrote {path}. Use it with: flexscout run --config {quote_path(path)}")
