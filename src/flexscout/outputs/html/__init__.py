"""Render the HTML page of a run."""

from flexscout.outputs.html.page import render_page

__all__ = ["render_page"]
