"""The page of the window and the colors that it shares with the HTML report."""

import secrets
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from flexscout.app.security import allow_styles
from flexscout.outputs import read_colors

PAGES = Path(__file__).parent / "pages"
"""The folder of the pages."""


async def _send_page(_request: Request) -> Response:
    """Send the page with a fresh nonce: the grid adds its style sheets by script."""
    nonce = secrets.token_urlsafe(16)
    page = (PAGES / "index.html").read_text(encoding="utf-8").replace("{nonce}", nonce)
    return HTMLResponse(page, headers=allow_styles(nonce))


async def _send_colors(_request: Request) -> Response:
    return Response(read_colors(), media_type="text/css")


PAGE_ROUTES = [Route("/", _send_page), Route("/colors.css", _send_colors)]
