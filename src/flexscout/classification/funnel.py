"""How many properties pass each criterion, and why the others don't."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import polars as pl

from flexscout.classification.criteria import Criteria
from flexscout.classification.profile import Profile, Rule
from flexscout.classification.rules import Rules, wanted
from flexscout.classification.working import with_working, working

Table = nw.DataFrame[Any]


@dataclass(frozen=True)
class Step:
    """One criterion, met by the rows that met all before it.

    `before`, `after`: rows; `checked`: whether there is the column, without which all rows pass; `reasons`: why rows did
    not pass -> how many, of which one row may have several.
    """

    criterion: str
    before: int
    after: int
    checked: bool
    reasons: dict[str, int]


def funnel(classified: pl.DataFrame, criteria: Criteria) -> tuple[Step, ...]:
    """The criteria of eligibility in the profile's order, and the score as the last one."""
    profile, least = criteria.profile, criteria.min_flex_score
    left, rules = with_working(nw.from_native(classified), profile), Rules(profile, criteria.as_of)
    steps: list[Step] = []
    for name, rule in profile.eligibility.items():
        left, step = _passed(left, name, rule, rules, checked=name in classified.columns)
        steps.append(step)
    too_low, reason = nw.col("Flex Score") < least, f"Flex Score below {least:g}"
    reached = left.filter(~too_low)
    last = Step(f"Flex Score from {least:g}", len(left), len(reached), True, _counts(left, [(too_low, reason)]))  # noqa: FBT003
    return (*steps, last)


def has_type(frame: pl.DataFrame, profile: Profile) -> pl.Series:
    """Whether the property type has one of the words that make a property eligible; false without the column."""
    found = with_working(nw.from_native(frame), profile)
    criterion = next(((name, rule) for name, rule in profile.eligibility.items() if rule.words), None)
    condition = Rules(profile, date.min).holds(criterion[1], criterion[0]) if criterion else nw.lit(value=False)
    has: pl.Series = found.select(condition.alias("has")).to_native()["has"]
    return has


def _passed(frame: Table, name: str, rule: Rule, rules: Rules, *, checked: bool) -> tuple[Table, Step]:
    words = f"{name} {wanted(rule)}"
    if not checked:
        return frame, Step(words, len(frame), len(frame), checked=False, reasons={})
    passed = frame.filter(rules.holds(rule, name))
    missing = (nw.col(working(name)).is_null(), f"{name} is missing")
    reasons = _counts(frame, [missing, *rules.refusals(rule, name)])
    return passed, Step(words, len(frame), len(passed), checked=True, reasons=reasons)


def _counts(frame: Table, conditions: list[tuple[Any, str]]) -> dict[str, int]:
    """Reason -> rows for which it holds, where there are any."""
    sums = frame.select(condition.fill_null(value=False).sum().alias(reason) for condition, reason in conditions)
    return {reason: int(count) for reason, count in sums.rows(named=True)[0].items() if count} if len(frame) else {}
