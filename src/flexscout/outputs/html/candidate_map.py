"""The map: outlines, a dot per candidate, a disc per county for the rest, and the data for the script."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.domain import format_count
from flexscout.outputs.html.cell_text import plain_text
from flexscout.outputs.html.elements import BANDS, band_class, read_asset, render_lead
from flexscout.outputs.html.outlines import Outlines, load_outlines
from flexscout.outputs.html.positions import HEIGHT, MAX_POINTS, WIDTH, PlacedCandidates, place_candidates

MAX_DATA_BYTES = 900_000
"""Size of the data for the script."""

View = tuple[int, int, int, int]
"""Left, top, width and height, in units of the outlines."""

_TEXT_LIMITS = (60, 30, 12, 0)  # characters per text; the first with which the data fits
_MIN_VIEW_WIDTH = 700  # units, about 320 km
_WHOLE_COUNTRY_SHARE = 0.7  # of the map's width, from which the whole country is shown
_MAX_WIDTH_WITH_COUNTY_NAMES = 2_500  # units
_MANY_DOTS = 800  # from which dots are smaller
_MAX_DISC, _MIN_DISC = 44, 9  # diameter in pixels
_LETTERS, _SMALL_LETTERS = 65, 95  # letters that fit in the width
_TEXTS = {"name": "Property Name", "address": "Address", "city": "City", "state": "State", "type": "Property Type"}
_NUMBERS = {"sqft": ("Building SqFt", 0), "acres": ("Lot Size Acres", 2), "year": ("Year Built", 0)}
_DESCRIPTION = "Map of the candidates. Arrow keys move between candidates; plus and minus zoom."
_JSON_ESCAPES = {"<": r"\u003c", ">": r"\u003e", "&": r"\u0026", "\u2028": r"\u2028", "\u2029": r"\u2029"}

_NAME = Markup('<text x="{}" y="{}">{}</text>')
_DOTS = Markup('<path class="halo" d="{path}"/><path class="dot {css_class}" d="{path}"/>')
_DISC = Markup('<path class="disc {css_class}" stroke-width="{size}" d="{path}"/>')
_LEGEND = Markup('<li><i class="{}"></i>{}</li>')


def render_map(master: pl.DataFrame) -> Markup:
    """Render the map of the unique candidates, best first, with a sentence about what it shows."""
    outlines = load_outlines()
    places = place_candidates(master, outlines)
    view = choose_view(places)
    figure = read_asset("map.html").format(
        css_class="fine" if places.points.height > _MANY_DOTS else "",
        view=" ".join(map(str, view)),
        description=_DESCRIPTION,
        land=outlines.land,
        counties=outlines.county_borders,
        states=outlines.state_borders,
        size=round(view[2] / _LETTERS),
        names=Markup("").join(_NAME.format(x, y, code) for code, (_, x, y) in outlines.states.items()),
        small=round(view[2] / _SMALL_LETTERS),
        county_names=_render_county_names(outlines, view),
        discs=_render_discs(places.sums),
        dots=_render_dots(places.points),
        legend=Markup("").join(_render_legend(places)),
        data=_render_data(places, view),
    )
    return render_lead(_describe_places(places)) + figure


def choose_view(places: PlacedCandidates) -> View:
    """Choose the initial view: the area of the candidates, or the whole country if that is not much larger."""
    frames = [frame.select(pl.col("x", "y").cast(pl.Float64)) for frame in (places.points, places.sums) if frame.height]
    if not frames:
        return 0, 0, WIDTH, HEIGHT
    positions = pl.concat(frames)
    left, top, right, bottom = (*positions.min().row(0), *positions.max().row(0))
    width = max(1.2 * (right - left), 1.2 * (bottom - top) * WIDTH / HEIGHT, _MIN_VIEW_WIDTH)
    if width > _WHOLE_COUNTRY_SHARE * WIDTH:
        return 0, 0, WIDTH, HEIGHT
    height = width * HEIGHT / WIDTH
    return round((left + right - width) / 2), round((top + bottom - height) / 2), round(width), round(height)


def size_discs(sums: pl.DataFrame) -> pl.DataFrame:
    """Add `size`, the diameter of each disc in pixels, which grows with the square root of the count."""
    share = (pl.col("count") / pl.col("count").max()).sqrt()
    return sums.with_columns((share * _MAX_DISC).round(0).cast(pl.Int64).clip(_MIN_DISC).alias("size"))


def script_json(value: Any) -> Markup:
    """Return JSON that can't end the script element that holds it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter, code in _JSON_ESCAPES.items():
        text = text.replace(letter, code)
    return Markup(text)  # noqa: S704  # nosec B704 # <, > and & are escaped above


def _render_county_names(outlines: Outlines, view: View) -> Markup:
    """Render the names of the counties in the view, if it is small enough."""
    left, top, width, height = view
    if width > _MAX_WIDTH_WITH_COUNTY_NAMES:
        return Markup("")
    counties = outlines.counties.values()
    visible = (county for county in counties if 0 < county[2] - left < width and 0 < county[3] - top < height)
    return Markup("").join(_NAME.format(x, y, name) for name, _, x, y in visible)


def _render_dots(points: pl.DataFrame) -> Markup:
    """Render a path per score band, the best on top.

    Each dot is a line of length zero with round ends, so that it keeps its size in any zoom.
    """
    if not points.height:
        return Markup("")
    paths = _build_paths(points, band_class(pl.col("Flex Score")).alias("css_class"))
    classes = [name for _, _, name in reversed(BANDS) if (name,) in paths]
    return Markup("").join(_DOTS.format(css_class=name, path=paths[name,]) for name in classes)


def _render_discs(sums: pl.DataFrame) -> Markup:
    """Render discs like dots, the largest at the bottom."""
    if not sums.height:
        return Markup("")
    paths = _build_paths(size_discs(sums), band_class(pl.col("mean")).alias("css_class"), pl.col("size"))
    ordered = sorted(paths.items(), key=lambda entry: (-entry[0][1], entry[0][0]))
    return Markup("").join(_DISC.format(css_class=name, size=size, path=path) for (name, size), path in ordered)


def _build_paths(frame: pl.DataFrame, *by: pl.Expr) -> dict[tuple[Any, ...], Markup]:
    """Return the SVG path of each group."""
    dot = pl.format("M{} {}h0", "x", "y").alias("path")
    grouped = frame.select(dot, *by).group_by(pl.exclude("path"), maintain_order=True).agg(pl.col("path").str.join(""))
    # A path holds only numbers and the letters M and h.
    return {tuple(row[:-1]): Markup(row[-1]) for row in grouped.iter_rows()}  # noqa: S704  # nosec B704


def _render_legend(places: PlacedCandidates) -> Iterable[Markup]:
    """Yield an entry per score band that occurs."""
    classes = {
        name
        for frame, score in ((places.points, "Flex Score"), (places.sums, "mean"))
        if frame.height
        for name in frame.select(band_class(pl.col(score)).unique()).to_series()
    }
    yield from (_LEGEND.format(name, f"score {label}") for _, label, name in BANDS if name in classes)
    if places.sums.height:
        yield _LEGEND.format("many", "several candidates, summed by county or state")


def _describe_places(places: PlacedCandidates) -> str:
    points, summed = places.points.height, int(places.sums["count"].sum()) if places.sums.height else 0
    reason = f"without coordinates or beyond the best {MAX_POINTS:,}" if points else "without coordinates"
    parts = [
        f"{format_count(points, 'candidate')} at their coordinates" if points else "",
        f"{format_count(summed, 'candidate')} {reason}, summed by county or state" if summed else "",
        f"{places.unplaced:,} not shown: no coordinates, county or state in the fifty states" if places.unplaced else "",
    ]
    text = "; ".join(filter(None, parts))
    return f"{text}. Outlines: U.S. Census Bureau." if text else ""


def _render_data(places: PlacedCandidates, view: View) -> Markup:
    """Render what the script shows of dots and discs, with texts as long as the size allows."""
    sums = _to_columns(size_discs(places.sums), "x", "y", "size", "count", "mean", "best", "label") if places.sums.height else {}
    whole = (0, 0, WIDTH, HEIGHT)
    for limit in _TEXT_LIMITS:
        points = _describe_points(places.points, limit) if places.points.height else {}
        text = script_json({"view": view, "whole": whole, "points": points, "sums": sums})
        if len(text.encode()) <= MAX_DATA_BYTES:
            break
    return text


def _describe_points(points: pl.DataFrame, limit: int) -> Mapping[str, list[Any]]:
    texts = [(plain_text(name, points, limit) if limit else pl.lit(None)).alias(key) for key, name in _TEXTS.items()]
    numbers = [_number(name, points, digits).alias(key) for key, (name, digits) in _NUMBERS.items()]
    return _to_columns(points, "rank", "x", "y", pl.col("Flex Score").alias("score"), *texts, *numbers)


def _to_columns(frame: pl.DataFrame, *columns: str | pl.Expr) -> Mapping[str, list[Any]]:
    return frame.select(*columns).to_dict(as_series=False)


def _number(name: str, points: pl.DataFrame, digits: int) -> pl.Expr:
    if name not in points.columns:
        return pl.lit(None, pl.Float64)
    number = pl.col(name).cast(pl.Float64, strict=False).round(digits)
    return pl.when(number.is_finite()).then(number if digits else number.cast(pl.Int64, strict=False))
