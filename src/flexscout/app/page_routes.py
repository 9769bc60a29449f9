"""The page of the window, and the files that it shares with the HTML report."""

import secrets
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from flexscout.app.security import allow_styles
from flexscout.outputs import SHARED_ASSETS, read_shared_asset

PAGES = Path(__file__).parent / "pages"
"""The folder of the pages."""


async def _send_page(_request: Request) -> Response:
    """Send the page with a fresh nonce: the grid adds its style sheets by script."""
    nonce = secrets.token_urlsafe(16)
    page = (PAGES / "index.html").read_text(encoding="utf-8").replace("{nonce}", nonce)
    return HTMLResponse(page, headers=allow_styles(nonce))


async def _send_shared_asset(request: Request) -> Response:
    name = request.url.path[1:]
    return Response(read_shared_asset(name), media_type="text/css" if name.endswith(".css") else "text/javascript")


PAGE_ROUTES = [Route("/", _send_page), *(Route(f"/{name}", _send_shared_asset) for name in SHARED_ASSETS)]
