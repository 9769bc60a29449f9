"""A profile in tables, for a person."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich import box
from rich.console import Console
from rich.table import Table

from flexscout.domain import escape_controls
from flexscout.scoring import Factor, Part, Profile, Rule, compute_best_score, format_bound

Line = tuple[str, ...]


def show_profile(profile: Profile) -> None:
    """Print what the profile says, as wide as the terminal."""
    console = Console(highlight=False, markup=False, emoji=False)
    how = "the sum of the factors" if profile.score == "sum" else "the weighted mean of the factors"
    console.print(escape_controls(f"{profile.name}: {profile.about}" if profile.about else profile.name))
    console.print(f"The score is {how}, at most {profile.cap:g}; {compute_best_score(profile):g} at best.")
    _print_factors(console, profile)
    needed = [(name, _condition(rule, name)) for name, rule in profile.eligibility.items()]
    _print(console, "Eligible is what has", ("Column", "Value"), needed)
    bonuses = [(flag, f"{bonus.points:g}", _reached(bonus.when)) for flag, bonus in profile.bonuses.items()]
    _print(console, "Bonuses on the score", ("Flag", "Points", "Where these factors have their points"), bonuses)
    _print(console, "Classes", ("Class", "From a score of"), [(name, f"{least:g}") for name, least in profile.bands])
    if not profile.eligibility:
        console.print("Every property is eligible.")


def _print_factors(console: Console, profile: Profile) -> None:
    table = _table("Factors", ("Factor", "Column", "Band", "Points"))
    for name, factor in profile.factors.items():
        labels = [name, *_terms(factor, weighted=profile.score != "sum")]
        for label, line in zip_longest(labels, _bands(factor), fillvalue=None):
            table.add_row(*map(escape_controls, (label or "", *(line or ("", "", "")))))
        table.add_section()
    console.print(table)


def _print(console: Console, title: str, heads: Line, rows: Sequence[Line]) -> None:
    """A table, if there is anything in it."""
    if rows:
        table = _table(title, heads)
        for row in rows:
            table.add_row(*map(escape_controls, row))
        console.print(table)


def _table(title: str, heads: Line) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        is_number = head in ("Points", "From a score of")
        table.add_column(head, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    return table


def _terms(factor: Factor, *, weighted: bool) -> Iterator[str]:
    """What a factor has beside its bands."""
    if weighted:
        yield f"weight {factor.weight:g}"
    if factor.base:
        yield f"begins at {factor.base:g}"
    if factor.cap is not None:
        yield f"at most {factor.cap:g}"


def _bands(factor: Factor) -> Iterator[Line]:
    """A line per rule: the column at the first of its part, the band, the points."""
    parts = [(_value(part), part) for part in factor.parts]
    parts += [(f"if nothing is known: {_value(part)}", part) for part in factor.unknown]
    for value, part in parts:
        for i, rule in enumerate(part.rules):
            yield value if i == 0 else "", _condition(rule, part.column), _points(rule)


def _value(part: Part) -> str:
    if part.ratio:
        return f"{' + '.join(part.ratio.of)} / {_summed(part.ratio.to)}"
    return " + ".join(part.columns)


def _summed(names: Sequence[str]) -> str:
    return f"({' + '.join(names)})" if len(names) > 1 else names[0]


def _condition(rule: Rule, column: str | None) -> str:
    """`20,000 to under 50,000`, `flex`."""
    if rule.text_test:
        return ", ".join(rule.text_test[1:])
    if rule.within_days is not None:
        return f"in the last {rule.within_days:g} days"
    least = "" if rule.lower is None else f"{'' if rule.above is None else 'over '}{format_bound(rule.lower, column)}"
    most = "" if rule.upper is None else f"{'' if rule.below is None else 'under '}{format_bound(rule.upper, column)}"
    if least and most:
        return f"{least} to {most}"
    return (least if rule.above is not None else f"from {least}") if least else (most if rule.below is not None else f"to {most}")


def _points(rule: Rule) -> str:
    return " to ".join(f"{end:g}" for end in rule.points) if isinstance(rule.points, tuple) else f"{rule.points:g}"


def _reached(when: dict[str, float]) -> str:
    return " and ".join(f"{name} {least:g}" for name, least in when.items())
