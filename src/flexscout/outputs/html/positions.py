"""Positions of candidates on the map: at their coordinates, or summed at the center of their county or state."""

import math
from dataclasses import dataclass

import polars as pl

from flexscout.outputs.html.outlines import Outlines, fold_place

WIDTH, HEIGHT = 9750, 6100
"""Size of the map, in units of the outlines."""

MAX_POINTS = 5_000
"""Candidates that get a point of their own, best first."""

_SCALE = 13_000.0
_X, _Y = 4875.0, 3050.0
_COLUMNS = (
    "Property Name", "Property Type", "Address", "City", "State", "County", "Building SqFt", "Lot Size Acres", "Year Built",
    "Latitude", "Longitude", "Flex Score",
)  # fmt: skip


@dataclass(frozen=True)
class _Inset:
    """A part of the map with its own Albers projection.

    `west`, `east`, `south`, `north`: the degrees it covers; `meridian`, `center`, `parallels`: the projection's parameters in
    degrees; `scale`, `x`, `y`: its scale and its center on the map.
    """

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


_MAINLAND = _Inset(-125.0, -66.8, 24.3, 49.5, -96.0, (-0.6, 38.7), (29.5, 45.5), _SCALE, _X, _Y)
_ALASKA = _Inset(
    -180.0, -129.5, 51.0, 71.6, -154.0, (-2.0, 58.5), (55.0, 65.0), 0.35 * _SCALE, _X - 0.307 * _SCALE, _Y + 0.201 * _SCALE
)
_HAWAII = _Inset(-160.6, -154.5, 18.7, 22.4, -157.0, (-3.0, 19.9), (8.0, 18.0), _SCALE, _X - 0.205 * _SCALE, _Y + 0.212 * _SCALE)


@dataclass(frozen=True)
class PlacedCandidates:
    """The candidates on the map.

    Attributes:
        points: The best candidates with coordinates: `rank` from 1, `x` and `y` in units of the outlines, and their details.
        sums: The other candidates by place: `label`, `x`, `y`, `count`, `mean` and `best` score; most candidates first.
        unplaced: Number of candidates without a known place.

    """

    points: pl.DataFrame
    sums: pl.DataFrame
    unplaced: int


def place_candidates(master: pl.DataFrame, outlines: Outlines) -> PlacedCandidates:
    """Place the unique candidates, best first, on the map."""
    columns = master.select(name for name in _COLUMNS if name in master.columns).with_row_index("rank", offset=1)
    ranked = _add_position(columns).with_columns(pl.col("x").is_not_null().cum_sum().alias("number"))
    is_point = pl.col("x").is_not_null() & (pl.col("number") <= MAX_POINTS)
    points, rest = ranked.filter(is_point), ranked.filter(~is_point)
    if not rest.height:
        return PlacedCandidates(points, pl.DataFrame(), 0)
    placed = _add_place(rest, outlines).drop_nulls("place")
    score = pl.col("Flex Score")
    sums = placed.group_by("place").agg(pl.len().alias("count"), score.mean().round(2).alias("mean"), score.max().alias("best"))
    labeled = sums.join(outlines.places, on="place").sort("count", "place", descending=[True, False])
    return PlacedCandidates(points, labeled, rest.height - placed.height)


def project(longitude: pl.Expr, latitude: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return `x` and `y` of degrees in units of the outlines; null outside the fifty states."""
    x, y = pl.lit(None, pl.Float64), pl.lit(None, pl.Float64)
    for inset in (_MAINLAND, _ALASKA, _HAWAII):
        is_inside = longitude.is_between(inset.west, inset.east) & latitude.is_between(inset.south, inset.north)
        inset_x, inset_y = _project_albers(inset, longitude, latitude)
        x, y = pl.when(is_inside).then(inset_x).otherwise(x), pl.when(is_inside).then(inset_y).otherwise(y)
    return x, y


def _project_albers(inset: _Inset, longitude: pl.Expr, latitude: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Apply Albers' equal-area conic projection."""
    first, second = (math.sin(math.radians(parallel)) for parallel in inset.parallels)
    n = (first + second) / 2
    c = 1 + first * (2 * n - first)
    angle = (longitude - inset.meridian).radians() * n
    radius = (c - 2 * n * latitude.radians().sin()).sqrt() / n
    center_angle = math.radians(inset.center[0]) * n
    center_radius = math.sqrt(c - 2 * n * math.sin(math.radians(inset.center[1]))) / n
    x = radius * angle.sin() - center_radius * math.sin(center_angle)
    y = center_radius * math.cos(center_angle) - radius * angle.cos()
    return x * inset.scale + inset.x, -y * inset.scale + inset.y


def _add_position(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `x` and `y`, null without coordinates."""
    if not {"Latitude", "Longitude"} <= set(frame.columns):
        return frame.with_columns(pl.lit(None, pl.Float64).alias(axis) for axis in ("x", "y"))
    x, y = project(pl.col("Longitude").cast(pl.Float64), pl.col("Latitude").cast(pl.Float64))
    return frame.with_columns(x.round(1).alias("x"), y.round(1).alias("y"))


def _add_place(rest: pl.DataFrame, outlines: Outlines) -> pl.DataFrame:
    """Add `place`: the county by name, else by position, else the state."""
    columns = rest.select("x", "y", "Flex Score", *(_text_column(name, rest).alias(name) for name in ("State", "County")))
    # Names repeat, so each is looked up once.
    names = columns.select("State", "County").unique().with_columns(fold_place(pl.col("County")).alias("county"))
    counties = outlines.county_names(set(names["State"].drop_nulls()))
    known = names.join(counties, on=["State", "county"]).drop("county")
    named = columns.join(known, on=["State", "County"], how="left", maintain_order="left")
    needs_lookup = pl.col("place").is_null() & pl.col("x").is_not_null()
    unnamed = named.filter(needs_lookup)
    if unnamed.height:
        located = unnamed.with_columns(outlines.county_at(unnamed).alias("place"))
        named = pl.concat([named.filter(~needs_lookup), located])
    state = pl.when(pl.col("State").is_in(list(outlines.states))).then("State")
    return named.with_columns(pl.coalesce("place", state))


def _text_column(name: str, frame: pl.DataFrame) -> pl.Expr:
    """Return the column as text, cut to more than any name's length: joining on long texts is slow."""
    return pl.col(name).cast(pl.String).str.slice(0, 100) if name in frame.columns else pl.lit(None, pl.String)
