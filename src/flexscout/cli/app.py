"""The `flexscout` program and its commands."""

import atexit
import gc
import logging
import sys
from typing import Annotated

import typer

from flexscout import __version__
from flexscout._import_path import remove_current_folder
from flexscout.cli.commands.app import app as window
from flexscout.cli.commands.check import check
from flexscout.cli.commands.clean import clean
from flexscout.cli.commands.config import config
from flexscout.cli.commands.decide import decide
from flexscout.cli.commands.demo import demo
from flexscout.cli.commands.diff import diff
from flexscout.cli.commands.errors import errors
from flexscout.cli.commands.explain import explain
from flexscout.cli.commands.init import init
from flexscout.cli.commands.inspect import inspect
from flexscout.cli.commands.map import map_
from flexscout.cli.commands.memo import memo
from flexscout.cli.commands.profile import profile
from flexscout.cli.commands.report import report
from flexscout.cli.commands.retry import retry
from flexscout.cli.commands.run import run
from flexscout.cli.commands.runs import runs
from flexscout.domain import SafeFormatter
from flexscout.runtime import interrupts

app = typer.Typer(
    name="flexscout",
    help="Turn a folder of property exports into one ranked, deduplicated, explained list of flex-industrial candidates.",
    epilog="Exit codes: 0 success; 1 finished, but some files failed; 2 could not run; 130 interrupted; 143 terminated.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(value: bool) -> None:  # noqa: FBT001 - typer passes it by position
    if value:
        typer.echo(f"flexscout {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


app.command("app")(window)
app.command()(run)
app.command()(retry)
app.command()(errors)
app.command()(runs)
app.command()(explain)
app.command()(decide)
app.command()(report)
app.command()(memo)
app.command()(diff)
app.command()(check)
app.command()(inspect)
app.command("map")(map_)
app.command()(init)
app.add_typer(config)
app.add_typer(profile)
app.command()(clean)
app.command()(demo)


def main() -> None:
    """Run the program."""
    remove_current_folder()
    gc.set_threshold(50_000)  # collecting during imports takes 12% of the start-up time and frees nothing
    atexit.register(gc.freeze)  # skips the collection at exit, as slow as the one above
    interrupts.raise_on_termination()
    if logging.lastResort:  # prints the warnings of commands without a log
        logging.lastResort.setFormatter(SafeFormatter())
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console may lack a character
    app(prog_name="flexscout")


def open_window() -> None:
    """Run `flexscout app`, as a program without a console."""
    sys.argv[1:1] = ["app"]
    main()
