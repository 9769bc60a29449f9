"""Explain scores in a sentence per property."""

from collections.abc import Iterable
from datetime import date

import narwhals as nw
import polars as pl

from flexscout.domain import FLAGS, find_canonical_column, format_decimals
from flexscout.scoring.profile import Factor, Part, Profile, points_column
from flexscout.scoring.rules import RuleExpressions, add_rule_columns, rule_column, rule_value
from flexscout.scoring.score import is_known, score_frame

_SHOWN = "__flexscout shown {}"  # working columns: formatted values, by number of the part
_DETAILS, _SENTENCE = "__flexscout details {}", "__flexscout sentence"  # working columns: a factor's details; the explanation
_MAX_REASONS = 3
_DECIMALS = {"acres": 4, "USD": 0, "square feet": 0}
_RATIO_DECIMALS = 2


def explain_scores(frame: pl.DataFrame, profile: Profile, as_of: date | None = None) -> pl.DataFrame:
    """Explain each row in a sentence, and in short.

    Returns:
        `Explanation`: the score, its class, and the points of each factor, such as
        `7.5 of 10, GOOD_FLEX: 34,000 sq ft is the ideal size (3 of 3); ...; year built is missing, worth up to 1`.
        `Reasons`: what gives most points, at most _MAX_REASONS texts, such as `34,000 sq ft is the ideal size`. A factor of
        several parts is named: `Zoning: IL`.

    """
    return explain_factors(_score(frame, profile, as_of), profile, as_of)[0]


def explain_factors(scored: pl.DataFrame, profile: Profile, as_of: date | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Explain rows that the profile has scored, also by factor.

    Returns:
        The result of `explain_scores`, and a column per factor: what its points are for in each row, or what is missing, without
        the points.

    """
    described = _prepare(scored, profile).with_columns(
        details.alias(_DETAILS.format(name)) for name, details in _factor_details(profile, as_of).items()
    )
    details = {name: nw.col(_DETAILS.format(name)) for name in profile.factors}
    factors = [_add_points(name, profile, text) for name, text in details.items()]
    start = nw.concat_str(_format_points(nw.col("Flex Score")), nw.lit(f" of {profile.cap:g}, "), nw.col("Flex Classification"))
    sentence = nw.concat_str(
        start, nw.lit(": "), nw.concat_str(*factors, *_bonus_details(profile), separator="; ", ignore_nulls=True)
    )
    reasons = [_weigh_reason(name, profile, text).alias(name) for name, text in details.items()]
    texts: pl.DataFrame = described.select(sentence.alias(_SENTENCE), *reasons).to_native()
    explained = texts.select(
        pl.col(_SENTENCE).alias("Explanation"), _choose_reasons(pl.concat_list(pl.exclude(_SENTENCE))).alias("Reasons")
    )
    by_factor: pl.DataFrame = described.to_native()
    return explained, by_factor.select(pl.col(_DETAILS.format(name)).alias(name) for name in profile.factors)


def _weigh_reason(name: str, profile: Profile, details: nw.Expr) -> nw.Expr:
    """Return the points of a factor in the score, and the text of its reason."""
    factor = profile.factors[name]
    weight = factor.weight if profile.score != "sum" else 1.0
    text = details if _is_simple(factor, profile) else nw.concat_str(nw.lit(f"{name}: "), details)
    return nw.struct((nw.col(points_column(name)) * weight).alias("points"), text.alias("text"))


def _choose_reasons(reasons: pl.Expr) -> pl.Expr:
    """Return the texts of the reasons with most points, best first; those without points are no reasons."""
    points, text = (pl.element().struct.field(name) for name in ("points", "text"))
    best_first = reasons.list.eval(pl.element().sort_by(points, descending=True, maintain_order=True))
    return best_first.list.eval(pl.element().filter(points > 0)).list.head(_MAX_REASONS).list.eval(text)


def _score(frame: pl.DataFrame, profile: Profile, as_of: date | None) -> pl.DataFrame:
    scored: pl.DataFrame = score_frame(add_rule_columns(nw.from_native(frame), profile), profile, as_of).to_native()
    return scored


def _prepare(scored: pl.DataFrame, profile: Profile) -> nw.DataFrame[pl.DataFrame]:
    """Add the formatted values, and the working columns unless the frame has them."""
    has_columns = all(rule_column(name) in scored.columns for name in profile.columns)
    shown = scored.with_columns(pl.lit(None).alias(name) for name in profile.columns if name not in scored.columns)
    shown = shown.with_columns(_format_value(part).alias(_SHOWN.format(i)) for i, part in enumerate(profile.parts))
    return nw.from_native(shown) if has_columns else add_rule_columns(nw.from_native(shown), profile)


def _factor_details(profile: Profile, as_of: date | None) -> dict[str, nw.Expr]:
    """Return factor -> what its points are for."""
    rules, numbers = RuleExpressions(profile, as_of), {id(part): i for i, part in enumerate(profile.parts)}
    return {
        name: _describe_factor(factor, rules, numbers, is_simple=_is_simple(factor, profile))
        for name, factor in profile.factors.items()
    }


def _bonus_details(profile: Profile) -> list[nw.Expr]:
    if not profile.bonuses:
        return []
    return [nw.concat_str(nw.col(FLAGS), nw.lit(" adds "), _format_points(nw.col("Bonus Points")))]


def _is_simple(factor: Factor, profile: Profile) -> bool:
    """Whether a factor is a single value, so that its explanation needs no name."""
    return profile.score == "sum" and len(factor.parts) == 1 and not factor.base


def _describe_factor(factor: Factor, rules: RuleExpressions, numbers: dict[int, int], *, is_simple: bool) -> nw.Expr:
    parts = [_describe_part(part, rules, numbers, is_simple=is_simple) for part in factor.parts]
    if is_simple:
        return parts[0]
    details = nw.concat_str(*parts, separator=", ", ignore_nulls=True)
    if not factor.unknown:
        return details
    unknown = [_describe_part(part, rules, numbers, is_simple=False) for part in factor.unknown]
    instead = nw.concat_str(nw.lit("no data"), *unknown, separator=", ", ignore_nulls=True)
    return nw.when(is_known(factor)).then(details).otherwise(instead)


def _add_points(name: str, profile: Profile, details: nw.Expr) -> nw.Expr:
    """Add the points to the details of a factor, and its name unless it is a single value."""
    factor = profile.factors[name]
    points, best = _format_points(nw.col(points_column(name))), f" of {factor.max_points:g}"
    if _is_simple(factor, profile):
        has_value = ~rule_value(factor.parts[0]).is_null()
        return nw.when(has_value).then(nw.concat_str(details, nw.lit(" ("), points, nw.lit(f"{best})"))).otherwise(details)
    weight = f", weight {factor.weight:g}" if profile.score != "sum" else ""
    return nw.concat_str(nw.lit(f"{name.lower()} "), points, nw.lit(f"{best}{weight} ("), details, nw.lit(")"))


def _describe_part(part: Part, rules: RuleExpressions, numbers: dict[int, int], *, is_simple: bool) -> nw.Expr:
    """Return the text of the first rule that holds, or that the value is missing."""
    shown = nw.col(_SHOWN.format(numbers[id(part)]))
    names = " and ".join(part.columns)
    default = f"{names} {{}}"
    expression = _fill_template(part.otherwise or default, shown)
    for rule in reversed(part.rules):
        text = _fill_template(rule.says or default, shown)
        expression = nw.when(rules.holds_for_part(rule, part)).then(text).otherwise(expression)
    if part.ratio and part.ratio.if_missing is not None:
        is_replaced = nw.all_horizontal(*(nw.col(rule_column(name)).is_null() for name in part.ratio.to), ignore_nulls=True)
        replaced = f"{' and '.join(part.ratio.to).lower()} missing, counted as {part.ratio.if_missing:g}"
        expression = nw.when(is_replaced).then(nw.lit(replaced)).otherwise(expression)
    missing = f"{names.lower()} is missing, worth up to {part.max_points:g}" if is_simple else f"{names.lower()} unknown"
    return nw.when(rule_value(part).is_null()).then(nw.lit(missing)).otherwise(expression)


def _fill_template(template: str, shown: nw.Expr) -> nw.Expr:
    before, placeholder, after = template.partition("{}")
    return nw.concat_str(nw.lit(before), shown, nw.lit(after), ignore_nulls=True) if placeholder else nw.lit(before)


def _format_points(points: nw.Expr) -> nw.Expr:
    return points.round(2).cast(nw.String()).str.replace_all(r"\.0$", "")


def _format_value(part: Part) -> pl.Expr:
    """Format the value of a part: thousands are separated, except in years."""
    if part.ratio:
        of, to = _sum_columns(part.ratio.of), _sum_columns(part.ratio.to)
        return format_decimals(of / to, _RATIO_DECIMALS)
    if part.sum:
        return format_decimals(_sum_columns(part.sum), _RATIO_DECIMALS)
    (name,) = part.columns
    column = find_canonical_column(name)
    if column.type in ("number", "percent"):
        return format_decimals(pl.col(name).cast(pl.Float64), _DECIMALS.get(column.unit, _RATIO_DECIMALS))
    # pandas stores integers with missing values as floats: a year can be 1985.0.
    return (pl.col(name).cast(pl.Float64).cast(pl.Int64) if column.type == "year" else pl.col(name)).cast(pl.String)


def _sum_columns(names: Iterable[str]) -> pl.Expr:
    return pl.sum_horizontal(pl.col(name).cast(pl.Float64) for name in names)
