"""Build the report of one property, from its source rows to its rank."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from flexscout.domain import (
    CORRECTED_CELLS,
    FLAGS,
    POSTAL_COLUMNS,
    REASONS,
    RECORD_COLUMNS,
    SEEN_COLUMNS,
    STATUS,
    TO_VERIFY,
    UNVERIFIED,
)
from flexscout.insights.merge_report import MergedRow, PossibleDuplicate, explain_merges, list_possible_duplicates
from flexscout.insights.replayed_run import AT, PROPERTY, RANK, ReplayedRun
from flexscout.insights.source_rows import SourceRow, load_scored_rows, read_source_rows
from flexscout.merging import ROW
from flexscout.models import RowStatus
from flexscout.scoring import Improvement, Profile, evaluate_parts, explain_factors, find_improvements, points_column

_VALUES_FROM, _SCORE_BEFORE = RECORD_COLUMNS
_ABOUT = ("Property Name", "Property Type", *POSTAL_COLUMNS, "County", "APN")


@dataclass(frozen=True)
class FactorPoints:
    """The points of one factor.

    Attributes:
        factor: Name of the factor.
        columns: Columns that it depends on.
        points: Points of the property.
        best: Highest possible points.
        weight: Weight in a weighted mean, else 1.
        text: What the points stand for, or what is missing.

    """

    factor: str
    columns: tuple[str, ...]
    points: float
    best: float
    weight: float
    text: str


@dataclass(frozen=True)
class PropertyReport:
    """Why a property has its rank, or isn't on the list.

    Attributes:
        property_id: Its Property ID, or None if it isn't on the list.
        about: Column -> text of its name, type and place.
        status: `candidate`, `below_score`, `not_eligible` or `superseded`.
        rank: Its rank, from 1, or None if it isn't on the list.
        list_length: Number of properties on the list.
        score: Its score, 0 to `cap`.
        cap: Highest score of the profile.
        flex_class: Class of the score.
        ceiling: The score if every missing value took its best.
        completeness: Share of factors with data, 0-1.
        minimum_score: Lowest score of a candidate.
        reasons: Why it isn't on the list.
        to_verify: Whether only missing values keep it off the list.
        unverified: Criteria that were skipped because its sheet has no such column.
        explanation: The score in one sentence.
        factors: The points of each factor.
        flags: Flags of the profile's bonuses.
        bonus: Points of the bonuses.
        improvements: What would raise the score.
        rows: Its source rows, the surviving row first.
        merged: Why each other row matches and wasn't kept.
        possible_duplicates: Properties on the list that may be the same.
        sources: Its sources with the day of the latest export that has it.
        missing_from: Latest exports that no longer have it.
        values_from: Which of its values come from other rows than the surviving one.
        score_before_merging: The score of the surviving row, if the property has another.
        corrected: Which values the user corrected, with those of the sources.
        notes: What the user typed into the workbook.

    """

    property_id: str | None
    about: dict[str, str]
    status: str
    rank: int | None
    list_length: int
    score: float
    cap: float
    flex_class: str
    ceiling: float
    completeness: float
    minimum_score: float
    reasons: tuple[str, ...]
    to_verify: bool
    unverified: str
    explanation: str
    factors: tuple[FactorPoints, ...]
    flags: str
    bonus: float
    improvements: tuple[Improvement, ...]
    rows: tuple[SourceRow, ...]
    merged: tuple[MergedRow, ...]
    possible_duplicates: tuple[PossibleDuplicate, ...]
    sources: str
    missing_from: str
    values_from: str
    score_before_merging: float | None
    corrected: str
    notes: dict[str, str]


Explained = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]
"""The explanations of rows, also by factor, and what their parts are worth."""


class ExplainedList:
    """The explanations of the whole list: most of the time that a report takes, and hardly more for all rows than for one."""

    def __init__(self) -> None:
        self._explained: Explained | None = None

    def explain(self, past: ReplayedRun, row: pl.DataFrame, rank: int | None) -> Explained:
        """Return the explanation of a row; `rank` is that of a property on the list."""
        if self._explained is None or rank is None:
            return _explain(past, row)
        texts, by_factor, parts = (frame.slice(rank - 1, 1) for frame in self._explained)
        return texts, by_factor, parts

    def prepare(self, past: ReplayedRun) -> None:
        """Explain the whole list, for reports to come."""
        if self._explained is None and past.ranking.survivors.height:
            self._explained = _explain(past, past.ranking.survivors)


def _explain(past: ReplayedRun, rows: pl.DataFrame) -> Explained:
    profile, day = past.criteria.profile, past.criteria.as_of
    return *explain_factors(rows, profile, day), evaluate_parts(rows, profile, day)


def build_property_report(past: ReplayedRun, number: int) -> PropertyReport:
    """Build the report of the property whose rows have this `PROPERTY` number; on the list, its values are its record's."""
    rows = load_scored_rows(past, past.rows.filter(pl.col(PROPERTY) == number))
    is_superseded, is_ineligible = pl.col(STATUS) == RowStatus.SUPERSEDED, pl.col(STATUS) == RowStatus.NOT_ELIGIBLE
    keys = [RANK, is_superseded, is_ineligible, "Flex Score", "Completeness", AT]
    best = rows.sort(keys, descending=[False, False, False, True, True, False], nulls_last=True).head(1)
    (own,) = best.rows(named=True)
    shown = best if own[RANK] is None else past.ranking.survivors.filter(pl.col(ROW) == own[AT])
    (row,) = shown.rows(named=True)
    profile = past.criteria.profile
    explained, by_factor, parts = past.keep(ExplainedList).explain(past, shown, own[RANK])
    return PropertyReport(
        property_id=own["Property ID"],
        about={name: str(row[name]) for name in _ABOUT if row.get(name) is not None},
        status=own[STATUS],
        rank=own[RANK],
        list_length=past.ranking.survivors.height,
        score=row["Flex Score"],
        cap=profile.cap,
        flex_class=row["Flex Classification"],
        ceiling=row["Score Ceiling"],
        completeness=row["Completeness"],
        minimum_score=past.criteria.min_flex_score,
        reasons=tuple(filter(None, (own[REASONS] or "").split("; "))) if own[STATUS] != RowStatus.CANDIDATE else (),
        to_verify=bool(own[TO_VERIFY]),
        unverified=own.get(UNVERIFIED) or "",
        explanation=explained["Explanation"].item(0),
        factors=_list_factors(shown, profile, by_factor),
        flags=row.get(FLAGS) or "",
        bonus=row.get("Bonus Points") or 0.0,
        improvements=find_improvements(shown, parts, profile),
        rows=read_source_rows(past, rows, own[AT]),
        merged=explain_merges(past, rows, own[AT]),
        possible_duplicates=list_possible_duplicates(past, own["Property ID"]),
        sources=row.get(SEEN_COLUMNS[0]) or "",
        missing_from=row.get(SEEN_COLUMNS[3]) or "",
        values_from=row.get(_VALUES_FROM) or "",
        score_before_merging=row.get(_SCORE_BEFORE),
        corrected=row.get(CORRECTED_CELLS) or "",
        notes=_find_notes(past, own["Property ID"]),
    )


def _list_factors(row: pl.DataFrame, profile: Profile, by_factor: pl.DataFrame) -> tuple[FactorPoints, ...]:
    (texts,) = by_factor.rows(named=True)
    (points,) = row.select(points_column(name) for name in profile.factors).rows(named=True)
    return tuple(
        FactorPoints(name, factor.columns, round(points[points_column(name)], 2), factor.max_points, factor.weight, texts[name])
        for name, factor in profile.factors.items()
    )


def _find_notes(past: ReplayedRun, property_id: str | None) -> dict[str, str]:
    if property_id is None or past.kept is None or "Property ID" not in past.kept.columns:
        return {}
    rows: list[dict[str, Any]] = past.kept.filter(pl.col("Property ID") == property_id).to_dicts()
    columns = past.record.report["notes"].get("columns", past.config.user_columns)
    return {name: str(rows[0][name]) for name in columns if rows and rows[0].get(name)}
