"""Find what would raise a property's score: missing values, and the next better range of known values."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import narwhals as nw
import polars as pl

from flexscout.scoring.profile import Factor, Part, Profile, Rule, points_column
from flexscout.scoring.profile_lint import is_year_column
from flexscout.scoring.rules import RuleExpressions, add_rule_columns, describe_condition, rule_value
from flexscout.scoring.score import is_known

_MIN_GAIN = 0.005  # points; less rounds to nothing
_POINTS, _VALUE, _MISSING, _KNOWN = "points {} {}", "value {} {}", "missing {} {}", "known {}"

RowValues = dict[str, float | None]
"""Points, values and flags (1 or 0) of a row, by the names above."""


@dataclass(frozen=True)
class Improvement:
    """Change that would raise a score.

    `columns`: columns that would change; `gain`: points that it adds to the score, or at most adds unless it is `sure`;
    `missing`: whether a value is missing, rather than in a lower range; `said`: the change, as text.
    """

    factor: str
    columns: tuple[str, ...]
    gain: float
    sure: bool
    missing: bool
    said: str


def find_improvements(row: pl.DataFrame, parts: pl.DataFrame, profile: Profile) -> tuple[Improvement, ...]:
    """List the improvements of a property, highest gain first.

    Args:
        row: A scored frame of one row.
        parts: The same row of `evaluate_parts`.
        profile: The profile that scored it.

    """
    values: RowValues = parts.row(0, named=True)
    headroom = profile.cap - row["Flex Score"][0]
    weights = sum(factor.weight for factor in profile.factors.values())
    improvements: list[Improvement] = []
    for name, factor in profile.factors.items():
        share = 1.0 if profile.score == "sum" else factor.weight / weights
        factor_headroom = factor.max_points - row[points_column(name)][0]
        for entry in _find_in_factor(name, factor, values):
            gain = round(min(min(entry.gain, factor_headroom) * share, headroom), 2)
            improvements.append(replace(entry, gain=gain))
    return tuple(sorted((entry for entry in improvements if entry.gain > _MIN_GAIN), key=lambda entry: -entry.gain))


def evaluate_parts(scored: pl.DataFrame, profile: Profile, as_of: date | None = None) -> pl.DataFrame:
    """Return the points of each part, whether its value is missing, its number, and which factors have data; for each row."""
    rules, expressions = RuleExpressions(profile, as_of), list[nw.Expr]()
    for name, factor in profile.factors.items():
        expressions.append(is_known(factor).alias(_KNOWN.format(name)))
        for i, part in enumerate(factor.parts):
            expressions += [
                rules.points(part).alias(_POINTS.format(name, i)),
                rule_value(part).is_null().alias(_MISSING.format(name, i)),
            ]
            if part.rules[0].kind == "number":
                expressions.append(rule_value(part).alias(_VALUE.format(name, i)))
    evaluated: pl.DataFrame = add_rule_columns(nw.from_native(scored), profile).select(expressions).to_native()
    return evaluated


def _find_in_factor(name: str, factor: Factor, values: RowValues) -> Iterator[Improvement]:
    """Find the improvements of a factor; the gain is in points of the factor."""
    if factor.unknown and not values[_KNOWN.format(name)]:
        yield Improvement(name, factor.columns, factor.max_points, sure=False, missing=True, said=f"{name} has no data")
        return
    for i, part in enumerate(factor.parts):
        points, names = values[_POINTS.format(name, i)] or 0.0, " and ".join(part.columns)
        if values[_MISSING.format(name, i)]:
            text = f"{names} {'is' if len(part.columns) == 1 else 'are'} missing"
            yield Improvement(name, part.columns, part.max_points, sure=False, missing=True, said=text)
        elif rule := _find_next_rule(part, points, values.get(_VALUE.format(name, i))):
            text = f"{_describe_value(part)} {_describe_target(rule, part.column)}"
            is_sure = not isinstance(rule.points, tuple)
            yield Improvement(name, part.columns, rule.max_points - points, sure=is_sure, missing=False, said=text)


def _describe_value(part: Part) -> str:
    if part.ratio:
        return f"{' and '.join(part.ratio.of)} per {' and '.join(part.ratio.to)}"
    return " and ".join(part.columns)


def _find_next_rule(part: Part, points: float, number: float | None) -> Rule | None:
    """Return the nearest rule with more points; of equally near rules, the one with the fewest points."""
    better = [rule for rule in part.rules if rule.max_points > points + _MIN_GAIN]
    return min(better, key=lambda rule: (_measure_distance(rule, number), rule.max_points), default=None)


def _measure_distance(rule: Rule, number: float | None) -> float:
    if number is None:
        return 0.0
    lower, upper = (bound if bound is not None else number for bound in (rule.lower, rule.upper))
    return max(lower - number, number - upper, 0.0)


def _describe_target(rule: Rule, column: str | None) -> str:
    """Describe what a value must become; years have no thousands separators."""
    if len(rule.keywords) == 1:
        return f"contains {rule.keywords[0]}"
    if rule.kind != "number":
        return describe_condition(rule)
    return rule.number_range.describe(is_year=is_year_column(column))
