"""`flexscout diff`: compare two results."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flexscout.cli.commands.inspect import validate_paths
from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.options import ConfigFile, Format, OutputFormat, load_output_settings, open_history
from flexscout.cli.terminal import print_error, print_json, print_line
from flexscout.errors import NothingToReadError, OutputError, ProcessingError

if TYPE_CHECKING:
    from flexscout.history import RunHistory, RunRecord

_UNREADABLE = 1  # exit code

_OLD = "The old result: a workbook, CSV or Parquet file that a run wrote, or the number of a run."
_NEW = "The new result, of any of these kinds."
_RUNS = "The workbook whose runs the numbers refer to.  [default: data/exports/all_flex_properties.xlsx]"

Old = Annotated[str, typer.Argument(metavar="OLD", help=_OLD, show_default=False)]
New = Annotated[str, typer.Argument(metavar="NEW", help=_NEW, show_default=False)]
Output = Annotated[
    Path | None, typer.Option("--output", metavar="PATH", help="Write all changes to a file: .xlsx, .csv, .parquet or .json.")
]
OfRuns = Annotated[str | None, typer.Option("--output-file", "-o", metavar="PATH", help=_RUNS)]


@dataclass(frozen=True)
class Side:
    """One of two results; `run` is the history and the record of its run, if it was given by number."""

    name: str
    path: Path
    run: "tuple[RunHistory, RunRecord] | None" = None


@handle_errors
def diff(
    old: Old,
    new: New,
    *,
    output: Output = None,
    output_file: OfRuns = None,
    config: ConfigFile = None,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """List new, gone and changed properties between two results."""
    sides = [_find_side(name, config, output_file) for name in (old, new)]
    _validate(sides, output, config, output_file)
    try:
        written = _compare(sides, output, output_format)
    except ProcessingError as error:
        print_error(str(error))
        raise typer.Exit(_UNREADABLE) from None
    if written:
        print_line(f"Wrote {written}", err=output_format is Format.JSON, blank_before=True)


def _compare(sides: list[Side], output: Path | None, output_format: Format) -> Path | None:
    """Compare and print; write the changes to `output` and return the path."""
    from flexscout.cli.render.changes_list import build_change_tables, changes_to_dict, show_changes  # noqa: PLC0415
    from flexscout.history import (  # noqa: PLC0415 - `--help` loads no frames
        compare_columns,
        compare_properties,
        compare_runs,
        read_result,
    )
    from flexscout.outputs import export_tables, render_report  # noqa: PLC0415

    first, second = sides
    columns = None
    if first.run and second.run:
        (history, old), (_, new) = first.run, second.run
        changes, columns = compare_runs(history, old, new), compare_columns(old.report, new.report)
    else:
        changes = compare_properties(read_result(first.path), read_result(second.path))
    report = changes_to_dict([side.name for side in sides], changes, columns)
    written = export_tables(build_change_tables(changes), output, report=report) if output else None
    if output_format is Format.JSON:
        print_json(render_report(report))
    else:
        show_changes([side.name for side in sides], changes, columns or [])
    return written


def _validate(sides: list[Side], output: Path | None, config: Path | None, output_file: str | None) -> None:
    """Check the paths.

    Raises:
        NothingToReadError: A result is not a file.
        OutputError: `output` would overwrite a result.

    """
    for side in sides:
        if side.path.is_dir():
            raise NothingToReadError(f"{side.path} is a folder, not a result.", "Name the workbook in it.")
        validate_paths(side.path, None)
    if output and output.resolve() in {side.path.resolve() for side in sides}:
        raise OutputError(f"{output} is one of the two results and would be overwritten.", "Give --output another path.")
    if output and output.resolve() in {own.resolve() for own in load_output_settings(config, output_file).own_files}:
        raise OutputError(f"{output} is an output of `flexscout run`.", "Give --output another path.")


def _find_side(name: str, config: Path | None, output_file: str | None) -> Side:
    """Return the result at a path, or the kept result of a run if `name` is a number and not a file."""
    if not name.isdecimal() or Path(name).exists():
        return Side(name, Path(name))
    history = open_history(config, output_file)
    record = history.find_run(int(name))
    return Side(f"run {record.number}", history.require_result(record), (history, record))
