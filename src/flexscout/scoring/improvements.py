"""What would raise a property's score: what is missing, and the next better bracket of what is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import narwhals as nw
import polars as pl

from flexscout.scoring.profile import Factor, Part, Profile, Rule, points_column
from flexscout.scoring.profile_lint import format_bound
from flexscout.scoring.rules import RuleExpressions, add_rule_columns, rule_value
from flexscout.scoring.rules import describe_condition as in_words
from flexscout.scoring.score import is_known

_LEAST = 0.005  # points that are worth a word
_POINTS, _VALUE, _MISSING, _KNOWN = "points {} {}", "value {} {}", "missing {} {}", "known {}"


Seen = dict[str, float | None]
"""What is asked of a row; what is yes or no as 1 or 0."""


@dataclass(frozen=True)
class Improvement:
    """A way to a higher score.

    `gain`: what it would add to the score, at most unless it is `sure`; `missing`: whether a value is missing, or lies in another
    bracket; `said`: what it takes, in words; `columns`: what it is about.
    """

    factor: str
    columns: tuple[str, ...]
    gain: float
    sure: bool
    missing: bool
    said: str


@dataclass(frozen=True)
class _Way:
    """The same within a factor: `points` of it."""

    columns: tuple[str, ...]
    points: float
    sure: bool
    missing: bool
    said: str


def find_improvements(row: pl.DataFrame, profile: Profile, as_of: date | None = None) -> tuple[Improvement, ...]:
    """The ways of a property, the one that adds most first. `row`: one, scored."""
    seen = _seen(row, profile, RuleExpressions(profile, as_of))
    room = profile.cap - row["Flex Score"][0]
    weights = sum(factor.weight for factor in profile.factors.values())
    found: list[Improvement] = []
    for name, factor in profile.factors.items():
        share = 1.0 if profile.score == "sum" else factor.weight / weights
        most = factor.max_points - row[points_column(name)][0]
        for way in _ways(name, factor, seen):
            gain = round(min(min(way.points, most) * share, room), 2)
            found.append(Improvement(name, way.columns, gain, way.sure, way.missing, way.said))
    return tuple(sorted((way for way in found if way.gain > _LEAST), key=lambda way: -way.gain))


def _seen(row: pl.DataFrame, profile: Profile, rules: RuleExpressions) -> Seen:
    """The points of each part, whether its value is missing, what it is if it is a number, and which factors have data."""
    asked: list[nw.Expr] = []
    for name, factor in profile.factors.items():
        asked.append(is_known(factor).alias(_KNOWN.format(name)))
        for i, part in enumerate(factor.parts):
            asked += [
                rules.points(part).alias(_POINTS.format(name, i)),
                rule_value(part).is_null().alias(_MISSING.format(name, i)),
            ]
            if part.rules[0].kind == "number":
                asked.append(rule_value(part).alias(_VALUE.format(name, i)))
    found: Seen = add_rule_columns(nw.from_native(row), profile).select(asked).rows(named=True)[0]
    return found


def _ways(name: str, factor: Factor, seen: Seen) -> Iterator[_Way]:
    if factor.unknown and not seen[_KNOWN.format(name)]:
        yield _Way(factor.columns, factor.max_points, sure=False, missing=True, said=f"nothing is known of {name}")
        return
    for i, part in enumerate(factor.parts):
        points, names = seen[_POINTS.format(name, i)] or 0.0, " and ".join(part.columns)
        if seen[_MISSING.format(name, i)]:
            verb = "is" if len(part.columns) == 1 else "are"
            yield _Way(part.columns, part.max_points, sure=False, missing=True, said=f"{names} {verb} missing")
        elif rule := _next(part, points, seen.get(_VALUE.format(name, i))):
            sure = not isinstance(rule.points, tuple)
            yield _Way(
                part.columns, rule.max_points - points, sure, missing=False, said=f"{_named(part)} {_wanted(rule, part.column)}"
            )


def _named(part: Part) -> str:
    if part.ratio:
        return f"{' and '.join(part.ratio.of)} per {' and '.join(part.ratio.to)}"
    return " and ".join(part.columns)


def _next(part: Part, points: float, number: float | None) -> Rule | None:
    """The nearest rule with more points, of equally near ones that with the least."""
    better = [rule for rule in part.rules if rule.max_points > points + _LEAST]
    return min(better, key=lambda rule: (_distance(rule, number), rule.max_points), default=None)


def _distance(rule: Rule, number: float | None) -> float:
    if number is None:
        return 0.0
    least, most = (bound if bound is not None else number for bound in (rule.lower, rule.upper))
    return max(least - number, number - most, 0.0)


def _wanted(rule: Rule, column: str | None) -> str:
    """The condition in words; of a range its ends, years plain."""
    if len(rule.keywords) == 1:
        return f"has the word {rule.keywords[0]}"
    if rule.kind != "number":
        return in_words(rule)
    bounds = ((rule.at_least, "from"), (rule.above, "above"), (rule.at_most, "to"), (rule.below, "below"))
    return " ".join(f"{word} {format_bound(bound, column)}" for bound, word in bounds if bound is not None)
