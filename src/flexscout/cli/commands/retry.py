"""`flexscout retry`: read the files that failed in the last run again."""

import typer

from flexscout.cli import options as opt
from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.options import open_history
from flexscout.cli.terminal import add_password, print_line
from flexscout.domain import format_time


@handle_errors
def retry(
    *,
    output_file: opt.OutputFile = None,
    config: opt.ConfigFile = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    output_format: opt.RunOutputFormat = opt.RunFormat.TEXT,
) -> None:
    """Retry the files that failed in the last run.

    Uses the settings of that run, and reads no other file.
    """
    from flexscout.cli.commands.run import run_pipeline  # noqa: PLC0415 - as `run` does
    from flexscout.runtime import start_worker_server  # noqa: PLC0415

    record = open_history(config, output_file).find_run()
    if not record.report["errors"]["total"]:
        print_line(f"No file failed in run {record.number} of {format_time(record.ended)}. There is nothing to retry.")
        return
    start_worker_server()
    password = opt.load_output_settings(config, output_file).password.get_secret_value()
    settings = add_password(record.settings.with_password(password))
    raise typer.Exit(run_pipeline(settings, output_format, quiet=quiet, verbose=verbose, retry_failed=True))
