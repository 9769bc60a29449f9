"""`flexscout run`: read, classify, deduplicate, rank, write."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flexscout.cli import folder_watch as watching
from flexscout.cli import options as opt
from flexscout.cli.commands import check as checking
from flexscout.cli.exit_codes import report_errors
from flexscout.cli.terminal import print_json

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration


@report_errors
@opt.add_shared_options
def run(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be read, as `check` does.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on: run again whenever the folder has changed.")] = False,
    **options: Any,
) -> None:
    """Turn a folder of exports into one ranked list of candidates."""
    from flexscout.runtime import start_worker_server  # noqa: PLC0415 - `--help` starts nothing

    start_worker_server()
    settings = opt.build_configuration(options)
    if dry_run:
        raise typer.Exit(checking.show(settings, options["output_format"], quiet=options["quiet"]))
    once = partial(execute, settings, options["output_format"], quiet=options["quiet"], verbose=options["verbose"])
    raise typer.Exit(watching.watch_folder(settings, once) if watch else once())


def execute(
    settings: "PipelineConfiguration", output_format: opt.Format, *, quiet: bool, verbose: bool, again: bool = False
) -> int:
    """Run the pipeline, or read `again` what failed, and print its summary; gives the exit code."""
    from flexscout.cli.render.progress_bar import build_listener  # noqa: PLC0415
    from flexscout.cli.render.summary import show_errors, show_summary  # noqa: PLC0415
    from flexscout.outputs import render_report  # noqa: PLC0415
    from flexscout.pipeline import ScalableFlexPipeline  # noqa: PLC0415

    with build_listener(quiet=quiet, verbose=verbose) as progress:
        pipeline = ScalableFlexPipeline(settings, progress=progress)
        summary = pipeline.retry() if again else pipeline.run()
    if output_format is opt.Format.JSON:
        print_json(render_report(summary.report))
    elif not quiet:
        show_summary(summary)
    show_errors(summary)
    return summary.exit_code
