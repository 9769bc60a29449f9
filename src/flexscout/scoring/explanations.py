"""Why a property scored what it did: a sentence for a person."""

from collections.abc import Iterable
from datetime import date

import narwhals as nw
import polars as pl

from flexscout.domain import FLAGS, canonical_column, format_decimals
from flexscout.scoring.profile import Factor, Part, Profile, points_column
from flexscout.scoring.rules import RuleExpressions, add_rule_columns, drop_rule_columns, rule_value
from flexscout.scoring.score import is_known, score_frame

_SHOWN = "__flexscout shown {}"  # working columns: the values as a person writes them
_DECIMALS = {"acres": 4, "USD": 0, "square feet": 0}
_RATIO_DECIMALS = 2


def explain_scores(frame: pl.DataFrame, profile: Profile, as_of: date | None = None) -> pl.Series:
    """A sentence per row: the score, its class, and each factor with its points, of those that it can give.

    `7.5 of 10, GOOD_FLEX: 34,000 sq ft is the ideal size (3 of 3); ...; year built is missing, it would add up to 1`.
    """
    factors = [_with_points(name, profile, said) for name, said in _details(profile, as_of).items()]
    sentence = nw.concat_str(_head(profile), nw.concat_str(*factors, *_bonuses(profile), separator="; ", ignore_nulls=True))
    told = _ready(frame, profile, as_of).with_columns(sentence.alias("Explanation"))
    found: pl.Series = drop_rule_columns(told, profile).to_native()["Explanation"]
    return found


def explain_factors(frame: pl.DataFrame, profile: Profile, as_of: date | None = None) -> pl.DataFrame:
    """A column per factor: what its points stand for in each row, or what is missing, without the points themselves."""
    told = _ready(frame, profile, as_of).select(said.alias(name) for name, said in _details(profile, as_of).items())
    found: pl.DataFrame = told.to_native()
    return found


def _ready(frame: pl.DataFrame, profile: Profile, as_of: date | None) -> nw.DataFrame[pl.DataFrame]:
    """The frame scored, with its working columns and the values as a person writes them."""
    shown = frame.with_columns(pl.lit(None).alias(name) for name in profile.columns if name not in frame.columns)
    shown = shown.with_columns(_value(part).alias(_SHOWN.format(i)) for i, part in enumerate(_parts(profile)))
    return score_frame(add_rule_columns(nw.from_native(shown), profile), profile, as_of)


def _details(profile: Profile, as_of: date | None) -> dict[str, nw.Expr]:
    """Factor -> what its parts say."""
    rules, numbers = RuleExpressions(profile, as_of), {id(part): i for i, part in enumerate(_parts(profile))}
    return {name: _said(factor, rules, numbers, alone=_is_alone(factor, profile)) for name, factor in profile.factors.items()}


def _parts(profile: Profile) -> list[Part]:
    return [part for factor in profile.factors.values() for part in (*factor.parts, *factor.unknown)]


def _head(profile: Profile) -> nw.Expr:
    score, of = _written(nw.col("Flex Score")), f" of {profile.cap:g}, "
    return nw.concat_str(score, nw.lit(of), nw.col("Flex Classification"), nw.lit(": "))


def _bonuses(profile: Profile) -> list[nw.Expr]:
    if not profile.bonuses:
        return []
    return [nw.concat_str(nw.col(FLAGS), nw.lit(" adds "), _written(nw.col("Bonus Points")))]


def _is_alone(factor: Factor, profile: Profile) -> bool:
    """Whether the factor is a single value, which needs no name."""
    return profile.score == "sum" and len(factor.parts) == 1 and not factor.base


def _said(factor: Factor, rules: RuleExpressions, numbers: dict[int, int], *, alone: bool) -> nw.Expr:
    """What a factor's parts say."""
    said = [_part(part, rules, numbers, alone=alone) for part in factor.parts]
    if alone:
        return said[0]
    details = nw.concat_str(*said, separator=", ", ignore_nulls=True)
    if not factor.unknown:
        return details
    unknown = [_part(part, rules, numbers, alone=False) for part in factor.unknown]
    instead = nw.concat_str(nw.lit("nothing is known of it"), *unknown, separator=", ", ignore_nulls=True)
    return nw.when(is_known(factor)).then(details).otherwise(instead)


def _with_points(name: str, profile: Profile, said: nw.Expr) -> nw.Expr:
    """What a factor's parts say, with its points; of one that is a single value, without its name."""
    factor = profile.factors[name]
    points, best = _written(nw.col(points_column(name))), f" of {factor.max_points:g}"
    if _is_alone(factor, profile):
        there = ~rule_value(factor.parts[0]).is_null()
        return nw.when(there).then(nw.concat_str(said, nw.lit(" ("), points, nw.lit(f"{best})"))).otherwise(said)
    weight = f", weight {factor.weight:g}" if profile.score != "sum" else ""
    return nw.concat_str(nw.lit(f"{name.lower()} "), points, nw.lit(f"{best}{weight} ("), said, nw.lit(")"))


def _part(part: Part, rules: RuleExpressions, numbers: dict[int, int], *, alone: bool) -> nw.Expr:
    """What the first rule that holds says of the value, or that it is missing."""
    shown = nw.col(_SHOWN.format(numbers[id(part)]))
    names = " and ".join(part.columns)
    expression = _filled(part.otherwise or f"{names} {{}}", shown)
    for rule in reversed(part.rules):
        expression = (
            nw.when(rules.holds_for_part(rule, part)).then(_filled(rule.says or f"{names} {{}}", shown)).otherwise(expression)
        )
    missing = f"{names.lower()} is missing, it would add up to {part.max_points:g}" if alone else f"{names.lower()} unknown"
    return nw.when(rule_value(part).is_null()).then(nw.lit(missing)).otherwise(expression)


def _filled(template: str, shown: nw.Expr) -> nw.Expr:
    before, place, after = template.partition("{}")
    return nw.concat_str(nw.lit(before), shown, nw.lit(after), ignore_nulls=True) if place else nw.lit(before)


def _written(points: nw.Expr) -> nw.Expr:
    return points.round(2).cast(nw.String()).str.replace_all(r"\.0$", "")


def _value(part: Part) -> pl.Expr:
    """The part's value as text: grouped thousands, years and dates plain."""
    if part.ratio:
        of, to = _sum(part.ratio.of), _sum(part.ratio.to)
        to = to if part.ratio.if_missing is None else to.fill_null(part.ratio.if_missing)
        return format_decimals(of / to, _RATIO_DECIMALS)
    if part.sum:
        return format_decimals(_sum(part.sum), _RATIO_DECIMALS)
    (name,) = part.columns
    kind = canonical_column(name)
    if kind.type in ("number", "percent"):
        return format_decimals(pl.col(name).cast(pl.Float64), _DECIMALS.get(kind.unit, _RATIO_DECIMALS))
    # Pandas has no integers beside missing ones: a year may be 1985.0.
    return (pl.col(name).cast(pl.Float64).cast(pl.Int64) if kind.type == "year" else pl.col(name)).cast(pl.String)


def _sum(names: Iterable[str]) -> pl.Expr:
    return pl.sum_horizontal(pl.col(name).cast(pl.Float64) for name in names)
