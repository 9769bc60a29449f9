"""`flexscout map`: a mapping file for an export whose headers are not understood."""

from pathlib import Path
from typing import Annotated

import typer

from flexscout.cli.commands.inspect import NOT_UNDERSTOOD, File, check_file
from flexscout.cli.exit_codes import report_errors
from flexscout.cli.terminal import print_block, print_error, print_line
from flexscout.errors import OutputError, ProcessingError, quote_path

Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="PATH", help="Write it there, as .yaml; else it is printed.")
]


@report_errors
def map_(
    file: File,
    *,
    output: Output = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write what a file's headers are taken for, to be corrected and used with --mapping."""
    check_file(file, output)
    if output and output.exists() and not force:
        raise OutputError(f"{output} exists already.", "Give another path, or --force to overwrite it.")
    from flexscout.ingest import draft_mapping  # noqa: PLC0415 - `--help` loads no frames

    try:
        text = draft_mapping(file)
    except ProcessingError as error:
        print_error(str(error))
        raise typer.Exit(NOT_UNDERSTOOD) from None
    if output is None:
        print_block(text)
        return
    _write(output, text)
    then = f"flexscout check {quote_path(file.parent)} --mapping {quote_path(output)}"
    print_line(f"Wrote {output}. Change what stands after the colons, then: {then}")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} can't be written: {error.strerror}.", "Give another path.") from None
