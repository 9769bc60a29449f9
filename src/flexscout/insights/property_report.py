"""A property from its source rows to its place on the list."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from flexscout.domain import FILL_COLUMNS, FLAGS, POSTAL_COLUMNS, REASONS, STATUS, TO_VERIFY, UNVERIFIED
from flexscout.insights.merge_report import MergedRow, PossibleDuplicate, explain_merges, list_possible_duplicates
from flexscout.insights.replayed_run import AT, PROPERTY, RANK, ReplayedRun
from flexscout.insights.source_rows import SourceRow, load_scored_rows, read_source_rows
from flexscout.merging import ROW
from flexscout.models import RowStatus
from flexscout.scoring import Improvement, Profile, explain_factors, find_improvements, points_column, split_reasons

_FILLED, _BEFORE = FILL_COLUMNS
_ABOUT = ("Property Name", "Property Type", *POSTAL_COLUMNS, "County", "APN")


@dataclass(frozen=True)
class FactorPoints:
    """A factor's points.

    `columns`: what it looks at; `best`: the most that it can give; `weight`: in a weighted mean, else 1; `said`: what the points
    stand for, or what is missing.
    """

    factor: str
    columns: tuple[str, ...]
    points: float
    best: float
    weight: float
    said: str


@dataclass(frozen=True)
class PropertyReport:
    """Why a property is where it is.

    `property_id`: None if it is not on the list; `about`: column -> text; `status`: candidate, below_score or not_eligible;
    `rank`: on the list of `of` properties, None if it is not on it; `score`: of at most `cap`; `flex_class`: its band; `ceiling`:
    what the score could be if what is missing were known; `completeness`: share of factors with data, 0-1; `least_score`: of a
    candidate; `reasons`: why it is not on the list; `to_verify`: whether only missing values keep it out; `unverified`: criteria
    that it was not checked against, because its sheet has no such column; `flags`, `bonus`: of the profile's bonuses; `raises`:
    what would raise the score; `rows`: where it comes from, the row that speaks for it first; `merged`: the other rows;
    `filled`: cells taken from those, and the `score_before_filling`; `notes`: what a person typed, in the run's list.
    """

    property_id: str | None
    about: dict[str, str]
    status: str
    rank: int | None
    of: int
    score: float
    cap: float
    flex_class: str
    ceiling: float
    completeness: float
    least_score: float
    reasons: tuple[str, ...]
    to_verify: bool
    unverified: str
    explanation: str
    factors: tuple[FactorPoints, ...]
    flags: str
    bonus: float
    raises: tuple[Improvement, ...]
    rows: tuple[SourceRow, ...]
    merged: tuple[MergedRow, ...]
    possible_duplicates: tuple[PossibleDuplicate, ...]
    filled: str
    score_before_filling: float | None
    notes: dict[str, str]


def build_property_report(past: ReplayedRun, number: int) -> PropertyReport:
    """That of the property with this PROPERTY."""
    rows = load_scored_rows(past, past.rows.filter(pl.col(PROPERTY) == number))
    best = rows.sort(
        RANK, _is_out(), "Flex Score", "Completeness", AT, descending=[False, False, True, True, False], nulls_last=True
    )
    at = int(best[AT][0])
    speaking = _on_the_list(past, at) if best[RANK][0] is not None else best.head(1)
    (row,), (own,) = speaking.rows(named=True), best.head(1).rows(named=True)
    profile, day = past.criteria.profile, past.criteria.as_of
    return PropertyReport(
        property_id=own["Property ID"],
        about={name: str(row[name]) for name in _ABOUT if row.get(name) is not None},
        status=own[STATUS],
        rank=own[RANK],
        of=past.ranking.survivors.height,
        score=row["Flex Score"],
        cap=profile.cap,
        flex_class=row["Flex Classification"],
        ceiling=row["Score Ceiling"],
        completeness=row["Completeness"],
        least_score=past.criteria.min_flex_score,
        reasons=split_reasons(own[REASONS] or "") if own[STATUS] != RowStatus.CANDIDATE else (),
        to_verify=bool(own[TO_VERIFY]),
        unverified=own.get(UNVERIFIED) or "",
        explanation=past.criteria.explain(speaking)[0],
        factors=_factors(speaking, profile, past),
        flags=row.get(FLAGS) or "",
        bonus=row.get("Bonus Points") or 0.0,
        raises=find_improvements(speaking, profile, day),
        rows=read_source_rows(past, rows, at),
        merged=explain_merges(past, rows, at),
        possible_duplicates=list_possible_duplicates(past, own["Property ID"]),
        filled=row.get(_FILLED) or "",
        score_before_filling=row.get(_BEFORE),
        notes=_notes(past, own["Property ID"]),
    )


def _is_out() -> pl.Expr:
    return pl.col(STATUS) == RowStatus.NOT_ELIGIBLE


def _on_the_list(past: ReplayedRun, at: int) -> pl.DataFrame:
    """The row as it stands on the list, perhaps with blanks filled."""
    return past.ranking.survivors.filter(pl.col(ROW) == at)


def _factors(row: pl.DataFrame, profile: Profile, past: ReplayedRun) -> tuple[FactorPoints, ...]:
    (said,) = explain_factors(row, profile, past.criteria.as_of).rows(named=True)
    (points,) = row.select(points_column(name) for name in profile.factors).rows(named=True)
    return tuple(
        FactorPoints(name, factor.columns, round(points[points_column(name)], 2), factor.max_points, factor.weight, said[name])
        for name, factor in profile.factors.items()
    )


def _notes(past: ReplayedRun, property_id: str | None) -> dict[str, str]:
    if property_id is None or past.kept is None or "Property ID" not in past.kept.columns:
        return {}
    own: list[dict[str, Any]] = past.kept.filter(pl.col("Property ID") == property_id).to_dicts()
    return {name: str(own[0][name]) for name in past.config.user_columns if own and own[0].get(name)}
