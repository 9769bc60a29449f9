"""`flexscout inspect`: show what one file contains."""

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flexscout.cli.exit_codes import ExitCode, handle_errors
from flexscout.cli.options import ConfigFile, Format, OutputFormat
from flexscout.cli.terminal import print_error, print_json, print_line, unlock
from flexscout.domain import quote_path
from flexscout.error_codes import MAPPING_CODES
from flexscout.errors import NothingToReadError, OutputError, ProcessingError

if TYPE_CHECKING:
    from flexscout.notebook import PropertyDataAnalyzer

File = Annotated[Path, typer.Argument(metavar="FILE", help="The export to read.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="PATH", help="Also write it to a file: .xlsx or .json; .csv or .parquet hold only the columns."
    ),
]


@handle_errors
def inspect(file: File, *, output: Output = None, config: ConfigFile = None, output_format: OutputFormat = Format.TEXT) -> None:
    """Show what one file contains.

    Lists its columns, property types, gaps and suspicious values. Of a file that isn't a property table, it lists the sheets, how
    their headers map and what they may be.
    """
    validate_paths(file, output)
    from flexscout.cli.render.inspection import print_inspection  # noqa: PLC0415
    from flexscout.outputs import render_report  # noqa: PLC0415 - `--help` loads no frames

    try:
        with unlock(file, config):
            analyzer = _analyze(file, output_format)
    except ProcessingError as error:
        print_error(str(error))
        raise typer.Exit(ExitCode.FILE_FAILED) from None
    written = analyzer.export_results(output) if output else None
    if output_format is Format.JSON:
        print_json(render_report(analyzer.generate_summary_report()))
    else:
        print_inspection(file.name, analyzer)
    if written:
        print_line(f"Wrote {written}", err=output_format is Format.JSON, blank_before=True)


def _analyze(file: Path, output_format: Format) -> "PropertyDataAnalyzer":
    """Analyze a file. If it isn't a property table, print what it has instead, and raise its error."""
    from flexscout.cli.render.inspection import print_refused  # noqa: PLC0415
    from flexscout.notebook import PropertyDataAnalyzer, summarize_refused_file  # noqa: PLC0415
    from flexscout.outputs import render_report  # noqa: PLC0415 - as above

    try:
        return PropertyDataAnalyzer(file)
    except ProcessingError as error:
        if error.code in MAPPING_CODES:
            refused = summarize_refused_file(file, error)
            if output_format is Format.JSON:
                print_json(render_report(refused))
            else:
                print_refused(file.name, refused)
        raise


def validate_paths(file: Path, output: Path | None) -> None:
    """Check the paths of a command that reads one file.

    Raises:
        NothingToReadError: If there is no such file.
        OutputError: If the output would overwrite it.

    """
    if os.path.isdir(file):  # noqa: PTH112 - Path.is_dir raises in a folder without permission
        raise NothingToReadError(
            f"{file} is a folder; this command reads one file.", f"Name a file in it, or run: flexscout check {quote_path(file)}"
        )
    if not os.path.exists(file):  # noqa: PTH110 - as above
        raise NothingToReadError(f"{file} does not exist (looked for {file.absolute()}).", _suggest_path(file))
    if output and output.resolve() == file.resolve():
        raise OutputError(f"{output} is the export itself; writing to it would destroy it.", "Choose another path for --output.")


def _suggest_path(file: Path) -> str:
    folder = file.absolute().parent
    if not os.access(folder, os.R_OK | os.X_OK):
        return f"The folder {folder} doesn't exist either, or you don't have permission to read it."
    entries = sorted(folder.iterdir())
    similar = difflib.get_close_matches(file.name, [entry.name for entry in entries if entry.is_file()], n=1)
    # Messages of a run name files relative to the input folder.
    below = [entry.name for entry in entries if os.path.isfile(entry / file.name)]  # noqa: PTH113 - as above
    suggestion = file.parent / below[0] / file.name if below else file.with_name(similar[0]) if similar else None
    return f"Did you mean {quote_path(suggestion)}?" if suggestion else ""
