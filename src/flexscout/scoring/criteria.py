"""Selection criteria of a run, and how many properties pass each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Self

import narwhals as nw
import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import LEFT_OUT
from flexscout.errors import ConfigurationError
from flexscout.scoring.eligibility import Condition, Table, classify_frame
from flexscout.scoring.explanations import explain_scores
from flexscout.scoring.profile import Profile, Rule
from flexscout.scoring.profile_files import load_profile
from flexscout.scoring.row_filter import FilteredRows, RowFilter, apply_filter, parse_filter
from flexscout.scoring.rules import RuleExpressions, add_rule_columns, describe_condition, rule_column

_EXPLANATION_SCHEMA: dict[str, Any] = {"Explanation": pl.String, "Reasons": pl.List(pl.String)}


@dataclass(frozen=True)
class Criteria:
    """Everything that decides which rows are candidates.

    `profile`: scoring rules; `min_flex_score`: minimum score of a candidate, 0-10; `where`: user filter of properties, applied
    after merging; `where_rows`: user filter of rows, applied before; `as_of`: day from which dates are counted back.
    """

    profile: Profile
    min_flex_score: float
    where: RowFilter | None
    where_rows: RowFilter | None
    as_of: date

    @classmethod
    def from_config(cls, config: PipelineConfiguration) -> Self:
        """Load the criteria of a configuration. Raises ConfigurationError for an invalid profile or filter."""
        as_of = date.fromisoformat(config.as_of) if config.as_of else date.today()  # noqa: DTZ011 - the day where the user is
        return cls._build(load_profile(config.profile), config, as_of)

    @classmethod
    def from_record(cls, config: PipelineConfiguration, profile: Mapping[str, Any], begun: str) -> Self:
        """Restore the criteria of a past run.

        Args:
            config: Configuration of the run.
            profile: Profile as the run's report has it.
            begun: Start of the run, ISO 8601; its day counts where the configuration has no `as_of`.

        Raises:
            ConfigurationError: This version of flexscout can't read the profile.

        """
        day = date.fromisoformat(config.as_of) if config.as_of else datetime.fromisoformat(begun).astimezone().date()
        try:
            recorded = Profile.model_validate(profile)
        except ValueError:  # pydantic's errors are ValueErrors
            raise ConfigurationError("This version of flexscout can't read the run's profile. Run it again.") from None
        return cls._build(recorded, config, day)

    @classmethod
    def _build(cls, profile: Profile, config: PipelineConfiguration, as_of: date) -> Self:
        return cls(profile, config.min_flex_score, parse_filter(config.where), parse_filter(config.where_rows), as_of)

    @property
    def hash_inputs(self) -> tuple[object, ...]:
        """Values that the scores depend on; the day only if the profile counts back from it."""
        return (self.profile, self.as_of) if self.profile.depends_on_the_day else (self.profile,)

    def classify(self, frame: pl.DataFrame) -> FilteredRows:
        """Score and classify a frame, and apply the filter of rows, which adds LEFT_OUT."""
        filtered = apply_filter(self.classify_again(frame), self.where_rows)
        if self.where_rows is None:
            return filtered
        return replace(filtered, frame=filtered.frame.with_columns(filtered.is_left_out.alias(LEFT_OUT)))

    def classify_again(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Score and classify records of rows that the filter of rows has let through."""
        return classify_frame(frame, self.profile, self.min_flex_score, self.as_of)

    def filter_properties(self, records: pl.DataFrame) -> FilteredRows:
        """Apply the filter of properties to classified records."""
        return apply_filter(records, self.where)

    def explain(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the `Explanation` of each row's score in a sentence, and its `Reasons` in at most three short texts."""
        return explain_scores(frame, self.profile, self.as_of) if frame.height else pl.DataFrame(schema=_EXPLANATION_SCHEMA)


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
