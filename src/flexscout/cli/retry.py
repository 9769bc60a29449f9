"""`flexscout retry`: the last run once more, for the files that failed."""

import typer

from flexscout.cli import options as opt
from flexscout.cli.errors import ends_in_words
from flexscout.cli.past import book_of
from flexscout.cli.terminal import print_line
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
    from flexscout.executors import start_early  # noqa: PLC0415

    record = book_of(config, output_file).run()
    if not record.report["errors"]["total"]:
        print_line(f"No file failed in run {record.number} of {moment(record.ended)}: there is nothing to try again.")
        return
    start_early()
    raise typer.Exit(execute(record.settings, output_format, quiet=quiet, verbose=verbose, again=True))
