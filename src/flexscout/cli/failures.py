"""`flexscout errors`: what went wrong in the last run, by cause, and what to do about it."""

import json
from typing import Any

import typer

from flexscout.cli.errors import ends_in_words
from flexscout.cli.options import ConfigFile, Format, OutputFile, OutputFormat
from flexscout.cli.past import book_of
from flexscout.cli.words import counted, moment


@ends_in_words
def errors(*, output_file: OutputFile = None, config: ConfigFile = None, output_format: OutputFormat = Format.TEXT) -> None:
    """Say what went wrong in the last run, by cause, and what to do."""
    record = book_of(config, output_file).run()
    found = record.report["errors"]
    if output_format is Format.JSON:
        typer.echo(json.dumps({"run": record.number, "ended": record.ended, **found}, indent=2, ensure_ascii=False))
        return
    failed = counted(found["total"], "file") + " failed" if found["total"] else "no file failed"
    typer.echo(f"Run {record.number} of {moment(record.ended)}: {failed}.")
    for cause in found["causes"]:
        _show_cause(cause, [error for error in found["errors"] if error["code"] == cause["code"]])
    if found["total"]:
        typer.echo("\nWhen they are mended: flexscout retry")


def _show_cause(cause: dict[str, Any], errors: list[dict[str, str]]) -> None:
    """The cause with its next step, then each of its files with what is wrong in it."""
    typer.echo(f"\n{cause['message']}")
    if len(errors) > 1:
        for error in errors:
            typer.echo(f"  {error['file']}: {error['message']}")
    typer.echo(f"  What to do: {cause['next_step']}")
