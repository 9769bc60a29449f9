"""Classify scored rows: candidates, and rejected rows with their reasons."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

import narwhals as nw
from narwhals.typing import IntoDataFrameT

from flexscout.domain import REASON_SEPARATOR, REASONS, STATUS, TO_VERIFY, UNVERIFIED, clean_reason
from flexscout.models import RowStatus
from flexscout.scoring.profile import Profile
from flexscout.scoring.rules import RuleExpressions, add_rule_columns, column_names, drop_rule_columns, rule_column
from flexscout.scoring.score import score_frame

Table = nw.DataFrame[Any]
Condition = tuple[nw.Expr, str]
"""An expression that is true where a row is rejected, and the reason."""


def classify_frame(frame: IntoDataFrameT, profile: Profile, min_flex_score: float, as_of: date | None = None) -> IntoDataFrameT:
    """Score a frame and classify its rows.

    Args:
        frame: Any eager frame that narwhals supports, with canonical column names.
        profile: Rules to score and select by.
        min_flex_score: Score from which an eligible row is a candidate, 0-10.
        as_of: Day from which dates are counted back; today if None.

    Returns:
        The frame, of the same kind, with the score columns, STATUS, REASONS, TO_VERIFY and UNVERIFIED added.

    """
    given = nw.from_native(frame)
    checked = [name for name in profile.eligibility if name in column_names(given)]
    scored = score_frame(add_rule_columns(given, profile), profile, as_of)
    classified = _add_outcome(scored, profile, min_flex_score, checked, RuleExpressions(profile, as_of))
    return cast("IntoDataFrameT", drop_rule_columns(classified, profile).to_native())


def _add_outcome(scored: Table, profile: Profile, min_flex_score: float, checked: list[str], rules: RuleExpressions) -> Table:
    unverified = [name for name in profile.eligibility if name not in checked]
    missing = [(nw.col(rule_column(name)).is_null(), f"{name} is missing") for name in checked]
    failed = [condition for name in checked for condition in rules.failures(profile.eligibility[name], name)]
    excluded = [condition for found in rules.exclusions(profile).values() for condition in found]
    failed += excluded
    is_low = nw.col("Flex Score") < min_flex_score
    meets_criteria = [rules.holds_for_column(profile.eligibility[name], name) for name in checked]
    eligible = _all([*meets_criteria, *(~condition for condition, _ in excluded)])
    only_missing = _all(~condition.fill_null(value=False) for condition, _ in failed)
    can_reach = nw.col("Score Ceiling") >= min_flex_score
    by_score = nw.when(is_low).then(nw.lit(str(RowStatus.BELOW_SCORE))).otherwise(nw.lit(str(RowStatus.CANDIDATE)))
    return scored.with_columns(
        nw.when(eligible).then(by_score).otherwise(nw.lit(str(RowStatus.NOT_ELIGIBLE))).alias(STATUS),
        nw.when(eligible)
        .then(_join_reasons([(is_low, f"Flex Score below {min_flex_score:g}")]))
        .otherwise(_join_reasons([*missing, *failed]))
        .alias(REASONS),
        (~eligible & only_missing & can_reach).alias(TO_VERIFY),
        nw.lit(", ".join(unverified) or None, dtype=nw.String()).alias(UNVERIFIED),
    )


def _all(conditions: Iterable[nw.Expr]) -> nw.Expr:
    """Whether all conditions hold; true if there are none."""
    return nw.all_horizontal(*conditions, nw.lit(value=True), ignore_nulls=True)


def _join_reasons(conditions: list[Condition]) -> nw.Expr:
    """Join the reasons whose conditions hold; empty where none does."""
    parts = [nw.when(condition.fill_null(value=False)).then(nw.lit(clean_reason(reason))) for condition, reason in conditions]
    return nw.concat_str(*parts, separator=REASON_SEPARATOR, ignore_nulls=True) if parts else nw.lit("")
