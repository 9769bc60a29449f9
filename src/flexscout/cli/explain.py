"""`flexscout explain`: why a property is where it is, or why it is not on the list."""

from typing import TYPE_CHECKING, Annotated

import typer

from flexscout.cli.errors import ends_in_words
from flexscout.cli.options import ConfigFile, Format, OutputFile, OutputFormat
from flexscout.cli.past import book_of
from flexscout.cli.terminal import print_json

if TYPE_CHECKING:
    from flexscout.explanation import Answer
    from flexscout.history import RunBook, RunRecord

NOT_ANSWERED = 1

Query = Annotated[
    str,
    typer.Argument(
        metavar="PROPERTY", help="An address, APN or Property ID; or a row: FILE:ROW, FILE:SHEET:ROW.", show_default=False
    ),
]
Run = Annotated[int | None, typer.Option("--run", metavar="N", help="Of this run, as `flexscout runs` numbers them.", min=1)]


@ends_in_words
def explain(
    query: Query,
    *,
    run: Run = None,
    output_file: OutputFile = None,
    config: ConfigFile = None,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Say why a property is on the list where it is, or is not."""
    book = book_of(config, output_file)
    answer = _answer(query, book, book.run(run))
    _show(answer, output_format)
    raise typer.Exit(0 if answer.is_answered else NOT_ANSWERED)


def _answer(query: str, book: "RunBook", record: "RunRecord") -> "Answer":
    from flexscout.explanation import explain as explained  # noqa: PLC0415 - `--help` loads no frames
    from flexscout.explanation import replayed  # noqa: PLC0415

    with replayed(book, record) as past:
        return explained(query, past)


def _show(answer: "Answer", output_format: Format) -> None:
    from flexscout.cli.explanation import show_answer  # noqa: PLC0415
    from flexscout.export import render_report  # noqa: PLC0415

    if output_format is Format.JSON:
        print_json(render_report(answer.as_dict()))
    else:
        show_answer(answer)
