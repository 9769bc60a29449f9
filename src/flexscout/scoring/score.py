"""The score of properties: points a factor, class, completeness and ceiling, over whole columns."""

from collections.abc import Mapping
from datetime import date

import narwhals as nw

from flexscout.domain import FLAGS, MISSING_FACTORS, POINTS_SUFFIX
from flexscout.scoring.profile import Factor, Profile, points_column
from flexscout.scoring.rules import Frame, RuleExpressions, column_names, rule_column, rule_value, sum_in_order

_SHARE_DECIMALS = 4
_HALF = 0.5 + 1e-9
_POINTS = f"{{}}{POINTS_SUFFIX}"
_EVER = "__flexscout ceiling of {}"  # working columns: what a factor could give at best


def score_columns(profile: Profile) -> tuple[str, ...]:
    """What scoring adds, in its order."""
    flags = (FLAGS,) if profile.bonuses else ()
    named = ("Flex Score", "Flex Classification", *profile.points_columns, *flags)
    return (*named, MISSING_FACTORS, "Completeness", "Score Ceiling")


def score_frame(frame: Frame, profile: Profile, as_of: date | None) -> Frame:
    """A frame with working columns, scored."""
    rules, kept = RuleExpressions(profile, as_of), [name for name in column_names(frame) if name not in score_columns(profile)]
    factors = profile.factors.items()
    points = [_factor(factor, rules).alias(points_column(name)) for name, factor in factors]
    ceilings = [_factor(factor, rules, at_best=True).alias(_EVER.format(name)) for name, factor in factors]
    there = {name: is_known(factor) for name, factor in factors}
    share = sum_in_order(nw.when(one).then(nw.lit(1.0)).otherwise(nw.lit(0.0)) for one in there.values()) / len(there)
    with_points = frame.with_columns(
        *points, *ceilings, _missing(there).alias(MISSING_FACTORS), share.round(_SHARE_DECIMALS).alias("Completeness")
    )
    with_bonus = with_points.with_columns(*_bonuses(profile)) if profile.bonuses else with_points
    found = with_bonus.with_columns(_score(profile, _POINTS).alias("Flex Score"), _score(profile, _EVER).alias("Score Ceiling"))
    return found.with_columns(_class(profile).alias("Flex Classification")).select(*kept, *score_columns(profile))


def _factor(factor: Factor, rules: RuleExpressions, *, at_best: bool = False) -> nw.Expr:
    """The factor's points, or the most that they can be once what is missing is known."""
    given = [rules.ceiling(part, rules.points(part)) if at_best else rules.points(part) for part in factor.parts]
    expression = sum_in_order([nw.lit(factor.base), *given]) if factor.base else sum_in_order(given)
    if factor.cap is not None:
        expression = _capped(expression, factor.cap)
    if not factor.unknown:
        return expression
    instead = nw.lit(factor.max_points) if at_best else sum_in_order(rules.points(part) for part in factor.unknown)
    return nw.when(is_known(factor)).then(expression).otherwise(instead)


def is_known(factor: Factor) -> nw.Expr:
    """Whether the factor has any data: a value for its rules or, where `unknown` parts stand in, any column."""
    seen = (
        [nw.col(rule_column(name)) for name in factor.columns] if factor.unknown else [rule_value(part) for part in factor.parts]
    )
    return nw.any_horizontal(*(~one.is_null() for one in seen), ignore_nulls=True)


def _missing(known: Mapping[str, nw.Expr]) -> nw.Expr:
    """The factors without data, null where all have some."""
    parts = [nw.when(~one).then(nw.lit(name)) for name, one in known.items()]
    names = nw.concat_str(*parts, separator=", ", ignore_nulls=True)
    return nw.when(~nw.all_horizontal(*known.values(), ignore_nulls=True)).then(names)


def _bonuses(profile: Profile) -> list[nw.Expr]:
    """The bonus that a row has, the one that it could have, and the flags."""
    has = {flag: _reached(bonus.when, _POINTS) for flag, bonus in profile.bonuses.items()}
    could = {flag: _reached(bonus.when, _EVER) for flag, bonus in profile.bonuses.items()}
    flags = [nw.when(one).then(nw.lit(flag)) for flag, one in has.items()]
    return [
        _given(has, profile).alias("Bonus Points"),
        _given(could, profile).alias(_EVER.format("Bonus")),
        nw.when(nw.any_horizontal(*has.values(), ignore_nulls=True))
        .then(nw.concat_str(*flags, separator=", ", ignore_nulls=True))
        .alias(FLAGS),
    ]


def _reached(when: Mapping[str, float], column: str) -> nw.Expr:
    return nw.all_horizontal(*(nw.col(column.format(factor)) >= least for factor, least in when.items()), ignore_nulls=True)


def _given(flags: Mapping[str, nw.Expr], profile: Profile) -> nw.Expr:
    return sum_in_order(
        nw.when(one).then(nw.lit(profile.bonuses[flag].points)).otherwise(nw.lit(0.0)) for flag, one in flags.items()
    )


def _score(profile: Profile, column: str) -> nw.Expr:
    """The factors together; `column`: the pattern of the columns' names."""
    if profile.score == "sum":
        together = sum_in_order(nw.col(column.format(name)) for name in profile.factors)
    else:
        weights = sum(factor.weight for factor in profile.factors.values())
        together = sum_in_order(nw.col(column.format(name)) * factor.weight for name, factor in profile.factors.items()) * (
            1 / weights
        )
    if profile.bonuses:
        together = together + nw.col(column.format("Bonus"))
    if profile.decimals is not None:
        # Not round() alone: the libraries differ on halves, which the last bit of a mean must not decide.
        scale = 10.0**profile.decimals
        together = ((together * scale + _HALF).floor() / scale).round(profile.decimals)
    return _capped(together, profile.cap)


def _capped(points: nw.Expr, cap: float) -> nw.Expr:
    return nw.when(points > cap).then(nw.lit(cap)).otherwise(points)


def _class(profile: Profile) -> nw.Expr:
    expression = nw.lit(profile.bands[-1][0])
    for name, least in reversed(profile.bands):
        expression = nw.when(nw.col("Flex Score") >= least).then(nw.lit(name)).otherwise(expression)
    return expression
