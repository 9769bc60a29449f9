"""Fill the blanks of a survivor from the rows that are merged into it, and score it again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.domain import FILL_COLUMNS, REASONS, STATUS, TO_VERIFY, UNVERIFIED, canonical_columns, is_score_column
from flexscout.models import RowStatus
from flexscout.scoring import Criteria

RANK, SURVIVOR = "__rank", "__best"
"""Working columns: the position of a row in survivor order; the `RANK` of the survivor of its cluster."""

Rescore = Callable[[pl.DataFrame], pl.DataFrame]
"""Rows -> the same rows in the same order, classified again, with `STATUS`."""

# Columns that are only true together. They are filled from one row, and only if the survivor has none of them.
_COLUMN_GROUPS = (("Sale Date", "Sold Price", "Sold Price/SqFt"), ("Latitude", "Longitude"))
_FILLED_CELLS, _SCORE_BEFORE = FILL_COLUMNS
_DONOR = "donor"  # RANK of the removed row that gives a value
_STILL_MISSING, _ORDER = "__still_missing", "__at"

NO_FILLED_CELLS = pl.DataFrame(schema={RANK: pl.get_index_type(), _FILLED_CELLS: pl.String})
_NO_CELLS = pl.DataFrame(schema={SURVIVOR: pl.get_index_type(), _DONOR: pl.get_index_type(), "cell": pl.String})


@dataclass(frozen=True)
class FilledRows:
    """Survivors with their blanks filled.

    Attributes:
        survivors: All survivors in their order, with `FILL_COLUMNS`.
        given: `RANK` of each removed row that gave values, and the list of them as `Filled Cells`.

    """

    survivors: pl.DataFrame
    given: pl.DataFrame


def fill_blanks(survivors: pl.DataFrame, removed: pl.DataFrame, rescore: Rescore) -> FilledRows:
    """Fill each blank with the value of the best removed row that has one.

    A survivor that would no longer be a candidate with the new values stays as it was.

    Args:
        survivors: Surviving rows with `RANK` and `SURVIVOR`, sorted by rank.
        removed: Removed rows, likewise.
        rescore: Classifies the filled rows again.

    """
    donors = [_find_donors(survivors, removed, group) for group in _group_columns(survivors.columns)]
    cells = pl.concat(
        [
            _NO_CELLS,
            *(_describe_cells(frame, name) for frame in donors for name in frame.columns if name not in (SURVIVOR, _DONOR)),
        ]
    )
    if cells.is_empty():
        return FilledRows(
            _replace_rows(survivors, survivors.clear().with_columns(pl.lit("").alias(STATUS)), cells), NO_FILLED_CELLS
        )
    filled = survivors
    for frame in donors:
        filled = filled.update(frame.drop(_DONOR).rename({SURVIVOR: RANK}), on=RANK, how="left")
    rescored = rescore(filled.filter(pl.col(RANK).is_in(cells[SURVIVOR].implode())))
    accepted = rescored.filter(pl.col(STATUS) == RowStatus.CANDIDATE)
    accepted_cells = cells.filter(pl.col(SURVIVOR).is_in(accepted[RANK].implode()))
    given = _join_cells(accepted_cells, _DONOR).rename({_DONOR: RANK})
    return FilledRows(_replace_rows(survivors, accepted, accepted_cells), given)


def rescore_rows(rows: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
    """Classify filled rows again and return them in their order, with `STATUS` and new scores.

    A criterion that was skipped because the sheet has no such column stays skipped unless the value was filled.

    Args:
        rows: At least one scored row.
        criteria: The criteria of the run.

    """
    old = [name for name in rows.columns if is_score_column(name)]
    marked = rows.with_columns(_still_missing(rows, criteria).alias(_STILL_MISSING)).drop(*old, UNVERIFIED, strict=False)
    parts = marked.with_row_index(_ORDER).partition_by(_STILL_MISSING, as_dict=True)
    rescored = [
        criteria.classify(part.drop(_STILL_MISSING, *filter(None, missing.split(", ")))).frame
        for (missing,), part in parts.items()
    ]
    return pl.concat([rows.clear(), *rescored], how="diagonal_relaxed").sort(_ORDER).drop(_ORDER, REASONS, TO_VERIFY)


def _group_columns(names: Sequence[str]) -> list[list[str]]:
    """Return the canonical columns to fill; columns that are only true together form one group."""
    present = [column.name for column in canonical_columns() if column.name in names]
    together = [[name for name in group if name in present] for group in _COLUMN_GROUPS]
    alone = [[name] for name in present if not any(name in group for group in together)]
    return [*alone, *filter(None, together)]


def _find_donors(survivors: pl.DataFrame, removed: pl.DataFrame, group: Sequence[str]) -> pl.DataFrame:
    """For each survivor with no value in the group, return the best removed row with any: `SURVIVOR`, `donor`, the values."""
    blank = survivors.filter(pl.all_horizontal(pl.col(group).is_null())).select(RANK)
    candidates = removed.filter(pl.any_horizontal(pl.col(group).is_not_null())).join(
        blank, left_on=SURVIVOR, right_on=RANK, how="semi", maintain_order="left"
    )
    first = candidates.unique(SURVIVOR, keep="first", maintain_order=True)
    return first.select(SURVIVOR, pl.col(RANK).alias(_DONOR), *group)


def _describe_cells(donors: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return one row per filled cell, such as `Year Built: 1990`."""
    value = pl.col(name).cast(pl.String).str.strip_suffix(".0")
    return donors.filter(pl.col(name).is_not_null()).select(SURVIVOR, _DONOR, pl.format(f"{name}: {{}}", value).alias("cell"))


def _join_cells(cells: pl.DataFrame, by: str) -> pl.DataFrame:
    return cells.group_by(by, maintain_order=True).agg(pl.col("cell").str.join("; ").alias(_FILLED_CELLS))


def _replace_rows(survivors: pl.DataFrame, accepted: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Return the survivors with the accepted rows in place of the old ones, and the old score where it differs."""
    old_scores = survivors.select(RANK, pl.col("Flex Score").alias(_SCORE_BEFORE))
    new = accepted.drop(STATUS).join(_join_cells(cells, SURVIVOR).rename({SURVIVOR: RANK}), on=RANK).join(old_scores, on=RANK)
    changed = pl.when(pl.col("Flex Score") != pl.col(_SCORE_BEFORE)).then(_SCORE_BEFORE).alias(_SCORE_BEFORE)
    others = survivors.join(accepted, on=RANK, how="anti")
    empty = pl.DataFrame(schema={_FILLED_CELLS: pl.String, _SCORE_BEFORE: pl.Float64})
    return pl.concat([others, new.with_columns(changed), empty], how="diagonal_relaxed").sort(RANK)


def _still_missing(rows: pl.DataFrame, criteria: Criteria) -> pl.Expr:
    """Return the criteria's columns that were skipped for the row and still have no value, joined by commas."""
    if UNVERIFIED not in rows.columns:
        return pl.lit("")
    unverified = pl.col(UNVERIFIED).str.split(", ")
    names = [name for name in criteria.profile.eligibility if name in rows.columns]
    missing = [pl.when(unverified.list.contains(name) & pl.col(name).is_null()).then(pl.lit(name)) for name in names]
    return pl.concat_str(missing, separator=", ", ignore_nulls=True) if missing else pl.lit("")
