"""`flexscout report`: write the report of a past run again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.options import ConfigFile, OutputFile, load_output_settings, open_history
from flexscout.cli.terminal import print_line

if TYPE_CHECKING:
    from flexscout.history import RunRecord

Run = Annotated[
    int | None, typer.Argument(metavar="RUN", help="The number of a run, as listed by `flexscout runs`.  [default: the latest]")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="PATH",
        help="Write only this file: .html, .json, .xlsx, or .pdf for the memo.  [default: page and JSON]",
    ),
]


@handle_errors
def report(run: Run = None, *, output: Output = None, output_file: OutputFile = None, config: ConfigFile = None) -> None:
    """Write the page and JSON report of a past run again."""
    settings = load_output_settings(config, output_file, to_write=output is None)
    record = open_history(config, output_file).find_run(run)
    from flexscout.notebook import ReportGenerator  # noqa: PLC0415 - `--help` loads no frames

    generator = ReportGenerator(settings)
    for path in [output] if output else _choose_paths(record, is_latest=run is None):
        print_line(f"Wrote {generator.export_past_report(path, record.number)}")


def _choose_paths(record: "RunRecord", *, is_latest: bool) -> list[Path]:
    """Return the paths of the run's report and page, with the run's number in the name unless the latest run is meant."""
    paths = [path for path in (Path(output["path"]) for output in record.outputs) if path.suffix in (".json", ".html")]
    return paths if is_latest else [path.with_stem(f"{path.stem}-run-{record.number}") for path in paths]
