"""`flexscout run`: read, classify, deduplicate, rank, write."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flexscout.cli import check as checking
from flexscout.cli import options as opt
from flexscout.cli import watch as watching
from flexscout.cli.errors import ends_in_words
from flexscout.cli.terminal import print_json

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration


@ends_in_words
@opt.with_shared_options
def run(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be read, as `check` does.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on: run again whenever the folder has changed.")] = False,
    **options: Any,
) -> None:
    """Turn a folder of exports into one ranked list of candidates."""
    from flexscout.executors import start_early  # noqa: PLC0415 - `--help` starts nothing

    start_early()
    settings = opt.configuration(options)
    if dry_run:
        raise typer.Exit(checking.show(settings, options["output_format"], quiet=options["quiet"]))
    once = partial(execute, settings, options["output_format"], quiet=options["quiet"], verbose=options["verbose"])
    raise typer.Exit(watching.watch(settings, once) if watch else once())


def execute(
    settings: "PipelineConfiguration", output_format: opt.Format, *, quiet: bool, verbose: bool, again: bool = False
) -> int:
    """Run the pipeline, or read `again` what failed, and print its summary; gives the exit code."""
    from flexscout.cli.progress import listener  # noqa: PLC0415 - `--help` loads no frames
    from flexscout.cli.summary import show_errors, show_summary  # noqa: PLC0415
    from flexscout.export import render_report  # noqa: PLC0415
    from flexscout.pipeline import ScalableFlexPipeline  # noqa: PLC0415

    with listener(quiet=quiet, verbose=verbose) as progress:
        pipeline = ScalableFlexPipeline(settings, progress=progress)
        summary = pipeline.retry() if again else pipeline.run()
    if output_format is opt.Format.JSON:
        print_json(render_report(summary.report))
    elif not quiet:
        show_summary(summary)
    show_errors(summary)
    return summary.exit_code
