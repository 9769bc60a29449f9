"""The runs that an output had, as the commands that look back ask for them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flexscout.errors import NothingToReadError

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration
    from flexscout.history import RunBook, RunRecord


Runs = Annotated[int, typer.Option("--last", metavar="N", help="How many of them, the last ones.", min=1)]


def settings_of(config: Path | None, output_file: str | None) -> "PipelineConfiguration":
    """The settings that say where the output stands. Raises ConfigurationError."""
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415 - `--help` loads no settings

    return PipelineConfiguration.resolve(config, {"output_file": output_file} if output_file else {})[0]


def book_of(config: Path | None, output_file: str | None) -> "RunBook":
    """The runs of the output."""
    from flexscout.history import RunBook  # noqa: PLC0415

    return RunBook(Path(settings_of(config, output_file).output_file))


def last_of(book: "RunBook") -> "RunRecord":
    """The last run. Raises NothingToReadError if there is none."""
    last = book.last()
    if last is None:
        raise NothingToReadError(
            f"No run that wrote {book.workbook} is on record (looked in {book.folder}).",
            "Name the workbook with --output-file, or run flexscout first.",
        )
    return last


def run_of(book: "RunBook", number: int) -> "RunRecord":
    """The run of this number. Raises NothingToReadError if there is none."""
    record = next((record for record in book.records() if record.number == number), None)
    if record is None:
        raise NothingToReadError(
            f"No run {number} that wrote {book.workbook} is on record (looked in {book.folder}).", "`flexscout runs` lists them."
        )
    return record
