"""Print pairs of properties and the decisions about them."""

from typing import Any

from flexscout.cli.terminal import print_line
from flexscout.domain import format_number, shorten
from flexscout.insights import ListedDecision, OpenPair
from flexscout.matching import SIDE_COLUMNS, describe_side

_WIDTH = 40  # of a column of values
_SIZE = "Building SqFt"


def show_pair(pair: OpenPair, number: int, count: int) -> None:
    """Print both properties side by side, with the evidence."""
    postponed = "; you wanted to decide later" if pair.is_postponed else ""
    print_line(f"{number:,} of {count:,} (score {pair.score:.2f}{postponed}): {pair.evidence}", blank_before=True)
    left, right = (dict(zip(SIDE_COLUMNS, (shorten(text, _WIDTH) for text in side), strict=True)) for side in pair.sides)
    for row in (left, right):
        row[_SIZE] = _format_size(row[_SIZE])
    rows = [(name, left[name], right[name]) for name in SIDE_COLUMNS if left[name] or right[name]]
    rows.append(("Source", shorten(pair.sources[0], _WIDTH), shorten(pair.sources[1], _WIDTH)))
    width = max(len(value) for _, value, _ in rows)
    for name, first, second in rows:
        mark = " " if first.casefold() == second.casefold() or name == "Source" else "*"
        print_line(f" {mark} {name:13}  {first:{width}}  {second}")


def describe_decision(listed: ListedDecision) -> str:
    """Return a decision in one line, with what the last run makes of it."""
    line = f"{listed.decision.number:4}  {listed.decision}"
    if listed.contradicts:
        numbers = ", ".join(str(one.number) for one in listed.contradicts)
        return f"{line}: set aside, because it contradicts {numbers}"
    if listed.in_use is False:
        return f"{line}: not in use, because the last run has no such property"
    return line


def decision_to_dict(listed: ListedDecision) -> dict[str, Any]:
    """Return the same as JSON values."""
    one = listed.decision
    return {
        "number": one.number,
        "decision": str(one.kind),
        "date": one.decided.isoformat() if one.decided else None,
        "properties": [dict(zip(SIDE_COLUMNS, side, strict=True)) for side in one.sides],
        "names": [describe_side(side) for side in one.sides],
        "in_use": listed.in_use,
        "contradicts": [other.number for other in listed.contradicts],
    }


def _format_size(text: str) -> str:
    try:
        return format_number(float(text))
    except ValueError:
        return text
