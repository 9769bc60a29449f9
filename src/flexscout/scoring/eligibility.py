"""Who is a candidate, and why the others are not."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

import narwhals as nw
from narwhals.typing import IntoDataFrameT

from flexscout.domain import REASONS, STATUS, TO_VERIFY, UNVERIFIED
from flexscout.models import RowStatus
from flexscout.scoring.profile import Profile
from flexscout.scoring.rules import Rules, add_rule_columns, column_names, drop_rule_columns, rule_column
from flexscout.scoring.score import score_frame

Table = nw.DataFrame[Any]

_AND = "; "


def classify_frame(frame: IntoDataFrameT, profile: Profile, min_flex_score: float, as_of: date | None = None) -> IntoDataFrameT:
    """The frame scored, with STATUS, REASONS, TO_VERIFY and UNVERIFIED added: who is a candidate, and why not.

    `as_of`: the day from which dates are counted back, by default today.
    """
    given = nw.from_native(frame)
    checked = [name for name in profile.eligibility if name in column_names(given)]
    prepared = add_rule_columns(given, profile)
    found = score_frame(prepared, profile, as_of)
    selected = _selected(found, profile, min_flex_score, checked, Rules(profile, as_of))
    return cast("IntoDataFrameT", drop_rule_columns(selected, profile).to_native())


def _selected(found: Table, profile: Profile, min_flex_score: float, checked: list[str], rules: Rules) -> Table:
    unverified = [name for name in profile.eligibility if name not in checked]
    missing = [(nw.col(rule_column(name)).is_null(), f"{name} is missing") for name in checked]
    refused = [pair for name in checked for pair in rules.failures(profile.eligibility[name], name)]
    too_low = nw.col("Flex Score") < min_flex_score
    eligible = _all(rules.holds_for_column(profile.eligibility[name], name) for name in checked)
    only_missing = _all(~condition.fill_null(value=False) for condition, _ in refused)
    reached = nw.col("Score Ceiling") >= min_flex_score
    selected = nw.when(too_low).then(nw.lit(str(RowStatus.BELOW_SCORE))).otherwise(nw.lit(str(RowStatus.CANDIDATE)))
    return found.with_columns(
        nw.when(eligible).then(selected).otherwise(nw.lit(str(RowStatus.NOT_ELIGIBLE))).alias(STATUS),
        nw.when(eligible)
        .then(_sentence([(too_low, f"Flex Score below {min_flex_score:g}")]))
        .otherwise(_sentence([*missing, *refused]))
        .alias(REASONS),
        (~eligible & only_missing & reached).alias(TO_VERIFY),
        nw.lit(", ".join(unverified) or None, dtype=nw.String()).alias(UNVERIFIED),
    )


def _all(conditions: Iterable[nw.Expr]) -> nw.Expr:
    """Whether all hold; true where there is none."""
    return nw.all_horizontal(*conditions, nw.lit(value=True), ignore_nulls=True)


def _sentence(conditions: list[tuple[nw.Expr, str]]) -> nw.Expr:
    """The sentences whose conditions hold, joined; empty where none does."""
    parts = [nw.when(condition.fill_null(value=False)).then(nw.lit(sentence)) for condition, sentence in conditions]
    return nw.concat_str(*parts, separator=_AND, ignore_nulls=True) if parts else nw.lit("")
