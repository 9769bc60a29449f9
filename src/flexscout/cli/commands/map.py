"""`flexscout map`: write a draft mapping file for an export."""

from pathlib import Path
from typing import Annotated

import typer

from flexscout.cli.commands.inspect import File, validate_paths
from flexscout.cli.exit_codes import ExitCode, handle_errors
from flexscout.cli.options import ConfigFile
from flexscout.cli.terminal import print_block, print_error, print_line, unlock
from flexscout.domain import quote_path
from flexscout.errors import OutputError, ProcessingError

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="PATH",
        help="Write to this .yaml file, or into this folder; - for standard output.  [default: a folder mappings beside FILE or "
        "the configuration, else standard output]",
    ),
]

_STANDARD_OUTPUT = Path("-")


@handle_errors
def map_(
    file: File,
    *,
    output: Output = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    config: ConfigFile = None,
) -> None:
    """Write a draft mapping file for an export.

    The draft shows how each header maps. Correct it; runs use it by itself if it is in a folder mappings, else with --mapping.
    """
    validate_paths(file, output)
    folders = _find_folders(file, config)
    place = None if output == _STANDARD_OUTPUT else output or next(iter(folders), None)
    target = place / f"{file.stem}.yaml" if place and place.is_dir() else place
    if target and target.exists() and not force:
        raise OutputError(f"{target} already exists.", "Choose another path, or use --force to overwrite it.")
    from flexscout.ingest import draft_mapping  # noqa: PLC0415 - `--help` loads no frames

    try:
        with unlock(file, config):
            text = draft_mapping(file)
    except ProcessingError as error:
        print_error(str(error))
        raise typer.Exit(ExitCode.FILE_FAILED) from None
    if target is None:
        print_block(text)
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{target} can't be written: {error.strerror}.", "Choose another path.") from None
    command = f"flexscout check {quote_path(file.parent)}" + (f" --config {quote_path(config)}" if config else "")
    if target.parent not in folders:
        command += f" --mapping {quote_path(target)}"
    print_line(f"Wrote {target}. Edit the columns after the colons, then run: {command}")


def _find_folders(file: Path, config: Path | None) -> list[Path]:
    """Return the folders of mapping files that a run would use: those of the configuration, and the one beside the export."""
    from flexscout.config import MAPPINGS_FOLDER, PipelineConfiguration  # noqa: PLC0415 - `--help` loads no settings

    named = [Path(path) for path in PipelineConfiguration.resolve(config)[0].mapping_files] if config else []
    return [folder for folder in (*named, file.parent / MAPPINGS_FOLDER) if folder.is_dir()]
