"""Print a profile as tables."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich import box
from rich.console import Console
from rich.table import Table

from flexscout.domain import escape_controls
from flexscout.scoring import Factor, Part, Profile, Rule, compute_best_score, format_bound

Line = tuple[str, ...]


def show_profile(profile: Profile) -> None:
    """Print a profile, at the width of the terminal."""
    console = Console(highlight=False, markup=False, emoji=False)
    method = "the sum of the factors" if profile.score == "sum" else "the weighted mean of the factors"
    console.print(escape_controls(f"{profile.name}: {profile.about}" if profile.about else profile.name))
    console.print(
        f"The score is {method}, capped at {profile.cap:g}. The highest possible score is {compute_best_score(profile):g}."
    )
    _print_factors(console, profile)
    criteria = [(name, _format_condition(rule, name)) for name, rule in profile.eligibility.items()]
    _print_table(console, "Eligibility", ("Column", "Required value"), criteria)
    excluded = [(name, _format_condition(rule, name)) for name, rule in profile.exclusions.items()]
    _print_table(console, "Exclusions", ("Column", "Excluded value"), excluded)
    bonuses = [(flag, f"{bonus.points:g}", _format_minimums(bonus.when)) for flag, bonus in profile.bonuses.items()]
    _print_table(console, "Bonuses", ("Flag", "Points", "If these factors reach these points"), bonuses)
    _print_table(console, "Classes", ("Class", "Minimum score"), [(name, f"{minimum:g}") for name, minimum in profile.bands])
    if not (profile.eligibility or profile.exclusions):
        console.print("Every property is eligible.")


def _print_factors(console: Console, profile: Profile) -> None:
    table = _build_table("Factors", ("Factor", "Column", "Value", "Points"))
    for name, factor in profile.factors.items():
        labels = [name, *_list_terms(factor, weighted=profile.score != "sum")]
        for label, line in zip_longest(labels, _list_rules(factor), fillvalue=None):
            table.add_row(*map(escape_controls, (label or "", *(line or ("", "", "")))))
        table.add_section()
    console.print(table)


def _print_table(console: Console, title: str, heads: Line, rows: Sequence[Line]) -> None:
    """Print a table unless it is empty."""
    if rows:
        table = _build_table(title, heads)
        for row in rows:
            table.add_row(*map(escape_controls, row))
        console.print(table)


def _build_table(title: str, heads: Line) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        is_number = head in ("Points", "Minimum score")
        table.add_column(head, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    return table


def _list_terms(factor: Factor, *, weighted: bool) -> Iterator[str]:
    """List the terms of a factor other than its rules."""
    if weighted:
        yield f"weight {factor.weight:g}"
    if factor.base:
        yield f"starts at {factor.base:g}"
    if factor.cap is not None:
        yield f"at most {factor.cap:g}"


def _list_rules(factor: Factor) -> Iterator[Line]:
    """Return a line per rule: the value (on the first line of a part), the condition, the points."""
    parts = [(_format_value(part), part) for part in factor.parts]
    parts += [(f"if there is no data: {_format_value(part)}", part) for part in factor.unknown]
    for value, part in parts:
        for i, rule in enumerate(part.rules):
            yield value if i == 0 else "", _format_condition(rule, part.column), _format_points(rule)


def _format_value(part: Part) -> str:
    if part.ratio:
        return f"{' + '.join(part.ratio.of)} / {_format_sum(part.ratio.to)}"
    return " + ".join(part.columns)


def _format_sum(names: Sequence[str]) -> str:
    return f"({' + '.join(names)})" if len(names) > 1 else names[0]


def _format_condition(rule: Rule, column: str | None) -> str:
    """`20,000 to under 50,000`, `flex`."""
    if rule.text_test:
        return ", ".join(rule.text_test[1:])
    if rule.within_days is not None:
        return f"in the last {rule.within_days:g} days"
    lower = "" if rule.lower is None else f"{'' if rule.above is None else 'over '}{format_bound(rule.lower, column)}"
    upper = "" if rule.upper is None else f"{'' if rule.below is None else 'under '}{format_bound(rule.upper, column)}"
    if lower and upper:
        return f"{lower} to {upper}"
    return (
        (lower if rule.above is not None else f"from {lower}") if lower else (upper if rule.below is not None else f"to {upper}")
    )


def _format_points(rule: Rule) -> str:
    return " to ".join(f"{end:g}" for end in rule.points) if isinstance(rule.points, tuple) else f"{rule.points:g}"


def _format_minimums(minimums: dict[str, float]) -> str:
    return " and ".join(f"{name} {minimum:g}" for name, minimum in minimums.items())
