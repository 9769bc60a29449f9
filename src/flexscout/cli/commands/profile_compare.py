"""`flexscout profile compare`: how the ranking would change, and why."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flexscout.cli import options as opt
from flexscout.cli.exit_codes import report_errors
from flexscout.cli.terminal import print_json

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration

A = Annotated[str, typer.Argument(metavar="A", help="The profile as it is: a built-in one, or a file.", show_default=False)]
B = Annotated[str, typer.Argument(metavar="B", help="The profile as it might be.", show_default=False)]
Output = Annotated[
    Path,
    typer.Option(
        "--output", "--output-file", "-o", metavar="PATH", help="Where all changes go: .xlsx, .csv or .json.", show_default=True
    ),
]


@report_errors
@opt.add_reading_options
def compare(a: A, b: B, *, output: Output = Path("data/reports/profile_comparison.xlsx"), **options: Any) -> None:
    """Say how the ranking of a folder would change: who enters, who leaves, who moves most, and why."""
    from flexscout.runtime import start_worker_server  # noqa: PLC0415 - `--help` starts nothing

    start_worker_server()
    settings = opt.build_configuration(options | {"profile": a})
    raise typer.Exit(_execute(a, b, settings, output, options))


def _execute(a: str, b: str, settings: "PipelineConfiguration", output: Path, options: dict[str, Any]) -> int:
    """Compare, write and print; gives the exit code."""
    from flexscout.cli.render.comparison import show_comparison, show_failed  # noqa: PLC0415 - `--help` loads no frames
    from flexscout.cli.render.progress_bar import build_listener  # noqa: PLC0415 - `--help` loads no frames
    from flexscout.insights import check_comparison_path, compare_profiles, comparison_to_dict, write_comparison  # noqa: PLC0415
    from flexscout.outputs import render_report  # noqa: PLC0415

    check_comparison_path(output, settings)
    with build_listener(quiet=options["quiet"], verbose=options["verbose"]) as progress:
        found = compare_profiles(a, b, settings, output=output, progress=progress if settings.progress_reporting else None)
    written = write_comparison(found, output) if found.was_read else None
    if options["output_format"] is opt.Format.JSON:
        print_json(render_report(comparison_to_dict(found)))
    elif not options["quiet"]:
        show_comparison(found, written)
    show_failed(found)
    return found.exit_code
