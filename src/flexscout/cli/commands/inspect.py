"""`flexscout inspect`: what is in one file."""

import difflib
import os
from pathlib import Path
from typing import Annotated

import typer

from flexscout.cli.exit_codes import report_errors
from flexscout.cli.options import Format, OutputFormat
from flexscout.cli.terminal import print_error, print_json, print_line
from flexscout.errors import NothingToReadError, OutputError, ProcessingError, quote_path

NOT_UNDERSTOOD = 1

File = Annotated[Path, typer.Argument(metavar="FILE", help="One export.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="PATH", help="Write it too: .xlsx or .json; as .csv or .parquet the columns alone."),
]


@report_errors
def inspect(file: File, *, output: Output = None, output_format: OutputFormat = Format.TEXT) -> None:
    """Say what is in one file: columns, types, gaps, odd values."""
    check_file(file, output)
    from flexscout.cli.render.inspection import show_inspection  # noqa: PLC0415
    from flexscout.notebook import PropertyDataAnalyzer  # noqa: PLC0415 - `--help` loads no frames
    from flexscout.outputs import render_report  # noqa: PLC0415

    try:
        analyzer = PropertyDataAnalyzer(file)
    except ProcessingError as error:
        print_error(str(error))
        raise typer.Exit(NOT_UNDERSTOOD) from None
    written = analyzer.export_results(output) if output else None
    if output_format is Format.JSON:
        print_json(render_report(analyzer.generate_summary_report()))
    else:
        show_inspection(file.name, analyzer)
    if written:
        print_line(f"Wrote {written}", err=output_format is Format.JSON, blank_before=True)


def check_file(file: Path, output: Path | None) -> None:
    """Raise NothingToReadError if there is no such file, OutputError if the output would take its place."""
    if os.path.isdir(file):  # noqa: PTH112 - unlike Path.is_dir it is false, not an error, below a folder that may not be read
        raise NothingToReadError(
            f"{file} is a folder, and this looks into one file.", f"Name a file in it, or use: flexscout check {file}"
        )
    if not os.path.exists(file):  # noqa: PTH110 - as above
        raise NothingToReadError(f"{file} does not exist (looked for {file.absolute()}).", _meant(file))
    if output and output.resolve() == file.resolve():
        raise OutputError(f"{output} is the export itself, which would be lost.", "Give --output another path.")


def _meant(file: Path) -> str:
    folder = file.absolute().parent
    if not os.access(folder, os.R_OK | os.X_OK):
        return f"There is no folder {folder} either, or you may not read it."
    entries = sorted(folder.iterdir())
    near = difflib.get_close_matches(file.name, [entry.name for entry in entries if entry.is_file()], n=1)
    # A run names the files of its folder without the folder.
    below = [entry.name for entry in entries if os.path.isfile(entry / file.name)]  # noqa: PTH113 - as above
    meant = file.parent / below[0] / file.name if below else file.with_name(near[0]) if near else None
    return f"Did you mean {quote_path(meant)}?" if meant else ""
