"""Render the HTML page of a run, and place properties on its map."""

from flexscout.outputs.html.outlines import load_outlines
from flexscout.outputs.html.page import SHARED_ASSETS, read_shared_asset, render_page
from flexscout.outputs.html.positions import HEIGHT as MAP_HEIGHT
from flexscout.outputs.html.positions import UNIT_FEET as MAP_UNIT_FEET
from flexscout.outputs.html.positions import WIDTH as MAP_WIDTH
from flexscout.outputs.html.positions import place_candidates, project_places

__all__ = [
    "MAP_HEIGHT",
    "MAP_UNIT_FEET",
    "MAP_WIDTH",
    "SHARED_ASSETS",
    "load_outlines",
    "place_candidates",
    "project_places",
    "read_shared_asset",
    "render_page",
]
