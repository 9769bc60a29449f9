"""`flexscout profile compare`: how another profile would change the ranking of a folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flexscout.cli import options as opt
from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.terminal import print_json

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration

ProfileA = Annotated[
    str, typer.Argument(metavar="A", help="Current profile: built-in, or path of a profile file.", show_default=False)
]
ProfileB = Annotated[str, typer.Argument(metavar="B", help="Profile to compare with.", show_default=False)]
Output = Annotated[
    Path,
    typer.Option(
        "--output", "--output-file", "-o", metavar="PATH", help="File for all changes: .xlsx, .csv or .json.", show_default=True
    ),
]


@handle_errors
@opt.add_reading_options
def compare(a: ProfileA, b: ProfileB, *, output: Output = Path("data/reports/profile_comparison.xlsx"), **options: Any) -> None:
    """Compare two profiles on a folder: properties that enter, leave or move on the list, and why."""
    from flexscout.runtime import start_worker_server  # noqa: PLC0415 - `--help` starts nothing
    from flexscout.staging import stage_inputs  # noqa: PLC0415

    start_worker_server()
    settings = stage_inputs(opt.build_configuration(options | {"profile": a}), opt.choose_reporter(quiet=options["quiet"]))
    raise typer.Exit(_execute(a, b, settings, output, options))


def _execute(a: str, b: str, settings: "PipelineConfiguration", output: Path, options: dict[str, Any]) -> int:
    """Compare, write and print. Returns the exit code."""
    from flexscout.cli.render.comparison import print_comparison, print_failed_files  # noqa: PLC0415 - `--help` loads no frames
    from flexscout.cli.render.progress_bar import open_progress  # noqa: PLC0415 - `--help` loads no frames
    from flexscout.insights import check_comparison_path, compare_profiles, comparison_to_dict, write_comparison  # noqa: PLC0415
    from flexscout.outputs import render_report  # noqa: PLC0415

    check_comparison_path(output, settings)
    with open_progress(quiet=options["quiet"], verbose=options["verbose"]) as progress:
        comparison = compare_profiles(a, b, settings, output=output, progress=progress if settings.progress_reporting else None)
    written = write_comparison(comparison, output) if comparison.was_read else None
    if options["output_format"] is opt.Format.JSON:
        print_json(render_report(comparison_to_dict(comparison)))
    elif not options["quiet"]:
        print_comparison(comparison, written)
    print_failed_files(comparison)
    return comparison.exit_code
