"""`flexscout explain`: explain a property's rank, or why it isn't listed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.options import ConfigFile, Format, OutputFile, OutputFormat, open_history
from flexscout.cli.terminal import print_json, print_line

if TYPE_CHECKING:
    from flexscout.history import RunHistory, RunRecord
    from flexscout.insights import Answer

NOT_ANSWERED = 1

Query = Annotated[
    str,
    typer.Argument(
        metavar="PROPERTY", help="An address, APN or Property ID; or a row: FILE:ROW, FILE:SHEET:ROW.", show_default=False
    ),
]
Run = Annotated[
    int | None,
    typer.Option("--run", metavar="N", help="Number of the run, see `flexscout runs`.", min=1),
]

Pdf = Annotated[
    Path | None,
    typer.Option("--pdf", metavar="FILE", help="Write the property's sheet to this .pdf file instead of printing it."),
]


@handle_errors
def explain(
    query: Query,
    *,
    run: Run = None,
    pdf: Pdf = None,
    output_file: OutputFile = None,
    config: ConfigFile = None,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Explain a property's rank, or why it isn't listed."""
    history = open_history(config, output_file)
    answer, written = _answer(query, history, history.find_run(run), pdf)
    if written:
        print_line(f"Wrote {written}")
    else:
        _show(answer, output_format)
    raise typer.Exit(0 if answer.is_answered else NOT_ANSWERED)


def _answer(query: str, history: "RunHistory", record: "RunRecord", pdf: Path | None) -> "tuple[Answer, Path | None]":
    """Return the answer, and the file that was written if the answer is a property and a file is wanted."""
    from flexscout.insights import explain_property, replay, write_property_sheet  # noqa: PLC0415 - `--help` loads no frames
    from flexscout.outputs import check_suffix, require_pdf_library  # noqa: PLC0415

    if pdf:
        check_suffix(pdf, [".pdf"])
        require_pdf_library()
    with replay(history, record) as past:
        answer = explain_property(query, past)
        if pdf is None or answer.property_report is None:
            return answer, None
        return answer, write_property_sheet(answer.property_report, past, history, pdf)


def _show(answer: "Answer", output_format: Format) -> None:
    from flexscout.cli.render.explanation import show_answer  # noqa: PLC0415
    from flexscout.outputs import render_report  # noqa: PLC0415

    if output_format is Format.JSON:
        print_json(render_report(answer.as_dict()))
    else:
        show_answer(answer)
