"""`flexscout profile`: list, show, copy, check and compare profiles."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flexscout.cli.commands.profile_compare import compare
from flexscout.cli.exit_codes import handle_errors
from flexscout.cli.terminal import print_block, print_line
from flexscout.domain import format_count
from flexscout.errors import OutputError

profile = typer.Typer(
    name="profile", help="List, show, copy, check and compare scoring profiles.", no_args_is_help=True, rich_markup_mode=None
)

_SUFFIXES = (".yaml", ".yml")

ProfileName = Annotated[
    str, typer.Argument(metavar="NAME", help="Built-in profile, or path of a profile file.", show_default=False)
]


class Form(StrEnum):
    """Output format of `flexscout profile show`."""

    TEXT = "text"
    YAML = "yaml"


@profile.command("list")
@handle_errors
def list_() -> None:
    """List the built-in profiles."""
    from flexscout.scoring import list_profiles, load_profile  # noqa: PLC0415 - `--help` loads no frames

    width = max(map(len, list_profiles()))
    for name in list_profiles():
        print_line(f"{name:{width}}  {load_profile(name).about}")


@profile.command("show")
@handle_errors
def show(
    name: ProfileName,
    *,
    form: Annotated[Form, typer.Option("--format", help="Tables, or the YAML of the file.", show_default=True)] = Form.TEXT,
) -> None:
    """Show a profile: factors, points, eligibility, bonuses and classes."""
    from flexscout.cli.render.profile_tables import show_profile  # noqa: PLC0415
    from flexscout.scoring import load_profile, read_profile_text  # noqa: PLC0415 - `--help` loads no frames

    loaded = load_profile(name)
    if form is Form.YAML:
        print_block(read_profile_text(name))
    else:
        show_profile(loaded)


@profile.command("copy")
@handle_errors
def copy(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Built-in profile to copy.", show_default=False)],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="File to write; must end in .yaml or .yml.", show_default=False)],
    *,
    extend: Annotated[
        bool, typer.Option("--extend", help="Write a short file that extends the profile and contains only your changes.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Copy a built-in profile to a file that you can edit."""
    from flexscout.scoring import render_profile_copy  # noqa: PLC0415 - `--help` loads no frames

    text = render_profile_copy(name, path, extends=extend)
    if path.suffix.lower() not in _SUFFIXES:
        raise OutputError(f"{path} must end in .yaml or .yml.", "Choose another name.")
    if path.exists() and not force:
        raise OutputError(f"{path} already exists.", "Choose another path, or use --force to overwrite it.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} can't be written: {error.strerror}.", "Choose another path.") from None
    print_line(f"Wrote {path}. Use it with: flexscout run FOLDER --profile {path}")


@profile.command("check")
@handle_errors
def check(name: Annotated[str, typer.Argument(metavar="PATH", help="Profile file to check.", show_default=False)]) -> None:
    """Check a profile file: list all errors with their lines, and warnings."""
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415
    from flexscout.scoring import compute_best_score, lint_profile, load_profile  # noqa: PLC0415 - `--help` loads no frames

    loaded = load_profile(name)
    min_flex_score = PipelineConfiguration.model_fields["min_flex_score"].default
    eligibility = f"eligible by {', '.join(loaded.eligibility)}" if loaded.eligibility else "every property is eligible"
    factors = format_count(len(loaded.factors), "factor")
    print_line(f"{name} is valid: {factors}, {compute_best_score(loaded):g} points at most, {eligibility}.")
    for warning in lint_profile(loaded, min_flex_score):
        print_line(f"  Warning: {warning}")


profile.command("compare")(compare)
