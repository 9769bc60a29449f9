"""Blanks of a survivor, filled from the rows that are merged into it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.domain import FILL_COLUMNS, REASONS, STATUS, TO_VERIFY, UNVERIFIED, canonical_columns, is_score_column
from flexscout.models import RowStatus
from flexscout.scoring import Criteria

RANK, SURVIVOR = "__rank", "__best"
"""Working columns: the rank of a row among all; that of the best of its group."""

Rescore = Callable[[pl.DataFrame], pl.DataFrame]
"""Rows -> the same rows as the criteria judge them now, in their order, with STATUS."""

_CELLS, _BEFORE = FILL_COLUMNS
# What is true only together is taken from one row, and only where the survivor has none of it.
_TOGETHER = (("Sale Date", "Sold Price", "Sold Price/SqFt"), ("Latitude", "Longitude"))


_KEYS = (SURVIVOR, "donor")
NOTHING_GIVEN = pl.DataFrame(schema={RANK: pl.get_index_type(), _CELLS: pl.String})
"""`given` where nothing was filled."""

_NO_CELLS = pl.DataFrame(schema={SURVIVOR: pl.get_index_type(), "donor": pl.get_index_type(), "cell": pl.String})


@dataclass(frozen=True)
class FilledRows:
    """`survivors`: as they were handed in, with FILL_COLUMNS; `given`: RANK of a removed row, and the cells taken from it."""

    survivors: pl.DataFrame
    given: pl.DataFrame


def fill_blanks(survivors: pl.DataFrame, removed: pl.DataFrame, judge: Rescore) -> FilledRows:
    """Each blank gets the value of the best row of its group that has one; a row that would be no candidate then stays as it was.

    `survivors`, `removed`: rows with RANK and BEST, in the order of their ranks.
    """
    donors = [_donors(survivors, removed, unit) for unit in _units(survivors.columns)]
    cells = pl.concat([_NO_CELLS, *(_cells(frame, name) for frame in donors for name in frame.columns if name not in _KEYS)])
    if cells.is_empty():
        return FilledRows(_together(survivors, survivors.clear().with_columns(pl.lit("").alias(STATUS)), cells), NOTHING_GIVEN)
    better = survivors
    for frame in donors:
        better = better.update(frame.drop("donor").rename({SURVIVOR: RANK}), on=RANK, how="left")
    judged = judge(better.filter(pl.col(RANK).is_in(cells[SURVIVOR].implode())))
    taken = judged.filter(pl.col(STATUS) == RowStatus.CANDIDATE)
    kept_cells = cells.filter(pl.col(SURVIVOR).is_in(taken[RANK].implode()))
    return FilledRows(_together(survivors, taken, kept_cells), _listed(kept_cells, "donor").rename({"donor": RANK}))


def _units(names: Sequence[str]) -> list[list[str]]:
    """The canonical columns that are filled, those together that go together."""
    there = [column.name for column in canonical_columns() if column.name in names]
    bound = [[name for name in unit if name in there] for unit in _TOGETHER]
    alone = [[name] for name in there if not any(name in unit for unit in bound)]
    return [*alone, *filter(None, bound)]


def _donors(survivors: pl.DataFrame, removed: pl.DataFrame, unit: Sequence[str]) -> pl.DataFrame:
    """BEST, `donor` (a rank) and the cells of the unit: for each survivor that has none of them the first row that has any."""
    blank = survivors.filter(pl.all_horizontal(pl.col(unit).is_null())).select(RANK)
    having = removed.filter(pl.any_horizontal(pl.col(unit).is_not_null())).join(
        blank, left_on=SURVIVOR, right_on=RANK, how="semi", maintain_order="left"
    )
    return having.unique(SURVIVOR, keep="first", maintain_order=True).select(SURVIVOR, pl.col(RANK).alias("donor"), *unit)


def _cells(donors: pl.DataFrame, name: str) -> pl.DataFrame:
    """`Year Built: 1990`, a row per cell."""
    there = donors.filter(pl.col(name).is_not_null())
    value = pl.col(name).cast(pl.String).str.strip_suffix(".0")
    return there.select(SURVIVOR, "donor", pl.format(f"{name}: {{}}", value).alias("cell"))


def _listed(cells: pl.DataFrame, by: str) -> pl.DataFrame:
    return cells.group_by(by, maintain_order=True).agg(pl.col("cell").str.join("; ").alias(_CELLS))


def _together(survivors: pl.DataFrame, taken: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """The survivors in their order, those that are `taken` as they are now; the score before, where it is another."""
    before = survivors.select(RANK, pl.col("Flex Score").alias(_BEFORE))
    now = taken.drop(STATUS).join(_listed(cells, SURVIVOR).rename({SURVIVOR: RANK}), on=RANK).join(before, on=RANK)
    changed = pl.when(pl.col("Flex Score") != pl.col(_BEFORE)).then(_BEFORE).alias(_BEFORE)
    others = survivors.join(taken, on=RANK, how="anti")
    empty = pl.DataFrame(schema={_CELLS: pl.String, _BEFORE: pl.Float64})
    return pl.concat([others, now.with_columns(changed), empty], how="diagonal_relaxed").sort(RANK)


_LACKING, _AT = "__still_lacking", "__at"


def rescore_rows(rows: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
    """Rows, at least one, in their order, with STATUS and new scores; what a row's sheet lacked it lacks unless it was filled."""
    old = [name for name in rows.columns if is_score_column(name)]
    marked = rows.with_columns(_still_lacking(rows, criteria).alias(_LACKING)).drop(*old, UNVERIFIED, strict=False)
    parts = marked.with_row_index(_AT).partition_by(_LACKING, as_dict=True)
    judged = [criteria.classify(part.drop(_LACKING, *filter(None, key.split(", ")))).frame for (key,), part in parts.items()]
    together = pl.concat([rows.clear(), *judged], how="diagonal_relaxed")
    return together.sort(_AT).drop(_AT, REASONS, TO_VERIFY)


def _still_lacking(rows: pl.DataFrame, criteria: Criteria) -> pl.Expr:
    """The criteria's columns that the row was not checked against and has no value for."""
    if UNVERIFIED not in rows.columns:
        return pl.lit("")
    unverified = pl.col(UNVERIFIED).str.split(", ")
    names = [name for name in criteria.profile.eligibility if name in rows.columns]
    lacking = [pl.when(unverified.list.contains(name) & pl.col(name).is_null()).then(pl.lit(name)) for name in names]
    return pl.concat_str(lacking, separator=", ", ignore_nulls=True) if lacking else pl.lit("")
