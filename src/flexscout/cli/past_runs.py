"""The runs that an output had, as the commands that look back ask for them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration
    from flexscout.history import RunHistory

Runs = Annotated[int, typer.Option("--last", metavar="N", help="How many of them, the last ones.", min=1)]


def load_output_settings(config: Path | None, output_file: str | None) -> "PipelineConfiguration":
    """The settings that say where the output stands. Raises ConfigurationError."""
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415 - `--help` loads no settings

    return PipelineConfiguration.resolve(config, {"output_file": output_file} if output_file else {})[0]


def open_history(config: Path | None, output_file: str | None) -> "RunHistory":
    """The runs of the output."""
    from flexscout.history import RunHistory  # noqa: PLC0415

    return RunHistory(Path(load_output_settings(config, output_file).output_file))
