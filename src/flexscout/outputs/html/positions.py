"""Positions of candidates on the map: at their coordinates, or at the center of their ZIP Code, city, county or state."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import polars as pl

from flexscout.domain import city_key, select_as_text, zip_key
from flexscout.outputs.html.outlines import Outlines, fold_place

WIDTH, HEIGHT = 9750, 6100
"""Size of the map, in units of the outlines."""

_SCALE = 13_000.0
UNIT_FEET = round(20_902_231 / _SCALE)
"""Feet of a unit of the outlines: the radius of the Earth over the scale of the projection."""

_X, _Y = 4875.0, 3050.0
_COLUMNS = ("City", "State", "Zip Code", "County", "Latitude", "Longitude")
_CENTER_X, _CENTER_Y = "__center x", "__center y"  # working columns


class Precision(IntEnum):
    """How exactly a candidate's position is known."""

    COORDINATES = 0
    ZIP = 1
    CITY = 2
    COUNTY = 3
    STATE = 4


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


def place_candidates(master: pl.DataFrame, outlines: Outlines) -> pl.DataFrame:
    """Place candidates on the map.

    A candidate without coordinates is at the center of the candidates with coordinates in its ZIP Code, else in its city; else
    at the center of its county or state.

    Returns:
        One row per candidate: `x` and `y` in units of the outlines, and its `precision`; null if its place is unknown.

    """
    # Cut to more than any name's length: joining on long texts is slow.
    keyed = _add_position(select_as_text(master, _COLUMNS).with_columns(pl.all().str.slice(0, 100)))
    for precision, centers in _find_centers(keyed, outlines):
        keys = [name for name in centers.columns if name not in (_CENTER_X, _CENTER_Y)]
        joined = keyed.join(centers, on=keys, how="left", maintain_order="left")
        is_new = pl.col("x").is_null() & pl.col(_CENTER_X).is_not_null()
        keyed = joined.with_columns(
            pl.coalesce("x", _CENTER_X).alias("x"),
            pl.coalesce("y", _CENTER_Y).alias("y"),
            pl.when(is_new).then(pl.lit(precision, pl.Int64)).otherwise("precision").alias("precision"),
        ).drop(_CENTER_X, _CENTER_Y)
    return keyed.select("x", "y", "precision")


def project_places(longitude: pl.Expr, latitude: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
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
    """Add `x`, `y` and `precision`, null without coordinates, and the keys by which places are compared."""
    x, y = project_places(*(pl.col(name).cast(pl.Float64, strict=False) for name in ("Longitude", "Latitude")))
    placed = frame.with_columns(x.round(1).alias("x"), y.round(1).alias("y"))
    return placed.select(
        "x",
        "y",
        pl.when(pl.col("x").is_not_null()).then(pl.lit(Precision.COORDINATES, pl.Int64)).alias("precision"),
        zip_key(pl.col("Zip Code")).alias("zip"),
        city_key(pl.col("City")).alias("city"),
        "State",
        pl.when(pl.col("State").is_null()).then(city_key(pl.col("City"))).alias("stateless city"),
        fold_place(pl.col("County")).alias("county"),
    )


def _find_centers(keyed: pl.DataFrame, outlines: Outlines) -> Iterator[tuple[Precision, pl.DataFrame]]:
    """Yield the centers of places with the columns that identify them, the most precise first."""
    located = keyed.drop_nulls("x")
    center = [pl.col("x").median().round(1).alias(_CENTER_X), pl.col("y").median().round(1).alias(_CENTER_Y)]
    for precision, keys in ((Precision.ZIP, ["zip"]), (Precision.CITY, ["city", "State"])):
        yield precision, located.drop_nulls(keys).group_by(keys).agg(center)
    cities = located.drop_nulls("city").filter(pl.col("State").n_unique().over("city") == 1)
    yield Precision.CITY, cities.group_by(pl.col("city").alias("stateless city")).agg(center)
    places = outlines.places.select("place", pl.col("x", "y").cast(pl.Float64)).rename({"x": _CENTER_X, "y": _CENTER_Y})
    counties = outlines.select_county_names(set(keyed["State"].drop_nulls()))
    yield Precision.COUNTY, counties.join(places, on="place").drop("place")
    yield Precision.STATE, places.rename({"place": "State"})
