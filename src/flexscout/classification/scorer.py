"""Points, score, class and eligibility of properties, over whole columns."""

import math
from collections.abc import Mapping
from typing import Any, cast

import narwhals as nw
from narwhals.typing import IntoDataFrameT

from flexscout.classification.profile import Factor, Profile, load_profile
from flexscout.classification.rules import holds, plain_words, points, refusals, working
from flexscout.model import REASONS, STATUS, TO_VERIFY, UNVERIFIED, RowStatus

_AND = "; "
_SHARE_DECIMALS = 4

Frame = nw.DataFrame[Any]


class FlexPropertyScorer:
    """Scores properties by a profile. `profile`: the name of a built-in one."""

    def __init__(self, profile: str = "flex-industrial") -> None:
        self.profile = load_profile(profile)

    def calculate_flex_score(self, record: Mapping[str, Any]) -> tuple[float, dict[str, float]]:
        """The score (0-10) of one property and the points of each factor.

        `record`: canonical column names and their values; a missing key counts like a missing value (None or NaN).
        Raises TypeError for a text where a number is needed, and for what is no record.
        """
        import polars as pl  # noqa: PLC0415 - one record needs some frame library; this one is always there

        values = {name: _value(record.get(name)) for name in _checked(record, self.profile)}
        kinds = {name: pl.String if name in self.profile.text_columns else pl.Float64 for name in values}
        frame = pl.DataFrame({name: pl.Series([value], dtype=kinds[name]) for name, value in values.items()})
        scored = self.score(frame).row(0, named=True)
        return scored["Flex Score"], {factor.name: scored[factor.name] for factor in self.profile.factors}

    def score(self, frame: IntoDataFrameT) -> IntoDataFrameT:
        """The frame with SCORE_COLUMNS added; any library that narwhals knows, the same kind back.

        A column that the frame lacks counts as missing in every row.
        """
        prepared = with_working(nw.from_native(frame), self.profile)
        return cast("IntoDataFrameT", _tidy(_scored(prepared, self.profile), self.profile).to_native())

    def get_flex_classification(self, score: float) -> str:
        """The class of a score, such as PRIME_FLEX from 8."""
        return next((entry.name for entry in self.profile.classes if score >= entry.at_least), self.profile.classes[-1].name)


def classify(frame: IntoDataFrameT, profile: Profile, min_flex_score: float) -> IntoDataFrameT:
    """The frame scored, with STATUS, REASONS, TO_VERIFY and UNVERIFIED added: who is a candidate, and why not."""
    prepared = with_working(nw.from_native(frame), profile)
    selected = _selected(_scored(prepared, profile), profile, min_flex_score)
    return cast("IntoDataFrameT", _tidy(selected, profile).to_native())


def _checked(record: Mapping[str, Any], profile: Profile) -> tuple[str, ...]:
    """The columns that the profile looks at, if the record can be scored by them."""
    if not isinstance(record, Mapping):
        raise TypeError(f"One record is needed, column name -> value, not {type(record).__name__}; score(frame) takes a frame.")
    for name in profile.columns:
        if isinstance(record.get(name), str) and name not in profile.text_columns:
            raise TypeError(f"{name} is the text {record[name]!r}: give a number; FlexPropertyClassifier reads texts.")
    return profile.columns


def _value(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def with_working(frame: Frame, profile: Profile) -> Frame:
    """The frame with a working column for each column of the profile that it has: one type, one kind of missing."""
    there = [name for name in profile.columns if name in frame.columns]
    texts = [name for name in there if name in profile.text_columns]
    numbers = [nw.col(name).cast(nw.Float64()).fill_nan(None).alias(working(name)) for name in there if name not in texts]
    return frame.with_columns(*numbers, *(plain_words(nw.col(name).cast(nw.String())).alias(working(name)) for name in texts))


def _tidy(frame: Frame, profile: Profile) -> Frame:
    """Without the working columns of the rules."""
    return frame.drop(*(working(name) for name in profile.columns), strict=False)


def _scored(frame: Frame, profile: Profile) -> Frame:
    there = {name for name in profile.columns if working(name) in frame.columns}
    names = [factor.name for factor in profile.factors]
    given = [_points(factor, there) for factor in profile.factors]
    present = [
        (~nw.col(working(factor.column)).is_null()).cast(nw.Float64()) for factor in profile.factors if factor.column in there
    ]
    share = nw.sum_horizontal(*(present or [nw.lit(0.0)])) / len(names)
    ceiling = nw.sum_horizontal(*(_best(factor, there) for factor in profile.factors))
    scored = frame.with_columns(*given).with_columns(_capped(nw.sum_horizontal(*names), profile.cap).alias("Flex Score"))
    scored = scored.with_columns(
        _class(profile).alias("Flex Classification"),
        share.round(_SHARE_DECIMALS).alias("Completeness"),
        _capped(ceiling, profile.cap).alias("Score Ceiling"),
    )
    added = ("Flex Score", "Flex Classification", *names, "Completeness", "Score Ceiling")
    return scored.select(*(name for name in frame.columns if name not in added), *added)


def _points(factor: Factor, there: set[str]) -> nw.Expr:
    if factor.column not in there:
        return nw.lit(0.0).alias(factor.name)
    return points(factor.rules, factor.column).alias(factor.name)


def _best(factor: Factor, there: set[str]) -> nw.Expr:
    """The factor's points, or the most that it can give where its value is missing."""
    if factor.column not in there:
        return nw.lit(factor.best)
    return nw.when(nw.col(working(factor.column)).is_null()).then(nw.lit(factor.best)).otherwise(nw.col(factor.name))


def _capped(total: nw.Expr, cap: float) -> nw.Expr:
    return nw.when(total > cap).then(nw.lit(cap)).otherwise(total)


def _class(profile: Profile) -> nw.Expr:
    expression = nw.lit(profile.classes[-1].name)
    for entry in reversed(profile.classes):
        expression = nw.when(nw.col("Flex Score") >= entry.at_least).then(nw.lit(entry.name)).otherwise(expression)
    return expression


def _selected(scored: Frame, profile: Profile, min_flex_score: float) -> Frame:
    checked = [criterion for criterion in profile.eligibility if working(criterion.column) in scored.columns]
    unverified = [criterion.column for criterion in profile.eligibility if criterion not in checked]
    missing = [(nw.col(working(entry.column)).is_null(), f"{entry.column} is missing") for entry in checked]
    refused = [pair for entry in checked for pair in refusals(entry.rule, entry.column)]
    too_low = nw.col("Flex Score") < min_flex_score
    eligible = _all(holds(entry.rule, entry.column) for entry in checked)
    only_missing = _all(~condition.fill_null(value=False) for condition, _ in refused)
    reached = nw.col("Score Ceiling") >= min_flex_score
    selected = nw.when(too_low).then(nw.lit(str(RowStatus.BELOW_SCORE))).otherwise(nw.lit(str(RowStatus.CANDIDATE)))
    return scored.with_columns(
        nw.when(eligible).then(selected).otherwise(nw.lit(str(RowStatus.NOT_ELIGIBLE))).alias(STATUS),
        nw.when(eligible)
        .then(_sentence([(too_low, f"Flex Score below {min_flex_score:g}")]))
        .otherwise(_sentence([*missing, *refused]))
        .alias(REASONS),
        (~eligible & only_missing & reached).alias(TO_VERIFY),
        nw.lit(", ".join(unverified) or None, dtype=nw.String()).alias(UNVERIFIED),
    )


def _all(conditions: Any) -> nw.Expr:
    """Whether all hold; true where there is none."""
    return nw.all_horizontal(*conditions, nw.lit(value=True), ignore_nulls=True)


def _sentence(conditions: list[tuple[nw.Expr, str]]) -> nw.Expr:
    """The sentences whose conditions hold, joined; empty where none does."""
    parts = [nw.when(condition.fill_null(value=False)).then(nw.lit(sentence)) for condition, sentence in conditions]
    return nw.concat_str(*parts, separator=_AND, ignore_nulls=True) if parts else nw.lit("")
