"""How many properties pass each criterion, and why the others don't."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from flexscout.classification.profile import Criterion, Profile, Rule
from flexscout.classification.rules import holds, refusals, working
from flexscout.classification.scorer import Frame, with_working


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


def funnel(classified: pl.DataFrame, profile: Profile, min_flex_score: float) -> tuple[Step, ...]:
    """The criteria of eligibility in the profile's order, and the score as the last one."""
    left = with_working(nw.from_native(classified), profile)
    steps: list[Step] = []
    for criterion in profile.eligibility:
        left, step = _passed(left, criterion)
        steps.append(step)
    too_low, reason = nw.col("Flex Score") < min_flex_score, f"Flex Score below {min_flex_score:g}"
    reached = left.filter(~too_low)
    last = Step(f"Flex Score from {min_flex_score:g}", len(left), len(reached), True, _counts(left, [(too_low, reason)]))  # noqa: FBT003
    return (*steps, last)


def has_type(frame: pl.DataFrame, profile: Profile) -> pl.Series:
    """Whether the property type has one of the words that make a property eligible; false without the column."""
    criterion = next((entry for entry in profile.eligibility if entry.rule.words and entry.column in frame.columns), None)
    condition = holds(criterion.rule, criterion.column) if criterion else nw.lit(value=False)
    found: pl.DataFrame = with_working(nw.from_native(frame), profile).with_columns(condition.alias("__has")).to_native()
    return found["__has"]


def _passed(frame: Frame, criterion: Criterion) -> tuple[Frame, Step]:
    name = f"{criterion.column} {_wanted(criterion.rule)}"
    value = working(criterion.column)
    if value not in frame.columns:
        return frame, Step(name, len(frame), len(frame), checked=False, reasons={})
    passed = frame.filter(holds(criterion.rule, criterion.column))
    missing = (nw.col(value).is_null(), f"{criterion.column} is missing")
    reasons = _counts(frame, [missing, *refusals(criterion.rule, criterion.column)])
    return passed, Step(name, len(frame), len(passed), checked=True, reasons=reasons)


def _counts(frame: Frame, conditions: list[tuple[Any, str]]) -> dict[str, int]:
    """Reason -> rows for which it holds, where there are any."""
    sums = frame.select(condition.fill_null(value=False).sum().alias(reason) for condition, reason in conditions)
    return {reason: int(count) for reason, count in sums.rows(named=True)[0].items() if count} if len(frame) else {}


def _wanted(rule: Rule) -> str:
    """The condition in words: `from 0.5 to 20`."""
    if rule.words:
        return f"has one of {', '.join(rule.words)}"
    bounds = ((rule.at_least, "from"), (rule.above, "above"), (rule.at_most, "to"), (rule.below, "below"))
    return " ".join(f"{word} {bound:,}" for bound, word in bounds if bound is not None)
