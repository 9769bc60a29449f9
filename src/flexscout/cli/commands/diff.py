"""`flexscout diff`: what is different in the newer of two results."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flexscout.cli.commands.inspect import validate_paths
from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.options import ConfigFile, Format, OutputFormat, load_output_settings, open_history
from flexscout.cli.terminal import print_error, print_json, print_line
from flexscout.errors import NothingToReadError, OutputError, ProcessingError

if TYPE_CHECKING:
    from flexscout.history import RunHistory

NOT_UNDERSTOOD = 1

_OLD = "A workbook, CSV or Parquet file that a run wrote, or the number of a run."
_RUNS = "The workbook whose runs are meant by a number.  [default: data/exports/all_flex_properties.xlsx]"

Old = Annotated[str, typer.Argument(metavar="OLD", help=_OLD, show_default=False)]
New = Annotated[str, typer.Argument(metavar="NEW", help="The newer one, of any of these kinds.", show_default=False)]
Output = Annotated[
    Path | None, typer.Option("--output", metavar="PATH", help="Write all changes too: .xlsx, .csv, .parquet or .json.")
]
OfRuns = Annotated[str | None, typer.Option("--output-file", "-o", metavar="PATH", help=_RUNS)]


@dataclass(frozen=True)
class Side:
    """One of two results. `name`: as it was given; `report`: of its run, if that is on record and was named by its number."""

    name: str
    path: Path
    report: dict[str, Any] | None = None


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
    """Say what is new, gone or changed between two results."""
    sides = [_side(given, config, output_file) for given in (old, new)]
    _check(sides, output, config, output_file)
    try:
        written = _compare(sides, output, output_format)
    except ProcessingError as error:
        print_error(str(error))
        raise typer.Exit(NOT_UNDERSTOOD) from None
    if written:
        print_line(f"Wrote {written}", err=output_format is Format.JSON, blank_before=True)


def _compare(sides: list[Side], output: Path | None, output_format: Format) -> Path | None:
    """Compare, write and print; gives what was written."""
    from flexscout.cli.render.changes_list import build_change_tables, changes_to_dict, show_changes  # noqa: PLC0415
    from flexscout.history import (  # noqa: PLC0415 - `--help` loads no frames
        compare_columns,
        compare_properties,
        read_result,
    )
    from flexscout.outputs import render_report, write_by_suffix  # noqa: PLC0415

    before, after = sides
    changes = compare_properties(read_result(before.path), read_result(after.path))
    columns = compare_columns(before.report, after.report) if before.report and after.report else None
    report = changes_to_dict([side.name for side in sides], changes, columns)
    written = write_by_suffix(build_change_tables(changes), output, report=report) if output else None
    if output_format is Format.JSON:
        print_json(render_report(report))
    else:
        show_changes([side.name for side in sides], changes, columns or [])
    return written


def _check(sides: list[Side], output: Path | None, config: Path | None, output_file: str | None) -> None:
    """Raise NothingToReadError if one is no file, OutputError if the output would take the place of a result."""
    for side in sides:
        if side.path.is_dir():
            raise NothingToReadError(f"{side.path} is a folder, and this compares two files.", "Name the workbook in it.")
        validate_paths(side.path, None)
    if output and output.resolve() in {side.path.resolve() for side in sides}:
        raise OutputError(f"{output} is one of the two results, which would be lost.", "Give --output another path.")
    if output and output.resolve() in {own.resolve() for own in load_output_settings(config, output_file).own_files}:
        raise OutputError(f"{output} is where a run writes its own result.", "Give --output another path.")


def _side(given: str, config: Path | None, output_file: str | None) -> Side:
    """The result at a path, or the one that is kept of a run."""
    if given.isdecimal() and not Path(given).exists():
        return _of_run(int(given), open_history(config, output_file))
    return Side(given, Path(given))


def _of_run(number: int, book: "RunHistory") -> Side:
    """Raises NothingToReadError if there was no such run, or its result is not kept."""
    record = book.find_run(number)
    return Side(f"run {number}", book.require_result(record), record.report)
