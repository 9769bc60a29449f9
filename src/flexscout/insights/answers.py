"""Answer a query about a past run: explain one property, list several, or list the most similar addresses."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from typing import Any

import polars as pl

from flexscout.domain import REASONS, SOURCE_COLUMNS, STATUS
from flexscout.insights.non_property import NonProperty, describe_non_property
from flexscout.insights.property_report import PropertyReport, build_property_report
from flexscout.insights.query import QueryKind, parse_query
from flexscout.insights.replayed_run import AT, PROPERTY, RANK, ReplayedRun
from flexscout.matching import find_nearest_rows
from flexscout.models import RowStatus

FORMAT = 1
_MAX_MATCHES, _MAX_NEAREST = 10, 5


class Outcome(StrEnum):
    """What a query leads to."""

    EXPLAINED = "explained"
    SEVERAL = "several"
    NON_PROPERTY = "non_property"
    NONE = "none"


@dataclass(frozen=True)
class Match:
    """A property in one line.

    Attributes:
        property_id: Its Property ID, or None if it isn't on the list.
        name: Its name.
        address: Its address.
        city: Its city.
        state: Its state.
        apn: Its APN.
        status: `candidate`, `below_score`, `not_eligible` or `superseded`.
        rank: Its rank, from 1, or None if it isn't on the list.
        score: Its score.
        reasons: Why it isn't on the list.
        file: Source file of its best row.
        sheet: Sheet of that row.
        row: Number of that row, from 1.
        rows: How many source rows it has.

    """

    property_id: str | None
    name: str
    address: str
    city: str
    state: str
    apn: str
    status: str
    rank: int | None
    score: float
    reasons: str
    file: str
    sheet: str
    row: int
    rows: int


@dataclass(frozen=True)
class Answer:
    """The answer to a query.

    Attributes:
        query: The query.
        understood_as: The kind of query.
        outcome: What the query leads to.
        run: Number of the run.
        ended: When the run ended.
        warnings: What makes the answer uncertain, in sentences.
        found: How many properties match.
        property_report: The property, if one matches.
        non_property: The row that was asked for, if it isn't a property.
        matches: The best of several matching properties.
        nearest: The properties with the most similar addresses, if none matches.

    """

    query: str
    understood_as: QueryKind
    outcome: Outcome
    run: int
    ended: str
    warnings: tuple[str, ...]
    found: int
    property_report: PropertyReport | None = None
    non_property: NonProperty | None = None
    matches: tuple[Match, ...] = ()
    nearest: tuple[Match, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether the answer is about one property or one row."""
        return self.property_report is not None or (self.non_property is not None and self.non_property.is_known)

    def as_dict(self) -> dict[str, Any]:
        """Return the answer under its JSON keys."""
        values = asdict(self)
        return {"format": FORMAT, **{"property" if name == "property_report" else name: value for name, value in values.items()}}


def explain_property(query: str, past: ReplayedRun) -> Answer:
    """Answer a query about a replayed run.

    Args:
        query: An address, APN, Property ID or name; `file:row` or `file:sheet:row`.
        past: The replayed run.

    """
    parsed = parse_query(query, past)
    properties = past.rows[parsed.rows][PROPERTY].unique(maintain_order=True).to_list() if len(parsed.rows) else []
    answer = partial(
        Answer, query, parsed.kind, run=past.record.number, ended=past.record.ended, warnings=past.warnings, found=len(properties)
    )
    if len(properties) == 1:
        return answer(Outcome.EXPLAINED, property_report=build_property_report(past, properties[0]))
    if properties:
        return answer(Outcome.SEVERAL, matches=_list_matches(past, properties, _MAX_MATCHES))
    if parsed.reference:
        return answer(Outcome.NON_PROPERTY, non_property=describe_non_property(parsed.reference, past))
    return answer(Outcome.NONE, nearest=_list_nearest(query, past) if parsed.kind is QueryKind.ADDRESS else ())


def _list_nearest(query: str, past: ReplayedRun) -> tuple[Match, ...]:
    if "Address" not in past.rows.columns:
        return ()
    nearest = past.rows[find_nearest_rows(query, past.rows, _MAX_NEAREST)][PROPERTY].unique(maintain_order=True).to_list()
    return _list_matches(past, nearest, _MAX_NEAREST, by_rank=False)


def _list_matches(past: ReplayedRun, properties: Iterable[int], limit: int, *, by_rank: bool = True) -> tuple[Match, ...]:
    """Return the best row of each property, by rank or in the order given."""
    wanted = pl.DataFrame({PROPERTY: list(properties)}, schema={PROPERTY: past.rows.schema[PROPERTY]}).with_row_index("__order")
    rows = past.rows.join(wanted, on=PROPERTY, how="inner").with_columns(pl.len().over(PROPERTY).alias("__rows"))
    best = rows.sort(RANK, "Flex Score", AT, descending=[False, True, False], nulls_last=True).unique(
        PROPERTY, keep="first", maintain_order=True
    )
    ordered = best if by_rank else best.sort("__order")
    return tuple(_to_match(row) for row in ordered.head(limit).iter_rows(named=True))


def _to_match(row: dict[str, Any]) -> Match:
    file, sheet, number = (row[column] for column in SOURCE_COLUMNS)
    name, address, city, state, apn = (row.get(column) or "" for column in ("Property Name", "Address", "City", "State", "APN"))
    return Match(
        property_id=row["Property ID"],
        name=name,
        address=address,
        city=city,
        state=state,
        apn=apn,
        status=row[STATUS],
        rank=row[RANK],
        score=row["Flex Score"],
        reasons=(row.get(REASONS) or "") if row[STATUS] != RowStatus.CANDIDATE else "",
        file=file,
        sheet=sheet,
        row=number,
        rows=row["__rows"],
    )
