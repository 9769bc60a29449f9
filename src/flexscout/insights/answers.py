"""The answer to a question about a past run: a property explained, several to choose from, or what is nearest."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import polars as pl

from flexscout.domain import REASONS, SOURCE_COLUMNS, STATUS
from flexscout.insights.non_property import NonProperty, describe_non_property
from flexscout.insights.property_report import PropertyReport, build_property_report
from flexscout.insights.query import parse_query
from flexscout.insights.replayed_run import AT, PROPERTY, RANK, ReplayedRun
from flexscout.matching import find_nearest_rows
from flexscout.models import RowStatus

FORMAT = 1
_LISTED, _NEAR = 10, 5
_NAMES = {"story": "property"}  # what a field is called for programs


@dataclass(frozen=True)
class Match:
    """A property in a few words. `rank`: on the list, from 1; None if it is not on it; `rows`: how many source rows it has."""

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
    """What a run says to a question.

    `understood_as`: property_id, row, apn, address or name; `outcome`: explained, several, no_property (of a row that was asked
    for) or none; `run`, `ended`: of the run; `remarks`: what a person should know before believing it; `found`: properties that
    match; `story`: of the one; `matches`: the best of several; `nearest`: those written most alike, where none matches.
    """

    query: str
    understood_as: str
    outcome: str
    run: int
    ended: str
    remarks: tuple[str, ...]
    found: int
    story: PropertyReport | None = None
    no_property: NonProperty | None = None
    matches: tuple[Match, ...] = ()
    nearest: tuple[Match, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether it is about one property, or one row."""
        return self.story is not None or (self.no_property is not None and self.no_property.is_there)

    def as_dict(self) -> dict[str, Any]:
        """For programs; dates and the like are texts in JSON."""
        told = asdict(self)
        return {"format": FORMAT, **{_NAMES.get(name, name): value for name, value in told.items()}}


def explain_property(query: str, past: ReplayedRun) -> Answer:
    """Answer what is asked of a past run: an address, APN, Property ID, `file:row` or `file:sheet:row`."""
    asked = parse_query(query, past)
    numbers = past.rows[asked.rows][PROPERTY].unique(maintain_order=True).to_list() if len(asked.rows) else []
    answer = partial(
        Answer, query, asked.kind, run=past.record.number, ended=past.record.ended, remarks=past.remarks, found=len(numbers)
    )
    if len(numbers) == 1:
        return answer("explained", story=build_property_report(past, numbers[0]))
    if numbers:
        return answer("several", matches=_matches(past, numbers, _LISTED))
    if asked.cell:
        return answer("no_property", no_property=describe_non_property(asked.cell, past))
    return answer("none", nearest=_nearest(query, past) if asked.kind == "address" else ())


def _nearest(query: str, past: ReplayedRun) -> tuple[Match, ...]:
    if "Address" not in past.rows.columns:
        return ()
    near = past.rows[find_nearest_rows(query, past.rows, _NEAR)][PROPERTY].unique(maintain_order=True).to_list()
    return _matches(past, near, _NEAR, in_rank=False)


def _matches(past: ReplayedRun, numbers: Iterable[int], most: int, *, in_rank: bool = True) -> tuple[Match, ...]:
    """Each property by the row that speaks for it, those on the list first."""
    wanted = pl.DataFrame({PROPERTY: list(numbers)}, schema={PROPERTY: past.rows.schema[PROPERTY]}).with_row_index("__asked")
    rows = past.rows.join(wanted, on=PROPERTY, how="inner").with_columns(pl.len().over(PROPERTY).alias("__rows"))
    best = rows.sort(RANK, "Flex Score", AT, descending=[False, True, False], nulls_last=True).unique(
        PROPERTY, keep="first", maintain_order=True
    )
    ordered = best if in_rank else best.sort("__asked")
    return tuple(_match(row) for row in ordered.head(most).iter_rows(named=True))


def _match(row: dict[str, Any]) -> Match:
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
