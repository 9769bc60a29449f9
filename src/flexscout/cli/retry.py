"""`flexscout retry`: the last run once more, for the files that failed."""

from typing import Any

import typer

from flexscout.cli import options as opt
from flexscout.cli.errors import ends_in_words
from flexscout.cli.past import book_of, last_of
from flexscout.cli.words import moment


@ends_in_words
def retry(
    *,
    output_file: opt.OutputFile = None,
    config: opt.ConfigFile = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    output_format: opt.OutputFormat = opt.Format.TEXT,
) -> None:
    """Read once more what failed in the last run, with its settings."""
    from flexscout.cli.run import execute  # noqa: PLC0415 - as `run` does
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415
    from flexscout.executors import start_early  # noqa: PLC0415

    record = last_of(book_of(config, output_file))
    if not record.report["errors"]["total"]:
        typer.echo(f"No file failed in run {record.number} of {moment(record.ended)}: there is nothing to try again.")
        return
    start_early()
    settings = PipelineConfiguration(**_known(record.report["settings"]))
    raise typer.Exit(execute(settings, output_format, quiet=quiet, verbose=verbose, again=True))


def _known(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a record that are settings still, as PipelineConfiguration takes them."""
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415

    return {name: value for name, value in settings.items() if name in PipelineConfiguration.model_fields}
