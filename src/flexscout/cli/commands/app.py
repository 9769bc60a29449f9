"""`flexscout app`: open the window."""

from pathlib import Path
from typing import Annotated

import typer

from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.terminal import print_line
from flexscout.errors import ConfigurationError

Folder = Annotated[
    Path | None,
    typer.Argument(metavar="FOLDER", help="Folder with your exports; without it, choose one in the window.", show_default=False),
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Only print the address, don't open the browser.")]
Port = Annotated[
    int, typer.Option("--port", metavar="N", help="Port of the window.  [default: 23539, or a free one]", min=0, max=65_535)
]


Shortcut = Annotated[
    bool, typer.Option("--shortcut", help="Only put a shortcut to the window on the desktop and in the start menu.")
]


@handle_errors
def app(folder: Folder = None, *, no_browser: NoBrowser = False, port: Port = 0, shortcut: Shortcut = False) -> None:
    """Open the window: choose files, run and explore in the browser."""
    from flexscout.cli.sample_exports import write_samples, write_second_week  # noqa: PLC0415 - `--help` loads no frames

    def write_both_weeks(exports: Path) -> None:
        write_samples(exports)
        write_second_week(exports)

    try:
        from flexscout.app import serve_window, write_shortcuts  # noqa: PLC0415
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("starlette", "uvicorn", "anyio", "h11"):
            raise
        raise ConfigurationError("The window requires optional packages. Run: pip install 'flexscout[app]'") from None
    if shortcut:
        for path in write_shortcuts():
            print_line(f"Wrote {path}")
        return
    if folder and not folder.is_dir():
        raise ConfigurationError(f"There is no folder {folder}. Name the folder with your exports.")
    try:
        serve_window(folder, write_both_weeks, port=port, open_browser=not no_browser, show=print_line)
    except KeyboardInterrupt:
        print_line("Ended.")
