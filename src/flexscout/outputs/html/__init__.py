"""Render the HTML page of a run."""

from flexscout.outputs.html.page import read_colors, render_page

__all__ = ["read_colors", "render_page"]
