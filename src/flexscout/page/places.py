"""Where on the map each candidate stands: at its coordinates, or counted at the center of its county or state."""

from dataclasses import dataclass

import polars as pl

from flexscout.page.outlines import Outlines, folded
from flexscout.page.projection import projected

POINTS = 5_000
"""Candidates that are points of their own, the best first."""

_COLUMNS = (
    "Property Name", "Property Type", "Address", "City", "State", "County", "Building SqFt", "Lot Size Acres", "Year Built",
    "Latitude", "Longitude", "Flex Score",
)  # fmt: skip


@dataclass(frozen=True)
class Placed:
    """The candidates on the map.

    `points`: the best that have coordinates (`rank` from 1, `x`, `y` in units, and what is said of them); `sums`: the others by
    place (`label`, `x`, `y`, `count`, `mean` and `best` score), the most first; `nowhere`: those of which no place is known.
    """

    points: pl.DataFrame
    sums: pl.DataFrame
    nowhere: int


def placed(master: pl.DataFrame, outlines: Outlines) -> Placed:
    """The unique candidates, best first, on the map."""
    there = master.select(name for name in _COLUMNS if name in master.columns).with_row_index("rank", offset=1)
    ranked = _positioned(there).with_columns(pl.col("x").is_not_null().cum_sum().alias("number"))
    dot = pl.col("x").is_not_null() & (pl.col("number") <= POINTS)
    points, rest = ranked.filter(dot), ranked.filter(~dot)
    if not rest.height:
        return Placed(points, pl.DataFrame(), 0)
    known = _with_place(rest, outlines).drop_nulls("place")
    score = pl.col("Flex Score")
    sums = known.group_by("place").agg(pl.len().alias("count"), score.mean().round(2).alias("mean"), score.max().alias("best"))
    told = sums.join(outlines.places, on="place").sort("count", "place", descending=[True, False])
    return Placed(points, told, rest.height - known.height)


def _positioned(frame: pl.DataFrame) -> pl.DataFrame:
    if not {"Latitude", "Longitude"} <= set(frame.columns):
        return frame.with_columns(pl.lit(None, pl.Float64).alias(axis) for axis in ("x", "y"))
    x, y = projected(pl.col("Longitude").cast(pl.Float64), pl.col("Latitude").cast(pl.Float64))
    return frame.with_columns(x.round(1).alias("x"), y.round(1).alias("y"))


def _with_place(rest: pl.DataFrame, outlines: Outlines) -> pl.DataFrame:
    """With `place`: the county by name, else by position, else the state."""
    there = rest.select("x", "y", "Flex Score", *(_column(name, rest).alias(name) for name in ("State", "County")))
    # Names repeat, so each is looked up once.
    names = there.select("State", "County").unique().with_columns(folded(pl.col("County")).alias("county"))
    counties = outlines.county_names(set(names["State"].drop_nulls()))
    known = names.join(counties, on=["State", "county"]).drop("county")
    found = there.join(known, on=["State", "County"], how="left", maintain_order="left")
    asked = pl.col("place").is_null() & pl.col("x").is_not_null()
    unnamed = found.filter(asked)
    if unnamed.height:
        located = unnamed.with_columns(outlines.county_at(unnamed).alias("place"))
        found = pl.concat([found.filter(~asked), located])
    state = pl.when(pl.col("State").is_in(list(outlines.states))).then("State")
    return found.with_columns(pl.coalesce("place", state))


def _column(name: str, frame: pl.DataFrame) -> pl.Expr:
    return pl.col(name).cast(pl.String) if name in frame.columns else pl.lit(None, pl.String)
