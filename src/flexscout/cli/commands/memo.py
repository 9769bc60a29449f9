"""`flexscout memo`: write the memo of a run."""

from pathlib import Path
from typing import Annotated

import typer

from flexscout.cli.commands.report import Run
from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.options import ConfigFile, OutputFile, load_output_settings, open_history
from flexscout.cli.terminal import print_line

Output = Annotated[
    Path | None, typer.Option("--output", metavar="PATH", help="Write this .pdf file.  [default: memo.pdf beside the workbook]")
]


@handle_errors
def memo(run: Run = None, *, output: Output = None, output_file: OutputFile = None, config: ConfigFile = None) -> None:
    """Write a memo of one to three pages (PDF): the best candidates, what is new, and how the list was made."""
    settings = load_output_settings(config, output_file, to_write=output is None)
    record = open_history(config, output_file).find_run(run)
    from flexscout.notebook import ReportGenerator  # noqa: PLC0415 - `--help` loads no frames
    from flexscout.outputs import check_suffix  # noqa: PLC0415

    path = settings.memo_file if run is None else settings.memo_file.with_stem(f"memo-run-{record.number}")
    check_suffix(output or path, [".pdf"])
    print_line(f"Wrote {ReportGenerator(settings).export_past_report(output or path, record.number)}")
