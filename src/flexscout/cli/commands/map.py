"""`flexscout map`: write a draft mapping file for an export."""

from pathlib import Path
from typing import Annotated

import typer

from flexscout.cli.commands.inspect import File, validate_paths
from flexscout.cli.exit_codes import ExitCode, handle_errors
from flexscout.cli.terminal import print_block, print_error, print_line, unlock
from flexscout.domain import quote_path
from flexscout.errors import OutputError, ProcessingError

Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="PATH", help="Write to this .yaml file instead of standard output.")
]


@handle_errors
def map_(
    file: File,
    *,
    output: Output = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a draft mapping file for an export.

    The draft shows how each header maps. Correct it, then use it with --mapping.
    """
    validate_paths(file, output)
    if output and output.exists() and not force:
        raise OutputError(f"{output} already exists.", "Choose another path, or use --force to overwrite it.")
    from flexscout.ingest import draft_mapping  # noqa: PLC0415 - `--help` loads no frames

    try:
        with unlock(file):
            text = draft_mapping(file)
    except ProcessingError as error:
        print_error(str(error))
        raise typer.Exit(ExitCode.FILE_FAILED) from None
    if output is None:
        print_block(text)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{output} can't be written: {error.strerror}.", "Choose another path.") from None
    command = f"flexscout check {quote_path(file.parent)} --mapping {quote_path(output)}"
    print_line(f"Wrote {output}. Edit the columns after the colons, then run: {command}")
