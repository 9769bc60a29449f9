"""Score properties over whole columns: points per factor, score, class, completeness and ceiling."""

from collections.abc import Mapping
from datetime import date

import narwhals as nw

from flexscout.domain import FLAGS, MISSING_FACTORS, POINTS_SUFFIX
from flexscout.scoring.profile import Factor, Profile
from flexscout.scoring.rules import (
    Frame,
    RuleExpressions,
    column_names,
    number_literal,
    rule_column,
    rule_value,
    sum_in_order,
)

_SHARE_DECIMALS = 4
_HALF = 0.5 + 1e-9
_POINTS = f"{{}}{POINTS_SUFFIX}"
_CEILING = "__flexscout ceiling of {}"  # working columns: the most that a factor can give once missing values are known
_IS_KNOWN = "__flexscout knows {}"  # working columns: whether a factor has data


def score_columns(profile: Profile) -> tuple[str, ...]:
    """Return the columns that scoring adds, in order."""
    flags = (FLAGS,) if profile.bonuses else ()
    return (
        *("Flex Score", "Flex Classification", *profile.points_columns, *flags),
        *(MISSING_FACTORS, "Completeness", "Score Ceiling"),
    )


def score_frame(frame: Frame, profile: Profile, as_of: date | None) -> Frame:
    """Add the score columns to a frame with working columns.

    Scores are 0-10 (`profile.cap`), `Completeness` is 0-1. The ceiling is the score if every missing value took its best.
    """
    kept = [name for name in column_names(frame) if name not in score_columns(profile)]
    scored = combine_factors(frame.with_columns(*factor_columns(profile, as_of)), profile)
    return scored.select(*kept, *score_columns(profile))


def factor_columns(profile: Profile, as_of: date | None) -> list[nw.Expr]:
    """Return what each factor gives: its points, the most that they can be, and whether it has data."""
    rules = RuleExpressions(profile, as_of)
    return [
        expression.alias(column.format(name))
        for name, factor in profile.factors.items()
        for column, expression in (
            (_POINTS, _factor_points(factor, rules)),
            (_CEILING, _factor_points(factor, rules, at_best=True)),
            (_IS_KNOWN, is_known(factor)),
        )
    ]


def combine_factors(frame: Frame, profile: Profile) -> Frame:
    """Add the score, its ceiling and class, and what is missing, to a frame with the `factor_columns`."""
    known = {name: nw.col(_IS_KNOWN.format(name)) for name in profile.factors}
    share = sum_in_order(nw.when(one).then(number_literal(1.0)).otherwise(number_literal(0.0)) for one in known.values()) / len(
        known
    )
    scored = frame.with_columns(
        _missing_factors(known).alias(MISSING_FACTORS), share.round(_SHARE_DECIMALS).alias("Completeness")
    )
    if profile.bonuses:
        scored = scored.with_columns(*_bonus_columns(profile))
    scored = scored.with_columns(
        _total_score(profile, _POINTS).alias("Flex Score"), _total_score(profile, _CEILING).alias("Score Ceiling")
    )
    return scored.with_columns(_classification(profile).alias("Flex Classification"))


def is_known(factor: Factor) -> nw.Expr:
    """Whether a factor has data: a value for its rules or, if it has `unknown` parts, a value in any of its columns."""
    values = (
        [nw.col(rule_column(name)) for name in factor.columns] if factor.unknown else [rule_value(part) for part in factor.parts]
    )
    return nw.any_horizontal(*(~value.is_null() for value in values), ignore_nulls=True)


def _factor_points(factor: Factor, rules: RuleExpressions, *, at_best: bool = False) -> nw.Expr:
    """Points of a factor, or with `at_best` the most they can be once missing values are known."""
    terms = [rules.ceiling(part, rules.points(part)) if at_best else rules.points(part) for part in factor.parts]
    expression = sum_in_order([number_literal(factor.base), *terms]) if factor.base else sum_in_order(terms)
    if factor.cap is not None:
        expression = _cap_points(expression, factor.cap)
    if not factor.unknown:
        return expression
    instead = number_literal(factor.max_points) if at_best else sum_in_order(rules.points(part) for part in factor.unknown)
    return nw.when(is_known(factor)).then(expression).otherwise(instead)


def _missing_factors(known: Mapping[str, nw.Expr]) -> nw.Expr:
    """Names of the factors without data; null if all have data."""
    parts = [nw.when(~one).then(nw.lit(name)) for name, one in known.items()]
    names = nw.concat_str(*parts, separator=", ", ignore_nulls=True)
    return nw.when(~nw.all_horizontal(*known.values(), ignore_nulls=True)).then(names)


def _bonus_columns(profile: Profile) -> list[nw.Expr]:
    """Bonus points, the bonus at the ceiling, and the flags."""
    has = {flag: _reaches(bonus.when, _POINTS) for flag, bonus in profile.bonuses.items()}
    could_have = {flag: _reaches(bonus.when, _CEILING) for flag, bonus in profile.bonuses.items()}
    flags = [nw.when(one).then(nw.lit(flag)) for flag, one in has.items()]
    return [
        _bonus_points(has, profile).alias("Bonus Points"),
        _bonus_points(could_have, profile).alias(_CEILING.format("Bonus")),
        nw.when(nw.any_horizontal(*has.values(), ignore_nulls=True))
        .then(nw.concat_str(*flags, separator=", ", ignore_nulls=True))
        .alias(FLAGS),
    ]


def _reaches(minimums: Mapping[str, float], column: str) -> nw.Expr:
    """Whether factors reach their minimum points; `column`: pattern of the points columns."""
    conditions = (nw.col(column.format(factor)) >= minimum for factor, minimum in minimums.items())
    return nw.all_horizontal(*conditions, ignore_nulls=True)


def _bonus_points(flags: Mapping[str, nw.Expr], profile: Profile) -> nw.Expr:
    return sum_in_order(
        nw.when(one).then(number_literal(profile.bonuses[flag].points)).otherwise(number_literal(0.0))
        for flag, one in flags.items()
    )


def _total_score(profile: Profile, column: str) -> nw.Expr:
    """Combine the factors into the score; `column`: pattern of the points columns."""
    if profile.score == "sum":
        total = sum_in_order(nw.col(column.format(name)) for name in profile.factors)
    else:
        weights = sum(factor.weight for factor in profile.factors.values())
        weighted = (nw.col(column.format(name)) * factor.weight for name, factor in profile.factors.items())
        total = sum_in_order(weighted) * (1 / weights)
    if profile.bonuses:
        total = total + nw.col(column.format("Bonus"))
    if profile.decimals is not None:
        # Floor first: libraries round halves differently, and the last bit of a mean must not decide.
        scale = 10.0**profile.decimals
        total = ((total * scale + _HALF).floor() / scale).round(profile.decimals)
    return _cap_points(total, profile.cap)


def _cap_points(points: nw.Expr, cap: float) -> nw.Expr:
    return nw.when(points > cap).then(number_literal(cap)).otherwise(points)


def _classification(profile: Profile) -> nw.Expr:
    expression = nw.lit(profile.bands[-1][0])
    for name, minimum in reversed(profile.bands):
        expression = nw.when(nw.col("Flex Score") >= minimum).then(nw.lit(name)).otherwise(expression)
    return expression
