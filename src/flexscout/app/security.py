"""What the server refuses: foreign hosts and origins, requests without a token, and bodies that are too large."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from flexscout.errors import FlexscoutError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_HEADER = "x-flexscout-token"  # noqa: S105  # nosec B105 # the name of a header
"""The header with the token of a tab."""

KEY_HEADER = "x-flexscout-key"
"""The header with the key by which another start of the program asks for a code."""

MAX_BODY_BYTES = 1_000_000
"""Size limit of a request."""

MAX_UPLOAD_BYTES = 4 * 2**30
"""Size limit of a file that is dropped on the window."""

UPLOAD_PATH, SESSION_PATH, CODE_PATH = "/api/uploads", "/api/session", "/api/codes"

_API = "/api/"
_MAX_CODES = 20  # unused ones; the oldest are forgotten
_READING = frozenset({"GET", "HEAD"})
_POLICY_HEADER = "content-security-policy"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{}; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (_POLICY_HEADER, _POLICY.format("")),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
)
_ENCODED_HEADERS = [(name.encode(), value.encode()) for name, value in _HEADERS]


class BadRequestError(FlexscoutError):
    """Raised when a request can't be understood, or names what doesn't exist.

    Attributes:
        status: The status of the answer.

    """

    def __init__(self, message: str, next_step: str = "", status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message, next_step)
        self.status = status


class BusyError(FlexscoutError):
    """Raised when a request has to wait until the run ends."""


class NoWorkspaceError(FlexscoutError):
    """Raised when a request needs an open workspace and no folder is open."""


class OtherWorkspaceError(FlexscoutError):
    """Raised when a tab asks about a workspace that isn't open any more."""


@dataclass
class Access:
    """The secrets of a running window.

    Attributes:
        key: Lets another start of the program ask for a code; only the user can read the file it is in.

    """

    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _codes: list[str] = field(default_factory=list)
    _tokens: set[str] = field(default_factory=set)

    def create_code(self) -> str:
        """Return a new code for one tab."""
        code = secrets.token_urlsafe(24)
        self._codes = [*self._codes[1 - _MAX_CODES :], code]
        return code

    def exchange_code(self, code: str) -> str | None:
        """Return a token for a code, which can't be used again, or None if the code isn't known."""
        known = next((one for one in self._codes if secrets.compare_digest(one.encode(), code.encode())), None)
        if known is None:
            return None
        self._codes.remove(known)
        token = secrets.token_urlsafe(32)
        self._tokens.add(token)
        return token

    def is_token(self, token: str) -> bool:
        """Return whether a tab has the token."""
        return any(secrets.compare_digest(one.encode(), token.encode()) for one in self._tokens)

    def is_key(self, key: str) -> bool:
        """Return whether another start of the program has the key."""
        return secrets.compare_digest(self.key.encode(), key.encode())


@dataclass(frozen=True)
class Refusal:
    """Why a request is refused."""

    status: HTTPStatus
    message: str
    next_step: str = ""


class Guard:
    """Middleware that refuses what doesn't come from the window's own pages, and adds the security headers to every answer.

    Args:
        app: The application behind it.
        access: The secrets of the window.
        host: The only host, with port, under which the server answers.
        on_use: Called for each request that isn't refused.

    """

    def __init__(self, app: "ASGIApp", access: Access, host: str, on_use: Callable[[], object]) -> None:
        self._app, self._access, self._host, self._on_use = app, access, host, on_use

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = _list_headers(scope)
        refusal = check_request(scope["method"], scope["path"], headers, self._access, self._host)
        if refusal:
            await _refuse(refusal, send)
            return
        self._on_use()
        limit = MAX_UPLOAD_BYTES if scope["path"] == UPLOAD_PATH else MAX_BODY_BYTES
        await self._app(scope, _limit_body(receive, limit), _add_headers(send))


def allow_styles(nonce: str) -> dict[str, str]:
    """Return the header of a page whose scripts may add style sheets that carry the nonce."""
    return {_POLICY_HEADER: _POLICY.format(f" 'nonce-{nonce}'")}


class BodyTooLargeError(Exception):
    """Raised while a body is read that is larger than allowed."""


def check_request(method: str, path: str, headers: dict[str, list[str]], access: Access, host: str) -> Refusal | None:
    """Return why a request is refused, or None if it isn't.

    Args:
        method: The method.
        path: The path, decoded.
        headers: Name in lower case -> values.
        access: The secrets of the window.
        host: The only host, with port, under which the server answers.

    """
    if headers.get("host") != [host]:
        return Refusal(HTTPStatus.MISDIRECTED_REQUEST, f"This server answers only under {host}.")
    origins, sites = headers.get("origin", []), headers.get("sec-fetch-site", [])
    is_page = method in _READING and not path.startswith(_API)
    if origins not in ([], [f"http://{host}"]) or sites not in ([], ["same-origin"], *([["none"]] if is_page else [])):
        return Refusal(HTTPStatus.FORBIDDEN, "Requests of other pages are refused.")
    limit = MAX_UPLOAD_BYTES if path == UPLOAD_PATH else MAX_BODY_BYTES
    lengths = headers.get("content-length", [])
    if any(not length.isdecimal() or int(length) > limit for length in lengths):
        return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too large.")
    if not path.startswith(_API) or path == SESSION_PATH:
        return None
    is_other_start = path == CODE_PATH
    secret = _read_header(headers, KEY_HEADER if is_other_start else TOKEN_HEADER)
    if access.is_key(secret) if is_other_start else access.is_token(secret):
        return None
    return Refusal(HTTPStatus.UNAUTHORIZED, "This tab isn't connected to flexscout.", "Close it, and open flexscout again.")


def _read_header(headers: dict[str, list[str]], name: str) -> str:
    return headers.get(name, [""])[0]


def _list_headers(scope: "Scope") -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return headers


async def _refuse(refusal: Refusal, send: "Send") -> None:
    content = json.dumps({"error": refusal.message, "next_step": refusal.next_step}).encode()
    headers = [*_ENCODED_HEADERS, (b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": refusal.status.value, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _add_headers(send: "Send") -> "Send":
    async def send_with_headers(message: "Message") -> None:
        if message["type"] == "http.response.start":
            given = dict(message.get("headers", []))
            added = dict(_ENCODED_HEADERS)
            policy = given.get(_POLICY_HEADER.encode(), added[_POLICY_HEADER.encode()])
            message = {**message, "headers": [*(given | added | {_POLICY_HEADER.encode(): policy}).items()]}
        await send(message)

    return send_with_headers


def _limit_body(receive: "Receive", limit: int) -> "Receive":
    """Return `receive` that raises BodyTooLargeError above the limit, also for a body whose length isn't declared."""
    size = 0

    async def receive_limited() -> "Message":
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise BodyTooLargeError
        return message

    return receive_limited
