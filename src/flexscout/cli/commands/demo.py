"""`flexscout demo`: sample exports, a run over them, and where to look."""

from pathlib import Path
from typing import Annotated

import typer

from flexscout.cli.commands.run import execute
from flexscout.cli.exit_codes import report_errors
from flexscout.cli.options import Format
from flexscout.cli.terminal import print_line
from flexscout.errors import OutputError


@report_errors
def demo(folder: Annotated[Path, typer.Argument(help="Where to write it all.")] = Path("flexscout-demo")) -> None:
    """Write sample exports, run over them, and say where to look."""
    from flexscout.cli.sample_exports import write_samples  # noqa: PLC0415
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415 - `--help` loads no settings

    exports, results = folder / "exports", folder / "results"
    try:
        samples = write_samples(exports)
    except OSError as error:
        raise OutputError(f"The samples can't be written to {exports}: {error.strerror}.", "Give another folder.") from None
    print_line(f"Wrote {len(samples)} sample exports to {exports}. Now running: flexscout run {exports}")
    print_line()
    settings = PipelineConfiguration(
        input_folder=str(exports),
        output_file=str(results / "all_flex_properties.xlsx"),
        report_file=str(results / "pipeline_summary.json"),
        log_file=str(results / "pipeline.log"),
    )
    code = execute(settings, Format.TEXT, quiet=False, verbose=False)
    print_line(
        "Open the workbook: Flex Properties is the ranked list, Duplicates and Not Selected say what is not in it and why.",
        blank_before=True,
    )
    print_line("Your own exports: flexscout run FOLDER")
    raise typer.Exit(code)
