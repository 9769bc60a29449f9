"""The page: facts and tables → one HTML file to look at, offline."""

from flexscout.page.page import Page, draw_page
from flexscout.page.ranking import ROWS

__all__ = ["ROWS", "Page", "draw_page"]
