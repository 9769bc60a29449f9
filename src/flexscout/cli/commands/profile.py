"""`flexscout profile`: look at profiles, copy one, check one's own, compare two over a folder."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flexscout.cli.commands.profile_compare import compare
from flexscout.cli.exit_codes import report_errors
from flexscout.cli.terminal import print_block, print_line
from flexscout.errors import OutputError

profile = typer.Typer(name="profile", help="How properties are scored.", no_args_is_help=True, rich_markup_mode=None)

_SUFFIXES = (".yaml", ".yml")

Named = Annotated[str, typer.Argument(metavar="NAME", help="A built-in profile, or a file.", show_default=False)]


class Form(StrEnum):
    """How a profile is shown."""

    TEXT = "text"
    YAML = "yaml"


@profile.command("list")
@report_errors
def list_() -> None:
    """Name the built-in profiles."""
    from flexscout.scoring import list_profiles, load_profile  # noqa: PLC0415 - `--help` loads no frames

    width = max(map(len, list_profiles()))
    for name in list_profiles():
        print_line(f"{name:{width}}  {load_profile(name).about}")


@profile.command("show")
@report_errors
def show(
    name: Named,
    *,
    form: Annotated[Form, typer.Option("--format", help="In tables, or as the file has it.", show_default=True)] = Form.TEXT,
) -> None:
    """Show a profile: factors with their bands and points, who is eligible, bonuses, classes."""
    from flexscout.cli.render.profile_tables import show_profile  # noqa: PLC0415
    from flexscout.scoring import load_profile, read_profile_text  # noqa: PLC0415 - `--help` loads no frames

    found = load_profile(name)
    if form is Form.YAML:
        print_block(read_profile_text(name))
    else:
        show_profile(found)


@profile.command("copy")
@report_errors
def copy(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A built-in profile.", show_default=False)],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Where to write it; ends in .yaml or .yml.", show_default=False)],
    *,
    extend: Annotated[bool, typer.Option("--extend", help="A short file, for what differs from the built-in one.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a built-in profile to a file of your own."""
    from flexscout.scoring import render_profile_copy  # noqa: PLC0415 - `--help` loads no frames

    text = render_profile_copy(name, path, extends=extend)
    if path.suffix.lower() not in _SUFFIXES:
        raise OutputError(f"{path} does not end in .yaml or .yml, by which a profile of one's own is known.", "Name it so.")
    if path.exists() and not force:
        raise OutputError(f"{path} exists already.", "Give another path, or --force to overwrite it.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} can't be written: {error.strerror}.", "Give another path.") from None
    print_line(f"Wrote {path}. Use it with: flexscout run FOLDER --profile {path}")


@profile.command("check")
@report_errors
def check(name: Annotated[str, typer.Argument(metavar="PATH", help="The file of a profile.", show_default=False)]) -> None:
    """Say whether a profile is right: all its mistakes with their lines, and what looks like one."""
    from flexscout.config import PipelineConfiguration  # noqa: PLC0415
    from flexscout.scoring import compute_best_score, lint_profile, load_profile  # noqa: PLC0415 - `--help` loads no frames

    found = load_profile(name)
    least = PipelineConfiguration.model_fields["min_flex_score"].default
    count = f"{len(found.factors)} factor{'' if len(found.factors) == 1 else 's'}"
    eligible = f"eligible by {', '.join(found.eligibility)}" if found.eligibility else "every property is eligible"
    print_line(f"{name} is fine: {count}, {compute_best_score(found):g} points at best, {eligible}.")
    for remark in lint_profile(found, least):
        print_line(f"  But look: {remark}")


profile.command("compare")(compare)
