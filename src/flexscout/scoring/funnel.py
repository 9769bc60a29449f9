"""How many properties pass each of the selection criteria, one after another."""

from dataclasses import dataclass
from datetime import date

import narwhals as nw
import polars as pl

from flexscout.scoring.criteria import Criteria
from flexscout.scoring.eligibility import Condition, Table
from flexscout.scoring.profile import Profile, Rule
from flexscout.scoring.rules import RuleExpressions, add_rule_columns, describe_condition, rule_column


@dataclass(frozen=True)
class FunnelStep:
    """A criterion, applied to the rows that met all criteria before it.

    `before`, `after`: rows; `checked`: false if the frame doesn't have the column, in which case all rows pass; `reasons`:
    rejection reason -> rows; a row can have several.
    """

    criterion: str
    before: int
    after: int
    checked: bool
    reasons: dict[str, int]


def count_funnel(classified: pl.DataFrame, criteria: Criteria) -> tuple[FunnelStep, ...]:
    """Count the rows that pass each criterion, in the profile's order, then each exclusion, and last the minimum score."""
    profile, minimum = criteria.profile, criteria.min_flex_score
    rows, rules = add_rule_columns(nw.from_native(classified), profile), RuleExpressions(profile, criteria.as_of)
    steps: list[FunnelStep] = []
    for name, rule in profile.eligibility.items():
        rows, step = _apply_criterion(rows, name, rule, rules, is_checked=name in classified.columns)
        steps.append(step)
    for name, excluded in rules.exclusions(profile).items():
        if name in classified.columns:
            criterion = f"{name} isn't excluded"
            kept = rows.filter(*(~condition for condition, _ in excluded))
            steps.append(FunnelStep(criterion, len(rows), len(kept), checked=True, reasons=_count_reasons(rows, excluded)))
            rows = kept
    is_low = nw.col("Flex Score") < minimum
    passed = rows.filter(~is_low)
    reasons = _count_reasons(rows, [(is_low, f"Flex Score below {minimum:g}")])
    return (*steps, FunnelStep(f"Flex Score from {minimum:g}", len(rows), len(passed), checked=True, reasons=reasons))


def has_eligible_type(frame: pl.DataFrame, profile: Profile) -> pl.Series:
    """Whether each property type has a keyword that makes a property eligible; false without the column."""
    prepared = add_rule_columns(nw.from_native(frame), profile)
    criterion = next(((name, rule) for name, rule in profile.eligibility.items() if rule.keywords), None)
    rules = RuleExpressions(profile, date.min)
    condition = rules.holds_for_column(criterion[1], criterion[0]) if criterion else nw.lit(value=False)
    has_keyword: pl.Series = prepared.select(condition.alias("has_keyword")).to_native()["has_keyword"]
    return has_keyword


def _apply_criterion(rows: Table, name: str, rule: Rule, rules: RuleExpressions, *, is_checked: bool) -> tuple[Table, FunnelStep]:
    criterion = f"{name} {describe_condition(rule)}"
    if not is_checked:
        return rows, FunnelStep(criterion, len(rows), len(rows), checked=False, reasons={})
    passed = rows.filter(rules.holds_for_column(rule, name))
    missing = (nw.col(rule_column(name)).is_null(), f"{name} is missing")
    reasons = _count_reasons(rows, [missing, *rules.failures(rule, name)])
    return passed, FunnelStep(criterion, len(rows), len(passed), checked=True, reasons=reasons)


def _count_reasons(rows: Table, conditions: list[Condition]) -> dict[str, int]:
    """Count the rows per reason; reasons without rows are left out."""
    sums = rows.select(condition.fill_null(value=False).sum().alias(reason) for condition, reason in conditions)
    return {reason: int(count) for reason, count in sums.rows(named=True)[0].items() if count} if len(rows) else {}
