"""Explain the other rows of a property: why they match, and why they were not kept."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, REASONS, SOURCE_COLUMNS, STATUS
from flexscout.insights.replayed_run import AT, FileChange, ReplayedRun
from flexscout.merging import MergeRole, count_filled_cells, explain_survivor
from flexscout.models import RowStatus

Row = dict[str, Any]
_REMOVED = ["Removed File", "Removed Sheet", "Removed Row"]
_MATCH = ["Match Score", "Nearly Sure", "Evidence"]
_ID, _OTHER = "Property ID", "Other "


@dataclass(frozen=True)
class MergedRow:
    """A row of the property that was not kept.

    Attributes:
        file: Name of the source file.
        sheet: Name of the sheet.
        row: Row number in the sheet, from 1.
        status: `candidate`, `below_score`, `not_eligible` or `superseded`.
        score: Score of the row itself.
        merged: Whether the row was merged into the kept row; only candidates are.
        match: Kind of match with the kept row.
        evidence: Why both rows are the same property.
        why_not_kept: Why the other row was kept.
        fields_that_differ: As in the merge log.
        filled_cells: Values that the kept row took from this one, as in the merge log.
        different_apn: As in the merge log.

    """

    file: str
    sheet: str
    row: int
    status: str
    score: float
    merged: bool
    match: str
    evidence: str
    why_not_kept: str
    fields_that_differ: str
    filled_cells: str
    different_apn: bool


@dataclass(frozen=True)
class PossibleDuplicate:
    """A property on the list that may be the same; the user decides.

    Attributes:
        property_id: Its Property ID.
        address: Its address.
        city: Its city.
        state: Its state.
        file: Source file of its surviving row.
        sheet: Sheet of that row.
        row: Number of that row, from 1.
        score: Match score, 0-1.
        nearly_sure: Whether `close_matches: merge` would merge the two.
        evidence: What speaks for and against a match.

    """

    property_id: str
    address: str
    city: str
    state: str
    file: str
    sheet: str
    row: int
    score: float
    nearly_sure: bool
    evidence: str


def explain_merges(past: ReplayedRun, rows: pl.DataFrame, kept: int) -> tuple[MergedRow, ...]:
    """Explain every row of a property except the kept one.

    Args:
        past: The replayed run.
        rows: The scored rows of the property.
        kept: `AT` of the kept row.

    """
    counted = rows.with_columns(count_filled_cells(rows.columns))
    others = counted.filter(pl.col(AT) != kept)
    if others.is_empty():
        return ()
    matches = past.clusters.describe_matches(pl.repeat(kept, others.height, dtype=pl.Int64, eager=True), others[AT])
    merge_log = past.ranking.merge_log.select(*_REMOVED, "Role", "Different APN", "Fields That Differ", "Filled Cells")
    explained = pl.concat([others, matches.select(pl.all().name.prefix("__"))], how="horizontal").join(
        merge_log, left_on=SOURCE_COLUMNS, right_on=_REMOVED, how="left", maintain_order="left"
    )
    (kept_row,) = counted.filter(pl.col(AT) == kept).rows(named=True)
    return tuple(_build_merged_row(row, kept_row, past) for row in explained.iter_rows(named=True))


def list_possible_duplicates(past: ReplayedRun, property_id: str | None) -> tuple[PossibleDuplicate, ...]:
    """Return the properties on the list that may be this one, surest first."""
    pairs = past.ranking.possible_duplicates
    if property_id is None or pairs.is_empty():
        return ()
    columns = [name for name in pairs.columns if f"{_OTHER}{name}" in pairs.columns]
    sides = [
        pairs.filter(pl.col(_ID) == property_id).select(*_MATCH, *(pl.col(f"{_OTHER}{name}").alias(name) for name in columns)),
        pairs.filter(pl.col(f"{_OTHER}{_ID}") == property_id).select(*_MATCH, *columns),
    ]
    others = pl.concat(sides).sort("Match Score", descending=True, maintain_order=True)
    return tuple(_build_possible_duplicate(row) for row in others.iter_rows(named=True))


def _build_possible_duplicate(row: Row) -> PossibleDuplicate:
    file, sheet, number = (row[column] for column in SOURCE_COLUMNS)
    address, city, state = (row.get(column) or "" for column in ADDRESS_COLUMNS)
    return PossibleDuplicate(
        row[_ID], address, city, state, file, sheet, number, row["Match Score"], row["Nearly Sure"], row["Evidence"]
    )


def _build_merged_row(row: Row, kept: Row, past: ReplayedRun) -> MergedRow:
    file, sheet, number = (row[column] for column in SOURCE_COLUMNS)
    # The date of a file that has changed since the run is not the one that the run compared.
    has_dates = all(past.inputs[one[SOURCE_COLUMNS[0]]].since is FileChange.SAME for one in (row, kept))
    return MergedRow(
        file=file,
        sheet=sheet,
        row=number,
        status=row[STATUS],
        score=row["Flex Score"],
        merged=row["Role"] == MergeRole.MERGED,
        match=row["__Match"],
        evidence=row["__Evidence"],
        why_not_kept=_explain_not_kept(row, kept, has_dates=has_dates),
        fields_that_differ=row["Fields That Differ"] or "",
        filled_cells=row["Filled Cells"] or "",
        different_apn=bool(row["Different APN"]),
    )


def _explain_not_kept(row: Row, kept: Row, *, has_dates: bool) -> str:
    if row[STATUS] == RowStatus.CANDIDATE:
        return explain_survivor(row, kept, has_dates=has_dates)
    return str(row[REASONS]) if row[STATUS] == RowStatus.SUPERSEDED else f"not a candidate: {row[REASONS]}"
