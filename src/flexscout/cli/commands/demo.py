"""`flexscout demo`: write sample exports and run over them."""

from pathlib import Path
from typing import Annotated

import typer

from flexscout.cli.commands.run import run_pipeline
from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.options import RunFormat
from flexscout.cli.terminal import print_line
from flexscout.domain import quote_path
from flexscout.errors import OutputError

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder for the samples and the results.")]


@handle_errors
def demo(folder: Folder = Path("flexscout-demo")) -> None:
    """Write sample exports of two weeks, and run over them each week."""
    from flexscout.cli.sample_exports import remove_second_week, write_samples, write_second_week  # noqa: PLC0415
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415 - `--help` loads no settings

    exports, results = folder / "exports", folder / "results"
    settings = PipelineConfiguration(
        input_folder=str(exports),
        output_file=str(results / "all_flex_properties.xlsx"),
        report_file=str(results / "pipeline_summary.json"),
        log_file=str(results / "pipeline.log"),
    )
    try:
        remove_second_week(exports)
        samples = write_samples(exports)
        print_line(f"Week 1: wrote {len(samples)} sample exports to {exports}. Running: flexscout run {quote_path(exports)}")
        run_pipeline(settings, RunFormat.TEXT, quiet=True, verbose=False)
        samples = write_second_week(exports)
    except OSError as error:
        raise OutputError(f"The samples can't be written to {exports}: {error.strerror}.", "Choose another folder.") from None
    print_line(f"Week 2: wrote {len(samples)} newer exports. Running again: flexscout run {quote_path(exports)}")
    print_line()
    code = run_pipeline(settings, RunFormat.TEXT, quiet=False, verbose=False)
    print_line(
        "Open the workbook. Flex Properties is the ranked list, Changes what is new since last week; Duplicates and Not Selected "
        "show what isn't on the list and why.",
        blank_before=True,
    )
    print_line("To run over your own exports: flexscout run FOLDER")
    raise typer.Exit(code)
