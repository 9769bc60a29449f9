"""`flexscout retry`: the last run once more, for the files that failed."""

import typer

from flexscout.cli import options as opt
from flexscout.cli.exit_codes import report_errors
from flexscout.cli.past_runs import open_history
from flexscout.cli.terminal import print_line
from flexscout.domain import format_time


@report_errors
def retry(
    *,
    output_file: opt.OutputFile = None,
    config: opt.ConfigFile = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    output_format: opt.OutputFormat = opt.Format.TEXT,
) -> None:
    """Read once more what failed in the last run, with its settings."""
    from flexscout.cli.commands.run import execute  # noqa: PLC0415 - as `run` does
    from flexscout.runtime import start_worker_server  # noqa: PLC0415

    record = open_history(config, output_file).find_run()
    if not record.report["errors"]["total"]:
        print_line(f"No file failed in run {record.number} of {format_time(record.ended)}: there is nothing to try again.")
        return
    start_worker_server()
    raise typer.Exit(execute(record.settings, output_format, quiet=quiet, verbose=verbose, again=True))
