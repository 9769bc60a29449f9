"""The map: outlines, a dot per candidate, and the names of cities."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from flexscout.domain import format_count
from flexscout.outputs.html.cell_text import plain_text
from flexscout.outputs.html.elements import BANDS, band_class, read_asset, render_lead
from flexscout.outputs.html.outlines import Outlines, load_outlines
from flexscout.outputs.html.positions import HEIGHT, WIDTH, Precision

View = tuple[int, int, int, int]
"""Left, top, width and height, in units of the outlines."""

_MIN_VIEW_SIZE = 260  # units, about 120 km
_MARGIN = 0.12  # of the view, on each side
_WHOLE_COUNTRY_SHARE = 0.7  # of the map's width, from which the whole country is shown
_MAX_WIDTH_WITH_COUNTY_NAMES = 2_500  # units
_MAX_CITIES, _MAX_CITY_LENGTH = 40, 30
_MANY_DOTS = 800  # from which dots are smaller
_LETTERS, _SMALL_LETTERS = 45, 60  # letters that fit in the width
_DESCRIPTION = "Map of the candidates. Arrow keys move between candidates; plus and minus zoom."

_NAME = Markup('<text x="{}" y="{}">{}</text>')
_DOTS = Markup(
    '<g class="{css_class}"><path class="halo" d="{path}"/><path class="dot" d="{path}"/><path class="hole" d="{path}"/></g>'
)
_LEGEND = Markup('<li><i class="{}"></i>{}</li>')


def render_map(best: pl.DataFrame, positions: pl.DataFrame) -> Markup:
    """Render the map of the best candidates, with a sentence about what it shows.

    Args:
        best: The best candidates, best first.
        positions: Their positions, as `place_candidates` returns them.

    """
    outlines = load_outlines()
    view = choose_view(positions)
    placed = best.select("Flex Score").hstack(positions).drop_nulls("x")
    figure = read_asset("map.html").format(
        css_class="fine" if placed.height > _MANY_DOTS else "",
        view=" ".join(map(str, view)),
        description=_DESCRIPTION,
        land=outlines.land,
        lakes=outlines.lakes,
        rivers=outlines.rivers,
        counties=outlines.county_borders,
        states=outlines.state_borders,
        size=round(view[2] / _LETTERS),
        names=Markup("").join(_NAME.format(x, y, code) for code, (_, x, y) in outlines.states.items()),
        small=round(view[2] / _SMALL_LETTERS),
        county_names=_render_county_names(outlines, view),
        dots=_render_dots(placed),
        legend=Markup("").join(_render_legend(placed)),
    )
    return figure + render_lead(_describe_positions(positions))


def describe_map(best: pl.DataFrame, positions: pl.DataFrame) -> Mapping[str, Any]:
    """Return what the script needs to know of the map: its views, and the names of the cities with most candidates."""
    return {"view": choose_view(positions), "whole": (0, 0, WIDTH, HEIGHT), "cities": _name_cities(best, positions)}


def choose_view(positions: pl.DataFrame) -> View:
    """Choose the initial view: the area of the candidates, or the whole country if that is not much larger."""
    known = positions.drop_nulls("x").select("x", "y")
    if not known.height:
        return 0, 0, WIDTH, HEIGHT
    left, top, right, bottom = (*known.min().row(0), *known.max().row(0))
    width, height = (max((1 + 2 * _MARGIN) * size, _MIN_VIEW_SIZE) for size in (right - left, bottom - top))
    if width > _WHOLE_COUNTRY_SHARE * WIDTH:
        return 0, 0, WIDTH, HEIGHT
    return round((left + right - width) / 2), round((top + bottom - height) / 2), round(width), round(height)


def _name_cities(best: pl.DataFrame, positions: pl.DataFrame) -> Mapping[str, list[Any]]:
    """Return the names and centers of the cities with most candidates whose place is known from coordinates."""
    name = plain_text("City", best, _MAX_CITY_LENGTH).alias("name")
    state = plain_text("State", best, 2).alias("state")
    # Not `select`, which returns one row of a list with neither column.
    named = best.with_columns(name, state).select("name", "state")
    places = positions.hstack(named).filter(pl.col("precision") <= Precision.CITY).drop_nulls("name")
    centers = places.group_by("name", "state").agg(pl.col("x", "y").median().round(1), pl.len().alias("count"))
    most = centers.sort("count", "name", "state", descending=[True, False, False]).head(_MAX_CITIES)
    return most.select("name", "x", "y").to_dict(as_series=False)


def _render_county_names(outlines: Outlines, view: View) -> Markup:
    """Render the names of the counties in the view, if it is small enough."""
    left, top, width, height = view
    if width > _MAX_WIDTH_WITH_COUNTY_NAMES:
        return Markup("")
    counties = outlines.counties.values()
    visible = (county for county in counties if 0 < county[2] - left < width and 0 < county[3] - top < height)
    return Markup("").join(_NAME.format(x, y, name) for name, _, x, y in visible)


def _render_dots(placed: pl.DataFrame) -> Markup:
    """Render a path per score band, the best on top.

    Each dot is a line of length zero with round ends, so that it keeps its size in any zoom.
    """
    if not placed.height:
        return Markup("")
    suffix = pl.when(pl.col("precision") > Precision.COORDINATES).then(pl.lit(" about")).otherwise(pl.lit(""))
    css_class = pl.concat_str(band_class(pl.col("Flex Score")), suffix).alias("css_class")
    dots = placed.select(css_class, pl.format("M{} {}h0", "x", "y").alias("path"))
    # A path holds only numbers and the letters M and h.
    grouped = dots.group_by("css_class").agg(pl.col("path").str.join("")).sort("css_class")
    return Markup("").join(
        _DOTS.format(css_class=name, path=Markup(path))  # noqa: S704  # nosec B704
        for name, path in grouped.iter_rows()
    )


def _render_legend(placed: pl.DataFrame) -> Iterable[Markup]:
    """Yield an entry per score band that occurs."""
    classes = set(placed.select(band_class(pl.col("Flex Score")).unique()).to_series()) if placed.height else set()
    yield from (_LEGEND.format(name, f"score {label}") for _, label, name in BANDS if name in classes)
    if placed.height and placed["precision"].max():
        yield _LEGEND.format("about", "approximate place")


def _describe_positions(positions: pl.DataFrame) -> str:
    exact, unplaced = positions.filter(pl.col("precision") == Precision.COORDINATES).height, positions["precision"].null_count()
    approximate = positions.height - exact - unplaced
    parts = [
        f"{format_count(exact, 'candidate')} at their coordinates" if exact else "",
        f"{format_count(approximate, 'candidate')} at the center of their ZIP Code, city, county or state" if approximate else "",
        f"{unplaced:,} not on the map: no coordinates, county or state in the fifty states" if unplaced else "",
    ]
    text = "; ".join(filter(None, parts))
    return f"{text}. Outlines: U.S. Census Bureau; waters: Natural Earth." if text else ""
