"""Points, score, class and eligibility of properties, over whole columns."""

from collections.abc import Mapping
from typing import Any, cast

import narwhals as nw
from narwhals.typing import IntoDataFrameT

from flexscout.classification.profile import Factor, Profile, load_profile
from flexscout.classification.rules import holds, points, refusals
from flexscout.model import REASONS, STATUS, TO_VERIFY, UNVERIFIED, RowStatus

_AND = "; "


class FlexPropertyScorer:
    """Scores properties by a profile. `profile`: the name of a built-in one."""

    def __init__(self, profile: str = "flex-industrial") -> None:
        self.profile = load_profile(profile)

    def calculate_flex_score(self, record: Mapping[str, Any]) -> tuple[float, dict[str, float]]:
        """The score (0-10) of one property and the points of each factor.

        `record`: canonical column names and their values; a missing key counts like a missing value.
        """
        import polars as pl  # noqa: PLC0415 - one record needs some frame library; this one is always there

        types: dict[str, Any] = {"Property Type": pl.String}
        frame = pl.DataFrame(
            {name: pl.Series([record.get(name)], dtype=types.get(name, pl.Float64)) for name in self.profile.columns}
        )
        scored = self.score(frame).row(0, named=True)
        return scored["Flex Score"], {factor.name: scored[factor.name] for factor in self.profile.factors}

    def score(self, frame: IntoDataFrameT) -> IntoDataFrameT:
        """The frame with SCORE_COLUMNS added; any library that narwhals knows, the same kind back.

        A column that the frame lacks counts as missing in every row.
        """
        return cast("IntoDataFrameT", _score(nw.from_native(frame), self.profile).to_native())

    def get_flex_classification(self, score: float) -> str:
        """The class of a score, such as PRIME_FLEX from 8."""
        return next((entry.name for entry in self.profile.classes if score >= entry.at_least), self.profile.classes[-1].name)


def classify(frame: IntoDataFrameT, profile: Profile, min_flex_score: float) -> IntoDataFrameT:
    """The frame scored, with STATUS, REASONS, TO_VERIFY and UNVERIFIED added: who is a candidate, and why not."""
    scored = _score(nw.from_native(frame), profile)
    return cast("IntoDataFrameT", _select(scored, profile, min_flex_score).to_native())


def _score(frame: nw.DataFrame[Any], profile: Profile) -> nw.DataFrame[Any]:
    there = set(frame.columns)
    known = [factor for factor in profile.factors if factor.column in there]
    given = [_points(factor, there) for factor in profile.factors]
    total = nw.sum_horizontal(*(factor.name for factor in profile.factors))
    present = [(~nw.col(factor.column).is_null()).cast(nw.Float64()) for factor in known] or [nw.lit(0.0)]
    ceiling = nw.sum_horizontal(*(_best(factor, there) for factor in profile.factors))
    scored = frame.with_columns(*given).with_columns(_capped(total, profile.cap).alias("Flex Score"))
    scored = scored.with_columns(
        _class(profile).alias("Flex Classification"),
        (nw.sum_horizontal(*present) / len(profile.factors)).alias("Completeness"),
        _capped(ceiling, profile.cap).alias("Score Ceiling"),
    )
    added = ("Flex Score", "Flex Classification", *(factor.name for factor in profile.factors), "Completeness", "Score Ceiling")
    return scored.select(*(name for name in frame.columns if name not in added), *added)


def _points(factor: Factor, there: set[str]) -> nw.Expr:
    if factor.column not in there:
        return nw.lit(0.0).alias(factor.name)
    return points(factor.rules, factor.column).alias(factor.name)


def _best(factor: Factor, there: set[str]) -> nw.Expr:
    """The factor's points, or the most that it can give where its value is missing."""
    if factor.column not in there:
        return nw.lit(factor.best)
    return nw.when(nw.col(factor.column).is_null()).then(nw.lit(factor.best)).otherwise(nw.col(factor.name))


def _capped(total: nw.Expr, cap: float) -> nw.Expr:
    return nw.when(total > cap).then(nw.lit(cap)).otherwise(total)


def _class(profile: Profile) -> nw.Expr:
    expression = nw.lit(profile.classes[-1].name)
    for entry in reversed(profile.classes):
        expression = nw.when(nw.col("Flex Score") >= entry.at_least).then(nw.lit(entry.name)).otherwise(expression)
    return expression


def _select(scored: nw.DataFrame[Any], profile: Profile, min_flex_score: float) -> nw.DataFrame[Any]:
    there = set(scored.columns)
    checked = [criterion for criterion in profile.eligibility if criterion.column in there]
    unverified = [criterion.column for criterion in profile.eligibility if criterion.column not in there]
    eligible = [holds(criterion.rule, criterion.column) for criterion in checked] or [nw.lit(value=True)]
    missing = [(nw.col(criterion.column).is_null(), f"{criterion.column} is missing") for criterion in checked]
    refused = [pair for criterion in checked for pair in refusals(criterion.rule, criterion.column)]
    low = [(nw.col("Flex Score") < min_flex_score, f"Flex Score below {min_flex_score:g}")]
    is_eligible = nw.all_horizontal(*eligible, ignore_nulls=True)
    only_missing = (
        ~nw.any_horizontal(*(broken.fill_null(value=False) for broken, _ in refused), ignore_nulls=True)
        if refused
        else nw.lit(value=True)
    )
    status = (
        nw.when(~is_eligible)
        .then(nw.lit(str(RowStatus.NOT_ELIGIBLE)))
        .otherwise(
            nw.when(nw.col("Flex Score") < min_flex_score)
            .then(nw.lit(str(RowStatus.BELOW_SCORE)))
            .otherwise(nw.lit(str(RowStatus.CANDIDATE)))
        )
    )
    reasons = nw.when(is_eligible).then(_sentence(low)).otherwise(_sentence([*missing, *refused]))
    return scored.with_columns(
        status.alias(STATUS),
        reasons.alias(REASONS),
        (~is_eligible & only_missing & (nw.col("Score Ceiling") >= min_flex_score)).alias(TO_VERIFY),
        nw.lit(", ".join(unverified) or None, dtype=nw.String()).alias(UNVERIFIED),
    )


def _sentence(conditions: list[tuple[nw.Expr, str]]) -> nw.Expr:
    """The sentences whose conditions hold, joined; empty where none does."""
    parts = [nw.when(condition.fill_null(value=False)).then(nw.lit(sentence)) for condition, sentence in conditions]
    return nw.concat_str(*parts, separator=_AND, ignore_nulls=True) if parts else nw.lit("")
