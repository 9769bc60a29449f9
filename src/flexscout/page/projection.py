"""Longitude and latitude → the flat picture of the United States, Alaska and Hawaii below it on the left.

The Albers projection of Mike Bostock's `geoAlbersUsa`, in which the outlines are drawn: 9,750 x 6,100 units, about 460 m each.
"""

import math
from dataclasses import dataclass

import polars as pl

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


def projected(longitude: pl.Expr, latitude: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
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
