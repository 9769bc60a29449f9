"""Which rows are one property, why, and which of them speaks for it."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, REASONS, SOURCE_COLUMNS, STATUS, canonical_columns
from flexscout.insights.replayed_run import AT, FileChange, ReplayedRun
from flexscout.models import RowStatus
from flexscout.scoring import MODIFIED

Row = dict[str, Any]
_REMOVED = ["Removed File", "Removed Sheet", "Removed Row"]
_TOLD = ["Match Score", "Nearly Sure", "Evidence"]
_ID, _OTHER = "Property ID", "Other "


@dataclass(frozen=True)
class MergedRow:
    """A row that another one speaks for.

    `match`, `evidence`: why the two are one property; `merged`: whether it was merged, only candidates are;
    `why_not_kept`: why it does not speak itself; `fields_that_differ`, `filled_cells`, `different_apn`: as the merge log says.
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
    """A property that may be the same; a person decides. `score`: 0-1; `nearly_sure`: as `close_matches: merge` would have it."""

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
    """What is told of the judged rows but the one at position `kept`."""
    others = rows.filter(pl.col(AT) != kept)
    if others.is_empty():
        return ()
    speaking = rows.filter(pl.col(AT) == kept)
    why = past.clusters.describe_matches(pl.repeat(kept, others.height, dtype=pl.Int64, eager=True), others[AT])
    merge_log = past.ranking.merge_log.select(*_REMOVED, "Different APN", "Fields That Differ", "Filled Cells")
    told = pl.concat([others, why.select(pl.all().name.prefix("__"))], how="horizontal").join(
        merge_log, left_on=SOURCE_COLUMNS, right_on=_REMOVED, how="left", maintain_order="left"
    )
    (first,) = _with_filled(speaking).rows(named=True)
    return tuple(_merged(row, first, past) for row in _with_filled(told).iter_rows(named=True))


def list_possible_duplicates(past: ReplayedRun, property_id: str | None) -> tuple[PossibleDuplicate, ...]:
    """The properties on the list that may be this one, the surest first."""
    pairs = past.ranking.possible_duplicates
    if property_id is None or pairs.is_empty():
        return ()
    about = [name for name in pairs.columns if f"{_OTHER}{name}" in pairs.columns]
    ours = [
        pairs.filter(pl.col(_ID) == property_id).select(*_TOLD, *(pl.col(f"{_OTHER}{name}").alias(name) for name in about)),
        pairs.filter(pl.col(f"{_OTHER}{_ID}") == property_id).select(*_TOLD, *about),
    ]
    together = pl.concat(ours).sort("Match Score", descending=True, maintain_order=True)
    return tuple(_possible(row) for row in together.iter_rows(named=True))


def _possible(row: Row) -> PossibleDuplicate:
    file, sheet, number = (row[column] for column in SOURCE_COLUMNS)
    address, city, state = (row.get(column) or "" for column in ADDRESS_COLUMNS)
    return PossibleDuplicate(
        row[_ID], address, city, state, file, sheet, number, row["Match Score"], row["Nearly Sure"], row["Evidence"]
    )


def _with_filled(rows: pl.DataFrame) -> pl.DataFrame:
    there = [column.name for column in canonical_columns() if column.name in rows.columns]
    return rows.with_columns(pl.sum_horizontal(pl.col(there).is_not_null()).alias("__cells"))


def _merged(row: Row, kept: Row, past: ReplayedRun) -> MergedRow:
    file, sheet, number = (row[column] for column in SOURCE_COLUMNS)
    return MergedRow(
        file=file,
        sheet=sheet,
        row=number,
        status=row[STATUS],
        score=row["Flex Score"],
        merged=row["Different APN"] is not None,
        match=row["__Match"],
        evidence=row["__Evidence"],
        why_not_kept=_why_not(row, kept, dated=_are_dated(row, kept, past)),
        fields_that_differ=row["Fields That Differ"] or "",
        filled_cells=row["Filled Cells"] or "",
        different_apn=bool(row["Different APN"]),
    )


def _are_dated(row: Row, kept: Row, past: ReplayedRun) -> bool:
    """Whether it is known when both files were last changed."""
    return all(past.inputs[one[SOURCE_COLUMNS[0]]].since is FileChange.SAME for one in (row, kept))


def _why_not(row: Row, kept: Row, *, dated: bool) -> str:
    """The first thing in which the kept row is better; that is how the survivor is chosen."""
    if row[STATUS] != RowStatus.CANDIDATE:
        return f"it is no candidate: {row[REASONS]}"
    if row["Flex Score"] < kept["Flex Score"]:
        return f"its score is {row['Flex Score']:g}, that of the row that was kept {kept['Flex Score']:g}"
    if row["__cells"] < kept["__cells"]:
        return f"equal score; it fills {row['__cells']} columns, the row that was kept {kept['__cells']}"
    if not dated:
        return "equal score and as many columns filled; then the newer file counts, then the first by name"
    if row[MODIFIED] < kept[MODIFIED]:
        return "equal score and as many columns filled; its file is older"
    return "equal score, as many columns filled, a file no newer; the other comes first by file, sheet and row"
