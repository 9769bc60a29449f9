"""`flexscout run`: read, score, deduplicate, rank and write."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flexscout.cli import options as opt
from flexscout.cli.commands.check import check_folder
from flexscout.cli.exit_codes import ExitCode, handle_errors
from flexscout.cli.terminal import add_password, print_error, print_json
from flexscout.errors import ConfigurationError, NothingToReadError
from flexscout.jobs import FolderWatch

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration
    from flexscout.ingest import AbsentFiles
    from flexscout.models import RunSummary


@handle_errors
@opt.add_shared_options
def run(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be read, like `flexscout check`.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Keep watching: run again whenever the folder changes.")] = False,
    output_format: opt.RunOutputFormat = opt.RunFormat.TEXT,
    **options: Any,
) -> None:
    """Turn a folder of exports into one ranked list of candidates."""
    from flexscout.runtime import start_worker_server  # noqa: PLC0415 - `--help` starts nothing

    start_worker_server()
    settings = add_password(opt.build_configuration(options))
    if watch and settings.addresses:
        raise ConfigurationError("--watch needs folders on this computer. Run again on a schedule instead.")
    if dry_run:
        shown = opt.Format.TEXT if output_format is opt.RunFormat.TEXT else opt.Format.JSON
        raise typer.Exit(check_folder(settings, shown, quiet=options["quiet"]))
    run_once = partial(run_pipeline, settings, output_format, quiet=options["quiet"], verbose=options["verbose"])
    raise typer.Exit(_watch_folder(settings, run_once) if watch else run_once())


def _watch_folder(settings: "PipelineConfiguration", run_once: Callable[[], int]) -> int:
    """Run now, and again after each change until Ctrl+C; return the exit code of the last run.

    Raises:
        ConfigurationError: If the optional package `watchfiles` isn't installed.
        NothingToReadError: If the folder doesn't exist.

    """
    watch, folder, code = FolderWatch(settings), Path(settings.input_folder), int(ExitCode.SUCCESS)
    while True:
        watch.mark()
        try:
            code = run_once()
        except NothingToReadError as error:
            if not folder.is_dir():
                raise
            print_error(str(error))
        print_error(f"Waiting for files in {folder}. Press Ctrl+C to stop.")
        try:
            is_changed = watch.wait()
        except KeyboardInterrupt:
            is_changed = False
        if not is_changed:
            print_error("Stopped watching.")
            return code


def run_pipeline(
    settings: "PipelineConfiguration", output_format: opt.RunFormat, *, quiet: bool, verbose: bool, retry_failed: bool = False
) -> int:
    """Run the pipeline, or retry what failed, print the summary or the events, and return the exit code."""
    if output_format is opt.RunFormat.JSONL:
        return _print_events(settings, retry_failed=retry_failed)
    from flexscout.cli.render.progress_bar import open_progress  # noqa: PLC0415
    from flexscout.cli.render.summary import print_errors, print_summary  # noqa: PLC0415
    from flexscout.pipeline import ScalableFlexPipeline  # noqa: PLC0415
    from flexscout.staging import run_staged  # noqa: PLC0415

    def run_local(local: "PipelineConfiguration", absent: "AbsentFiles") -> "RunSummary":
        with open_progress(quiet=quiet, verbose=verbose) as progress:
            return ScalableFlexPipeline(local, progress=progress).run(reuse_failures=not retry_failed, absent=absent)

    summary = run_staged(settings, run_local, opt.choose_reporter(quiet=quiet))
    if output_format is opt.RunFormat.JSON:
        from flexscout.outputs import render_report  # noqa: PLC0415

        print_json(render_report(summary.report))
    elif not quiet:
        print_summary(summary, verbose=verbose)
    print_errors(summary)
    return summary.exit_code


def _print_events(settings: "PipelineConfiguration", *, retry_failed: bool) -> int:
    """Run the pipeline and print its events, and return the exit code. What it raises is the last event."""
    from flexscout.errors import FlexscoutError  # noqa: PLC0415 - as above
    from flexscout.jobs import EventKind, EventWriter, run_with_events  # noqa: PLC0415

    events = EventWriter(sys.stdout.buffer)
    try:
        return run_with_events(settings, events, retry=retry_failed)
    except KeyboardInterrupt:
        events.write(EventKind.STOPPED, message="Stopped. The previous results are unchanged.")
        raise
    except FlexscoutError as error:
        events.write(EventKind.FAILED, message=error.message, next_step=error.next_step)
        raise
