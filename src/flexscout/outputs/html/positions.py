"""Where on the map each candidate stands: at its coordinates, or counted at the center of its county or state."""

import math
from dataclasses import dataclass

import polars as pl

from flexscout.outputs.html.outlines import Outlines, fold_place

WIDTH, HEIGHT = 9750, 6100
_SCALE = 13_000.0
_X, _Y = 4875.0, 3050.0


@dataclass(frozen=True)
class _Part:
    """A part of the picture: degrees that it holds, the projection's own degrees, its scale and where its center lies."""

    west: float
    east: float
    south: float
    north: float
    meridian: float
    center: tuple[float, float]
    parallels: tuple[float, float]
    scale: float
    x: float
    y: float


_MAINLAND = _Part(-125.0, -66.8, 24.3, 49.5, -96.0, (-0.6, 38.7), (29.5, 45.5), _SCALE, _X, _Y)
_ALASKA = _Part(
    -180.0, -129.5, 51.0, 71.6, -154.0, (-2.0, 58.5), (55.0, 65.0), 0.35 * _SCALE, _X - 0.307 * _SCALE, _Y + 0.201 * _SCALE
)
_HAWAII = _Part(-160.6, -154.5, 18.7, 22.4, -157.0, (-3.0, 19.9), (8.0, 18.0), _SCALE, _X - 0.205 * _SCALE, _Y + 0.212 * _SCALE)


def project(longitude: pl.Expr, latitude: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """`x`, `y` of degrees, in units of the outlines; null outside the fifty states."""
    x, y = pl.lit(None, pl.Float64), pl.lit(None, pl.Float64)
    for part in (_MAINLAND, _ALASKA, _HAWAII):
        inside = longitude.is_between(part.west, part.east) & latitude.is_between(part.south, part.north)
        own_x, own_y = _flat(part, longitude, latitude)
        x, y = pl.when(inside).then(own_x).otherwise(x), pl.when(inside).then(own_y).otherwise(y)
    return x, y


def _flat(part: _Part, longitude: pl.Expr, latitude: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Albers' equal-area conic projection."""
    first, second = (math.sin(math.radians(parallel)) for parallel in part.parallels)
    n = (first + second) / 2
    c = 1 + first * (2 * n - first)
    angle = (longitude - part.meridian).radians() * n
    radius = (c - 2 * n * latitude.radians().sin()).sqrt() / n
    center_angle = math.radians(part.center[0]) * n
    center_radius = math.sqrt(c - 2 * n * math.sin(math.radians(part.center[1]))) / n
    x = radius * angle.sin() - center_radius * math.sin(center_angle)
    y = center_radius * math.cos(center_angle) - radius * angle.cos()
    return x * part.scale + part.x, -y * part.scale + part.y


POINTS_SUFFIX = 5_000
"""Candidates that are points of their own, the best first."""

_COLUMNS = (
    "Property Name", "Property Type", "Address", "City", "State", "County", "Building SqFt", "Lot Size Acres", "Year Built",
    "Latitude", "Longitude", "Flex Score",
)  # fmt: skip


@dataclass(frozen=True)
class PlacedCandidates:
    """The candidates on the map.

    `points`: the best that have coordinates (`rank` from 1, `x`, `y` in units, and what is said of them); `sums`: the others by
    place (`label`, `x`, `y`, `count`, `mean` and `best` score), the most first; `nowhere`: those of which no place is known.
    """

    points: pl.DataFrame
    sums: pl.DataFrame
    nowhere: int


def place_candidates(master: pl.DataFrame, outlines: Outlines) -> PlacedCandidates:
    """The unique candidates, best first, on the map."""
    there = master.select(name for name in _COLUMNS if name in master.columns).with_row_index("rank", offset=1)
    ranked = _positioned(there).with_columns(pl.col("x").is_not_null().cum_sum().alias("number"))
    dot = pl.col("x").is_not_null() & (pl.col("number") <= POINTS_SUFFIX)
    points, rest = ranked.filter(dot), ranked.filter(~dot)
    if not rest.height:
        return PlacedCandidates(points, pl.DataFrame(), 0)
    known = _with_place(rest, outlines).drop_nulls("place")
    score = pl.col("Flex Score")
    sums = known.group_by("place").agg(pl.len().alias("count"), score.mean().round(2).alias("mean"), score.max().alias("best"))
    told = sums.join(outlines.places, on="place").sort("count", "place", descending=[True, False])
    return PlacedCandidates(points, told, rest.height - known.height)


def _positioned(frame: pl.DataFrame) -> pl.DataFrame:
    if not {"Latitude", "Longitude"} <= set(frame.columns):
        return frame.with_columns(pl.lit(None, pl.Float64).alias(axis) for axis in ("x", "y"))
    x, y = project(pl.col("Longitude").cast(pl.Float64), pl.col("Latitude").cast(pl.Float64))
    return frame.with_columns(x.round(1).alias("x"), y.round(1).alias("y"))


def _with_place(rest: pl.DataFrame, outlines: Outlines) -> pl.DataFrame:
    """With `place`: the county by name, else by position, else the state."""
    there = rest.select("x", "y", "Flex Score", *(_column(name, rest).alias(name) for name in ("State", "County")))
    # Names repeat, so each is looked up once.
    names = there.select("State", "County").unique().with_columns(fold_place(pl.col("County")).alias("county"))
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
