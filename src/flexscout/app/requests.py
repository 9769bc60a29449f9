"""Requests and answers: JSON in, JSON out, errors as sentences."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from flexscout.app.security import BadRequestError, BodyTooLargeError, BusyError, OtherWorkspaceError
from flexscout.app.window import Window
from flexscout.errors import FlexscoutError, is_panic

logger = logging.getLogger("flexscout.app")

OPENED_HEADER = "x-flexscout-opened"
"""The header with the number of the workspace that a tab shows."""

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Call:
    """A request as its function gets it.

    Attributes:
        window: The window.
        path: The parts of the path that differ.
        query: Name -> values.
        body: The JSON object of the body.

    """

    window: Window
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, list[str]] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)

    def read_text(self, name: str) -> str:
        """Return a text of the body. Raises BadRequestError if it is missing or something else."""
        value = self.body.get(name)
        if not isinstance(value, str):
            raise BadRequestError(f"The request lacks the text {name!r}.")
        return value

    def get_query(self, name: str, default: str = "") -> str:
        """Return the first value of a parameter."""
        return self.query.get(name, [default])[0]

    def get_number(self, name: str, default: int) -> int:
        """Return a whole number of the query, at least 0. Raises BadRequestError if it is something else."""
        text = self.get_query(name, str(default))
        if not text.isdecimal() or len(text) > 12:  # noqa: PLR2004 - more than any list has rows
            raise BadRequestError(f"{name} must be a whole number.")
        return int(text)


Function = Callable[[Call], Any]
"""Answers a request: returns JSON data, or a response."""


def build_route(path: str, **functions: tuple[Function, HTTPStatus] | Function) -> Route:
    """Build a route of the API.

    Args:
        path: The path.
        functions: Method in lower case -> the function that answers it, in a thread of its own, and the status if it isn't 200.

    """
    by_method = {
        method.upper(): function if isinstance(function, tuple) else (function, HTTPStatus.OK)
        for method, function in functions.items()
    }

    async def handle(request: Request) -> Response:
        function, status = by_method[request.method]
        call = await _read_call(request)
        result = await run_in_threadpool(function, call)
        return result if isinstance(result, Response) else to_json(result, status)

    return Route(path, handle, methods=list(by_method))


def to_json(content: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return an answer with JSON; dates become ISO texts."""
    # ASCII, because texts of files may hold characters that UTF-8 can't encode.
    text = json.dumps(content, default=str, allow_nan=False, separators=(",", ":"))
    return Response(text, status, media_type="application/json")


def to_error(message: str, next_step: str, status: HTTPStatus, error_kind: str = "") -> Response:
    """Return an answer that tells an error; `error_kind` is the name of its class."""
    return to_json({"error": message, "next_step": next_step, "error_kind": error_kind}, status)


def check_opened(request: Request) -> None:
    """Raise OtherWorkspaceError if the tab shows a workspace that another tab has closed by opening another one."""
    window: Window = request.app.state.window
    shown = request.headers.get(OPENED_HEADER)
    if shown is not None and shown != str(window.opened):
        raise OtherWorkspaceError("Another folder was opened in another tab.", "Open this one again under Start.")


async def answer_error(_request: Request, error: Exception) -> Response:
    """Return the answer to a request that failed."""
    if isinstance(error, BadRequestError):
        return to_error(error.message, error.next_step, error.status)
    if isinstance(error, BusyError | OtherWorkspaceError):
        return to_error(error.message, error.next_step, HTTPStatus.CONFLICT, type(error).__name__)
    if isinstance(error, FlexscoutError):
        return to_error(error.message, error.next_step, HTTPStatus.BAD_REQUEST, type(error).__name__)
    if isinstance(error, BodyTooLargeError):
        return to_error("The request is too large.", "", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        return to_error(f"{status.phrase}.", "", status)
    logger.error("unexpected error", exc_info=error)
    name = "A library failed" if is_panic(error) else type(error).__name__
    return to_error(
        f"Unexpected error: {name}: {error}.", "Try again. If it happens again, report it.", HTTPStatus.INTERNAL_SERVER_ERROR
    )


async def _read_call(request: Request) -> Call:
    check_opened(request)
    query: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        query.setdefault(name, []).append(value)
    body: Any = {}
    if request.method in ("POST", "PUT"):
        content = await request.body()
        try:
            body = json.loads(content) if content.strip() else {}
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise BadRequestError("The request isn't a JSON object.")
    return Call(request.app.state.window, dict(request.path_params), query, body)
