"""What a profile may say and hardly means: bands that come too late, gaps between bands, classes above every score."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from flexscout.domain import canonical_column, fold_header, word_forms
from flexscout.scoring.profile import Part, Profile, Rule


def compute_best_score(profile: Profile) -> float:
    """The highest score that a property can have."""
    factors = profile.factors.values()
    if profile.score == "sum":
        together = sum(factor.max_points for factor in factors)
    else:
        together = sum(factor.max_points * factor.weight for factor in factors) / sum(factor.weight for factor in factors)
    return min(profile.cap, together + sum(max(0.0, bonus.points) for bonus in profile.bonuses.values()))


def lint_profile(profile: Profile, least: float) -> tuple[str, ...]:
    """What is allowed and suspicious, in sentences. `least`: the score from which a property is a candidate."""
    return (*_of_rules(profile), *_of_bonuses(profile), *_of_scores(profile, least))


def format_bound(bound: float, part_column: str | None) -> str:
    """A number of a band as a person writes it; years have no separators."""
    return f"{bound:g}" if part_column and canonical_column(part_column).type == "year" else f"{bound:,.12g}"


def _of_rules(profile: Profile) -> Iterator[str]:
    for name, factor in profile.factors.items():
        for part in (*factor.parts, *factor.unknown):
            where = f"{name}, {' and '.join(part.columns)}"
            covered = [position for position in range(1, len(part.rules)) if _is_covered(part.rules, position)]
            yield from (f"{where}: rule {i + 1} comes too late: the rules before it take what it is for." for i in covered)
            yield from (f"{where}: no rule is for {gap}; that gives 0 points." for gap in _gaps(part))


def _is_covered(rules: Sequence[Rule], position: int) -> bool:
    rule, before = rules[position], rules[:position]
    if rule.kind == "number":
        probes = [probe for probe in _probes(rules) if _holds(rule, probe)]
        return all(any(_holds(other, probe) for other in before) for probe in probes)
    if rule.kind == "date":
        return any((other.within_days or 0) >= (rule.within_days or 0) for other in before)
    if rule.codes:
        return {fold_header(code) for code in rule.codes} <= {fold_header(code) for other in before for code in other.codes}
    found = {f" {form.lower()} " for other in before for word in other.keywords for form in word_forms(word)}
    return all(any(form in f" {word.lower()} " for form in found) for word in rule.keywords)


def _gaps(part: Part) -> Iterator[str]:
    """The values between the bands for which no rule is."""
    if part.rules[0].kind != "number":
        return
    probes = _probes(part.rules)
    held = [any(_holds(rule, probe) for rule in part.rules) for probe in probes]
    if True not in held:
        return
    first, last = held.index(True), len(held) - 1 - held[::-1].index(True)
    bounds = set(_bounds(part.rules))
    for i in range(first, last):
        if held[i]:
            continue
        if probes[i] in bounds:
            if held[i - 1] and held[i + 1]:
                yield f"exactly {format_bound(probes[i], part.column)}"
        else:
            low, high = probes[i - 1], probes[i + 1]
            yield f"what lies between {format_bound(low, part.column)} and {format_bound(high, part.column)}"


def _bounds(rules: Sequence[Rule]) -> list[float]:
    return sorted({bound for rule in rules for bound in (rule.lower, rule.upper) if bound is not None})


def _probes(rules: Sequence[Rule]) -> list[float]:
    """Every end of a band, a value between each two of them, and one beyond either end: nothing else can differ."""
    bounds = _bounds(rules)
    between = [middle for low, high in pairwise(bounds) for middle in (low, (low + high) / 2)]
    return [bounds[0] - 1, *between, bounds[-1], bounds[-1] + 1]


def _holds(rule: Rule, number: float) -> bool:
    return (
        (rule.at_least is None or number >= rule.at_least)
        and (rule.above is None or number > rule.above)
        and (rule.at_most is None or number <= rule.at_most)
        and (rule.below is None or number < rule.below)
    )


def _of_bonuses(profile: Profile) -> Iterator[str]:
    for flag, bonus in profile.bonuses.items():
        for name, least in bonus.when.items():
            best = profile.factors[name].max_points
            if least > best:
                yield f"Bonus {flag}: it asks for {least:g} points of {name}, which gives {best:g} at best."


def _of_scores(profile: Profile, least: float) -> Iterator[str]:
    best = compute_best_score(profile)
    for name, threshold in profile.bands:
        if threshold > best:
            yield f"Class {name}: it begins at {threshold:g}, above the best score of {best:g}."
    if least > best:
        need = f"candidates begin at {least:g}, unless filtering.min_flex_score says otherwise"
        yield f"No property can be a candidate: the best score is {best:g}, and {need}."
