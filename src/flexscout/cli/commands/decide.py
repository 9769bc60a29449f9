"""`flexscout decide`: decide which properties are the same."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from flexscout.cli.exit_codes import ExitCode, handle_errors
from flexscout.cli.options import ConfigFile, Format, OutputFile, OutputFormat, load_output_settings
from flexscout.cli.terminal import print_error, print_json, print_line
from flexscout.domain import format_count
from flexscout.errors import DecisionError

if TYPE_CHECKING:
    from flexscout.insights import PropertyDecisions

Places = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="A B",
        help="Two properties: an address, APN or Property ID each, or a row: FILE:ROW. With --undo also a number of --list.",
        show_default=False,
    ),
]

_BOTH = 2
_APPLY = "The next `flexscout run` applies it."


@handle_errors
def decide(
    places: Places = None,
    *,
    same: Annotated[bool, typer.Option("--same", help="A and B are the same property.")] = False,
    different: Annotated[bool, typer.Option("--different", help="A and B are different properties.")] = False,
    later: Annotated[bool, typer.Option("--later", help="List A and B last; you will decide later.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Remove the decision about A and B, or the one with a number.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the decisions.")] = False,
    output_file: OutputFile = None,
    config: ConfigFile = None,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Decide which properties are the same.

    Without A and B, it asks about each possible duplicate of the last run. Every later run obeys.
    """
    from flexscout.insights import PropertyDecisions  # noqa: PLC0415 - `--help` loads no frames

    kinds = [kind for kind, is_given in {"same": same, "different": different, "later": later}.items() if is_given]
    names = places or []
    _check_usage(kinds, names, undo=undo, list_=list_)
    decisions = PropertyDecisions(load_output_settings(config, output_file, to_write=True))
    if list_:
        _list(decisions, output_format)
    elif undo:
        for one in decisions.undo(*names):
            print_line(f"Removed: {one}. {_APPLY}")
    elif kinds:
        contradictions = decisions.decide(kinds[0], *names)
        print_line(f"Saved in {decisions.path}. {_APPLY}")
        for contradiction in contradictions:
            print_error(str(contradiction))
    else:
        _ask(decisions)


def _check_usage(kinds: list[str], names: list[str], *, undo: bool, list_: bool) -> None:
    """Raise DecisionError if the options don't fit together."""
    if len(kinds) + undo + list_ > 1:
        raise DecisionError("Use only one of --same, --different, --later, --undo and --list.")
    if kinds and len(names) != _BOTH:
        raise DecisionError(
            f"--{kinds[0]} needs two properties.", f'Write: flexscout decide --{kinds[0]} "12 Main St" "12 Mian St"'
        )
    if undo and not (len(names) == _BOTH or (len(names) == 1 and names[0].isdecimal())):
        raise DecisionError("--undo needs two properties or a number.", "List the decisions with `flexscout decide --list`.")
    if names and not (kinds or undo):
        raise DecisionError("Nothing says what to do with the properties.", "Add --same, --different, --later or --undo.")


def _list(decisions: "PropertyDecisions", output_format: Format) -> None:
    from flexscout.cli.render.decisions import decision_to_dict, describe_decision  # noqa: PLC0415 - as above

    listed = decisions.list_decisions()
    if output_format is Format.JSON:
        print_json(json.dumps([decision_to_dict(one) for one in listed], indent=2, ensure_ascii=False))
        return
    for one in listed:
        print_line(describe_decision(one))
    for problem in decisions.problems:
        print_error(problem)
    total = f"{format_count(len(listed), 'decision')} in {decisions.path}"
    print_line(total if listed else "There are no decisions.", blank_before=bool(listed))


def _ask(decisions: "PropertyDecisions") -> None:
    """Ask about each possible duplicate. Each answer is saved at once."""
    from flexscout.cli.render.decisions import show_pair  # noqa: PLC0415 - as above

    if not sys.stdin.isatty():
        print_error("This command asks questions, so it needs a terminal. Without one, use --same A B or --different A B.")
        raise typer.Exit(ExitCode.COULD_NOT_RUN)
    pairs = decisions.list_open_pairs()
    answered = 0
    for number, pair in enumerate(pairs, 1):
        show_pair(pair, number, len(pairs))
        kind = _read_answer()
        if kind is None:
            break
        decisions.decide_pair(kind, pair)
        answered += 1
    if not pairs:
        print_line("There are no possible duplicates to decide about.")
    elif answered:
        saved = format_count(answered, "decision")
        print_line(f"{saved} saved in {decisions.path}. The next `flexscout run` applies them.", blank_before=True)
        for contradiction in decisions.find_contradictions():
            print_error(str(contradiction))


def _read_answer() -> str | None:
    """Return the kind of decision that the user types, None to quit."""
    kinds = {"s": "same", "d": "different", "l": "later"}
    while True:
        print_line("Same, different, later, or quit? [s/d/l/q]", blank_before=True)
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            return None
        letter = line.strip().lower()[:1]
        if not line or letter == "q":
            return None
        if letter in kinds:
            return kinds[letter]
