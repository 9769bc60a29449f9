"""Render the HTML page of a run."""

from flexscout.outputs.html.page import render_page
from flexscout.outputs.html.ranking import MAX_PAGE_ROWS

__all__ = ["MAX_PAGE_ROWS", "render_page"]
