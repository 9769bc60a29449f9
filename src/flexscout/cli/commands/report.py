"""`flexscout report`: the report of a past run, rendered again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.options import ConfigFile, OutputFile, load_output_settings, open_history
from flexscout.cli.terminal import print_line

if TYPE_CHECKING:
    from flexscout.history import RunRecord

Run = Annotated[int | None, typer.Argument(metavar="RUN", help="A number that `flexscout runs` lists.  [default: the last run]")]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="PATH", help="Write only this file: .html, .json or .xlsx.  [default: page and JSON]"),
]


@handle_errors
def report(run: Run = None, *, output: Output = None, output_file: OutputFile = None, config: ConfigFile = None) -> None:
    """Write the page and the JSON report of a past run once more; reads no export."""
    record = open_history(config, output_file).find_run(run)
    from flexscout.notebook import ReportGenerator  # noqa: PLC0415 - `--help` loads no frames

    generator = ReportGenerator(load_output_settings(config, output_file))
    for path in [output] if output else _places(record, is_last=run is None):
        print_line(f"Wrote {generator.export_past_report(path, record.number)}")


def _places(record: "RunRecord", *, is_last: bool) -> list[Path]:
    """Where the run wrote its report; of a run asked for by its number, beside that."""
    places = [path for path in (Path(output["path"]) for output in record.outputs) if path.suffix in (".json", ".html")]
    return places if is_last else [place.with_stem(f"{place.stem}-run-{record.number}") for place in places]
