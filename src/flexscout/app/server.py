"""The server of the window: on this computer only, for as long as a tab or a run needs it."""

import asyncio
import contextlib
import mimetypes
import secrets
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from flexscout.app.change_routes import CHANGE_ROUTES
from flexscout.app.column_routes import COLUMN_ROUTES
from flexscout.app.history_routes import HISTORY_ROUTES
from flexscout.app.instances import find_running
from flexscout.app.output_routes import OUTPUT_ROUTES
from flexscout.app.requests import answer_error
from flexscout.app.result_routes import RESULT_ROUTES
from flexscout.app.review_routes import REVIEW_ROUTES
from flexscout.app.rules_routes import RULES_ROUTES
from flexscout.app.run_routes import RUN_ROUTES
from flexscout.app.security import BodyTooLargeError, Guard, allow_styles
from flexscout.app.settings_routes import SETTINGS_ROUTES
from flexscout.app.share_routes import SHARE_ROUTES
from flexscout.app.start_routes import START_ROUTES
from flexscout.app.window import Window, WriteSamples
from flexscout.errors import FlexscoutError, OutputError
from flexscout.outputs import SHARED_ASSETS, read_shared_asset

PAGES = Path(__file__).parent / "pages"
"""The folder of the pages."""

_IDLE_SECONDS = 600.0
_CHECK_SECONDS = 5.0
_WORKERS_IDLE_SECONDS = 120.0
_SHUTDOWN_SECONDS = 3
_API_ROUTES = (
    *START_ROUTES,
    *RUN_ROUTES,
    *RESULT_ROUTES,
    *OUTPUT_ROUTES,
    *CHANGE_ROUTES,
    *COLUMN_ROUTES,
    *HISTORY_ROUTES,
    *SETTINGS_ROUTES,
    *SHARE_ROUTES,
    *REVIEW_ROUTES,
    *RULES_ROUTES,
)
_USUAL_PORT = 23_539
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
}


def serve_window(
    folder: Path | None,
    write_samples: WriteSamples,
    *,
    port: int = 0,
    open_browser: bool = True,
    show: Callable[[str], object] = print,
) -> None:
    """Serve the window until it isn't used any more, or Ctrl+C.

    If a window has the workspace open already, or any window is open and no folder is given, another tab of that one is opened.

    Args:
        folder: The workspace to open; None to let the user choose.
        write_samples: Writes sample exports into a folder.
        port: The port; 0 for the usual one, or a free one if that is taken.
        open_browser: Whether to open the browser.
        show: Called with lines for the terminal.

    Raises:
        FlexscoutError: The workspace can't be opened.
        OutputError: The port is taken.

    """
    running = find_running(folder.resolve() if folder else None) if folder or not port else None
    if running:
        show(f"The window is open already: {running.address}")
        if open_browser:
            webbrowser.open(running.address)
        return
    with _listen(port) if port else _listen_at_usual_port() as listener:
        window = Window(listener.getsockname()[1], write_samples, show_tab=webbrowser.open if open_browser else show)
        if folder:
            window.open(folder)
        else:
            window.announce()
        address = window.create_address()
        show(f"The window: {address}")
        show("It ends when it isn't used for 10 minutes. Press Ctrl+C to end it now.")
        if open_browser:
            webbrowser.open(address)  # the socket listens, so the browser waits for the server
        _run(window, listener)


def build_app(window: Window, stop: Callable[[], object] = lambda: None) -> ASGIApp:
    """Build the application.

    Args:
        window: The state of the window.
        stop: Called once the window hasn't been used for a while.

    """
    for suffix, media_type in _TYPES.items():
        mimetypes.add_type(media_type, suffix)  # Windows takes them from its registry, where programs change them

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        watch = asyncio.create_task(_watch_use(window, stop))
        try:
            yield
        finally:
            watch.cancel()
            await asyncio.to_thread(window.end)

    shared = (Route(f"/{name}", _send_shared_asset) for name in SHARED_ASSETS)
    routes: list[BaseRoute] = [*_API_ROUTES, Route("/", _send_page), *shared, Mount("/", StaticFiles(directory=PAGES))]
    handled = (FlexscoutError, BodyTooLargeError, HTTPException, HTTPStatus.INTERNAL_SERVER_ERROR)
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=dict.fromkeys(handled, answer_error))
    app.state.window = window
    return Guard(app, window.access, window.host, window.touch)


async def _send_page(_request: Request) -> Response:
    """Send the page with a fresh nonce: the grid adds its style sheets by script."""
    nonce = secrets.token_urlsafe(16)
    page = (PAGES / "index.html").read_text(encoding="utf-8").replace("{nonce}", nonce)
    return HTMLResponse(page, headers=allow_styles(nonce))


async def _send_shared_asset(request: Request) -> Response:
    name = request.url.path[1:]
    return Response(read_shared_asset(name), media_type="text/css" if name.endswith(".css") else "text/javascript")


async def _watch_use(window: Window, stop: Callable[[], object]) -> None:
    """Call `stop` when no tab has sent anything for a while and no run is going."""
    while True:
        await asyncio.sleep(_CHECK_SECONDS)
        await asyncio.to_thread(window.release_workers, _WORKERS_IDLE_SECONDS)
        if window.is_running:
            window.touch()
        elif window.idle_seconds > _IDLE_SECONDS:
            stop()
            return


def _listen_at_usual_port() -> socket.socket:
    """Listen at the usual port, or at a free one if it is taken: browsers keep what the user chose, such as colors, by port."""
    try:
        return _listen(_USUAL_PORT)
    except OutputError:
        return _listen(0)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # where it would let two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the last window may have ended just now
        listener.bind(("127.0.0.1", port))
        listener.listen(128)  # a socket that is only bound refuses connections
    except OSError as error:
        listener.close()
        raise OutputError(f"Port {port} can't be used: {error.strerror or error}.", "Choose another --port, or none.") from None
    return listener


class _Server(uvicorn.Server):
    """A server that ends the streams of events before it waits for open connections."""

    def __init__(self, window: Window, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._window = window

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        self._window.is_closing = True
        await super().shutdown(sockets)


def _run(window: Window, listener: socket.socket) -> None:
    server: _Server

    def stop() -> None:
        server.should_exit = True

    server = _Server(
        window,
        uvicorn.Config(
            build_app(window, stop),
            http="h11",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,  # an open stream of events would keep the server alive
        ),
    )
    server.run(sockets=[listener])
