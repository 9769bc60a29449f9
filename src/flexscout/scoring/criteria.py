"""How many properties pass each criterion, and why the others don't."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

import narwhals as nw
import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.errors import ConfigurationError
from flexscout.scoring.eligibility import classify_frame
from flexscout.scoring.explanations import explain_scores
from flexscout.scoring.profile import Profile, Rule
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.row_filter import FilteredRows, RowFilter, apply_filter, parse_filter
from flexscout.scoring.rules import RuleExpressions, add_rule_columns, describe_condition, rule_column


@dataclass(frozen=True)
class Criteria:
    """A profile, the least score, a filter, and the day from which dates are counted back."""

    profile: Profile
    min_flex_score: float
    where: RowFilter | None
    as_of: date

    @classmethod
    def from_config(cls, config: PipelineConfiguration) -> Self:
        """Those of the settings. Raises ConfigurationError for a profile or a filter that won't do."""
        as_of = date.fromisoformat(config.as_of) if config.as_of else date.today()  # noqa: DTZ011 - the day where the user is
        return cls(load_profile(config.profile), config.min_flex_score, parse_filter(config.where), as_of)

    @classmethod
    def from_record(cls, config: PipelineConfiguration, profile: Mapping[str, Any], begun: str) -> Self:
        """Those of a past run: its settings, its profile as its report has it, and the day on which it was `begun` (ISO 8601).

        Raises ConfigurationError for a profile that is none any more.
        """
        day = date.fromisoformat(config.as_of) if config.as_of else datetime.fromisoformat(begun).astimezone().date()
        try:
            as_it_was = Profile.model_validate(profile)
        except ValueError:  # pydantic's errors are ValueErrors
            raise ConfigurationError("The run had a profile that this flexscout does not know. Run it again.") from None
        return cls(as_it_was, config.min_flex_score, parse_filter(config.where), day)

    @property
    def hash_inputs(self) -> tuple[object, ...]:
        """What a result depends on; the day only where the profile counts back from it."""
        counts_back = '"within_days":' in self.profile.model_dump_json(exclude_none=True)
        return (self.profile, self.as_of) if counts_back else (self.profile,)

    def classify(self, frame: pl.DataFrame) -> FilteredRows:
        """The frame classified and filtered."""
        return apply_filter(classify_frame(frame, self.profile, self.min_flex_score, self.as_of), self.where)

    def explain(self, frame: pl.DataFrame) -> list[str]:
        """Why each row scored what it did, in a sentence."""
        return explain_scores(frame, self.profile, self.as_of).to_list() if frame.height else []


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


def count_funnel(classified: pl.DataFrame, criteria: Criteria) -> tuple[Step, ...]:
    """The criteria of eligibility in the profile's order, and the score as the last one."""
    profile, least = criteria.profile, criteria.min_flex_score
    left, rules = add_rule_columns(nw.from_native(classified), profile), RuleExpressions(profile, criteria.as_of)
    steps: list[Step] = []
    for name, rule in profile.eligibility.items():
        left, step = _passed(left, name, rule, rules, checked=name in classified.columns)
        steps.append(step)
    too_low, reason = nw.col("Flex Score") < least, f"Flex Score below {least:g}"
    reached = left.filter(~too_low)
    last = Step(f"Flex Score from {least:g}", len(left), len(reached), True, _counts(left, [(too_low, reason)]))  # noqa: FBT003
    return (*steps, last)


def has_eligible_type(frame: pl.DataFrame, profile: Profile) -> pl.Series:
    """Whether the property type has one of the words that make a property eligible; false without the column."""
    found = add_rule_columns(nw.from_native(frame), profile)
    criterion = next(((name, rule) for name, rule in profile.eligibility.items() if rule.keywords), None)
    condition = (
        RuleExpressions(profile, date.min).holds_for_column(criterion[1], criterion[0]) if criterion else nw.lit(value=False)
    )
    has: pl.Series = found.select(condition.alias("has")).to_native()["has"]
    return has


def _passed(frame: Table, name: str, rule: Rule, rules: RuleExpressions, *, checked: bool) -> tuple[Table, Step]:
    words = f"{name} {describe_condition(rule)}"
    if not checked:
        return frame, Step(words, len(frame), len(frame), checked=False, reasons={})
    passed = frame.filter(rules.holds_for_column(rule, name))
    missing = (nw.col(rule_column(name)).is_null(), f"{name} is missing")
    reasons = _counts(frame, [missing, *rules.failures(rule, name)])
    return passed, Step(words, len(frame), len(passed), checked=True, reasons=reasons)


def _counts(frame: Table, conditions: list[tuple[Any, str]]) -> dict[str, int]:
    """Reason -> rows for which it holds, where there are any."""
    sums = frame.select(condition.fill_null(value=False).sum().alias(reason) for condition, reason in conditions)
    return {reason: int(count) for reason, count in sums.rows(named=True)[0].items() if count} if len(frame) else {}
