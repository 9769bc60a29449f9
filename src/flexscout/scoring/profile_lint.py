"""Lint profiles: rules that never apply, gaps between ranges, scores that can't be reached."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from flexscout.domain import find_canonical_column, fold_header, format_number, list_word_forms
from flexscout.scoring.profile import Part, Profile, Rule


def compute_best_score(profile: Profile) -> float:
    """Return the highest score that a property can reach."""
    factors = profile.factors.values()
    if profile.score == "sum":
        total = sum(factor.max_points for factor in factors)
    else:
        total = sum(factor.max_points * factor.weight for factor in factors) / sum(factor.weight for factor in factors)
    return min(profile.cap, total + sum(max(0.0, bonus.points) for bonus in profile.bonuses.values()))


def lint_profile(profile: Profile, min_flex_score: float) -> tuple[str, ...]:
    """List what is allowed in a profile but probably not intended, a sentence each.

    Args:
        profile: A valid profile.
        min_flex_score: Minimum score of a candidate, 0-10.

    """
    return (*_lint_rules(profile), *_lint_bonuses(profile), *_lint_scores(profile, min_flex_score))


def format_bound(bound: float, part_column: str | None) -> str:
    """Format a bound of a range: `20,000`; years have no separators."""
    return format_number(bound, is_year=is_year_column(part_column))


def is_year_column(name: str | None) -> bool:
    """Return whether the canonical column holds years; false for None."""
    return name is not None and find_canonical_column(name).type == "year"


def _lint_rules(profile: Profile) -> Iterator[str]:
    for name, factor in profile.factors.items():
        for part in (*factor.parts, *factor.unknown):
            where = f"{name}, {' and '.join(part.columns)}"
            covered = [position for position in range(1, len(part.rules)) if _is_covered(part.rules, position)]
            yield from (f"{where}: rule {i + 1} never applies: earlier rules cover all its values." for i in covered)
            yield from (f"{where}: no rule covers {gap}, which gives 0 points." for gap in _find_gaps(part))


def _is_covered(rules: Sequence[Rule], position: int) -> bool:
    rule, earlier = rules[position], rules[:position]
    if rule.kind == "number":
        probes = [probe for probe in _list_probes(rules) if rule.number_range.contains(probe)]
        return all(any(other.number_range.contains(probe) for other in earlier) for probe in probes)
    if rule.kind == "date":
        return any((other.within_days or 0) >= (rule.within_days or 0) for other in earlier)
    if rule.codes:
        return {fold_header(code) for code in rule.codes} <= {fold_header(code) for other in earlier for code in other.codes}
    found = {f" {form.lower()} " for other in earlier for word in other.keywords for form in list_word_forms(word)}
    return all(any(form in f" {word.lower()} " for form in found) for word in rule.keywords)


def _find_gaps(part: Part) -> Iterator[str]:
    """Find values between the ranges that no rule covers."""
    if part.rules[0].kind != "number":
        return
    probes = _list_probes(part.rules)
    held = [any(rule.number_range.contains(probe) for rule in part.rules) for probe in probes]
    if True not in held:
        return
    first, last = held.index(True), len(held) - 1 - held[::-1].index(True)
    bounds = set(_list_bounds(part.rules))
    for i in range(first, last):
        if held[i]:
            continue
        if probes[i] in bounds:
            if held[i - 1] and held[i + 1]:
                yield f"exactly {format_bound(probes[i], part.column)}"
        else:
            low, high = probes[i - 1], probes[i + 1]
            yield f"values between {format_bound(low, part.column)} and {format_bound(high, part.column)}"


def _list_bounds(rules: Sequence[Rule]) -> list[float]:
    return sorted({bound for rule in rules for bound in (rule.lower, rule.upper) if bound is not None})


def _list_probes(rules: Sequence[Rule]) -> list[float]:
    """Return all bounds, a value between each two, and one beyond either end: the rules can't tell other values apart."""
    bounds = _list_bounds(rules)
    between = [middle for low, high in pairwise(bounds) for middle in (low, (low + high) / 2)]
    return [bounds[0] - 1, *between, bounds[-1], bounds[-1] + 1]


def _lint_bonuses(profile: Profile) -> Iterator[str]:
    for flag, bonus in profile.bonuses.items():
        for name, minimum in bonus.when.items():
            best = profile.factors[name].max_points
            if minimum > best:
                yield f"Bonus {flag} can't be reached: it needs {minimum:g} points of {name}, which gives at most {best:g}."


def _lint_scores(profile: Profile, min_flex_score: float) -> Iterator[str]:
    best = compute_best_score(profile)
    for name, threshold in profile.bands:
        if threshold > best:
            yield f"Class {name} can't be reached: it starts at {threshold:g}, above the best score of {best:g}."
    if min_flex_score > best:
        minimum = f"filtering.min_flex_score is {min_flex_score:g} unless you set it"
        yield f"No property can be a candidate: the best score is {best:g}, and {minimum}."
