"""The map: outlines, a dot per candidate, a disc per county for the rest; and what the script says of each."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.outputs.html.cell_text import plain_text
from flexscout.outputs.html.elements import BANDS, band_class, read_asset, render_lead
from flexscout.outputs.html.outlines import Outlines, load_outlines
from flexscout.outputs.html.positions import HEIGHT, POINTS_SUFFIX, WIDTH, PlacedCandidates, place_candidates

MAX_DATA_BYTES = 900_000
"""Of what the script says of the candidates."""

View = tuple[int, int, int, int]
"""Left, top, width, height, in units of the outlines."""

_LIMITS = (60, 30, 12, 0)  # characters of a text: the first with which all fits
_LEAST_VIEW = 700  # units, about 320 km
_WHOLE_FROM = 0.7  # share of the width from which the whole country is shown
_NAMED_UP_TO = 2_500  # units of width that leave room for the counties' names
_FINE_FROM = 800  # dots
_LARGEST, _SMALLEST = 44, 9  # pixels, a disc's diameter
_LETTERS, _SMALL_LETTERS = 65, 95  # beside each other in the width
_TEXTS = {"name": "Property Name", "address": "Address", "city": "City", "state": "State", "type": "Property Type"}
_NUMBERS = {"sqft": ("Building SqFt", 0), "acres": ("Lot Size Acres", 2), "year": ("Year Built", 0)}
_SAID = "Map of the candidates. Arrow keys go from one to the next, plus and minus zoom."
_UNSAFE = {"<": r"\u003c", ">": r"\u003e", "&": r"\u0026", "\u2028": r"\u2028", "\u2029": r"\u2029"}

_NAME = Markup('<text x="{}" y="{}">{}</text>')
_DOTS = Markup('<path class="halo" d="{course}"/><path class="dot {kind}" d="{course}"/>')
_DISC = Markup('<path class="disc {kind}" stroke-width="{size}" d="{course}"/>')
_LEGEND = Markup('<li><i class="{}"></i>{}</li>')


def render_map(master: pl.DataFrame) -> Markup:
    """The map of the unique candidates, best first, under a sentence that says what is on it."""
    drawn = load_outlines()
    places = place_candidates(master, drawn)
    view = choose_view(places)
    figure = read_asset("map.html").format(
        kind="fine" if places.points.height > _FINE_FROM else "",
        view=" ".join(map(str, view)),
        said=_SAID,
        land=drawn.land,
        counties=drawn.county_borders,
        states=drawn.state_borders,
        size=round(view[2] / _LETTERS),
        names=Markup("").join(_NAME.format(x, y, code) for code, (_, x, y) in drawn.states.items()),
        small=round(view[2] / _SMALL_LETTERS),
        county_names=_county_names(drawn, view),
        discs=_discs(places.sums),
        dots=_dots(places.points),
        legend=Markup("").join(_legend(places)),
        data=_data(places, view),
    )
    return render_lead(_said(places)) + figure


def choose_view(places: PlacedCandidates) -> View:
    """What the map shows at first: where the candidates are, or the whole country if that is not much more."""
    frames = [frame.select(pl.col("x", "y").cast(pl.Float64)) for frame in (places.points, places.sums) if frame.height]
    if not frames:
        return 0, 0, WIDTH, HEIGHT
    there = pl.concat(frames)
    left, top, right, bottom = (*there.min().row(0), *there.max().row(0))
    width = max(1.2 * (right - left), 1.2 * (bottom - top) * WIDTH / HEIGHT, _LEAST_VIEW)
    if width > _WHOLE_FROM * WIDTH:
        return 0, 0, WIDTH, HEIGHT
    height = width * HEIGHT / WIDTH
    return round((left + right - width) / 2), round((top + bottom - height) / 2), round(width), round(height)


def _county_names(drawn: Outlines, view: View) -> Markup:
    """The names of the counties in sight, where there is room for them."""
    left, top, width, height = view
    if width > _NAMED_UP_TO:
        return Markup("")
    there = (county for county in drawn.counties.values() if 0 < county[2] - left < width and 0 < county[3] - top < height)
    return Markup("").join(_NAME.format(x, y, name) for name, _, x, y in there)


def _dots(points: pl.DataFrame) -> Markup:
    """A path per band, the best on top.

    Each dot is a line without length and with round ends, which keeps its size in any zoom.
    """
    if not points.height:
        return Markup("")
    courses = _courses(points, band_class(pl.col("Flex Score")).alias("kind"))
    kinds = [kind for _, _, kind in reversed(BANDS) if (kind,) in courses]
    return Markup("").join(_DOTS.format(kind=kind, course=courses[kind,]) for kind in kinds)


def _discs(sums: pl.DataFrame) -> Markup:
    """The same with lines whose width grows with the square root of the count, the widest below."""
    if not sums.height:
        return Markup("")
    courses = _courses(size_discs(sums), band_class(pl.col("mean")).alias("kind"), pl.col("size"))
    ordered = sorted(courses.items(), key=lambda entry: (-entry[0][1], entry[0][0]))
    return Markup("").join(_DISC.format(kind=kind, size=size, course=course) for (kind, size), course in ordered)


def size_discs(sums: pl.DataFrame) -> pl.DataFrame:
    """With `size`, the diameter of each disc in pixels."""
    share = (pl.col("count") / pl.col("count").max()).sqrt()
    return sums.with_columns((share * _LARGEST).round(0).cast(pl.Int64).clip(_SMALLEST).alias("size"))


def _courses(frame: pl.DataFrame, *by: pl.Expr) -> dict[tuple[Any, ...], Markup]:
    """The data of a path for each group."""
    dot = pl.format("M{} {}h0", "x", "y").alias("course")
    grouped = frame.select(dot, *by).group_by(pl.exclude("course"), maintain_order=True).agg(pl.col("course").str.join(""))
    # The text is made of numbers and the letters M and h.
    return {tuple(row[:-1]): Markup(row[-1]) for row in grouped.iter_rows()}  # noqa: S704  # nosec B704


def _legend(places: PlacedCandidates) -> Iterable[Markup]:
    """The bands that occur."""
    kinds = {
        kind
        for frame, score in ((places.points, "Flex Score"), (places.sums, "mean"))
        if frame.height
        for kind in frame.select(band_class(pl.col(score)).unique()).to_series()
    }
    yield from (_LEGEND.format(kind, f"score {words}") for _, words, kind in BANDS if kind in kinds)
    if places.sums.height:
        yield _LEGEND.format("many", "several candidates, summed by county or state")


def _said(places: PlacedCandidates) -> str:
    points, summed = places.points.height, places.sums["count"].sum() if places.sums.height else 0
    why = (
        f"as they have no coordinates or come after the best {POINTS_SUFFIX:,} that have"
        if points
        else "as they have no coordinates"
    )
    parts = [
        f"{points:,} candidates at their coordinates" if points else "",
        f"{summed:,} {'' if points else 'candidates '}summed by county or state, {why}" if summed else "",
        f"{places.nowhere:,} not shown: no coordinates, county or state in the fifty states" if places.nowhere else "",
    ]
    told = "; ".join(filter(None, parts))
    return f"{told}. Outlines: U.S. Census Bureau." if told else ""


def _data(places: PlacedCandidates, view: View) -> Markup:
    """What the script says of dots and discs: as much of the texts as there is room for."""
    sums = _columns(size_discs(places.sums), "x", "y", "size", "count", "mean", "best", "label") if places.sums.height else {}
    whole = (0, 0, WIDTH, HEIGHT)
    for limit in _LIMITS:
        points = _told(places.points, limit) if places.points.height else {}
        text = script_json({"view": view, "whole": whole, "points": points, "sums": sums})
        if len(text.encode()) <= MAX_DATA_BYTES:
            break
    return text


def _told(points: pl.DataFrame, limit: int) -> Mapping[str, list[Any]]:
    texts = [(plain_text(name, points, limit) if limit else pl.lit(None)).alias(key) for key, name in _TEXTS.items()]
    numbers = [_number(name, points, digits).alias(key) for key, (name, digits) in _NUMBERS.items()]
    return _columns(points, "rank", "x", "y", pl.col("Flex Score").alias("score"), *texts, *numbers)


def _columns(frame: pl.DataFrame, *chosen: str | pl.Expr) -> Mapping[str, list[Any]]:
    return frame.select(*chosen).to_dict(as_series=False)


def _number(name: str, points: pl.DataFrame, digits: int) -> pl.Expr:
    if name not in points.columns:
        return pl.lit(None, pl.Float64)
    number = pl.col(name).cast(pl.Float64, strict=False).round(digits)
    return pl.when(number.is_finite()).then(number if digits else number.cast(pl.Int64, strict=False))


def script_json(value: Any) -> Markup:
    """JSON in which nothing ends the script element that holds it, or a line of it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter, code in _UNSAFE.items():
        text = text.replace(letter, code)
    return Markup(text)  # noqa: S704  # nosec B704 # <, > and & are escaped above
