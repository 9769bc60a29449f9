"""Writes the outlines of the page's map: `npm pack us-atlas@3.0.1`, unpack, `python docs/make_outlines.py package`."""

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

OUTLINES = Path(__file__).parent.parent / "src/flexscout/outputs/html/us_outlines.json"
_TRIANGLE = 3  # points
UNITS = 10  # of the file, to a pixel of a picture of 975 x 610
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


def main(package: Path) -> None:
    """Read the TopoJSON, write the outlines."""
    topology = json.loads((package / "counties-albers-10m.json").read_text(encoding="utf-8"))
    arcs = [_decoded(arc, topology["transform"]) for arc in topology["arcs"]]
    counties = {shape["id"]: list(_rings(shape)) for shape in topology["objects"]["counties"]["geometries"]}
    names = {shape["id"]: shape["properties"]["name"] for shape in topology["objects"]["counties"]["geometries"]}
    sides = _sides(counties)
    lines = [_line(arcs[i], *sides[i]) for i in sorted(sides) if len(arcs[i]) > 1]
    places = {fips: [names[fips], STATES[fips[:2]], *_center(counties[fips], arcs)[:2]] for fips in sorted(counties)}
    states = {STATES[shape["id"]]: _state(shape, arcs) for shape in topology["objects"]["states"]["geometries"]}
    nation = topology["objects"]["nation"]["geometries"][0]
    land = "".join(_closed(_points(ring, arcs)) for ring in _rings(nation))
    found = {"states": dict(sorted(states.items())), "counties": places, "lines": lines, "land": land}
    text = json.dumps(found, ensure_ascii=False)
    OUTLINES.write_text(text.replace("], ", "],\n").replace(", ", ",").replace(": ", ":") + "\n", encoding="utf-8")


def _decoded(arc: list[list[int]], transform: dict[str, list[float]]) -> list[Point]:
    """The points of an arc in units, without those that fall together."""
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


def _sides(counties: dict[str, list[Ring]]) -> dict[int, list[str]]:
    """Arc -> the county on its right and the one on its left; rings run clockwise, so a county lies right of its own arcs."""
    sides: dict[int, list[str]] = {}
    for fips, rings in counties.items():
        for arc in (arc for ring in rings for arc in ring):
            index, side = (arc, 0) if arc >= 0 else (~arc, 1)
            sides.setdefault(index, ["", ""])[side] = fips
    return sides


def _line(points: list[Point], right: str, left: str) -> list[Any]:
    """An arc as SVG says it, with the counties on its right and left, and its least and greatest y."""
    heights = [y for _, y in points]
    return [_course(points), right, left, min(heights), max(heights)]


def _course(points: list[Point]) -> str:
    """A first point, then steps."""
    steps = " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(points))
    return f"{points[0][0]} {points[0][1]}l{steps}".replace(" -", "-")


def _points(ring: Ring, arcs: list[list[Point]]) -> list[Point]:
    return [point for arc in ring for point in (arcs[arc] if arc >= 0 else arcs[~arc][::-1])]


def _closed(points: list[Point]) -> str:
    """A ring as SVG says it; islands of less than a unit are left out."""
    different = [point for point, before in zip(points, [None, *points], strict=False) if point != before]
    return f"M{_course(different)}z" if len(set(different)) >= _TRIANGLE else ""


def _center(rings: list[Ring], arcs: list[list[Point]]) -> Point:
    """The center of gravity of the largest ring."""
    best = (0.0, 0.0, 0.0)
    for ring in rings:
        best = max(best, _gravity(_points(ring, arcs)))
    return round(best[1]), round(best[2])


def _gravity(points: list[Point]) -> tuple[float, float, float]:
    area = x = y = 0.0
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        cross = ax * by - bx * ay
        area, x, y = area + cross, x + (ax + bx) * cross, y + (ay + by) * cross
    return (abs(area), x / (3 * area), y / (3 * area)) if area else (0.0, 0.0, 0.0)


def _state(shape: dict[str, Any], arcs: list[list[Point]]) -> list[Any]:
    return [shape["properties"]["name"], *_center(list(_rings(shape)), arcs)]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
